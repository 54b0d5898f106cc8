from __future__ import annotations

import msgspec
import pytest

from pipeline.concepts import KnowledgeBase
from pipeline.entities import Linker
from pipeline.entities.nesting import nest
from pipeline.messages.articles import Label, Mention


def mention(text: str, surface: str, label: Label) -> Mention:
    start = text.index(surface)
    return Mention(field="body", start=start, end=start + len(surface), text=surface, label=label, via="model")


def merged(linker: Linker, text: str, language: str, *spans: tuple[str, Label]) -> list[tuple[str, str, str]]:
    model = [linker.link_span(mention(text, surface, label), language) for surface, label in spans]
    mentions = nest(linker.link("", text, language), model, linker.is_named_by)
    return [(m.text, m.via, m.entity.id if m.entity else "") for m in mentions]


@pytest.mark.parametrize(
    ("text", "spans", "expected"),
    [
        # Equal: the name stays.
        ("Russia won", [("Russia", "LOC")], [("Russia", "name", "country/ru")]),
        # Crosses a name: the span goes.
        ("Visit North Korea Today now", [("Korea Today", "ORG")], [("North Korea", "name", "country/kp")]),
        # Lies in a name: the span goes.
        ("Visit North Korea now", [("Korea", "LOC")], [("North Korea", "name", "country/kp")]),
        # An organisation holds a name: both stay, the longer first.
        (
            "Russia Beyond wrote",
            [("Russia Beyond", "ORG")],
            [("Russia Beyond", "model", ""), ("Russia", "name", "country/ru")],
        ),
        # A person holds a place's name: the place goes.
        ("Then Niger Innis spoke", [("Niger Innis", "PER")], [("Niger Innis", "model", "")]),
        # A person's span with titles holds the person's own name: both stay.
        (
            "President Biden spoke",
            [("President Biden", "PER")],
            [("President Biden", "model", ""), ("Biden", "short-name", "person/joe-biden")],
        ),
        (
            "President Joe Biden spoke",
            [("President Joe Biden", "PER")],
            [("President Joe Biden", "model", ""), ("Joe Biden", "name", "person/joe-biden")],
        ),
        # Somebody else of that surname: the short name goes.
        ("dass Valerie Biden kam", [("Valerie Biden", "PER")], [("Valerie Biden", "model", "")]),
    ],
)
def test_spans_and_names(
    small_linker: Linker, text: str, spans: list[tuple[str, Label]], expected: list[tuple[str, str, str]]
) -> None:
    language = "de" if text.startswith("dass") else "en"
    assert merged(small_linker, text, language, *spans) == expected


def test_a_span_that_is_a_name_is_linked_where_the_linker_saw_no_name(small_linker: Linker) -> None:
    # Names of other languages are not looked for in an English text; a model's span asks for them.
    assert merged(small_linker, "in der Schweiz", "en", ("Schweiz", "LOC")) == [("Schweiz", "model", "country/ch")]
    assert merged(small_linker, "in der Schweiz", "en", ("Schweiz", "ORG")) == [("Schweiz", "model", "")]
    assert merged(small_linker, "Jordan left", "en", ("Jordan", "LOC")) == [("Jordan", "model", "")]


def test_names_inside_a_name_do_not_hide_what_a_span_touches() -> None:
    text = "Israeli army of Niger Innis"
    names = [
        mention(text, "Israeli army", "ORG"),
        mention(text, "Israeli", "MISC"),
        mention(text, "Niger", "LOC"),
    ]
    spans = [mention(text, "army of", "ORG"), mention(text, "Niger Innis", "PER")]
    found = nest(names, spans, lambda *_: False)
    assert [m.text for m in found] == ["Israeli army", "Israeli", "Niger Innis"]


def test_a_person_hides_the_names_inside_a_hidden_one() -> None:
    text = "Bank of Japan Smith left Japan"
    names = [mention(text, "Bank of Japan", "ORG"), mention(text, "Japan", "LOC")]
    last = msgspec.structs.replace(names[1], start=text.rindex("Japan"), end=len(text))
    found = nest([*names, last], [mention(text, "Bank of Japan Smith", "PER")], lambda *_: False)
    assert [(m.text, m.start) for m in found] == [("Bank of Japan Smith", 0), ("Japan", last.start)]


def test_fields_are_apart(small_kb: KnowledgeBase) -> None:
    linker = Linker(small_kb)
    span = msgspec.structs.replace(mention("Russia Today", "Russia Today", "PER"), field="title")
    assert [m.text for m in nest(linker.link("", "Russia", "en"), [span], linker.is_named_by)] == [
        "Russia Today",
        "Russia",
    ]
