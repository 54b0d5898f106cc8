"""All live rules at once: which of them does this article satisfy?"""

from __future__ import annotations

from datetime import datetime
from threading import Lock

import msgspec
from msgspec import Struct

from pipeline.messages.alerts import ArticleHeader, Match, MatchedRule
from pipeline.messages.articles import EnrichedArticle
from pipeline.messages.identity import rule_version
from pipeline.messages.rules import WatchRule
from pipeline.rules.article_terms import ArticleTerms
from pipeline.rules.clauses import Clause, ConceptClause, MetadataClause, TermClause
from pipeline.rules.compile import compile_rule
from pipeline.rules.evaluate import Condition, FiledClause, evidence_of, is_satisfied, satisfied_clauses
from pipeline.rules.expressions import Expression, leaves, map_leaves, push_negation_down
from pipeline.rules.limits import Limits
from pipeline.rules.lookup import ConceptLookup
from pipeline.rules.origin import RuleWarning
from pipeline.rules.pivot import choose_pivot
from pipeline.rules.postings import Key, Postings
from pipeline.rules.snippet import cut_snippet
from pipeline.rules.term_table import TermTable


class _FiledRule(Struct, frozen=True):
    """A rule in the index; one that is off has no condition and no keys."""

    header: MatchedRule
    condition: Condition | None = None
    pivots: tuple[Key, ...] = ()


class RuleIndex:
    """Watch rules, filed so that an article is only tried against those it may satisfy.

    Each rule is filed under the rarest of its required clauses, or under each alternative of a required OR. Rules come
    and go one at a time, without a rebuild. One index may be shared between threads: each call sees it whole.
    """

    def __init__(self, concepts: ConceptLookup, limits: Limits | None = None) -> None:
        self._concepts = concepts
        self._limits = limits or Limits()
        self._lock = Lock()
        self._terms = TermTable()
        self._postings = Postings()
        self._numbers: dict[str, int] = {}
        self._rules: list[_FiledRule | None] = []
        self._free: list[int] = []

    def __len__(self) -> int:
        """How many rules there are, those that are off included."""
        return len(self._numbers)

    def __contains__(self, rule_id: object) -> bool:
        return rule_id in self._numbers

    def version(self, rule_id: str) -> str | None:
        """The version of a rule, or None where there is no such rule."""
        with self._lock:
            filed = self._filed(rule_id)
            return None if filed is None else filed.header.version

    def add(self, rule: WatchRule) -> tuple[RuleWarning, ...]:
        """Add a rule, or put it in the place of the one with its id.

        Args:
            rule: The document; with ``mode: off`` it is known and never fires.

        Returns:
            What is doubtful in it.

        Raises:
            RuleError: It cannot be used; the index is as before.
        """
        compiled = compile_rule(rule, self._concepts, self._limits)
        header = MatchedRule(
            id=rule.id,
            version=rule_version(rule),
            name=rule.name or rule.id,
            tags=rule.tags,
            severity=rule.severity,
            channel=rule.channel,
            mode=rule.mode,
        )
        with self._lock:
            self._remove(rule.id)
            number = self._free.pop() if self._free else len(self._rules)
            if number == len(self._rules):
                self._rules.append(None)
            self._numbers[rule.id] = number
            self._rules[number] = _FiledRule(header) if rule.mode == "off" else self._file(header, compiled.expression)
            for key in self._rules[number].pivots:  # type: ignore[union-attr]  # set one line above
                self._postings.add(key, number)
        return compiled.warnings

    def remove(self, rule_id: str) -> bool:
        """Take a rule out.

        Returns:
            Whether it was there.
        """
        with self._lock:
            return self._remove(rule_id)

    def match(self, article: EnrichedArticle, *, now: datetime | None = None) -> list[Match]:
        """Every rule that an article satisfies, with the proof.

        Args:
            article: With its mentions.
            now: What the matches say in ``times.matched_at``; None leaves it open.

        Returns:
            One match a rule, sorted by rule id. The score is the number of satisfied clauses; evidence stands in the
            order of the rule's clauses, and for each of them by field, title first, and offset, at most
            ``MAX_EVIDENCE_PER_CLAUSE`` of each.
        """
        with self._lock:
            terms = ArticleTerms(article, self._terms)
            satisfied = []
            for number in self._postings.candidates(terms.keys()):
                filed = self._rules[number]
                if filed is not None and filed.condition is not None and is_satisfied(filed.condition, terms):
                    satisfied.append((filed.header, filed.condition))
        if not satisfied:
            return []
        header = ArticleHeader.of(article)
        times = article.times if now is None else msgspec.structs.replace(article.times, matched_at=now)
        matches = []
        for rule, condition in sorted(satisfied, key=lambda pair: pair[0].id):
            clauses = satisfied_clauses(condition, terms)
            evidence = tuple(item for clause in clauses for item in evidence_of(clause, terms))
            matches.append(
                Match(
                    rule=rule,
                    article=header,
                    score=float(len(clauses)),
                    evidence=evidence,
                    snippet=cut_snippet(article, evidence),
                    times=times,
                )
            )
        return matches

    def _filed(self, rule_id: str) -> _FiledRule | None:
        number = self._numbers.get(rule_id)
        return None if number is None else self._rules[number]

    def _file(self, header: MatchedRule, expression: Expression[Clause]) -> _FiledRule:
        keys: dict[Clause, Key] = {}

        def filed(clause: Clause) -> FiledClause:
            # Each leaf counts as one use of its sequence: removal walks the same leaves.
            keys[clause] = self._key(clause)
            return FiledClause(clause, keys[clause])

        condition = map_leaves(push_negation_down(expression), filed)
        pivots = dict.fromkeys(keys[clause] for clause in choose_pivot(expression).clauses)
        return _FiledRule(header, condition, tuple(pivots))

    def _key(self, clause: Clause) -> Key:
        if isinstance(clause, ConceptClause):
            return clause.concept.id
        if isinstance(clause, MetadataClause):
            return f"{clause.field}:{clause.value}"
        if isinstance(clause, TermClause):
            return self._terms.add(clause.sequence)
        raise TypeError(f"no key is defined for {type(clause).__name__}")

    def _remove(self, rule_id: str) -> bool:
        number = self._numbers.pop(rule_id, None)
        if number is None:
            return False
        filed = self._rules[number]
        self._rules[number] = None
        self._free.append(number)
        if filed is not None and filed.condition is not None:
            for key in filed.pivots:
                self._postings.remove(key, number)
            for leaf, _ in leaves(filed.condition):
                if isinstance(leaf.clause, TermClause):
                    self._terms.remove(leaf.clause.sequence)
        return True
