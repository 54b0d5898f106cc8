"""Which rules an article may miss by one clause: those of which it holds another one."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from pipeline.rules.index.article_terms import ArticleTerms
from pipeline.rules.index.clause_filing import Condition
from pipeline.rules.index.keys import KeyTable
from pipeline.rules.index.pivot import choose_postings
from pipeline.rules.index.postings import Posting, Postings
from pipeline.rules.syntax.expressions import leaves


class NearMiss(Struct, frozen=True, kw_only=True):
    """A rule that an article would satisfy with one clause more.

    Attributes:
        rule_id: The rule.
        clause: The missing clause in canonical form; where any of several would do, with OR between them. One that
            begins with NOT is there, and blocks the rule.
    """

    rule_id: str
    clause: str


class ClausePostings:
    """Rules filed under each of their clauses. The index files them under one, which may be the one that is missing.

    It takes more memory than the rules' own postings, and is kept for those alone who ask for near misses.
    """

    def __init__(self, keys: KeyTable) -> None:
        self._keys = keys
        self._postings = Postings()

    def add(self, number: int, condition: Condition) -> None:
        """File a rule."""
        self._postings.add(number, self._of(condition))

    def remove(self, number: int, condition: Condition) -> None:
        """Take a rule out, while its keys are still in use."""
        self._postings.remove(number, self._of(condition))

    def candidates(self, terms: ArticleTerms) -> set[int]:
        """The rules of which an article holds a clause, and perhaps others."""
        satisfied, doubtful = self._postings.candidates(terms.keys, terms.held)
        return satisfied | doubtful

    def _of(self, condition: Condition) -> Iterator[Posting]:
        positive = [filed for filed, is_positive in leaves(condition) if is_positive]
        return iter(dict.fromkeys(posting for filed in positive for posting in choose_postings(filed, self._keys)))
