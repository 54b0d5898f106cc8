"""Say what is allowed in a rule and can hardly be meant: words that are everywhere, scores out of reach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.rules.advice.contradictions import contradictions
from pipeline.rules.advice.rate import expected_share
from pipeline.rules.index.shares import Shares, is_everywhere
from pipeline.rules.meaning.clauses import Clause, PhraseClause, TermClause, quote, spell
from pipeline.rules.meaning.lookup import ConceptLookup
from pipeline.rules.meaning.weights import weigh
from pipeline.rules.meaning.word_forms import WordForm
from pipeline.rules.syntax.expressions import Expression, Term, leaves
from pipeline.rules.syntax.origin import Origin, RuleWarning

# A rule that fires on so large a share of the articles is hardly meant so.
_FREQUENT = 0.2
_NEARLY_ALL = 0.7


def lint(
    settled: Expression[Clause],
    written: Expression[Term],
    concepts: ConceptLookup,
    languages: Sequence[str],
    origin: Origin,
    *,
    min_score: float | None = None,
) -> Iterator[RuleWarning]:
    """Everything doubtful in what a rule means.

    Args:
        settled: The rule's clauses.
        written: The same tree, as written.
        concepts: Where names are looked up.
        languages: The rule's.
        origin: Where the condition stands.
        min_score: The least score that fires.
    """
    starts: dict[Clause, int] = {}
    fires_often = expected_share(weigh(settled).required, Shares.load()) >= _FREQUENT
    for (clause, positive), (term, _) in zip(leaves(settled), leaves(written), strict=True):
        starts.setdefault(clause, term.start)
        if not isinstance(clause, TermClause):
            continue
        own = (clause.scope.language,) if clause.scope.language else languages
        if is_everywhere(clause, own):
            consequence = "as a clause it says nothing" if positive else "under NOT it silences the rule"
            yield origin.warning(f"{clause.text} stands in nearly every article: {consequence}", term.start)
        elif positive and fires_often and (share := _share_elsewhere(clause)) >= _FREQUENT:
            yield origin.warning(_frequent(clause, share, own[0] if own else "en"), term.start)
    yield from contradictions(settled, starts, concepts, origin)
    most = None if min_score is None else _most(settled)
    if min_score is not None and most is not None and most < min_score:
        yield origin.warning(
            f"the rule can never fire: its score is at most {most:g}, and min_score is {min_score:g}", 0
        )


def _share_elsewhere(clause: TermClause) -> float:
    """The share of the articles in the language where a word is most frequent; 0 where the rule says which language."""
    is_one_word = isinstance(clause, PhraseClause) and len(clause.sequence) == 1 and not clause.has_prefix
    if not is_one_word or clause.scope.language is not None:
        return 0.0
    return Shares.load().of(WordForm.of(clause.sequence[0]).word)


def _frequent(clause: TermClause, share: float, language: str) -> str:
    how_often = "nearly every article" if share > _NEARLY_ALL else f"about 1 in {round(1 / share)} articles"
    capitals = f"raw:{quote(clause.text)} finds these letters alone, and " if clause.text.isupper() else ""
    return (
        f"without its case {clause.text} is a word of {how_often} in some language: "
        f"{capitals}{language.partition('-')[0]}:{spell(clause.text)} asks articles in one language"
    )


def _most(settled: Expression[Clause]) -> float:
    """The highest score that an article can reach, or more: each clause once, those that lower it left out."""
    clauses = dict.fromkeys(clause for clause, positive in leaves(weigh(settled).required) if positive)
    return sum(clause.weight for clause in clauses)
