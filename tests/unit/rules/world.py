"""A small world to test rules in: a few concepts, and a way to write an article with its mentions marked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.concepts import Concept, Contents, Kind, KnowledgeBase, Name, NameVia, Relation, Source
from pipeline.messages.articles import EnrichedArticle, EntityRef, Field, Label, Language, Mention, MentionVia
from pipeline.messages.identity import revision

_LABELS: dict[Kind, Label] = {"country": "LOC", "city": "LOC", "region": "LOC", "org": "ORG", "person": "PER"}


def name(
    text: str,
    languages: str = "en",
    via: NameVia = "name",
    *,
    also: str = "",
    forms: Sequence[str] = (),
    cased: bool = False,
) -> Name:
    return Name(
        text=text,
        languages=tuple(languages.split()),
        via=via,
        forms=tuple(forms),
        case_sensitive=cased,
        also=also,
        source="test",
    )


def concept(concept_id: str, label: str, *names: Name) -> Concept:
    kind: Kind = concept_id.partition("/")[0]  # type: ignore[assignment]
    return Concept(id=concept_id, kind=kind, label=label, names=(name(label), *names))


WORLD = KnowledgeBase.of(
    Contents(
        sources=(Source(id="test", title="Test names", licence="Apache-2.0"),),
        concepts=(
            Concept(
                id="city/pyongyang",
                kind="city",
                label="Pyongyang",
                names=(name("Pyongyang"), name("Pjöngjang", "de")),
                relations=(Relation("capital-of", "country/kp"),),
            ),
            Concept(
                id="country/ge",
                kind="country",
                label="Georgia",
                names=(name("Georgia", also="the state of the United States"), name("Georgien", "de")),
            ),
            Concept(id="country/jo", kind="country", label="Jordan", names=(name("Jordan", also="a given name"),)),
            concept(
                "country/kp",
                "North Korea",
                name("Nordkorea", "de"),
                name("nordkoreanische", "de", "adjective", forms=["nordkoreanischen"]),
                name("朝鲜", "zh"),
            ),
            concept("country/pl", "Poland", name("Pologne", "fr")),
            Concept(id="country/tr", kind="country", label="Turkey", names=(name("Turkey", cased=True),)),
            concept("country/tt", "Trinidad and Tobago"),
            Concept(
                id="country/us",
                kind="country",
                label="United States",
                names=(name("United States"), name("US", "en", "short-name", cased=True)),
            ),
            concept("org/bank-of-england", "Bank of England"),
            Concept(id="org/nato", kind="org", label="NATO", names=(name("NATO", "mul"), name("НАТО", "ru"))),
            concept("person/jens-stoltenberg", "Jens Stoltenberg", name("Stoltenberg", "mul", "short-name")),
            Concept(
                id="person/john-turkey",
                kind="person",
                label="John Springfield",
                names=(name("John Springfield"), name("Springfield", "en", "short-name")),
            ),
            Concept(id="region/springfield", kind="region", label="Springfield", names=(name("Springfield"),)),
        ),
    ),
)

_MARK = re.compile(r"\[\[(?P<text>.*?)\|(?P<what>[^|\]]*)(?:\|(?P<via>[^\]]*))?\]\]", re.DOTALL)


def article(
    body: str = "",
    title: str = "",
    *,
    language: str = "en",
    source: str = "",
    url: str = "",
    tags: Sequence[str] = (),
    article_id: str = "a1",
) -> EnrichedArticle:
    """An article; ``[[NATO|org/nato]]`` marks a mention of a concept, ``[[Ann Lee|PER|model]]`` an unlinked one."""
    mentions: list[Mention] = []
    plain_title = _unmark(title, "title", mentions)
    plain_body = _unmark(body, "body", mentions)
    return EnrichedArticle(
        id=article_id,
        title=plain_title,
        body=plain_body,
        source=source,
        url=url,
        tags=tuple(tags),
        language=Language(tag=language, confidence=1.0),
        revision=revision(plain_title, plain_body),
        mentions=tuple(sorted(mentions, key=lambda mention: (mention.field == "body", mention.start, -mention.end))),
    )


def _unmark(marked: str, field: Field, mentions: list[Mention]) -> str:
    plain = ""
    last = 0
    for mark in _MARK.finditer(marked):
        plain += marked[last : mark.start()]
        text, what = mark["text"], mark["what"]
        via: MentionVia = mark["via"] or "name"  # type: ignore[assignment]
        entity = None
        label: Label = what  # type: ignore[assignment]
        if "/" in what:
            known = WORLD.concept(what)
            entity = EntityRef(id=known.id, name=known.label, kind=known.kind)
            label = "MISC" if via == "adjective" else _LABELS[known.kind]
        mentions.append(
            Mention(
                field=field,
                start=len(plain),
                end=len(plain) + len(text),
                text=text,
                label=label,
                entity=entity,
                via=via,
            )
        )
        plain += text
        last = mark.end()
    return plain + marked[last:]
