"""Every metric: its name, unit, labels and meaning. Each step's process serves its own."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

# Bounds around what is promised: an alert within 0.2 s, a step within 60 s.
_LATENCY_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 6, 15, 60, 300, 3600)
_DURATION_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15, 60)
_BATCH_ARTICLES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)

ARTICLES = Counter(
    "wirewatch_articles_total",
    "Articles (on the alerts step: matches) that a step has finished and published, by language tag; over 300: other.",
    ["step", "language"],
)
STEP_DURATION = Histogram(
    "wirewatch_step_duration_seconds",
    "Time a step spends on one batch, from taking it to the broker's acknowledgement of its outputs.",
    ["step"],
    buckets=_DURATION_SECONDS,
)
BATCH_SIZE = Histogram(
    "wirewatch_batch_size_articles", "Articles in one batch of a step.", ["step"], buckets=_BATCH_ARTICLES
)
PUBLISH_TO_ALERT = Histogram(
    "wirewatch_publish_to_alert_seconds",
    "Event time: from the Kafka timestamp of the raw article to the raising of its alert.",
    buckets=_LATENCY_SECONDS,
)
ALERTS = Counter(
    "wirewatch_alerts_total",
    "Alerts raised, by rule and kind; rules over WIREWATCH_METRICS_RULE_LIMIT count as rule=other.",
    ["rule", "kind"],
)
DEAD_LETTERS = Counter("wirewatch_dead_letters_total", "Articles set aside as dead letters.", ["step", "reason"])
RETRIES = Counter("wirewatch_retries_total", "Batches tried again after a passing error.", ["step"])
REPLACED_SURROGATES = Counter(
    "wirewatch_replaced_surrogates_total", "Lone surrogates in raw articles that were read as U+FFFD."
)
RULES_LOADED = Gauge("wirewatch_rules_loaded", "Watch rules that this process matches against.")
RULES_SET_ASIDE = Gauge("wirewatch_rules_set_aside", "Watch rules in the topic that this version cannot use.")
RESTARTS = Counter("wirewatch_restarts_total", "Step processes that the supervisor has started again.", ["step"])
