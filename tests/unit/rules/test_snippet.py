"""The passage that an alert shows."""

from __future__ import annotations

import pytest

from pipeline.messages.alerts import Evidence, Snippet
from pipeline.messages.articles import EnrichedArticle, Field
from pipeline.rules.index.snippet import cut_snippet
from tests.unit.rules.world import article


def evidence(on: EnrichedArticle, field: Field, text: str, clause: str = "") -> Evidence:
    start = (on.title if field == "title" else on.body).index(text)
    return Evidence(clause=clause or text, field=field, text=text, via="word", start=start, end=start + len(text))


def marked(snippet: Snippet) -> list[str]:
    return [snippet.text[highlight.start : highlight.end] for highlight in snippet.highlights]


def test_a_short_body_is_shown_whole() -> None:
    on = article("NATO warns again.")
    assert cut_snippet(on, [evidence(on, "body", "warns")]).text == "NATO warns again."


def test_a_long_body_is_cut_between_words_around_the_evidence() -> None:
    on = article("before " * 100 + "NATO warns " + "after " * 100)
    snippet = cut_snippet(on, [evidence(on, "body", "NATO"), evidence(on, "body", "warns")], size=60)

    assert snippet.text.startswith("…before ")
    assert snippet.text.endswith(" after…")
    assert len(snippet.text) <= 62
    assert marked(snippet) == ["NATO", "warns"]
    assert snippet.text.strip("…") in on.body


def test_the_passage_with_the_most_clauses_is_shown() -> None:
    on = article("NATO " + "x " * 200 + "Korea and sanctions")
    found = [evidence(on, "body", text) for text in ("NATO", "Korea", "sanctions")]

    assert marked(cut_snippet(on, found, size=50)) == ["Korea", "sanctions"]


def test_the_title_is_shown_when_it_shows_more() -> None:
    on = article("Korea again " + "x " * 300, "NATO warns Korea")
    found = [evidence(on, "title", "NATO"), evidence(on, "title", "Korea"), evidence(on, "body", "Korea")]

    assert cut_snippet(on, found).text == "NATO warns Korea"
    assert cut_snippet(on, found[1:]).text.startswith("Korea again")


def test_overlapping_evidence_is_marked_once() -> None:
    on = article("the North Korea talks")
    found = [evidence(on, "body", text) for text in ("North Korea", "Korea talks", "North")]

    assert marked(cut_snippet(on, found)) == ["North Korea talks"]


def test_evidence_longer_than_the_passage_is_shown_whole() -> None:
    on = article("a " + "long " * 50 + "b")
    assert marked(cut_snippet(on, [evidence(on, "body", "long " * 49 + "long")], size=40)) == [("long " * 50).strip()]


@pytest.mark.parametrize(
    ("title", "body", "shown"), [("Only a title", "", "Only a title"), ("T", "The body", "The body")]
)
def test_without_offsets_the_beginning_is_shown(title: str, body: str, shown: str) -> None:
    on = article(body, title)
    snippet = cut_snippet(on, [Evidence(clause="lang:en", field="lang", text="en", via="metadata")])

    assert snippet == Snippet(text=shown)


def test_a_script_without_blanks_is_cut_anywhere() -> None:
    on = article("前" * 300 + "核問題" + "後" * 300)
    snippet = cut_snippet(on, [evidence(on, "body", "核問題")], size=30)

    assert len(snippet.text) == 32
    assert marked(snippet) == ["核問題"]


def test_marks_stay_on_their_letters() -> None:
    on = article("กี่" * 100 + "ก" + "กี่" * 100)
    found = Evidence(clause="x", field="body", text="กก", via="word", start=300, end=302)
    text = cut_snippet(on, [found], size=21).text.strip("…")

    assert text.startswith("ก")
    assert on.body[on.body.index(text) + len(text)] == "ก"
