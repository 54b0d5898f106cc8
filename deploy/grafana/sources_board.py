"""Sources: do they come in, and in time?"""

from __future__ import annotations

from deploy.grafana.board import Row, encoded_board
from deploy.grafana.panels import NOTHING, PER_SECOND, count, course, figure, most, quantile, ranked, ranking

_POLLS = "wirewatch_polls_total"
_ARTICLES = "wirewatch_polled_articles_total"


def sources_board() -> str:
    """The dashboard as JSON."""
    return encoded_board(
        "wirewatch-sources",
        "Wirewatch: Sources",
        "Whether the sources that are polled come in, and in time: late, failing, silent for longer than usual.",
        [_now(), _course(), _articles()],
        [],
    )


def _standing(standing: str) -> str:
    return f'sum(wirewatch_polled_sources{{standing="{standing}"}})'


def _now() -> Row:
    told = (
        ("Well", "Answered last time, and had something new as lately as usual.", "well"),
        ("Failing", "Could not be read last time.", "failing"),
        ("Silent", "Nothing new for more than twice as long as usual.", "silent"),
        ("Late", "Due for over a minute, and not asked yet.", "late"),
        ("Gone", "Answer that they are gone for good (410).", "gone"),
    )
    standings = [(4, figure(title, text, _standing(name), unit="short")) for title, text, name in told]
    hourly = count("Articles an hour", "Published of late.", f"3600 * sum(rate({_ARTICLES}[1h]))")
    return Row("How do the sources stand?", [[*standings, (4, hourly)]], height=4)


def _course() -> Row:
    return Row(
        "Are they polled in time?",
        [
            [
                (
                    12,
                    course(
                        "How late is a source asked?",
                        "From when it was due; 99 of 100 were asked sooner.",
                        [(quantile(0.99, "wirewatch_poll_late_seconds_bucket", over="$__rate_interval"), "99 of 100")],
                        unit="s",
                    ),
                ),
                (
                    12,
                    course(
                        "What comes of the polls?",
                        "Polls a second: read, unchanged, failed, gone.",
                        [(f"sum by (outcome) (rate({_POLLS}[$__rate_interval]))", "{{outcome}}"), NOTHING],
                        unit=PER_SECOND,
                    ),
                ),
            ]
        ],
    )


def _articles() -> Row:
    return Row(
        "What do they bring?",
        [
            [
                (
                    16,
                    course(
                        "Which sources bring articles?",
                        "Articles a second, of the ten sources that brought most.",
                        [(most(_ARTICLES, "source_id", 10), "{{source_id}}")],
                        unit=PER_SECOND,
                        is_stacked=True,
                    ),
                ),
                (8, ranking("Which brought most?", "Articles.", ranked(_ARTICLES, "source_id", 15), "{{source_id}}")),
            ],
        ],
        height=9,
    )
