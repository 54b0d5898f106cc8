"""All live rules at once: which of them does this article satisfy?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from threading import Lock
from typing import NamedTuple

import msgspec

from pipeline.messages.alerts import ArticleHeader, Match, MatchedRule
from pipeline.messages.articles import EnrichedArticle
from pipeline.messages.codec import decode, encode
from pipeline.messages.identity import rule_version
from pipeline.messages.rules import WatchRule
from pipeline.rules.index.article_terms import ArticleTerms
from pipeline.rules.index.clause_filing import ClauseFiling, Condition, FiledLeaf
from pipeline.rules.index.evaluate import evidence_of, is_satisfied, missed_by_one, satisfied_clauses
from pipeline.rules.index.near_misses import ClausePostings, NearMiss
from pipeline.rules.index.pivot import choose_postings
from pipeline.rules.index.postings import Postings
from pipeline.rules.index.sharded import Sharded
from pipeline.rules.index.shares import Shares
from pipeline.rules.index.snippet import cut_snippet
from pipeline.rules.meaning.clauses import canonical_form
from pipeline.rules.meaning.compilation import Requirements, RuleCompiler
from pipeline.rules.meaning.lookup import ConceptLookup
from pipeline.rules.syntax.expressions import leaves, map_leaves
from pipeline.rules.syntax.limits import Limits
from pipeline.text.asides.stretches import without_asides
from pipeline.text.folding import fingerprint

_MAX_REMEMBERED_HEADERS = 65_536


class _Fired(NamedTuple):
    """A rule that an article satisfies, and the clauses that count for its score."""

    rule: MatchedRule
    score: float
    clauses: list[FiledLeaf]


def _rule_id(fired: _Fired) -> str:
    return fired.rule.id


def _goes_by_text(rule: MatchedRule) -> bool:
    return rule.updates == "text" or (rule.suppress is not None and rule.suppress.by == "text")


class RuleIndex:
    """Watch rules, filed so that an article is only tried against those it may satisfy.

    Each rule is filed under the rarest word or concept that it requires, or under that of each alternative of a
    required OR, each with a second one that the article must hold too. Rules come and go one at a time, without a
    rebuild. Threads may share an index: each call sees it whole.

    Args:
        concepts: Where names are looked up.
        limits: How large a rule may be.
        shares: How often articles hold a word; by default as measured on news. They decide on speed alone.
    """

    def __init__(self, concepts: ConceptLookup, limits: Limits | None = None, *, shares: Shares | None = None) -> None:
        self._compiler = RuleCompiler(concepts, limits)
        self._lock = Lock()
        self._filing = ClauseFiling(shares or Shares.load())
        self._postings = Postings()
        self._clause_postings: ClausePostings | None = None
        # Rules by number: the document, packed since few ever fire, and what an article must satisfy; a rule that is
        # off has no condition.
        self._numbers: Sharded[str, int] = Sharded()
        self._ids: list[str] = []
        self._documents: list[bytes | None] = []
        self._conditions: list[Condition | None] = []
        self._lowering: Sharded[int, tuple[FiledLeaf, ...]] = Sharded()
        self._least_scores: Sharded[int, float] = Sharded()
        self._free: list[int] = []
        # What matches say of the rules that have fired, which are few.
        self._headers: dict[int, MatchedRule] = {}

    def __len__(self) -> int:
        """How many rules there are, those that are off included."""
        return len(self._numbers)

    def __contains__(self, rule_id: object) -> bool:
        return rule_id in self._numbers

    def version(self, rule_id: str) -> str | None:
        """The version of a rule, or None where there is no such rule."""
        with self._lock:
            number = self._numbers.get(rule_id)
            document = None if number is None else self._documents[number]
        return None if document is None else rule_version(decode(document, WatchRule))

    def add(self, rule: WatchRule, requirements: Requirements | None = None) -> None:
        """Add a rule, or put it in the place of the one with its id.

        Args:
            rule: The document; with ``mode: off`` it is known and never fires.
            requirements: Its, by a ``RuleCompiler`` of the same concepts and limits; None: the index compiles it.

        Raises:
            RuleError: It cannot be used; the index is as before. ``check_rule`` says what is doubtful in it.
        """
        requirements = requirements or self._compiler.requirements(rule)
        document = encode(rule)
        with self._lock:
            self._remove(rule.id)
            number = self._free.pop() if self._free else len(self._documents)
            if number == len(self._documents):
                self._ids.append(rule.id)
                self._documents.append(None)
                self._conditions.append(None)
            self._numbers[rule.id] = number
            self._ids[number] = rule.id
            self._documents[number] = document
            if rule.min_score is not None:
                self._least_scores[number] = rule.min_score
            if rule.mode != "off":
                self._file(number, requirements)

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
            One match a rule, sorted by rule id. The score is the sum of the weights of the satisfied clauses; evidence
            stands in the order of the rule's clauses, and for each of them by field, title first, and offset, at most
            ``MAX_EVIDENCE_PER_CLAUSE`` of each.
        """
        with self._lock:
            terms = ArticleTerms(article, self._filing)
            fired = list(self._fired(terms))
            if not fired:
                return []
            header = ArticleHeader.of(article)
            if any(_goes_by_text(rule) for rule, _, _ in fired):
                own_text = without_asides(article.body, article.asides)
                header = msgspec.structs.replace(header, fingerprint=fingerprint(article.title, own_text))
            times = article.times if now is None else msgspec.structs.replace(article.times, matched_at=now)
            matches = []
            for rule, score, clauses in sorted(fired, key=_rule_id):
                evidence = tuple([item for filed in clauses for item in evidence_of(filed, terms)])
                snippet = cut_snippet(article, evidence)
                matches.append(
                    Match(rule=rule, article=header, score=score, evidence=evidence, snippet=snippet, times=times)
                )
        return matches

    def prepare_near_misses(self) -> None:
        """File all rules under each of their clauses: takes as long as adding them, and more memory until forgotten."""
        with self._lock:
            self._clause_postings_made()

    def near_misses(self, article: EnrichedArticle) -> list[NearMiss]:
        """Every rule that an article misses by exactly one clause, sorted by rule id.

        Needs ``prepare_near_misses``, which the first call does where nobody has.
        """
        with self._lock:
            postings = self._clause_postings_made()
            terms = ArticleTerms(article, self._filing)
            missed = []
            for number in postings.candidates(terms):
                alternatives = missed_by_one(self._condition(number), terms)
                if alternatives:
                    clauses = [map_leaves(each, lambda filed: filed.clause) for each in alternatives]
                    clause = " OR ".join(map(canonical_form, clauses))
                    missed.append(NearMiss(rule_id=self._ids[number], clause=clause))
        return sorted(missed, key=lambda miss: miss.rule_id)

    def forget_near_misses(self) -> None:
        """Give back the memory that ``near_misses`` takes; its next call is a first one."""
        with self._lock:
            self._clause_postings = None

    def _clause_postings_made(self) -> ClausePostings:
        if self._clause_postings is None:
            postings = ClausePostings(self._filing.keys)
            for number, condition in enumerate(self._conditions):
                if condition is not None:
                    postings.add(number, condition)
            self._clause_postings = postings
        return self._clause_postings

    def _fired(self, terms: ArticleTerms) -> Iterator[_Fired]:
        """The rules that an article satisfies with the score that they ask for."""
        for number in self._satisfied(terms):
            scored = self._score(number, terms)
            if scored is not None:
                yield _Fired(self._header(number), *scored)

    def _satisfied(self, terms: ArticleTerms) -> set[int]:
        """The rules whose condition an article satisfies, whatever they score."""
        satisfied, doubtful = self._postings.candidates(terms.keys, terms.held)
        if terms.has_asides:
            # What an article holds may stand in an aside alone.
            satisfied, doubtful = set(), satisfied | doubtful
        satisfied.update([number for number in doubtful if is_satisfied(self._condition(number), terms)])
        return satisfied

    def _condition(self, number: int) -> Condition:
        condition = self._conditions[number]
        if condition is None:
            raise LookupError(f"no rule that may fire has the number {number}")
        return condition

    def _score(self, number: int, terms: ArticleTerms) -> tuple[float, list[FiledLeaf]] | None:
        """The score of a satisfied rule and the clauses that count for it; None where it is too low to fire."""
        clauses = satisfied_clauses(self._condition(number), self._lowering.get(number) or (), terms)
        score = sum([filed.clause.weight for filed in clauses])
        least = self._least_scores.get(number)
        return None if least is not None and score < least else (score, clauses)

    def _header(self, number: int) -> MatchedRule:
        header = self._headers.get(number)
        if header is None:
            document = self._documents[number]
            if document is None:
                raise LookupError(f"no rule has the number {number}")
            rule = decode(document, WatchRule)
            if len(self._headers) >= _MAX_REMEMBERED_HEADERS:
                self._headers.clear()
            header = self._headers[number] = MatchedRule(
                id=rule.id,
                version=rule_version(rule),
                name=rule.name or rule.id,
                tags=rule.tags,
                severity=rule.severity,
                channel=rule.channel,
                mode=rule.mode,
                suppress=rule.suppress,
                limit=rule.limit,
                updates=rule.updates,
            )
        return header

    def _file(self, number: int, rule: Requirements) -> None:
        # Each leaf counts as one use of its clause: removal walks the same leaves.
        condition = map_leaves(rule.required, self._filing.add)
        self._conditions[number] = condition
        if rule.lowering:
            self._lowering[number] = tuple(map(self._filing.add, rule.lowering))
        self._postings.add(number, choose_postings(condition, self._filing.keys))
        if self._clause_postings is not None:
            self._clause_postings.add(number, condition)

    def _remove(self, rule_id: str) -> bool:
        number = self._numbers.pop(rule_id)
        if number is None:
            return False
        condition = self._conditions[number]
        if condition is not None:
            self._postings.remove(number, choose_postings(condition, self._filing.keys))
            if self._clause_postings is not None:
                self._clause_postings.remove(number, condition)
            for filed, _ in leaves(condition):
                self._filing.remove(filed)
            for filed in self._lowering.pop(number) or ():
                self._filing.remove(filed)
        self._documents[number] = None
        self._least_scores.pop(number)
        self._conditions[number] = None
        self._headers.pop(number, None)
        self._free.append(number)
        return True
