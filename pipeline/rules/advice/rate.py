"""Estimate which share of articles a rule fires on, before any have been tried."""

from __future__ import annotations

from pipeline.rules.index.shares import Shares
from pipeline.rules.meaning.clauses import Clause
from pipeline.rules.syntax.expressions import Branch, Expression, fold_tree


def expected_share(condition: Expression[Clause], shares: Shares) -> float:
    """The share of articles that satisfy a condition, by estimate, in the language where its words are most frequent.

    Clauses are taken for independent of each other, so that the estimate is low where they go together in the news.

    Args:
        condition: What an article must satisfy.
        shares: How often articles hold words and concepts.
    """

    def of_clause(clause: Clause) -> float:
        return clause.likelihood(shares.of)

    def of_operator(operator: Branch[Clause], parts: list[float]) -> float:
        return operator.likelihood(parts)

    return fold_tree(condition, of_clause, of_operator)
