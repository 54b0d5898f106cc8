"""News: what is it about?"""

from __future__ import annotations

from deploy.grafana.board import Row, encoded_board, label_variable
from deploy.grafana.panels import NOTHING, PER_SECOND, count, course, most, occurring, ranked, ranking
from pipeline.topology import LANGUAGE_STEP

# As the first step counts them, so that each article counts once.
_ARTICLES = f'wirewatch_articles_total{{step="{LANGUAGE_STEP.name}", language=~"$language", language!="canary"}}'
_SOURCES = 'wirewatch_source_articles_total{source!="wirewatch-canary"}'
_ALERTS = 'wirewatch_alerts_total{rule=~"$rule"}'


def news_board() -> str:
    """The dashboard as JSON."""
    return encoded_board(
        "wirewatch-news",
        "Wirewatch: News",
        "What the news is about: languages, sources, countries and organisations, and what it raised alerts on.",
        [_whole(), _articles(), _entities(), _alerts()],
        [
            label_variable("language", "Language", 'wirewatch_articles_total{language!="canary"}'),
            label_variable("rule", "Rule", "wirewatch_alerts_total"),
        ],
    )


def _whole() -> Row:
    return Row(
        "In the time that is shown",
        [
            [
                (6, count("Articles", "Taken in, without canaries.", f"sum(increase({_SOURCES}[$__range]))")),
                (
                    6,
                    count(
                        "Languages",
                        "In which there was an article.",
                        f"count(sum by (language) (increase({_ARTICLES}[$__range])) > 0)",
                    ),
                ),
                (
                    6,
                    count(
                        "Sources",
                        "That sent an article; those over WIREWATCH_METRICS_SOURCE_LIMIT count as one.",
                        f"count(sum by (source) (increase({_SOURCES}[$__range])) > 0)",
                    ),
                ),
                (
                    6,
                    count(
                        "Alerts",
                        "Raised by the rules chosen, but for the first of each since its process started.",
                        f"sum(increase({_ALERTS}[$__range]))",
                    ),
                ),
            ]
        ],
        height=4,
    )


def _articles() -> Row:
    return Row(
        "Where does it come from?",
        [
            [
                (
                    16,
                    course(
                        "In which languages is the news?",
                        "Articles a second, of the ten languages that had most.",
                        [(most(_ARTICLES, "language", 10), "{{language}}")],
                        unit=PER_SECOND,
                        is_stacked=True,
                    ),
                ),
                (
                    8,
                    ranking(
                        "Which languages had most?",
                        "Articles.",
                        ranked(_ARTICLES, "language", 15),
                        "{{language}}",
                    ),
                ),
            ],
            [
                (
                    16,
                    course(
                        "Which sources send?",
                        "Articles a second, of the ten sources that sent most; none: without a source.",
                        [(most(_SOURCES, "source", 10), "{{source}}")],
                        unit=PER_SECOND,
                        is_stacked=True,
                    ),
                ),
                (8, ranking("Which sources sent most?", "Articles.", ranked(_SOURCES, "source", 15), "{{source}}")),
            ],
        ],
        height=9,
    )


def _entities() -> Row:
    countries = 'wirewatch_mentions_total{kind="country"}'
    organisations = 'wirewatch_mentions_total{kind="org"}'
    return Row(
        "What is it about?",
        [
            [
                (
                    16,
                    course(
                        "Which countries are in the news?",
                        "Articles a second that name a country, of the ten named in most.",
                        [(most(countries, "entity", 10), "{{entity}}")],
                        unit=PER_SECOND,
                    ),
                ),
                (
                    8,
                    ranking(
                        "Which countries were named most?",
                        "In so many articles.",
                        ranked(countries, "entity", 15),
                        "{{entity}}",
                    ),
                ),
            ],
            [
                (
                    16,
                    course(
                        "Which organisations are in the news?",
                        "Articles a second that name an organisation, of the ten named in most; other: over the limit.",
                        [(most(organisations, "entity", 10), "{{entity}}")],
                        unit=PER_SECOND,
                    ),
                ),
                (
                    8,
                    ranking(
                        "Which organisations were named most?",
                        "In so many articles.",
                        ranked(organisations, "entity", 15),
                        "{{entity}}",
                    ),
                ),
            ],
            [
                (
                    24,
                    course(
                        "What kinds of things are named?",
                        "Entities that articles name, each once an article, a second.",
                        [("sum by (kind) (rate(wirewatch_mentions_total[$__rate_interval]))", "{{kind}}")],
                        unit=PER_SECOND,
                    ),
                ),
            ],
        ],
        height=9,
    )


def _alerts() -> Row:
    return Row(
        "What did it raise alerts on?",
        [
            [
                (
                    12,
                    course(
                        "How severe are the alerts?",
                        "Alerts a minute, by the severity of their rule.",
                        [(occurring(_ALERTS, "severity"), "{{severity}}"), NOTHING],
                        unit="short",
                        is_stacked=True,
                    ),
                ),
                (
                    12,
                    course(
                        "Where do alerts go, and are they new?",
                        "Alerts a minute by channel (none: no channel) and kind.",
                        [(occurring(_ALERTS, "channel, kind"), "{{channel}}: {{kind}}"), NOTHING],
                        unit="short",
                        is_stacked=True,
                    ),
                ),
            ],
            [
                (
                    16,
                    course(
                        "Which rules raise alerts?",
                        "Alerts a second, of the ten rules that raised most.",
                        [(most(_ALERTS, "rule", 10), "{{rule}}")],
                        unit=PER_SECOND,
                    ),
                ),
                (
                    8,
                    ranking(
                        "Which rules raised most?",
                        "Alerts, but for the first of each since its process started.",
                        ranked(_ALERTS, "rule", 15),
                        "{{rule}}",
                    ),
                ),
            ],
        ],
    )
