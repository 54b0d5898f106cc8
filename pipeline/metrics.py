"""Every metric: its name, unit, labels and meaning.

Each process serves the metrics that it counts. Labels with unknown values (rules, sources, languages, organisations)
are bounded: values over the limit count as ``other``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter as Tally
from collections.abc import Collection, Sequence
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

from pipeline.errors import DeadLetterReason

# Else each counter and histogram gets a second series, the time of its first count.
disable_created_metrics()  # type: ignore[no-untyped-call]

# Bounds around the targets: an alert within 0.2 s, a step within 60 s.
_LATENCY_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 6, 10, 15, 30, 60, 120, 300, 900, 3600)
_DURATION_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15, 60)
_BATCH_ARTICLES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


class BatchHistogram(Histogram):
    """A histogram that adds a batch's values in one go: to add them one by one costs as much as a hop."""

    def observe_all(self, values: Sequence[float]) -> None:
        """Observe every value."""
        counts = Tally(bisect_left(self._upper_bounds, value) for value in values)
        self._sum.inc(sum(values))
        for bucket, count in counts.items():
            self._buckets[bucket].inc(count)


# Articles
ARTICLES = Counter(
    "wirewatch_articles_total",
    "Articles (in the alerts step: matches) that a step has finished and published, by language tag. Tags over "
    "300 count as other, canaries as canary.",
    ["step", "language"],
)
TAKEN_IN = Counter(
    "wirewatch_articles_taken_in_total", "Articles that the language step has taken in, without canaries."
)
SOURCE_ARTICLES = Counter(
    "wirewatch_source_articles_total",
    "Articles that the language step has taken in, by source. Sources over WIREWATCH_METRICS_SOURCE_LIMIT count "
    "as other, articles without a source as none.",
    ["source"],
)
MENTIONS = Counter(
    "wirewatch_mentions_total",
    "Entities that articles name, by kind; an entity counts once an article. Countries, and organisations up to "
    "WIREWATCH_METRICS_ORGANISATION_LIMIT, count under their id, all others as other. Canaries do not count.",
    ["kind", "entity"],
)
STEP_DURATION = Histogram(
    "wirewatch_step_duration_seconds",
    "Time that a step takes for a batch, from taking it to the broker's acknowledgement of its outputs.",
    ["step"],
    buckets=_DURATION_SECONDS,
)
BATCH_SIZE = Histogram(
    "wirewatch_batch_size_articles", "Articles in a batch of a step.", ["step"], buckets=_BATCH_ARTICLES
)
PUBLISH_TO_STEP = BatchHistogram(
    "wirewatch_publish_to_step_seconds",
    "Time from the Kafka timestamp of a raw article to the end of this step's work on it.",
    ["step"],
    buckets=_LATENCY_SECONDS,
)
PUBLISH_TO_ALERT = BatchHistogram(
    "wirewatch_publish_to_alert_seconds",
    "Time from the Kafka timestamp of a raw article to the raising of its alert.",
    buckets=_LATENCY_SECONDS,
)
REPLACED_SURROGATES = Counter(
    "wirewatch_replaced_surrogates_total", "Lone surrogates in raw articles that the language step replaced by U+FFFD."
)
REVISED_AHEAD = Counter(
    "wirewatch_revised_ahead_total",
    "Raw articles whose revised_at was over five minutes in the future; the language step took the time of arrival.",
)

# What goes wrong
DEAD_LETTERS = Counter(
    "wirewatch_dead_letters_total", "Articles that a step set aside as dead letters, by reason.", ["step", "reason"]
)
ERRORS = Counter(
    "wirewatch_errors_total",
    "Batches that failed as a whole, by what the step was doing: processing, publishing, or assigning partitions.",
    ["step", "during"],
)
RETRIES = Counter("wirewatch_retries_total", "Batches that a step tried again after a passing error.", ["step"])
RESTARTS = Counter("wirewatch_restarts_total", "Processes of a step that the supervisor has started again.", ["step"])
# The supervisor counts these: the dead letters' counter is lost when the next such article ends the process.
CONDEMNED = Counter(
    "wirewatch_condemned_articles_total",
    "Articles that alone ended their process again and again, and so become dead letters. The supervisor counts them.",
    ["step"],
)

# The consumer group
REBALANCES = Counter("wirewatch_rebalances_total", "Times that this process was given its partitions.", ["step"])
REBALANCE_DURATION = Histogram(
    "wirewatch_rebalance_duration_seconds",
    "Time that this process stood still in a rebalance, from giving up its old partitions to taking over its new ones.",
    ["step"],
    buckets=_DURATION_SECONDS,
)
PARTITIONS = Gauge("wirewatch_assigned_partitions", "Partitions that this process serves now.", ["step"])
# Rules and alerts
RULES_LOADED = Gauge("wirewatch_rules_loaded", "Watch rules that this process matches articles against.", ["step"])
RULES_SET_ASIDE = Gauge("wirewatch_rules_set_aside", "Watch rules in the topic that this process cannot use.", ["step"])
RULES_CHANGED = Gauge(
    "wirewatch_rules_last_change_timestamp_seconds", "When the newest record of the rules topic was written.", ["step"]
)
MATCHES = Counter(
    "wirewatch_matches_total",
    "Articles that satisfied a rule, by rule; each loaded rule starts at 0. Rules over "
    "WIREWATCH_METRICS_RULE_LIMIT count as other.",
    ["rule"],
)
NEAR_MISS_SAMPLES = Counter(
    "wirewatch_near_miss_samples_total",
    "Articles in which the rules step looked for near misses: at most one a second and 1 % of the time, with up "
    "to 10,000 rules.",
    ["step"],
)
NEAR_MISSES = Counter(
    "wirewatch_near_misses_total",
    "Sampled articles that missed a rule by exactly one clause, by rule, labelled as in wirewatch_matches_total.",
    ["rule"],
)
ALERTS = Counter(
    "wirewatch_alerts_total",
    "Alerts raised, by rule, kind, severity and channel (none: the rule has no channel). Rules over "
    "WIREWATCH_METRICS_RULE_LIMIT and channels over 100 count as other.",
    ["rule", "kind", "severity", "channel"],
)
ALERTS_HELD = Counter(
    "wirewatch_alerts_held_total",
    "Alerts held back, by rule and by what held them back: suppress or limit. Rules over "
    "WIREWATCH_METRICS_RULE_LIMIT count as other.",
    ["rule", "by"],
)

# What the canary measures from outside; only its process serves these.
CANARY_REGISTRY = CollectorRegistry()
CONSUMER_LAG = Gauge(
    "wirewatch_consumer_lag_messages",
    "Messages of a step's source topic that its group has not committed. The canary reads it, so a dead step "
    "shows it too.",
    ["step"],
    registry=CANARY_REGISTRY,
)
SOURCE_PARTITIONS = Gauge(
    "wirewatch_source_partitions",
    "Partitions of a step's source topic. The canary reads it.",
    ["step"],
    registry=CANARY_REGISTRY,
)
LAG_READ_FAILURES = Counter(
    "wirewatch_lag_read_failures_total",
    "Times that the canary could not read the lag. It shows no lag meanwhile.",
    registry=CANARY_REGISTRY,
)
CANARIES_SENT = Counter(
    "wirewatch_canaries_sent_total",
    "Canary articles that were due, whether or not the broker took them.",
    registry=CANARY_REGISTRY,
)
CANARIES_RECEIVED = Counter(
    "wirewatch_canaries_received_total",
    "Canary articles whose alert arrived, in time or late.",
    registry=CANARY_REGISTRY,
)
CANARIES_MISSED = Counter(
    "wirewatch_canaries_missed_total",
    "Canary articles that raised no alert within WIREWATCH_CANARY_TIMEOUT_SECONDS; each counts once.",
    registry=CANARY_REGISTRY,
)
CANARY_LATENCY = Histogram(
    "wirewatch_canary_latency_seconds",
    "Time from when a canary was due until a subscriber read its alert.",
    buckets=_LATENCY_SECONDS,
    registry=CANARY_REGISTRY,
)

# Processes
LOAD_DURATION = Gauge(
    "wirewatch_load_duration_seconds",
    "Time that a process took to load what its step needs, by part: all of it, and in it spaCy models, names and "
    "rules.",
    ["step", "part"],
)
BUILD = Gauge("wirewatch_build_info", "Always 1; the version of Wirewatch that this process runs.", ["version"])


OTHER = "other"
"""The label of all values over the limit."""

_LONGEST = 100


class BoundedLabels:
    """Gives the first values their own label, and ``other`` to all later ones.

    Args:
        limit: How many values get their own label.
        always: Values that get their own label beside these.
    """

    def __init__(self, limit: int, *, always: Collection[str] = ()) -> None:
        self._limit = limit + len(always)
        self._known = set(always)

    def label(self, value: str) -> str:
        """The label of a value, at most 100 code points long."""
        if value in self._known:
            return value
        value = value[:_LONGEST]
        if value not in self._known:
            if len(self._known) >= self._limit:
                return OTHER
            self._known.add(value)
        return value

    def forget(self, value: str) -> bool:
        """Free a value's label for another value; return whether it had one."""
        if value not in self._known:
            return False
        self._known.remove(value)
        return True


def start_at_nought(step: str) -> None:
    """Serve the counters of failures from 0: a counter that first appears as 1 shows no increase."""
    RETRIES.labels(step)
    REBALANCE_DURATION.labels(step)
    for during in ("assigning", "processing", "publishing"):
        ERRORS.labels(step, during)
    for reason in get_args(DeadLetterReason):
        DEAD_LETTERS.labels(step, reason)
