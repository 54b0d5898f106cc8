"""Tell which plain words are a name that no lexicon knows, and what else than these words it may be written as."""

from __future__ import annotations

import re
from functools import cache

from pipeline.rules.index.shares import Shares
from pipeline.rules.meaning.clauses import NameClause, PhraseClause, Scope, SpelledClause, Way
from pipeline.rules.meaning.unlisted_people import spelled_clauses
from pipeline.rules.meaning.word_forms import WordForm, name_key
from pipeline.rules.syntax.expressions import Unit
from pipeline.text.folding import fold
from pipeline.text.tokens import is_unsegmented, tokenize
from pipeline.text.word_lists import read_word_list

_MOST_WORDS = 4
# A shorter word alone is a form of too many others: "Ruto" of "Rut".
_FEWEST_LETTERS_ALONE = 5
_INITIAL = re.compile(r"\w\.?|(?:\w\.)+")


def is_unlisted_name(unit: Unit) -> bool:
    """Whether plain words are read as a name: capitals, and a word that news hardly holds.

    Two to four words that begin with a capital, small particles between them, or one of five letters. Words all in
    capitals are abbreviations. A word is taken for no name of its own where the news of many languages holds it.

    Args:
        unit: Without field, sign or concept.
    """
    if any(word.is_prefix for word in unit.words):
        return False
    words = unit.text.split()
    particles = _particles()
    if not 0 < len(words) <= _MOST_WORDS or words[0] in particles or words[-1] in particles:
        return False
    names = [word for word in words if word not in particles and not _INITIAL.fullmatch(word)]
    if not names or not all(map(_is_name_word, names)):
        return False
    if len(names) == 1 and len(names[0]) < _FEWEST_LETTERS_ALONE:
        return False
    shares = Shares.load()
    return not all(shares.knows(fold(part)) for word in names for part in tokenize(word).words)


def name_clause(phrase: PhraseClause, *, transliteration: bool) -> NameClause:
    """Plain words as a name: as written and inflected, in any inflected form of a name, and as other scripts spell it.

    Args:
        phrase: The words.
        transliteration: Whether spellings in other scripts count.
    """
    spelled = spelled_clauses(phrase.text, phrase.scope) if transliteration else ()
    inflected = inflected_clause(phrase.text, phrase.scope)
    return NameClause(text=phrase.text, sequence=phrase.sequence, scope=phrase.scope, spelled=(inflected, *spelled))


def inflected_clause(text: str, scope: Scope) -> SpelledClause:
    """A name in any of its inflected forms, in the letters of the rule."""
    words = tuple(map(fold, tokenize(text).words))
    return SpelledClause(
        text=text,
        sequence=tuple(WordForm("", (name_key(word),)).key for word in words),
        ways=tuple((Way(word, 1.0),) for word in words),
        least_confidence=0.0,
        scope=scope,
        is_inflected=True,
    )


@cache
def _particles() -> frozenset[str]:
    return frozenset(read_word_list(__package__, "name-particles")["particles"])


def _is_name_word(word: str) -> bool:
    letters = word.replace("-", "").replace("'", "").replace("\u2019", "")
    return letters.isalpha() and word[0].isupper() and not letters.isupper() and not is_unsegmented(word)
