"""What a rule asks an article for: the leaves of a resolved rule, and how the canonical form writes them."""

from __future__ import annotations

import re
from typing import NamedTuple

from msgspec import Struct

from pipeline.messages.articles import EntityRef, Field, Label
from pipeline.rules.syntax.expressions import Expression, write
from pipeline.rules.syntax.vocabulary import (
    COUNTING_OPERATORS,
    DASHES,
    LOOK_ALIKES,
    MEANINGFUL_SIGNS,
    OPERATOR_WORDS,
    UNUSED_SIGNS,
    KindField,
    MetadataField,
)
from pipeline.text.tokens import tokenize

PREFIX_MARK = "*"
"""Ends the sequence entry of a word with a star; no token holds one."""

NAME_STEM = "name"
"""In place of a language among the stems of a sequence entry: what follows is a name, in any inflected form."""

INFLECTION_MARK = "~"
"""Stands in the sequence entry of a word whose inflected forms count: ``sanctions~en:sanction``; no token holds one."""


class Scope(Struct, frozen=True, gc=False):
    """Where a clause counts.

    Attributes:
        field: In the title alone, in the body alone, or in either.
        language: Two letters: in articles of this language alone.
    """

    field: Field | None = None
    language: str | None = None

    @property
    def canonical(self) -> str:
        """The fields as they stand before a clause."""
        return "".join(f"{name}:" for name in (self.field, self.language) if name)


ANYWHERE = Scope()


class Clause(Struct, frozen=True, kw_only=True, gc=False, cache_hash=True):
    """One thing that a rule asks an article for.

    Attributes:
        weight: What it adds to the score.
    """

    weight: float = 1.0

    @property
    def canonical(self) -> str:
        """The clause in the rule language, as the canonical form of its rule has it."""
        return self.spelling if self.weight == 1 else f"{self.spelling}^{self.weight:g}"

    @property
    def spelling(self) -> str:
        """The same without its weight."""
        raise NotImplementedError


class ConceptClause(Clause, frozen=True, kw_only=True, gc=False):
    """A concept of the knowledge base, by any of its names in any language.

    Attributes:
        metonyms: Ids of the concepts that stand for it: its capital, the seat of its government.
        transliterated: Whether a name counts that nobody has listed.
    """

    concept: EntityRef
    scope: Scope = ANYWHERE
    metonyms: tuple[str, ...] = ()
    transliterated: bool = True

    @property
    def spelling(self) -> str:
        """``North Korea[country/kp]``."""
        return f"{self.scope.canonical}{spell(self.concept.name)}[{self.concept.id}]"


class TermClause(Clause, frozen=True, kw_only=True, gc=False):
    """Consecutive words of the text, or one.

    Attributes:
        text: As written, with stars.
        sequence: Folded tokens; one that ends in ``*`` stands for every token that begins so, and one with a ``~``
            for every inflected form of the word before it, in the languages and by the stems behind it.
    """

    text: str
    sequence: tuple[str, ...]
    scope: Scope = ANYWHERE

    @property
    def has_prefix(self) -> bool:
        """Whether one of the words carries a star."""
        return any(entry.endswith(PREFIX_MARK) for entry in self.sequence)


class PhraseClause(TermClause, frozen=True, kw_only=True, gc=False):
    """Plain words.

    Attributes:
        exact: Written with ``=``: never a concept, never inflected.
    """

    exact: bool = False

    @property
    def spelling(self) -> str:
        """``sanctions``, ``"nuclear test"``, ``=Turkey``, ``title:korea*``."""
        return f"{self.scope.canonical}{'=' * self.exact}{_spell_words(self.text, stars=self.has_prefix)}"


class RawClause(TermClause, frozen=True, kw_only=True, gc=False):
    """These characters exactly, beginning and ending where a token does.

    Attributes:
        lead: How many characters stand before the first token of the sequence, under which it is looked up.
    """

    lead: int

    @property
    def spelling(self) -> str:
        """``raw:"NATO"``."""
        return f"{self.scope.canonical}raw:{quote(self.text)}"


class Way(NamedTuple):
    """A way to write a word of a name.

    Attributes:
        text: Folded.
        confidence: How sure it is that the word is written so, 0 to 1.
    """

    text: str
    confidence: float


class SpelledClause(TermClause, frozen=True, kw_only=True, gc=False):
    """A whole name in other scripts, spelled and not listed.

    Attributes:
        ways: For each entry of the sequence the words that it stands for.
        least_confidence: Ways that are less sure together are no find.
    """

    ways: tuple[tuple[Way, ...], ...]
    least_confidence: float

    @property
    def spelling(self) -> str:
        """The name as it is looked for; rules do not write it."""
        return f"{self.scope.canonical}{quote(self.text)}"


class MentionClause(TermClause, frozen=True, kw_only=True, gc=False):
    """A mention with a label that holds these words as whole words: a name that the knowledge base does not have.

    Attributes:
        kind: The field it was written with.
        label: What that field's mentions are labelled.
        exact: Written with ``=``.
        spelled: Of a person, the same name in other scripts.
    """

    kind: KindField
    label: Label
    exact: bool = False
    spelled: tuple[SpelledClause, ...] = ()

    @property
    def spelling(self) -> str:
        """``person:"Maria Kowalska"``."""
        words = _spell_words(self.text, stars=self.has_prefix)
        return f"{self.scope.canonical}{self.kind}:{'=' * self.exact}{words}"


class MetadataClause(Clause, frozen=True, kw_only=True, gc=False):
    """What the article is.

    Attributes:
        field: Which of its fields.
        value: As it is compared: folded case, a host without its dot, a lower-case language tag.
        text: As written.
    """

    field: MetadataField
    value: str
    text: str

    @property
    def spelling(self) -> str:
        """``source:"Agence France-Presse"``, ``lang:de``."""
        return f"{self.field}:{quote(self.text) if self.field == 'source' else spell(self.text)}"


class NearClause(Clause, frozen=True, kw_only=True, gc=False):
    """Two operands near each other in one field, neither overlapping the other.

    Attributes:
        left: The alternatives of the first operand.
        right: Those of the second.
        ordered: The first stands before the second.
        reach: How many words may stand between, ``"s"`` for one sentence, ``"p"`` for one paragraph.
    """

    left: tuple[Clause, ...]
    right: tuple[Clause, ...]
    ordered: bool
    reach: int | str

    @property
    def canonical(self) -> str:
        """``NATO[org/nato] NEAR/8 sanctions``, in brackets where it has a weight."""
        return self.spelling if self.weight == 1 else f"({self.spelling})^{self.weight:g}"

    @property
    def spelling(self) -> str:
        """``(missile OR rocket) ONEAR/8 test``."""
        left, right = (canonical_operand(operand) for operand in (self.left, self.right))
        return f"{left} {'O' * self.ordered}NEAR/{self.reach} {right}"


def canonical_operand(clauses: tuple[Clause, ...]) -> str:
    """One side of NEAR."""
    written = " OR ".join(clause.canonical for clause in clauses)
    return f"({written})" if len(clauses) > 1 else written


def canonical_form(expression: Expression[Clause]) -> str:
    """The rule as Wirewatch understands it, in its own language: reading it again gives the same rule."""
    return write(expression, lambda clause: clause.canonical)


def spell(text: str) -> str:
    """The text as a unit: in quotes where it would not be read as the same bare words."""
    words = text.split(" ")
    return text if all(_is_bare(word) for word in words) else quote(text)


_NOT_BARE = re.compile(rf"[\s{re.escape(MEANINGFUL_SIGNS + UNUSED_SIGNS + ''.join(LOOK_ALIKES))}]")
_COUNTING = re.compile(COUNTING_OPERATORS, re.IGNORECASE)


def _is_bare(word: str) -> bool:
    """Whether a bare word is read as itself, without a warning."""
    return (
        bool(word)
        and word[0] not in f"-{DASHES}"
        and _NOT_BARE.search(word) is None
        and word.upper() not in OPERATOR_WORDS
        and _COUNTING.fullmatch(word) is None
        and bool(tokenize(word).words)
    )


def _spell_words(text: str, *, stars: bool) -> str:
    """One plain word bare, a phrase in quotes; words with stars as written, since quotes would undo the star."""
    return text if stars or (" " not in text and _is_bare(text)) else quote(text)


def quote(text: str) -> str:
    """The text in quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
