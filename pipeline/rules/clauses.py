"""What a rule asks an article for: the leaves of a resolved rule, and how the canonical form writes them."""

from __future__ import annotations

import re

from msgspec import Struct

from pipeline.messages.articles import EntityRef, Field, Label
from pipeline.rules.expressions import And, Expression, Not, Or
from pipeline.rules.vocabulary import (
    DASHES,
    LATER_OPERATORS,
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


class Scope(Struct, frozen=True):
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


class Clause(Struct, frozen=True, kw_only=True):
    """One thing that a rule asks an article for."""

    @property
    def canonical(self) -> str:
        """The clause in the rule language, as the canonical form of its rule has it."""
        raise NotImplementedError


class ConceptClause(Clause, frozen=True, kw_only=True):
    """A concept of the knowledge base, by any of its names in any language."""

    concept: EntityRef
    scope: Scope = ANYWHERE

    @property
    def canonical(self) -> str:
        """``North Korea[country/kp]``."""
        return f"{self.scope.canonical}{spell(self.concept.name)}[{self.concept.id}]"


class TermClause(Clause, frozen=True, kw_only=True):
    """Consecutive words of the text, or one.

    Attributes:
        text: As written, with stars.
        sequence: Folded tokens; one that ends in ``*`` stands for every token that begins so.
    """

    text: str
    sequence: tuple[str, ...]
    scope: Scope = ANYWHERE

    @property
    def has_prefix(self) -> bool:
        """Whether one of the words carries a star."""
        return any(entry.endswith(PREFIX_MARK) for entry in self.sequence)


class PhraseClause(TermClause, frozen=True, kw_only=True):
    """Plain words.

    Attributes:
        exact: Written with ``=``: never a concept, never inflected.
    """

    exact: bool = False

    @property
    def canonical(self) -> str:
        """``sanctions``, ``"nuclear test"``, ``=Turkey``, ``title:korea*``."""
        return f"{self.scope.canonical}{'=' * self.exact}{_spell_words(self.text, stars=self.has_prefix)}"


class RawClause(TermClause, frozen=True, kw_only=True):
    """These characters exactly, beginning and ending where a token does.

    Attributes:
        lead: How many characters stand before the first token of the sequence, under which it is looked up.
    """

    lead: int

    @property
    def canonical(self) -> str:
        """``raw:"NATO"``."""
        return f"{self.scope.canonical}raw:{_quote(self.text)}"


class MentionClause(TermClause, frozen=True, kw_only=True):
    """A mention with a label that holds these words as whole words: a name that the knowledge base does not have.

    Attributes:
        kind: The field it was written with.
        label: What that field's mentions are labelled.
        exact: Written with ``=``.
    """

    kind: KindField
    label: Label
    exact: bool = False

    @property
    def canonical(self) -> str:
        """``person:"Maria Kowalska"``."""
        words = _spell_words(self.text, stars=self.has_prefix)
        return f"{self.scope.canonical}{self.kind}:{'=' * self.exact}{words}"


class MetadataClause(Clause, frozen=True, kw_only=True):
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
    def canonical(self) -> str:
        """``source:"Agence France-Presse"``, ``lang:de``."""
        return f"{self.field}:{_quote(self.text) if self.field == 'source' else spell(self.text)}"


def canonical_form(expression: Expression[Clause]) -> str:
    """The rule as Wirewatch understands it, in its own language: reading it again gives the same rule."""
    if isinstance(expression, Or):
        return " OR ".join(_in_brackets(part, And) for part in expression.parts)
    if isinstance(expression, And):
        return " AND ".join(_in_brackets(part, Or) for part in expression.parts)
    if isinstance(expression, Not):
        return f"NOT {_in_brackets(expression.part, And, Or)}"
    return expression.canonical


def spell(text: str) -> str:
    """The text as a unit: in quotes where it would not be read as the same bare words."""
    words = text.split(" ")
    return text if all(_is_bare(word) for word in words) else _quote(text)


def _in_brackets(part: Expression[Clause], *kinds: type[And[Clause] | Or[Clause]]) -> str:
    written = canonical_form(part)
    return f"({written})" if isinstance(part, kinds) else written


_NOT_BARE = re.compile(rf"[\s{re.escape(MEANINGFUL_SIGNS + UNUSED_SIGNS + ''.join(LOOK_ALIKES))}]")
_LATER = re.compile(LATER_OPERATORS)


def _is_bare(word: str) -> bool:
    """Whether a bare word is read as itself, without a warning."""
    return (
        bool(word)
        and word[0] not in f"-{DASHES}"
        and _NOT_BARE.search(word) is None
        and word.upper() not in OPERATOR_WORDS
        and _LATER.fullmatch(word) is None
        and bool(tokenize(word).words)
    )


def _spell_words(text: str, *, stars: bool) -> str:
    """One plain word bare, a phrase in quotes; words with stars as written, since quotes would undo the star."""
    return text if stars or (" " not in text and _is_bare(text)) else _quote(text)


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
