"""Spell in other scripts the name of a person whom the knowledge base does not list."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Mapping, Sequence

from pipeline.rules.meaning.clauses import Scope, SpelledClause, Way
from pipeline.rules.meaning.word_forms import WordForm, name_key
from pipeline.text.folding import fold
from pipeline.text.nominatives import nominatives
from pipeline.text.scripts import script_of
from pipeline.text.tokens import is_unsegmented, tokenize
from pipeline.transliteration import LANGUAGES, Spelling, Writing, name_words, romanise_word, spell_name, spell_word

# Chosen by the people of the knowledge base whom other scripts list, spelled as if it did not: longer lists find more
# of them by one or two in a hundred.
_SPELLINGS_OF_A_WORD = 8
_SPELLINGS_OF_A_NAME = 30
_LEAST_CONFIDENCE = 0.003
# A word read from another script: so many Latin names are spelled on in the remaining scripts.
_LATIN_NAMES = 3

_UNSEGMENTED: tuple[Writing, ...] = ("han", "han-traditional", "kana", "thai")
# Writings whose apostrophes cut words into tokens: ג'ורג'.
_IN_PIECES: tuple[Writing, ...] = ("hebrew", "ukrainian")
# "Li Na" in Cyrillic is two everyday words.
_FEWEST_LETTERS = 7
_MOST_WORDS = 4
_BETWEEN_NAMES = re.compile(r"[\s\u00b7\u30fb]")

_Ways = Mapping[str, float]
"""Spellings of one word, folded, each with its confidence."""


def spelled_clauses(name: str, scope: Scope) -> tuple[SpelledClause, ...]:
    """What to look for in other scripts.

    Args:
        name: First and last name of a person, in Latin letters or in a script that can be read back.
        scope: Where it counts.

    Returns:
        One clause for all scripts with spaces between words, where each word has its own spellings, and one for each
        whole name in scripts without. None for a single word, a very short name, or one of more than four words: there
        a spelling would be no proof.
    """
    words = name_words(name)
    if not 1 < len(words) <= _MOST_WORDS or sum(map(len, words)) < _fewest_letters(words[0]):
        return ()
    latin = [_latin(word) for word in words]
    if not all(latin):
        return ()
    own = script_of(words[0][0])
    by_word = [_spaced(ways, own) for ways in latin]
    clauses = [_clause(name, by_word, scope)] if all(by_word) else []
    best = " ".join(ways[0].text for ways in latin)
    certainty = math.prod(ways[0].confidence for ways in latin)
    for writing in (*_UNSEGMENTED, *_IN_PIECES):
        for spelling in spell_name(best, writing, _SPELLINGS_OF_A_NAME, _LEAST_CONFIDENCE):
            in_pieces = writing in _UNSEGMENTED or len(tokenize(spelling.text).words) > len(words)
            if in_pieces and script_of(spelling.text[0]) != own:
                clauses.append(_whole(spelling.text, spelling.confidence * certainty, scope))
    return tuple(clauses)


def confidence_of(words: Sequence[str], ways: Sequence[Sequence[Way]], language: str) -> float:
    """How sure it is that words of a text are a name, by the ways to write each of its words.

    Returns:
        The product over the words, of the likeliest way that each may be a form of; 0 where one is none.
    """
    confidence = 1.0
    for word, spelled in zip(words, ways, strict=True):
        names = nominatives(fold(word), language)
        confidence *= max((way.confidence for way in spelled if way.text in names), default=0.0)
    return confidence


def _fewest_letters(word: str) -> int:
    return _FEWEST_LETTERS if not is_unsegmented(word[0]) else _MOST_WORDS


def _latin(word: str) -> Sequence[Spelling]:
    """A word in Latin letters, the likeliest way first: itself, where it is Latin."""
    script = script_of(word[0])
    if script == "latin":
        return (Spelling(word, 1.0),)
    return romanise_word(word, script, _SPELLINGS_OF_A_WORD)


def _spaced(latin: Sequence[Spelling], own: str) -> _Ways:
    """The ways to write a word in every script with spaces but its own."""
    ways: dict[str, float] = {}
    if own != "latin":
        ways.update((fold(spelling.text), spelling.confidence) for spelling in reversed(latin))
    for source in latin[:_LATIN_NAMES]:
        for writing in LANGUAGES:
            if writing in _UNSEGMENTED:
                continue
            for spelling in spell_word(source.text, writing, _SPELLINGS_OF_A_WORD):
                folded = fold(spelling.text)
                confidence = spelling.confidence * source.confidence
                if script_of(folded[0]) != own and len(tokenize(folded).words) == 1:
                    ways[folded] = max(confidence, ways.get(folded, 0.0))
    return ways


def _clause(name: str, words: Sequence[_Ways], scope: Scope) -> SpelledClause:
    return SpelledClause(
        text=name,
        sequence=tuple(_form(ways) for ways in words),
        ways=tuple(tuple(Way(text, round(ways[text], 2)) for text in sorted(ways)) for ways in words),
        least_confidence=_LEAST_CONFIDENCE,
        scope=scope,
    )


def _whole(text: str, confidence: float, scope: Scope) -> SpelledClause:
    """A name as one row of characters."""
    tokens = tuple(map(fold, tokenize(text).words))
    certain = (Way(token, 1.0) for token in tokens[1:])
    last = len(tokenize(_BETWEEN_NAMES.split(text)[-1]).words)
    return SpelledClause(
        text=text,
        sequence=tuple(sys.intern(token) if is_unsegmented(token) else _form({token: 1.0}) for token in tokens),
        ways=((Way(tokens[0], round(confidence, 2)),), *((way,) for way in certain)),
        least_confidence=0.0,
        surname=last,
        scope=scope,
    )


def _form(ways: _Ways) -> str:
    """A word that may be any of these, or an inflected form of one."""
    return WordForm("", tuple(map(name_key, sorted(ways)))).key
