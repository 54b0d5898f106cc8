"""Pipeline: is every article on time, and is none lost?"""

from __future__ import annotations

from deploy.grafana.board import Row, encoded_board, label_variable
from deploy.grafana.panels import (
    BY_STEP,
    NOTHING,
    PER_SECOND,
    count,
    course,
    figure,
    heat_map,
    listing,
    occurring,
    quantile,
)

# The target is an alert in 0.2 s; the alerting rule fires at four times that.
_LATE_SECONDS = ((0.4, "yellow"), (0.8, "red"))
_ANY = ((1.0, "red"),)
_LAG = ((500, "yellow"), (5000, "red"))
_STEP = 'step=~"$step"'
_CANARY = "wirewatch_canary_latency_seconds_bucket"
_BATCH_SIZE = (
    f"sum by (step) (rate(wirewatch_batch_size_articles_sum{{{_STEP}}}[$__rate_interval]))"
    f" / sum by (step) (rate(wirewatch_batch_size_articles_count{{{_STEP}}}[$__rate_interval]))"
)


def pipeline_board() -> str:
    """The dashboard as JSON."""
    return encoded_board(
        "wirewatch-pipeline",
        "Wirewatch: Pipeline",
        "Whether every article is on time and none is lost.",
        [_now(), _on_time(), _lost(), _processes()],
        [label_variable("step", "Step", "wirewatch_articles_total")],
    )


def _now() -> Row:
    return Row(
        "How is it now?",
        [
            [
                (
                    4,
                    figure(
                        "Delay of alerts now",
                        "99 of 100 alerts were raised within this time of their article's arrival, over five minutes.",
                        quantile(0.99, "wirewatch_publish_to_alert_seconds_bucket", over="5m"),
                        unit="s",
                        limits=_LATE_SECONDS,
                        places=2,
                    ),
                ),
                (
                    4,
                    figure(
                        "Largest lag of a step",
                        "Messages that a step has not committed yet; the canary reads it from outside.",
                        "max(wirewatch_consumer_lag_messages)",
                        unit="short",
                        limits=_LAG,
                    ),
                ),
                (
                    4,
                    figure(
                        "Canaries missed, 1 h",
                        "Articles of the canary whose alert did not come in time.",
                        "sum(increase(wirewatch_canaries_missed_total[1h]))",
                        unit="short",
                        limits=_ANY,
                    ),
                ),
                (
                    4,
                    figure(
                        "Dead letters, 1 h",
                        "Articles that were set aside; `wirewatch dead-letters list` shows them.",
                        "sum(increase(wirewatch_dead_letters_total[1h])) or vector(0)",
                        unit="short",
                        limits=((1, "yellow"), (100, "red")),
                    ),
                ),
                (
                    4,
                    figure(
                        "Processes down",
                        "Targets of Prometheus that it cannot scrape.",
                        'count(up{job="wirewatch"} == 0) or vector(0)',
                        unit="short",
                        limits=_ANY,
                    ),
                ),
                (
                    4,
                    figure(
                        "Partitions unserved",
                        "Partitions of the steps' topics without a process: their articles wait.",
                        "sum(wirewatch_source_partitions) - (sum(wirewatch_assigned_partitions) or vector(0))",
                        unit="short",
                        limits=_ANY,
                    ),
                ),
            ]
        ],
        height=5,
    )


def _on_time() -> Row:
    return Row(
        "Is every article on time?",
        [
            [
                (
                    12,
                    heat_map(
                        "How long from article to alert?",
                        "How many alerts took how long, from the Kafka timestamp of the raw article.",
                        "sum by (le) (increase(wirewatch_publish_to_alert_seconds_bucket[$__rate_interval]))",
                        unit="s",
                    ),
                ),
                (
                    12,
                    course(
                        "How old are articles when a step has done its work?",
                        "Event time, from the Kafka timestamp of the raw article: 99 of 100 were younger.",
                        [
                            (
                                quantile(
                                    0.99,
                                    f"wirewatch_publish_to_step_seconds_bucket{{{_STEP}}}",
                                    over="$__rate_interval",
                                    by="step",
                                ),
                                BY_STEP,
                            )
                        ],
                        unit="s",
                        limits=_LATE_SECONDS,
                    ),
                ),
            ],
            [
                (
                    12,
                    course(
                        "How many messages wait before each step?",
                        "Consumer lag, from committed and end offsets, also of a step that is dead.",
                        [(f"max by (step) (wirewatch_consumer_lag_messages{{{_STEP}}})", BY_STEP)],
                        unit="short",
                        limits=_LAG,
                    ),
                ),
                (
                    12,
                    course(
                        "How fast does the lag grow?",
                        "Messages a second over five minutes; below zero a step catches up.",
                        [(f"deriv(max by (step) (wirewatch_consumer_lag_messages{{{_STEP}}})[5m:15s])", BY_STEP)],
                        unit=PER_SECOND,
                        limits=((1, "yellow"),),
                        lowest=None,
                    ),
                ),
            ],
            [
                (
                    12,
                    course(
                        "How much does each step get done?",
                        "Articles a second that a step has finished and published; on the alerts step matches.",
                        [(f"sum by (step) (rate(wirewatch_articles_total{{{_STEP}}}[$__rate_interval]))", BY_STEP)],
                        unit=PER_SECOND,
                    ),
                ),
                (
                    12,
                    course(
                        "How long does a batch take?",
                        "95 of 100 took less, from taking the batch to the broker's acknowledgement of its outputs.",
                        [
                            (
                                quantile(
                                    0.95,
                                    f"wirewatch_step_duration_seconds_bucket{{{_STEP}}}",
                                    over="$__rate_interval",
                                    by="step",
                                ),
                                BY_STEP,
                            )
                        ],
                        unit="s",
                        # WIREWATCH_STEP_TIMEOUT_SECONDS, which ends the process, is 60.
                        limits=((15, "yellow"), (60, "red")),
                    ),
                ),
            ],
            [
                (
                    12,
                    course(
                        "How large are the batches?",
                        "Articles a batch, on the average: it grows when a step falls behind.",
                        [
                            (
                                _BATCH_SIZE,
                                BY_STEP,
                            )
                        ],
                        unit="short",
                    ),
                ),
                (
                    12,
                    course(
                        "How long do canaries take?",
                        "From the moment a canary was due to its alert, as a subscriber reads it, over ten minutes.",
                        [
                            (
                                quantile(0.5, _CANARY, over="10m"),
                                "half",
                            ),
                            (
                                quantile(0.99, _CANARY, over="10m"),
                                "99 %",
                            ),
                        ],
                        unit="s",
                        limits=_LATE_SECONDS,
                    ),
                ),
            ],
        ],
    )


def _lost() -> Row:
    return Row(
        "Is anything lost?",
        [
            [
                (
                    12,
                    course(
                        "Why were articles set aside?",
                        "Dead letters a minute, by step and reason; only those that there are.",
                        [
                            (
                                occurring(f"wirewatch_dead_letters_total{{{_STEP}}}", "step, reason"),
                                "{{step}}: {{reason}}",
                            ),
                            NOTHING,
                        ],
                        unit="short",
                        is_stacked=True,
                    ),
                ),
                (
                    12,
                    course(
                        "What fails and is tried again?",
                        "Failures and retries of whole batches, a minute; they lose nothing.",
                        [
                            (occurring(f"wirewatch_errors_total{{{_STEP}}}", "step, during"), "{{step}}: {{during}}"),
                            (occurring(f"wirewatch_retries_total{{{_STEP}}}", "step"), "{{step}}: tried again"),
                            NOTHING,
                        ],
                        unit="short",
                    ),
                ),
            ],
            [
                (
                    8,
                    course(
                        "How often are partitions handed over?",
                        "Rebalances and restarts of processes, a minute.",
                        [
                            (occurring(f"wirewatch_rebalances_total{{{_STEP}}}", "step"), "{{step}}: rebalances"),
                            (occurring(f"wirewatch_restarts_total{{{_STEP}}}", "step"), "{{step}}: restarts"),
                            NOTHING,
                        ],
                        unit="short",
                    ),
                ),
                (
                    8,
                    course(
                        "How long does a rebalance hold up a step?",
                        "From giving up partitions to having taken over new ones: 95 of 100 took less.",
                        [
                            (
                                quantile(
                                    0.95,
                                    f"wirewatch_rebalance_duration_seconds_bucket{{{_STEP}}}",
                                    over="15m",
                                    by="step",
                                ),
                                BY_STEP,
                            )
                        ],
                        unit="s",
                        limits=((15, "yellow"), (60, "red")),
                    ),
                ),
                (
                    8,
                    course(
                        "Do all canaries come back?",
                        "Canaries due, come back and missed in the last ten minutes, and failures to read the lag.",
                        [
                            ("sum(increase(wirewatch_canaries_sent_total[10m]))", "sent"),
                            ("sum(increase(wirewatch_canaries_received_total[10m]))", "come back"),
                            ("sum(increase(wirewatch_canaries_missed_total[10m]))", "missed"),
                            ("sum(increase(wirewatch_lag_read_failures_total[10m]))", "lag not read"),
                        ],
                        unit="short",
                    ),
                ),
            ],
        ],
    )


def _processes() -> Row:
    return Row(
        "How are the processes?",
        [
            [
                (
                    12,
                    course(
                        "How much memory does each process hold?",
                        "Resident memory.",
                        [('process_resident_memory_bytes{job="wirewatch"}', "{{process}} {{instance}}")],
                        unit="bytes",
                    ),
                ),
                (
                    12,
                    course(
                        "How busy is each process?",
                        "Share of one core.",
                        [
                            (
                                'rate(process_cpu_seconds_total{job="wirewatch"}[$__rate_interval])',
                                "{{process}} {{instance}}",
                            )
                        ],
                        unit="percentunit",
                        limits=((0.9, "yellow"),),
                    ),
                ),
            ],
            [
                (
                    9,
                    course(
                        "How many partitions does each process serve?",
                        "They add up to the partitions of the step's topic.",
                        [(f"wirewatch_assigned_partitions{{{_STEP}}}", "{{step}} {{instance}}")],
                        unit="short",
                    ),
                ),
                (
                    7,
                    listing(
                        "How long did processes take to load?",
                        "All that a step needs, and of it spaCy models, names and rules.",
                        f"max by (step, part) (wirewatch_load_duration_seconds{{{_STEP}}})",
                        {"step": "Step", "part": "Part", "Value": "Time"},
                        unit="s",
                    ),
                ),
                (
                    4,
                    listing(
                        "Which versions run?",
                        "Processes by version; two versions at once are a deployment under way.",
                        "count by (version) (wirewatch_build_info)",
                        {"version": "Version", "Value": "Processes"},
                        unit="short",
                    ),
                ),
                (
                    4,
                    count(
                        "Articles mended",
                        "Lone surrogates of a wrong encoding, read as U+FFFD, and articles dated in the future, which "
                        "count as revised when they came.",
                        "sum(increase(wirewatch_replaced_surrogates_total[$__range])) "
                        "+ sum(increase(wirewatch_revised_ahead_total[$__range]))",
                        limits=((1, "yellow"),),
                    ),
                ),
            ],
        ],
    )
