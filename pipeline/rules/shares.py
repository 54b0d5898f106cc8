"""An estimate of how often articles hold what a clause asks for.

Only the order of the estimates decides anything, and it only costs time: a rule is filed under its rarest clause. The
figures are those of no collection: everyday words are listed, and otherwise long words are rare and phrases rarer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.rules.clauses import INFLECTION_MARK, PREFIX_MARK, Clause, ConceptClause, MetadataClause, TermClause
from pipeline.rules.everyday_words import ANY_EVERYDAY_WORD, EVERYDAY_WORDS
from pipeline.text.tokens import is_unsegmented

_METADATA: Mapping[str, float] = {"lang": 0.3, "source": 0.05, "site": 0.05, "tag": 0.05}
_CONCEPTS: Mapping[str, float] = {"country": 0.06, "region": 0.02, "city": 0.02, "org": 0.02, "person": 0.01}
_EVERYDAY_WORD = 0.8
_WORD = 0.3
_CHARACTER = 0.15
_PER_LETTER = 0.6
_PREFIX_FACTOR = 4.0
_INFLECTION_FACTOR = 1.5


def share_of(clause: Clause) -> float:
    """The share of articles that satisfy a clause, by estimate; of NEAR there is none, since its operands are asked."""
    if isinstance(clause, ConceptClause):
        return _CONCEPTS[clause.concept.kind] + 0.02 * len(clause.metonyms)
    if isinstance(clause, MetadataClause):
        return _METADATA[clause.field]
    if not isinstance(clause, TermClause):
        raise TypeError(f"no share is estimated for {type(clause).__name__}")
    share = 1.0
    for entry in clause.sequence:
        share *= _word_share(entry)
    return share


def is_everywhere(clause: TermClause, languages: Iterable[str]) -> bool:
    """Whether nearly every article in one of these languages holds a clause."""
    words = {entry.partition(INFLECTION_MARK)[0] for entry in clause.sequence}
    return any(words <= EVERYDAY_WORDS.get(language.partition("-")[0], frozenset()) for language in languages)


def _is_everyday(word: str, stems: str) -> bool:
    """Whether a word is one in the languages whose stems its entry names."""
    return any(word in EVERYDAY_WORDS.get(stem.partition(":")[0], ()) for stem in stems.split(","))


def _word_share(entry: str) -> float:
    word, mark, stems = entry.partition(INFLECTION_MARK)
    if word in ANY_EVERYDAY_WORD and (not mark or _is_everyday(word, stems)):
        return _EVERYDAY_WORD
    letters = word.removesuffix(PREFIX_MARK)
    if is_unsegmented(letters):
        return _CHARACTER
    share = _WORD * _PER_LETTER ** (len(letters) - 1)
    if letters != word:
        share *= _PREFIX_FACTOR
    elif mark:
        share *= _INFLECTION_FACTOR
    return min(share, _EVERYDAY_WORD)
