"""Rules: which fire, which are too loud, which never say anything?"""

from __future__ import annotations

from deploy.grafana.board import Row, encoded_board, label_variable
from deploy.grafana.panels import NOTHING, PER_SECOND, count, course, figure, listing, most, occurring, ranked, ranking

_MATCHES = 'wirewatch_matches_total{rule=~"$rule"}'
_ALERTS = 'wirewatch_alerts_total{rule=~"$rule"}'
_HELD = 'wirewatch_alerts_held_total{rule=~"$rule"}'
_NEAR_MISSES = 'wirewatch_near_misses_total{rule=~"$rule"}'
_SAMPLES = "wirewatch_near_miss_samples_total"
# The counters of a share are not read at the same moment; the share must not exceed 1.
_MOST = 15
_LOUDEST = f"topk({_MOST}, sum by (rule) (increase({_MATCHES}[$__range] @ end())))"
_RAISED = (
    f"clamp_max(sum by (rule) (rate({_ALERTS}[15m])) / (sum by (rule) (rate({_MATCHES}[15m])) > 0), 1) and {_LOUDEST}"
)
_NEARLY = (
    f"clamp_max(sum by (rule) (rate({_NEAR_MISSES}[15m])) / on () group_left () (sum(rate({_SAMPLES}[15m])) > 0), 1) "
    f"and topk({_MOST}, sum by (rule) (increase({_NEAR_MISSES}[$__range] @ end())) > 0)"
)


def rules_board() -> str:
    """The dashboard as JSON."""
    return encoded_board(
        "wirewatch-rules",
        "Wirewatch: Rules",
        "Which rules fire, which are noisy, which are silent, and what they nearly caught.",
        [_loaded(), _firing(), _quiet()],
        [label_variable("rule", "Rule", "wirewatch_matches_total")],
    )


def _loaded() -> Row:
    return Row(
        "Are the rules as they should be?",
        [
            [
                (
                    6,
                    figure(
                        "Rules that are matched",
                        "In the matcher that has most; all should have the same.",
                        "max(wirewatch_rules_loaded)",
                        unit="short",
                    ),
                ),
                (
                    6,
                    figure(
                        "Rules that cannot be used",
                        "Set aside by a matcher; its log says why.",
                        "max(wirewatch_rules_set_aside)",
                        unit="short",
                        limits=((1, "red"),),
                    ),
                ),
                (
                    6,
                    figure(
                        "Time since the last change",
                        "Since the newest record of the rules topic was written.",
                        "time() - max(wirewatch_rules_last_change_timestamp_seconds)",
                        unit="s",
                    ),
                ),
                (
                    6,
                    count(
                        "Rules that fired on nothing",
                        "In the time that is shown, of those with counters of their own.",
                        f"count(sum by (rule) (increase({_MATCHES}[$__range])) == 0) or vector(0)",
                    ),
                ),
            ]
        ],
        height=4,
    )


def _firing() -> Row:
    return Row(
        "How loud are they?",
        [
            [
                (
                    16,
                    course(
                        "Which rules fire most often?",
                        "Matches a second, of the 15 rules with most: articles that satisfied them, alert or not.",
                        [(most(_MATCHES, "rule", _MOST), "{{rule}}")],
                        unit=PER_SECOND,
                    ),
                ),
                (
                    8,
                    ranking(
                        "Which rules are noisiest?",
                        "Alerts in the time that is shown, but for the first of each since its process started.",
                        ranked(_ALERTS, "rule", _MOST),
                        "{{rule}}",
                    ),
                ),
            ],
            [
                (
                    12,
                    course(
                        "Which part of its matches does a rule raise as alerts?",
                        "Alerts for each match, over 15 minutes, of the 15 rules with most matches: fewer where "
                        "articles repeat or alerts are held back.",
                        [
                            (
                                _RAISED,
                                "{{rule}}",
                            )
                        ],
                        unit="percentunit",
                    ),
                ),
                (
                    12,
                    course(
                        "How many alerts are held back?",
                        "A minute, by the rule's own suppress or limit; they are in the held channel.",
                        [(occurring(_HELD, "rule, by"), "{{rule}}: {{by}}"), NOTHING],
                        unit="short",
                    ),
                ),
            ],
        ],
        height=9,
    )


def _quiet() -> Row:
    return Row(
        "What do they miss?",
        [
            [
                (
                    8,
                    listing(
                        "Which rules are silent?",
                        "Rules without a match in the time that is shown.",
                        f"sort(sum by (rule) (increase({_MATCHES}[$__range])) == 0)",
                        {"rule": "Rule"},
                        unit="short",
                    ),
                ),
                (
                    8,
                    course(
                        "How many articles does a rule nearly match?",
                        "Share of the sampled articles that miss the rule by exactly one clause, over 15 minutes.",
                        [
                            (
                                _NEARLY,
                                "{{rule}}",
                            )
                        ],
                        unit="percentunit",
                    ),
                ),
                (
                    8,
                    ranking(
                        "Which rules miss most often by one clause?",
                        "Sampled articles in the time that is shown; `wirewatch rules backtest` tells which clause.",
                        ranked(_NEAR_MISSES, "rule", _MOST),
                        "{{rule}}",
                    ),
                ),
            ],
        ],
        height=10,
    )
