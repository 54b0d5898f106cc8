"""``rules backtest`` over files: in the order of time whatever order the lines have, and what it prints."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import CommandLine

START = datetime(2026, 3, 1, tzinfo=UTC)
RULES = """\
rules:
  - id: talks
    when: talks
    suppress: {for: 6h, by: rule}
  - id: both
    when: NATO + North Korea
"""
OTHER = """\
rules:
  - id: both
    when: NATO + Iran
"""


def write(tmp_path: Path, name: str, text: str) -> str:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def hourly(count: int) -> list[dict[str, Any]]:
    return [
        {
            "id": f"a{number}",
            "body": f"The talks, day {number}",
            "published_at": (START + timedelta(hours=number)).isoformat(),
        }
        for number in range(count)
    ]


def jsonl(articles: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(article) + "\n" for article in articles)


def report(wirewatch: CommandLine, *arguments: str, stdin: bytes = b"") -> dict[str, Any]:
    outcome = wirewatch("rules", "backtest", *arguments, "--json", stdin=stdin)
    assert outcome.status == 0, outcome.err
    found: dict[str, Any] = json.loads(outcome.out)
    return found


def test_the_order_of_the_lines_changes_nothing(wirewatch: CommandLine, tmp_path: Path) -> None:
    rules = write(tmp_path, "rules.yaml", RULES)
    in_order = hourly(48)
    shuffled = list(in_order)
    random.Random(7).shuffle(shuffled)

    first = report(wirewatch, rules, "--articles", write(tmp_path, "a.jsonl", jsonl(in_order)))
    halves = [write(tmp_path, f"{n}.jsonl", jsonl(shuffled[n::2])) for n in range(2)]
    second = report(wirewatch, rules, "--articles", halves[0], "--articles", halves[1])
    third = report(wirewatch, rules, "--articles", "-", stdin=jsonl(shuffled).encode())

    assert first == second == third
    assert first["articles"] == 48
    talks = first["rules"][0]
    assert (talks["fired"], talks["alerts"], talks["held"]) == (48, 8, 40)
    assert talks["days"] == {"2026-03-01": 4, "2026-03-02": 4}
    assert talks["forecast"]["a_day"] == pytest.approx(8 / (47 / 24))


def test_enriched_articles_count_at_the_time_that_their_source_gives_else_when_they_were_ingested(
    wirewatch: CommandLine, tmp_path: Path
) -> None:
    rules = write(tmp_path, "rules.yaml", RULES)
    raw = write(tmp_path, "raw.jsonl", jsonl(hourly(2)))
    dated = [json.loads(line) for line in wirewatch("enrich", raw).out.splitlines()]
    undated = [dict(article) for article in dated]
    for number, article in enumerate(undated):
        del article["published_at"]
        at = (START + timedelta(days=9 + number)).isoformat()
        article.update(revised_at=at, times={**article["times"], "ingested_at": at})

    found = report(wirewatch, rules, "--articles", write(tmp_path, "dated.jsonl", jsonl(dated)))
    assert (found["start"], found["end"]) == ("2026-03-01T00:00:00Z", "2026-03-01T01:00:00Z")
    found = report(wirewatch, rules, "--articles", write(tmp_path, "undated.jsonl", jsonl(undated)))
    assert (found["start"], found["end"]) == ("2026-03-10T00:00:00Z", "2026-03-11T00:00:00Z")


def test_lines_without_a_time_count_as_of_the_one_before_and_are_told(wirewatch: CommandLine, tmp_path: Path) -> None:
    articles = hourly(3)
    del articles[1]["published_at"]
    path = write(tmp_path, "a.jsonl", jsonl(articles))
    outcome = wirewatch("rules", "backtest", write(tmp_path, "rules.yaml", RULES), "--articles", path)

    assert outcome.status == 0
    assert outcome.first_error_line == "note: 1 article says no time: each counts as of the one before it"
    assert outcome.out.startswith("3 articles")


def test_bad_lines_are_reported_and_the_others_count(wirewatch: CommandLine, tmp_path: Path) -> None:
    text = jsonl(hourly(1)) + "\nnot json\n" + jsonl(hourly(2)[1:])
    path = write(tmp_path, "a.jsonl", text)
    outcome = wirewatch("rules", "backtest", write(tmp_path, "rules.yaml", RULES), "--articles", path)

    assert outcome.status == 1
    assert f"{path}:3: undecodable: " in outcome.err
    assert outcome.out.startswith("2 articles")


def test_a_comparison_has_a_chart_by_day_and_the_articles_that_differ(wirewatch: CommandLine, tmp_path: Path) -> None:
    bodies = ["NATO and North Korea", "NATO and Iran", "NATO and North Korea", "NATO"]
    articles = [
        {"id": f"a{day}", "title": body, "published_at": (START + timedelta(days=day // 2)).isoformat()}
        for day, body in enumerate(bodies)
    ]
    outcome = wirewatch(
        *("rules", "backtest", write(tmp_path, "rules.yaml", RULES), "--rule", "both"),
        *("--compare-with", write(tmp_path, "other.yaml", OTHER)),
        *("--articles", write(tmp_path, "a.jsonl", jsonl(articles))),
    )

    assert (outcome.status, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert lines[0].startswith("4 articles of ")
    assert lines[0].endswith("2026-03-01 00:00Z to 2026-03-02 00:00Z (24.0 h)")
    assert lines[2].split()[:4] == ["both", "2", "2", "0"]
    assert "1 → 2 alerts (+1, +100%)" in outcome.out
    bar = "█" * 40
    chart = [line.strip() for line in lines if "█" in line and ("other" in line or "this file" in line)]
    assert chart == [f"2026-03-01 other     {bar} 1", f"this file {bar} 1", f"this file {bar} 1"]
    assert "  fires where it did not: 2" in lines
    assert "  no longer fires: 1" in lines
    assert any(line.startswith("  - ") and "NATO and Iran" in line for line in lines)
    assert "  all but one clause: 2" in lines
    assert "         2  without North Korea[country/kp]" in lines


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--articles", "a.jsonl", "--since", "24h"), "--since is about the topic"),
        (("--rule", "nobody", "--articles", "a.jsonl"), "has no such rule"),
        (("--articles", "nowhere.jsonl"), "cannot be read"),
    ],
)
def test_wrong_usage_is_said(wirewatch: CommandLine, tmp_path: Path, arguments: tuple[str, ...], problem: str) -> None:
    outcome = wirewatch("rules", "backtest", write(tmp_path, "rules.yaml", RULES), *arguments)

    assert outcome.status == 2
    assert problem in outcome.err


def test_without_a_broker_the_topic_is_said_to_be_out_of_reach(wirewatch: CommandLine, tmp_path: Path) -> None:
    outcome = wirewatch("rules", "backtest", write(tmp_path, "rules.yaml", RULES))

    assert outcome.status == 1
    assert outcome.first_error_line.startswith("error: ")
