"""``enrich``, ``match`` and ``explain``: the whole way of an article by pipes alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import CommandLine

RULES = """\
rules:
  - id: nato-north-korea
    when: NATO + North Korea
    severity: high
  - id: nato-brazil
    when: NATO + Brazil
"""
ARTICLE = {
    "id": "a1",
    "title": "NATO berät über nordkoreanische Angriffe",
    "body": "Der NATO-Generalsekretär warnt Nordkorea.\nSeoul wartet ab.",
    "revised_at": "2026-03-01T10:00:00Z",
    "attributes": {"desk": "7"},
}


@pytest.fixture
def rules(tmp_path: Path) -> str:
    path = tmp_path / "rules.yaml"
    path.write_text(RULES, encoding="utf-8")
    return str(path)


def lines(*articles: dict[str, Any] | bytes) -> bytes:
    return b"\n".join(one if isinstance(one, bytes) else json.dumps(one).encode() for one in articles) + b"\n"


def parsed(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_enrich_gives_language_and_entities_whose_offsets_slice_the_text(wirewatch: CommandLine) -> None:
    outcome = wirewatch("enrich", stdin=lines(ARTICLE))
    (article,) = parsed(outcome.out)
    assert (outcome.status, outcome.err) == (0, "")
    assert article["language"]["tag"] == "de"
    assert article["attributes"] == {"desk": "7"}
    assert {mention["entity"]["id"] for mention in article["mentions"]} >= {"org/nato", "country/kp"}
    for mention in article["mentions"]:
        assert article[mention["field"]][mention["start"] : mention["end"]] == mention["text"]


def test_enrich_stops_at_the_step_that_is_asked_for(wirewatch: CommandLine) -> None:
    (article,) = parsed(wirewatch("enrich", "--step", "language", stdin=lines(ARTICLE)).out)
    assert "language" in article
    assert "mentions" not in article


def test_a_bad_line_is_reported_by_number_and_the_others_go_on(wirewatch: CommandLine) -> None:
    outcome = wirewatch("enrich", stdin=lines(ARTICLE, b"{not json", {"title": " "}, {**ARTICLE, "id": "a2"}))
    assert [article["id"] for article in parsed(outcome.out)] == ["a1", "a2"]
    assert outcome.status == 1
    first, second, count = outcome.err.splitlines()
    assert first.startswith("<stdin>:2: undecodable: ")
    assert second.startswith("<stdin>:3: empty: ")
    assert count == "2 bad lines"


def test_match_raises_what_fires_with_evidence_for_each_clause(wirewatch: CommandLine, rules: str) -> None:
    outcome = wirewatch("match", "--rules", rules, stdin=lines(ARTICLE))
    (alert,) = parsed(outcome.out)
    assert (outcome.status, alert["rule"]["id"], alert["kind"]) == (0, "nato-north-korea", "matched")
    assert {piece["clause"] for piece in alert["evidence"]} == {"NATO[org/nato]", "North Korea[country/kp]"}
    for piece in alert["evidence"]:
        assert ARTICLE[piece["field"]][piece["start"] : piece["end"]] == piece["text"]  # type: ignore[index]


def test_match_gives_the_same_whatever_step_the_articles_come_from(wirewatch: CommandLine, rules: str) -> None:
    plain = {"id": "a2", "body": "nothing of note", "revised_at": "2026-03-01T10:00:00Z"}
    stages = [lines(ARTICLE, plain)]
    for step in ("language", "entities"):
        stages.append(wirewatch("enrich", "--step", step, stdin=stages[0]).out.encode())
    found = [parsed(wirewatch("match", "--rules", rules, stdin=stage).out) for stage in stages]
    for alerts in found:
        for alert in alerts:
            del alert["times"]
    assert found[0] == found[1] == found[2]
    assert [alert["article"]["id"] for alert in found[0]] == ["a1"]


def test_match_raises_an_article_once_and_its_revision_only_when_it_is_news(
    wirewatch: CommandLine, tmp_path: Path
) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text("rules: [{id: either, when: NATO + (North Korea OR Iran)}]", encoding="utf-8")
    same = {**ARTICLE, "body": "Die NATO und die DVRK schweigen.", "revised_at": "2026-03-01T11:00:00Z"}
    news = {**ARTICLE, "body": "Auch der Iran wird genannt.", "revised_at": "2026-03-01T12:00:00Z"}
    late = {**ARTICLE, "body": "Iran und NATO.", "title": "", "revised_at": "2026-03-01T09:00:00Z"}
    outcome = wirewatch("match", "--rules", str(path), stdin=lines(ARTICLE, ARTICLE, same, news, late))
    alerts = parsed(outcome.out)
    assert [(alert["kind"], alert["article"]["revised_at"]) for alert in alerts] == [
        ("matched", "2026-03-01T10:00:00Z"),
        ("updated", "2026-03-01T12:00:00Z"),
    ]


def test_match_with_a_rule_that_is_wrong_says_where_and_reads_no_article(
    wirewatch: CommandLine, tmp_path: Path
) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text("rules:\n  - id: open\n    when: (NATO + Iran\n", encoding="utf-8")
    outcome = wirewatch("match", "--rules", str(path), stdin=lines(ARTICLE))
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.first_error_line.startswith(f"error: {path}:3:")
    assert "^" in outcome.err


def test_explain_shows_each_step_and_marks_the_text(wirewatch: CommandLine, rules: str, tmp_path: Path) -> None:
    path = tmp_path / "article.json"
    path.write_text(json.dumps(ARTICLE), encoding="utf-8")
    outcome = wirewatch("explain", str(path), "--rules", rules)
    assert outcome.status == 0
    for part in (
        "de  confidence",
        "North Korea (country/kp)",
        "rules: 1 of 2 fire",
        "because NATO[org/nato]",
        "○ nato-brazil  is silent: not found: Brazil[country/br]",
        "[NATO] berät über [nordkoreanische] Angriffe",
    ):
        assert part in outcome.out
    assert "\x1b" not in outcome.out


def test_explain_takes_plain_text_and_the_demo_rules(wirewatch: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "article.txt"
    path.write_text("La OTAN estudia el último lanzamiento de Corea del Norte.", encoding="utf-8")
    outcome = wirewatch("explain", str(path))
    assert outcome.status == 0
    assert "nato-north-korea" in outcome.out


def test_explain_takes_one_article(wirewatch: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "two.jsonl"
    path.write_bytes(lines(ARTICLE, ARTICLE))
    outcome = wirewatch("explain", str(path))
    assert (outcome.status, outcome.out) == (2, "")
    assert "use match for many" in outcome.first_error_line


def test_match_holds_back_and_takes_back_as_the_alerts_step_would(wirewatch: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "quiet.yaml"
    path.write_text("rules:\n- {id: r, when: NATO, mode: shadow, suppress: {for: 1h, by: text}}\n", encoding="utf-8")
    reprint = {**ARTICLE, "id": "a2", "title": str(ARTICLE["title"]).upper()}
    withdrawn = {"id": "a1", "status": "withdrawn"}
    outcome = wirewatch("match", "--rules", str(path), stdin=lines(ARTICLE, reprint, withdrawn))
    assert (outcome.status, outcome.err) == (0, "")
    assert [(alert["kind"], alert["article"]["id"], alert["rule"]["mode"]) for alert in parsed(outcome.out)] == [
        ("matched", "a1", "shadow"),
        ("withdrawn", "a1", "shadow"),
    ]
