"""What a rule asks an article for: the leaves of a resolved rule, and how the canonical form writes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from math import prod
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

from pipeline.messages.articles import EntityRef, Label
from pipeline.rules.meaning.word_forms import WordForm
from pipeline.rules.syntax.expressions import Expression, write
from pipeline.rules.syntax.vocabulary import (
    COUNTING_OPERATORS,
    COVERED_LANGUAGES,
    DASHES,
    LOOK_ALIKES,
    MEANINGFUL_SIGNS,
    OPERATOR_WORDS,
    UNUSED_SIGNS,
    KindField,
    MetadataField,
    TextField,
)
from pipeline.text.tokens import is_unsegmented, tokenize


class Scope(Struct, frozen=True, gc=False):
    """Where a clause counts.

    Attributes:
        field: In the title alone, in the body alone, or in either, without asides; or in the body's asides alone.
        language: Two letters: in articles of this language alone.
    """

    field: TextField | None = None
    language: str | None = None

    @property
    def canonical(self) -> str:
        """The fields as they stand before a clause."""
        return "".join(f"{name}:" for name in (self.field, self.language) if name)

    @property
    def share(self) -> float:
        """Of the finds anywhere in articles, the share that lies in this scope, roughly."""
        # A title holds a fifth of the names, and one article in five ends with a link.
        return 0.2 if self.field in {"title", "aside"} else 1.0

    def contains(self, inner: Scope) -> bool:
        """Whether whatever is found in another scope is found in this one."""
        holds_field = self.field == inner.field or (self.field is None and inner.field != "aside")
        return holds_field and self.language in {None, inner.language}


ANYWHERE = Scope()

ClauseKind = Literal["concept", "mention", "metadata", "name", "near", "phrase", "prefix", "raw", "word"]
"""The kinds of clauses that stand alone in a rule."""

ShareOf = Callable[[str], float]
"""The share of articles that hold a word, a concept or a value of metadata, by its key."""


class Clause(Struct, frozen=True, kw_only=True, gc=False, cache_hash=True):
    """One thing that a rule asks an article for. A new kind of clause is a subclass that answers what is asked below.

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

    @property
    def clause_kind(self) -> ClauseKind:
        """What it is, as an explanation names it."""
        raise NotImplementedError

    @property
    def keys(self) -> tuple[str, ...]:
        """The names under which an index files it, in order; an article that holds none of them cannot satisfy it."""
        raise NotImplementedError

    @property
    def is_sure_by_keys(self) -> bool:
        """Whether an article that holds its keys satisfies it, wherever they stand."""
        return False

    def likelihood(self, share_of: ShareOf) -> float:
        """The share of articles that satisfy it, roughly."""
        raise NotImplementedError

    def implies(self, other: Clause) -> bool:
        """Whether every article that satisfies this clause satisfies another one, weights aside."""
        clause, other = unweighed(self), unweighed(other)
        if clause == other:
            return True
        if isinstance(other, MetadataClause):
            return any(
                what == "language" and other.field == "lang" and covers(other.value, value)
                for what, value in clause.single_values()
            )
        return clause.entails(other)

    def entails(self, other: Clause) -> bool:  # noqa: ARG002 - subclasses'
        """As ``implies``, of another clause that is not equal and not on metadata."""
        return False

    def single_values(self) -> Iterator[tuple[str, str]]:
        """What an article has one of, and the clause says which: its language, source or site."""
        yield from ()


class ConceptClause(Clause, frozen=True, kw_only=True, gc=False):
    """A concept of the knowledge base, by any of its names in any language.

    Attributes:
        metonyms: Ids of the concepts that stand for it: its capital, the seat of its government.
        transliterated: Whether names count that are spelled by rule and not listed.
    """

    concept: EntityRef
    scope: Scope = ANYWHERE
    metonyms: tuple[str, ...] = ()
    transliterated: bool = True

    @property
    def clause_kind(self) -> ClauseKind:
        """See ``Clause``."""
        return "concept"

    @property
    def spelling(self) -> str:
        """``North Korea[country/kp]``."""
        return f"{self.scope.canonical}{spell(self.concept.name)}[{self.concept.id}]"

    @property
    def keys(self) -> tuple[str, ...]:
        """The concept, and what stands for it; any of them will do."""
        return (self.concept.id, *self.metonyms)

    @property
    def is_sure_by_keys(self) -> bool:
        """See ``Clause``."""
        return self.scope == ANYWHERE and self.transliterated

    def likelihood(self, share_of: ShareOf) -> float:
        """See ``Clause``."""
        return any_of([share_of(key) for key in self.keys]) * self.scope.share

    def entails(self, other: Clause) -> bool:
        """See ``Clause``."""
        return (
            isinstance(other, ConceptClause)
            and (self.concept.id in other.keys if isinstance(other, WithinClause) else self.concept == other.concept)
            and not self.metonyms
            and other.scope.contains(self.scope)
        )

    def single_values(self) -> Iterator[tuple[str, str]]:
        """See ``Clause``."""
        if self.scope.language is not None:
            yield "language", self.scope.language


class WithinClause(ConceptClause, frozen=True, kw_only=True, gc=False):
    """A place or body, or whatever lies in it or belongs to it.

    Attributes:
        parts: Ids of what does, sorted.
    """

    parts: tuple[str, ...]

    @property
    def spelling(self) -> str:
        """``within:country/in``."""
        return f"{self.scope.canonical}within:{self.concept.id}"

    @property
    def keys(self) -> tuple[str, ...]:
        """See ``Clause``; any of them will do."""
        return (self.concept.id, *self.parts)

    def entails(self, other: Clause) -> bool:
        """See ``Clause``."""
        return (
            isinstance(other, WithinClause) and set(self.keys) <= set(other.keys) and other.scope.contains(self.scope)
        )


class TermClause(Clause, frozen=True, kw_only=True, gc=False):
    """Consecutive words of the text, or one.

    Attributes:
        text: As written, with stars.
        sequence: The keys of its ``WordForm``s.
    """

    text: str
    sequence: tuple[str, ...]
    scope: Scope = ANYWHERE

    @property
    def has_prefix(self) -> bool:
        """Whether one of the words carries a star."""
        return any(WordForm.of(key).is_prefix for key in self.sequence)

    @property
    def keys(self) -> tuple[str, ...]:
        """Its words, all of which an article must hold; of unsegmented scripts also every two neighbouring ones."""
        return self.sequence if len(self.sequence) == 1 else (*self.sequence, *neighbours(self.sequence))

    def likelihood(self, share_of: ShareOf) -> float:
        """See ``Clause``."""
        return _sequence_share(self.sequence, share_of) * self.scope.share

    def entails(self, other: Clause) -> bool:
        """See ``Clause``."""
        return (
            isinstance(other, PhraseClause)
            and other.scope.contains(self.scope)
            and _holds(self.sequence, other.sequence)
        )

    def single_values(self) -> Iterator[tuple[str, str]]:
        """See ``Clause``."""
        if self.scope.language is not None:
            yield "language", self.scope.language


class PhraseClause(TermClause, frozen=True, kw_only=True, gc=False):
    """Plain words.

    Attributes:
        exact: Written with ``=``: never a concept, never inflected.
    """

    exact: bool = False

    @property
    def clause_kind(self) -> ClauseKind:
        """See ``Clause``."""
        if self.has_prefix:
            return "prefix"
        return "phrase" if len(self.sequence) > 1 else "word"

    @property
    def spelling(self) -> str:
        """``sanctions``, ``"nuclear test"``, ``=Turkey``, ``title:korea*``."""
        return f"{self.scope.canonical}{'=' * self.exact}{_spell_words(self.text, stars=self.has_prefix)}"

    @property
    def is_sure_by_keys(self) -> bool:
        """See ``Clause``: one word is found wherever it stands."""
        return self.scope == ANYWHERE and len(self.sequence) == 1


class RawClause(TermClause, frozen=True, kw_only=True, gc=False):
    """These characters exactly, beginning and ending where a token does.

    Attributes:
        lead: How many characters stand before the first token of the sequence, under which it is looked up.
    """

    lead: int

    @property
    def clause_kind(self) -> ClauseKind:
        """See ``Clause``."""
        return "raw"

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
        surname: How many entries at the end are the last name.
        is_inflected: Whether it is the name itself, in the letters of the rule.
    """

    ways: tuple[tuple[Way, ...], ...]
    least_confidence: float
    surname: int = 1
    is_inflected: bool = False

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
    def clause_kind(self) -> ClauseKind:
        """See ``Clause``."""
        return "mention"

    @property
    def spelling(self) -> str:
        """``person:"Maria Kowalska"``."""
        words = _spell_words(self.text, stars=self.has_prefix)
        return f"{self.scope.canonical}{self.kind}:{'=' * self.exact}{words}"

    def likelihood(self, share_of: ShareOf) -> float:
        """See ``Clause``: a model finds half of what is no known name."""
        return TermClause.likelihood(self, share_of) * 0.5


class NameClause(PhraseClause, frozen=True, kw_only=True, gc=False):
    """Plain words that are read as a name which the knowledge base does not have.

    Attributes:
        spelled: The same name inflected, and in other scripts; empty for the words as they are written.
    """

    spelled: tuple[SpelledClause, ...]

    @property
    def spelling(self) -> str:
        """``"Garrett Holloway"``."""
        return f"{self.scope.canonical}{_spell_words(self.text, stars=False)}"

    @property
    def clause_kind(self) -> ClauseKind:
        """See ``Clause``."""
        return "name"

    def entails(self, other: Clause) -> bool:  # noqa: ARG002 - see ``Clause``
        """See ``Clause``: in another script it holds none of its words."""
        return False


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
    def clause_kind(self) -> ClauseKind:
        """See ``Clause``."""
        return "metadata"

    @property
    def spelling(self) -> str:
        """``source:"Agence France-Presse"``, ``lang:de``."""
        return f"{self.field}:{quote(self.text) if self.field == 'source' else spell(self.text)}"

    @property
    def keys(self) -> tuple[str, ...]:
        """The field with the value."""
        return (f"{self.field}:{self.value}",)

    @property
    def is_sure_by_keys(self) -> bool:
        """See ``Clause``."""
        return True

    def likelihood(self, share_of: ShareOf) -> float:
        """See ``Clause``."""
        return share_of(self.keys[0])

    def single_values(self) -> Iterator[tuple[str, str]]:
        """See ``Clause``."""
        if self.field != "tag":
            yield "language" if self.field == "lang" else self.field, self.text


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
    def clause_kind(self) -> ClauseKind:
        """See ``Clause``."""
        return "near"

    @property
    def spelling(self) -> str:
        """``(missile OR rocket) ONEAR/8 test``."""
        left, right = (canonical_operand(operand) for operand in (self.left, self.right))
        return f"{left} {'O' * self.ordered}NEAR/{self.reach} {right}"

    @property
    def keys(self) -> tuple[str, ...]:
        """Those of its operands."""
        return tuple(key for operand in (*self.left, *self.right) for key in operand.keys)

    def likelihood(self, share_of: ShareOf) -> float:
        """See ``Clause``."""
        sides = [any_of([operand.likelihood(share_of) for operand in side]) for side in (self.left, self.right)]
        near = _NEAR[self.reach] if isinstance(self.reach, str) else min(1.0, (self.reach + 1) / _WORDS_APART)
        return prod(sides) * near * (0.5 if self.ordered else 1.0)

    def entails(self, other: Clause) -> bool:
        """See ``Clause``: an operand without alternatives is always found."""
        return any(len(side) == 1 and side[0].implies(other) for side in (self.left, self.right))

    def single_values(self) -> Iterator[tuple[str, str]]:
        """See ``Clause``."""
        for side in (self.left, self.right):
            if len(side) == 1:
                yield from side[0].single_values()


# Of the articles that hold two terms, those that hold them so near, roughly.
_NEAR: dict[str, float] = {"s": 0.2, "p": 0.4}
_WORDS_APART = 60
# A longer run of characters is a rarer word, but far less rare than by chance.
_PER_FURTHER_CHARACTER = 0.7


def any_of(shares: Sequence[float]) -> float:
    """The share of articles that hold at least one of several things, independent of each other."""
    return 1 - prod(1 - share for share in shares)


def unweighed(clause: Clause) -> Clause:
    """The same clause with the weight 1."""
    return msgspec.structs.replace(clause, weight=1.0)


def covers(language: str, tag: str) -> bool:
    """Whether articles with a tag count as being in a language."""
    tag = tag.casefold()
    return tag == language or tag.startswith(f"{language}-") or tag in COVERED_LANGUAGES.get(language, ())


def neighbours(words: Sequence[str]) -> Iterator[str]:
    """Every two neighbouring characters of unsegmented scripts; few of these are rare, and most pairs are."""
    return (first + second for first, second in pairwise(words) if is_unsegmented(first) and is_unsegmented(second))


def _sequence_share(sequence: tuple[str, ...], share_of: ShareOf) -> float:
    """Words one after the other; in an unsegmented script, runs of characters by the rarest two that stand together.

    The shares of all its pairs say little of a run: every common pair stands in nearly every long article.
    """
    share = 1.0
    at = 0
    while at < len(sequence):
        end = at + 1
        while end < len(sequence) and is_unsegmented(sequence[at]) and is_unsegmented(sequence[end]):
            end += 1
        run = sequence[at:end]
        if len(run) == 1:
            share *= share_of(run[0])
        else:
            rarest = min(share_of(one + other) for one, other in pairwise(run))
            share *= rarest * _PER_FURTHER_CHARACTER ** (len(run) - 2)
        at = end
    return share


def _holds(sequence: tuple[str, ...], inner: tuple[str, ...]) -> bool:
    """Whether the words of one sequence stand within another, whatever form they take."""
    return any(
        all(WordForm.of(wanted).covers(WordForm.of(key)) for key, wanted in zip(sequence[first:], inner, strict=False))
        for first in range(len(sequence) - len(inner) + 1)
    )


def canonical_operand(clauses: tuple[Clause, ...]) -> str:
    """One side of NEAR."""
    written = " OR ".join(clause.canonical for clause in clauses)
    return f"({written})" if len(clauses) > 1 else written


def canonical_form(expression: Expression[Clause]) -> str:
    """The rule as Wirewatch understands it, in its own language: reading it again gives the same rule."""
    return write(expression, lambda clause: clause.canonical)


def spell(text: str) -> str:
    """The text as a unit, in quotes when it would be read otherwise without them."""
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
