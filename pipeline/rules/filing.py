"""Clauses as one index files them: each distinct one once, with the keys by which an article is known to hold it."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from pipeline.rules.clauses import Clause, ConceptClause, MetadataClause, NearClause, TermClause
from pipeline.rules.expressions import Expression
from pipeline.rules.shares import share_of
from pipeline.rules.term_table import TermTable

Key: TypeAlias = int
"""What an article can hold: a token sequence (even), or a concept or ``field:value`` of its metadata (odd)."""


class FiledClause(Struct, gc=False, eq=False):
    """A clause with its keys in one index.

    Attributes:
        clause: What is asked for.
        keys: An article that holds none of them does not satisfy it; empty for NEAR, which has operands.
        share: The share of articles that hold one, by estimate; 1 for NEAR.
        left: The first operand of NEAR.
        right: The second.
        uses: How often rules have it.
    """

    clause: Clause
    keys: tuple[Key, ...]
    share: float
    left: tuple[FiledClause, ...] = ()
    right: tuple[FiledClause, ...] = ()
    uses: int = 0


Condition = Expression[FiledClause]
"""A rule in negation normal form: NOT stands above clauses only."""


class Filing:
    """The clauses of all rules of an index.

    Attributes:
        terms: The token sequences among them.
    """

    def __init__(self) -> None:
        self.terms = TermTable()
        self._clauses: dict[Clause, FiledClause] = {}
        self._names: dict[str, Key] = {}

    def __len__(self) -> int:
        """How many different clauses are in use."""
        return len(self._clauses)

    def add(self, clause: Clause) -> FiledClause:
        """The filed clause, used once more."""
        filed = self._clauses.get(clause)
        if filed is None:
            filed = self._file(clause)
            self._clauses[clause] = filed
        filed.uses += 1
        return filed

    def remove(self, filed: FiledClause) -> None:
        """Take one use of a clause back; with the last one it is forgotten."""
        filed.uses -= 1
        if filed.uses:
            return
        clause = filed.clause
        del self._clauses[clause]
        if isinstance(clause, TermClause):
            self.terms.remove(clause.sequence)
        for operand in (*filed.left, *filed.right):
            self.remove(operand)

    def name_key(self, name: str) -> Key | None:
        """The key of a concept's id or of ``field:value``, if a rule has ever asked for it."""
        return self._names.get(name)

    def _file(self, clause: Clause) -> FiledClause:
        if isinstance(clause, NearClause):
            left, right = (tuple(map(self.add, operand)) for operand in (clause.left, clause.right))
            return FiledClause(clause, (), 1.0, left, right)
        return FiledClause(clause, self._keys(clause), share_of(clause))

    def _keys(self, clause: Clause) -> tuple[Key, ...]:
        if isinstance(clause, TermClause):
            return (2 * self.terms.add(clause.sequence),)
        if isinstance(clause, ConceptClause):
            return tuple(map(self._name, (clause.concept.id, *clause.metonyms)))
        if isinstance(clause, MetadataClause):
            return (self._name(f"{clause.field}:{clause.value}"),)
        raise TypeError(f"no key is defined for {type(clause).__name__}")

    def _name(self, name: str) -> Key:
        return self._names.setdefault(name, 2 * len(self._names) + 1)
