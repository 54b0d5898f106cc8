"""Clauses as one index files them: each distinct one once, with the keys by which an article is known to hold it."""

from __future__ import annotations

from typing import TypeAlias

import msgspec
from msgspec import Struct

from pipeline.rules.index.keys import Key, KeyTable
from pipeline.rules.index.sharded import Sharded
from pipeline.rules.index.shares import Shares
from pipeline.rules.index.word_readings import Readings
from pipeline.rules.meaning.clauses import (
    Clause,
    MentionClause,
    NameClause,
    NearClause,
    TermClause,
)
from pipeline.rules.meaning.word_forms import WordForm
from pipeline.rules.syntax.expressions import Expression


class FiledLeaf(Struct, gc=False, eq=False, kw_only=True):
    """A clause of one index.

    Attributes:
        clause: What is asked for.
        uses: How often rules have it.
    """

    clause: Clause
    uses: int = 0


class FiledClause(FiledLeaf, gc=False, eq=False, kw_only=True):
    """A clause that an index finds by its keys.

    Attributes:
        keys: Of words, all of which an article must hold: those of the sequence in order, then neighbouring characters.
            Of a concept, one of which it must hold: the concept, then what stands for it.
        suffices: Whether that alone satisfies it; otherwise it also depends on where they stand.
    """

    keys: tuple[Key, ...]
    suffices: bool


class FiledMention(FiledLeaf, gc=False, eq=False, kw_only=True):
    """A name as the rule writes it, and as other scripts may write it. Any of these satisfies the clause."""

    clause: MentionClause | NameClause
    written: FiledClause
    spelled: tuple[FiledClause, ...]

    @property
    def alternatives(self) -> tuple[FiledClause, ...]:
        """All of them."""
        return (self.written, *self.spelled)


FiledOperand: TypeAlias = FiledClause | FiledMention


class FiledNear(FiledLeaf, gc=False, eq=False, kw_only=True):
    """NEAR, with the alternatives of its two operands."""

    clause: NearClause
    left: tuple[FiledOperand, ...]
    right: tuple[FiledOperand, ...]


Condition = Expression[FiledLeaf]
"""A rule in negation normal form: NOT stands above clauses only."""


class ClauseFiling:
    """The clauses of all rules of an index, and what they ask an article for.

    Attributes:
        keys: All that they ask for.
        readings: The words among them.
    """

    def __init__(self, shares: Shares) -> None:
        self.keys = KeyTable()
        self.readings = Readings()
        self._shares = shares
        self._clauses: Sharded[Clause, FiledLeaf] = Sharded()

    def __len__(self) -> int:
        """How many different clauses are in use."""
        return len(self._clauses)

    def add(self, clause: Clause) -> FiledLeaf:
        """The filed clause, used once more."""
        filed = self._clauses.get(clause)
        if filed is None:
            filed = self._new(clause)
            self._clauses[filed.clause] = filed
        filed.uses += 1
        return filed

    def remove(self, filed: FiledLeaf) -> None:
        """Take one use of a clause back; with the last one it is forgotten."""
        filed.uses -= 1
        if filed.uses:
            return
        clause = filed.clause
        self._clauses.pop(clause)
        if isinstance(filed, FiledNear):
            for operand in (*filed.left, *filed.right):
                self.remove(operand)
        elif isinstance(filed, FiledMention):
            for alternative in filed.alternatives:
                self.remove(alternative)
        elif isinstance(filed, FiledClause):
            for name, key in zip(clause.keys, filed.keys, strict=True):
                if self.keys.release(name) and isinstance(clause, TermClause):
                    self.readings.remove(WordForm.of(name), key)

    def _new(self, clause: Clause) -> FiledLeaf:
        if isinstance(clause, NearClause):
            return self._near(clause)
        if isinstance(clause, MentionClause | NameClause) and clause.spelled:
            return self._mention(clause)
        return self._file(clause)

    def _mention(self, clause: MentionClause | NameClause) -> FiledMention:
        written = self._by_keys(msgspec.structs.replace(clause, spelled=(), weight=1.0))
        spelled = tuple(map(self._by_keys, clause.spelled))
        clause = msgspec.structs.replace(clause, spelled=tuple([filed.clause for filed in spelled]))
        return FiledMention(clause=clause, written=written, spelled=spelled)

    def _by_keys(self, clause: Clause) -> FiledClause:
        filed = self.add(clause)
        if not isinstance(filed, FiledClause):
            raise TypeError(f"a {type(clause).__name__} is not known by its keys")
        return filed

    def _near(self, clause: NearClause) -> FiledNear:
        left, right = (tuple(map(self._operand, operand)) for operand in (clause.left, clause.right))
        clause = msgspec.structs.replace(
            clause, left=tuple([filed.clause for filed in left]), right=tuple([filed.clause for filed in right])
        )
        return FiledNear(clause=clause, left=left, right=right)

    def _operand(self, clause: Clause) -> FiledOperand:
        filed = self.add(clause)
        if not isinstance(filed, FiledClause | FiledMention):
            raise TypeError("an operand of NEAR is no NEAR itself")
        return filed

    def _file(self, clause: Clause) -> FiledClause:
        is_text = isinstance(clause, TermClause)
        keys = tuple([self._key(name, is_form=is_text) for name in clause.keys])
        return FiledClause(clause=clause, keys=keys, suffices=clause.is_sure_by_keys)

    def _key(self, name: str, *, is_form: bool) -> Key:
        key = self.keys.find(name)
        if key is not None:
            self.keys.use(key)
            return key
        key = self.keys.add(name, self._shares.of(name))
        if is_form:
            self.readings.add(WordForm.of(name), key)
        return key


def known_by_keys(filed: FiledLeaf) -> tuple[FiledClause, ...]:
    """The clause itself; of a name, each way to write it; of NEAR, those of its operands."""
    if isinstance(filed, FiledNear):
        return tuple(clause for operand in (*filed.left, *filed.right) for clause in known_by_keys(operand))
    if isinstance(filed, FiledMention):
        return filed.alternatives
    return (filed,) if isinstance(filed, FiledClause) else ()
