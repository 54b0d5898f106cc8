from __future__ import annotations

import io

import pytest
from rich.console import Console

from pipeline.cli.demo.demo_run import DemoResult, SeenAlert
from pipeline.cli.demo.demo_screen import language_name, percentile, script_name, show_summary
from pipeline.messages.articles import EnrichedArticle, Language
from pipeline.messages.rules import WatchRule


def article(number: int, tag: str) -> EnrichedArticle:
    return EnrichedArticle(id=f"a{number}", title="t", language=Language(tag=tag, confidence=1.0), revision="r")


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        ([7.0], 50, 7.0),
        ([7.0], 99, 7.0),
        ([3.0, 1.0, 2.0, 4.0], 50, 2.0),
        ([float(n) for n in range(1, 201)], 99, 198.0),
    ],
)
def test_percentile_is_a_value_that_was_measured(values: list[float], percent: float, expected: float) -> None:
    assert percentile(values, percent) == expected


@pytest.mark.parametrize(
    ("tag", "name", "script"),
    [
        ("de", "German", "Latin"),
        ("zh-Hans", "Chinese (Simplified)", "Han"),
        ("zh-Hant", "Chinese (Traditional)", "Han"),
        ("sr-Latn", "Serbian (Latin)", "Latin"),
        ("hi", "Hindi", "Devanagari"),
        ("und", "one that cannot be told", ""),
    ],
)
def test_languages_and_scripts_have_their_english_names(tag: str, name: str, script: str) -> None:
    assert (language_name(tag), script_name(tag)) == (name, script)


def test_summary_counts_what_came_through() -> None:
    result = DemoResult(
        published=3,
        through=[article(1, "de"), article(2, "ru")],
        alerts=[
            SeenAlert(rule_id="nato", kind="matched", article_id="a1", language="de", seconds=0.1),
            SeenAlert(rule_id="nato", kind="updated", article_id="a1", language="de", seconds=0.3),
        ],
        dead_letters=1,
    )
    assert not result.is_complete
    out = Console(file=io.StringIO(), width=100)
    show_summary(out, result, [WatchRule(id="nato", when="NATO"), WatchRule(id="opec", when="OPEC")], 12.34)
    assert isinstance(out.file, io.StringIO)
    rows = [line.split() for line in out.file.getvalue().splitlines()]
    for row in (
        "articles 3 published, 2 went the whole way",
        "dead letters 1",
        "languages 2: German, Russian",
        "scripts 2: Cyrillic, Latin",
        "alerts 2: 1 matched, 1 updated",
        "publish to alert p50 100 ms, p99 300 ms",
        "time 12.3 s in all",
        "nato 2 de",
        "opec 0",
    ):
        assert row.split() in rows


def test_a_demo_without_articles_is_not_complete() -> None:
    assert not DemoResult().is_complete
    assert DemoResult(published=1, through=[article(1, "de")]).is_complete
