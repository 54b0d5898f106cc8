"""What the knowledge base holds: concepts, their names in many languages, and where each name comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from pipeline.text.folding import fold
from pipeline.text.tokens import tokenize

Kind = Literal["country", "city", "region", "org", "person"]
NameVia = Literal["name", "alias", "short-name", "adjective", "transliteration"]
RelationType = Literal["based-in", "capital-of", "neighbour-of", "organ-of", "part-of", "seat-of", "serves"]

# By these one concept lies in the other or belongs to it.
INCLUDING: frozenset[RelationType] = frozenset({"based-in", "capital-of", "organ-of", "part-of", "seat-of"})

# Which of several names with the same folded text is the one that a surface form meant.
VIA_ORDER: Mapping[NameVia, int] = {"name": 0, "alias": 1, "short-name": 2, "adjective": 3, "transliteration": 4}

# ISO 639 for "multiple languages": the name is used whatever the language, as NATO is.
ANY_LANGUAGE = "mul"


class Name(msgspec.Struct, frozen=True, kw_only=True):
    """One way of writing a concept, with the languages that write it so.

    Attributes:
        text: As written in running text, in the nominative; words are separated by single spaces.
        languages: BCP 47 tags (``de``, ``zh-Hant``), sorted; ``("mul",)`` for a name of any language.
        via: ``name`` is the usual name, ``alias`` another one, ``short-name`` a surname alone or the like, that
            the text must support, ``adjective`` an adjective or the word for the country's people,
            ``transliteration`` a name of a person that nobody has listed.
        forms: The other forms of this name, spelled out. Not empty: the list is closed, ``text`` and these
            match whole and take no inflection tail. Empty: nothing is known about inflection.
        stems: Where the stem is known but not the forms, one entry a token of ``text`` (as ``tokenize`` cuts it): the
            stem, which an inflection tail may follow, or None for a token that does not inflect. Empty: not known.
        case_sensitive: The letters' case is part of the name (``US``, ``WHO``, ``Turkey``): a match must have the same
            capitals, an all-capitals headline apart.
        also: What else the text may mean, for a person (``a given name``); empty when it is not ambiguous.
        source: Id of the ``Source`` the string comes from.
        confidence: How sure it is that the concept is written so, 0 to 1; below 1 only with ``via`` transliteration.
    """

    text: str
    languages: tuple[str, ...]
    via: NameVia
    forms: tuple[str, ...] = ()
    stems: tuple[str | None, ...] = ()
    case_sensitive: bool = False
    also: str = ""
    source: str
    confidence: float = 1.0

    @property
    def ambiguous(self) -> bool:
        """Whether the text may mean something other than this concept."""
        return bool(self.also)

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Every spelled-out way of writing this name: ``text`` first, then ``forms``."""
        return (self.text, *self.forms)

    def in_language(self, language: str) -> bool:
        """Tell whether this name is used in a language: ``zh`` covers both its scripts, ``pt-BR`` finds ``pt``."""
        wanted = primary_subtag(language)
        return any(tag == ANY_LANGUAGE or primary_subtag(tag) == wanted for tag in self.languages)


class Relation(msgspec.Struct, frozen=True):
    """How a concept stands to another: ``city/pyongyang`` is ``capital-of`` ``country/kp``.

    Attributes:
        type: ``capital-of`` a country, ``part-of`` a country, region or organisation, ``seat-of`` an organisation or
            government, ``organ-of`` a state: its army, a ministry, a chamber, the central bank; ``based-in`` the
            country of a company, paper or party; ``neighbour-of`` a country; ``serves`` a country or organisation as
            its leader, minister or head, now or once.
        target: The other concept's id.
    """

    type: RelationType
    target: str


class Concept(msgspec.Struct, frozen=True, kw_only=True):
    """One thing of the world that articles name and rules ask for.

    Attributes:
        id: Kind and slug, such as ``country/kp`` (ISO 3166-1, lower case), ``org/nato``, ``person/jens-stoltenberg``.
        kind: What it is; equals the id's part before the slash.
        label: Its usual English name, for people to read.
        names: Every name, adjectives included; for each language the usual name comes first.
        relations: Sorted by type and target.
        role: What a person is known for, in English, the latest office first (``Secretary General of NATO
            2014–2024``); empty where nothing is said.
    """

    id: str
    kind: Kind
    label: str
    names: tuple[Name, ...]
    relations: tuple[Relation, ...] = ()
    role: str = ""

    @property
    def adjectives(self) -> tuple[Name, ...]:
        """The adjectives and words for the people, of all languages."""
        return tuple(name for name in self.names if name.via == "adjective")

    def name(self, language: str) -> str:
        """Return the usual name in a language, or the English label where there is none."""
        usual = [name for name in self.names if name.via == "name"]
        exact = [name for name in usual if language in name.languages]
        related = sorted((tag, name.text) for name in usual if name.in_language(language) for tag in name.languages)
        kin = [text for tag, text in related if primary_subtag(tag) == primary_subtag(language)]
        return exact[0].text if exact else [*kin, *(text for _, text in related), self.label][0]


class Sense(msgspec.Struct, frozen=True):
    """One meaning of a surface form: the concept, and which of its names matched."""

    concept: Concept
    name: Name


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where strings come from.

    Attributes:
        id: What ``Name.source`` holds.
        title: For people to read, with its version.
        licence: SPDX identifier.
        url: The source's home page; empty for our own files.
    """

    id: str
    title: str
    licence: str
    url: str = ""


class Contents(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Everything that a knowledge base is built from.

    Attributes:
        sources: Sorted by id.
        concepts: Sorted by id.
    """

    sources: tuple[Source, ...]
    concepts: tuple[Concept, ...]


def folded_key(surface: str) -> tuple[str, ...]:
    """Return the folded tokens of a surface form; equal for spellings that matching takes for the same."""
    return tuple(fold(word) for word in tokenize(surface).words)


def primary_subtag(language: str) -> str:
    """Return the language of a BCP 47 tag without script and region: ``zh`` for ``zh-Hant``."""
    return language.partition("-")[0].lower()
