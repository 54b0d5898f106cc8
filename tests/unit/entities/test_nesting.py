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
    mentions = nest(linker.link("", text, language), model, linker.people_in("", text, language).names_of_others)
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
    found = nest(names, spans, lambda _span, inside: inside)
    assert [m.text for m in found] == ["Israeli army", "Israeli", "Niger Innis"]


def test_a_person_hides_the_names_inside_a_hidden_one() -> None:
    text = "Bank of Japan Smith left Japan"
    names = [mention(text, "Bank of Japan", "ORG"), mention(text, "Japan", "LOC")]
    last = msgspec.structs.replace(names[1], start=text.rindex("Japan"), end=len(text))
    found = nest([*names, last], [mention(text, "Bank of Japan Smith", "PER")], lambda _span, inside: inside)
    assert [(m.text, m.start) for m in found] == [("Bank of Japan Smith", 0), ("Japan", last.start)]


def test_fields_are_apart(small_kb: KnowledgeBase) -> None:
    linker = Linker(small_kb)
    span = msgspec.structs.replace(mention("Russia Today", "Russia Today", "PER"), field="title")
    assert [m.text for m in nest(linker.link("", "Russia", "en"), [span], lambda _span, inside: inside)] == [
        "Russia Today",
        "Russia",
    ]


@pytest.mark.parametrize(
    ("text", "language", "person", "kept"),
    [
        # Governed by a preposition or an article.
        ("King Abdullah of Denmark met them", "en", "King Abdullah of Denmark", ["Denmark"]),
        ("Le Tchad ferme sa frontière", "fr", "Le Tchad", ["Tchad"]),
        ("Koning Abdullah van Jordanië bezoekt", "nl", "Koning Abdullah van Jordanië", ["Jordanië"]),
        # Inflected, so that it says whose.
        ("Президент України Зеленський у Києві", "uk", "України Зеленський", ["України", "Зеленський", "Києві"]),
        ("Król Jordanii Abdullah przybył", "pl", "Jordanii Abdullah", ["Jordanii"]),
        # Behind a title, and before somebody known.
        ("Presiden Ukraina Holmgren tiba", "id", "Ukraina Holmgren", ["Ukraina"]),
        ("그때 우크라이나 젤렌스키 방문", "ko", "우크라이나 젤렌스키", ["우크라이나", "젤렌스키"]),
        ("then American Ben Holmgren won", "en", "American Ben Holmgren", ["American"]),
        ("then EU Commissioner Holmgren spoke", "en", "EU Commissioner Holmgren", ["EU"]),
        # A given name or a surname.
        ("golfer Jordan Spieth won", "en", "Jordan Spieth", []),
        ("then Kenya Barris wrote", "en", "Kenya Barris", []),
        ("the actor Tom Holland", "en", "Tom Holland", []),
        ("Minister Israel Holmgren spoke", "en", "Minister Israel Holmgren", []),
        ("el poeta Juan Ponce de León", "es", "Juan Ponce de León", []),
        ("Режиссёр Яся Николаева сняла", "ru", "Яся Николаева", []),
    ],
)
def test_a_person_hides_only_parts_of_a_personal_name(
    linker: Linker, text: str, language: str, person: str, kept: list[str]
) -> None:
    found = merged(linker, text, language, (person, "PER"))
    assert [surface for surface, via, _ in found if via != "model"] == kept
    assert person in [surface for surface, via, _ in found if via == "model"]


@pytest.mark.parametrize("label", ["ORG", "LOC"])
def test_other_spans_hide_nothing(linker: Linker, label: Label) -> None:
    found = merged(linker, "the Holmgren Ukraine Fund said", "en", ("Holmgren Ukraine Fund", label))
    assert [surface for surface, via, _ in found if via != "model"] == ["Ukraine"]


def test_a_model_links_no_small_letter_and_no_given_name(linker: Linker) -> None:
    assert merged(linker, "store an apple well", "en", ("apple", "ORG")) == [("apple", "model", "")]
    assert merged(linker, "So India Hicks designs", "en", ("India", "LOC")) == [("India", "model", "")]
