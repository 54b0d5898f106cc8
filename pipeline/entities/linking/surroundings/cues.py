"""What stands beside a doubtful name and settles it: a king makes it a country, an oven makes it food."""

from __future__ import annotations

from functools import cache

from pipeline.concepts.concept import primary_subtag
from pipeline.entities.linking.occurrences import FieldText
from pipeline.text.folding import fold
from pipeline.text.word_lists import read_word_list

_BLANKS = frozenset({" ", "\u00a0", "\u202f"})
_GENITIVE = "s"
_GENITIVE_MARKS = frozenset({"'", "’"})
# "King Abdullah of Jordan", "the president of the Republic of Georgia".
_WORDS_BEFORE_THE_NAME = 5
_NEAR = 6


@cache
def _cues(kind: str, language: str) -> frozenset[str]:
    return frozenset(read_word_list(__package__, "cues").get(f"{kind}-{language}", ()))


@cache
def governing(language: str) -> frozenset[str]:
    """The articles and prepositions of a language, folded, by its primary subtag."""
    return frozenset(map(fold, read_word_list(__package__, "governing-words").get(language, ())))


def is_said_to_be_a_state(field: FieldText, first: int, end: int, language: str) -> bool:
    """Whether what only states have stands beside a name: ``Chad leader``, ``Jordan's king``, ``King … of Jordan``.

    Args:
        field: The text.
        first: The name's first token.
        end: Behind its last.
        language: Of the text.
    """
    language = primary_subtag(language)
    words = _cues("state", language)
    if not words:
        return False
    after = end
    if after < len(field.words) and field.words[after] == _GENITIVE and field.gap_before(after) in _GENITIVE_MARKS:
        after += 1
    if after < len(field.words) and field.gap_before(after) in _BLANKS and fold(field.words[after]) in words:
        return True
    return _is_governed_by(words, field, first, governing(language))


def _is_governed_by(words: frozenset[str], field: FieldText, first: int, prepositions: frozenset[str]) -> bool:
    """Whether one of some words stands before a name, with prepositions and capitalised words alone between."""
    has_preposition = not prepositions
    for token in range(first - 1, max(-1, first - 1 - _WORDS_BEFORE_THE_NAME), -1):
        if field.gap_before(token + 1) not in _BLANKS | _GENITIVE_MARKS:
            return False
        word = field.words[token]
        folded = fold(word)
        if folded in prepositions:
            has_preposition = True
        elif folded in words:
            # Without a preposition, "Prince Jordan" is a person, and a genitive has no capital before it.
            return has_preposition or word[0].islower() or word.lower() == word.upper()
        elif not (has_preposition and word[0].isupper()):
            return False
    return False


def is_food_too(word: str, language: str) -> bool:
    """Whether a word that is a name is food too: ``Turkey``, ``Apple``."""
    names = _cues("kitchen-names", primary_subtag(language))
    return bool(names) and fold(word) in names


def is_said_to_be_food(field: FieldText, first: int, end: int, language: str) -> bool:
    """Whether words of the kitchen stand beside a name, which is food too: ``Turkey recipe``; arguments as above."""
    words = _cues("kitchen", primary_subtag(language))
    return any(fold(word) in words for word in field.words[max(0, first - _NEAR) : end + _NEAR])
