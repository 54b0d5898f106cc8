"""Turn a unit's words into what is looked for in the text, and refuse words that would be found everywhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from pipeline.rules.meaning.clauses import RawClause, Scope
from pipeline.rules.meaning.word_forms import NAME_STEM, WordForm, has_star, name_key, stem_key
from pipeline.rules.syntax.expressions import Unit, Word
from pipeline.rules.syntax.origin import Origin
from pipeline.text.folding import fold
from pipeline.text.stemming import stem, stemming_language
from pipeline.text.tokens import is_unsegmented, tokenize

MIN_PREFIX_LETTERS = 3
_MIN_INFLECTED_LETTERS = 3
# Lucene's sign for words that are alike, as in roam~1.
_SIMILAR = re.compile(r"\w~\d?$")


@lru_cache(maxsize=1_024)
def stemmed(languages: tuple[str, ...]) -> tuple[str, ...]:
    """Those of some languages whose words can be stemmed, as two-letter codes in order."""
    return tuple(sorted({known for language in languages if (known := stemming_language(language)) is not None}))


def sequence_of(unit: Unit, origin: Origin, inflected: Sequence[str] = ()) -> tuple[str, ...]:
    """The keys of the ``WordForm``s of a unit, one a token.

    Args:
        unit: What is asked for.
        origin: Where it stands.
        inflected: The languages in which the inflected forms of its other tokens count; ``NAME_STEM`` for those of
            names.

    Raises:
        RuleError: There is no token, one letter alone, or a star that would match too much.
    """
    sequence: list[str] = []
    for word in unit.words:
        if unit.quoted:
            _refuse_signs_in_quotes(word, origin)
        tokens = tokenize(word.text)
        forms = [_form(token, inflected) for token in tokens.words]
        if word.is_prefix:
            prefix = fold(tokens.words[-1])
            _check_prefix(word, tokens.words[-1], prefix, tokens.spans[-1][1], origin)
            forms[-1] = WordForm(prefix, is_prefix=True)
        sequence += [form.key for form in forms]
    _refuse_too_short(sequence, unit, origin)
    return tuple(sequence)


def _form(token: str, inflected: Sequence[str]) -> WordForm:
    """A token as it is looked for, with its inflected forms where they count."""
    folded = fold(token)
    if not inflected or len(folded) < _MIN_INFLECTED_LETTERS or not folded[0].isalpha() or is_unsegmented(token):
        return WordForm(folded)
    return WordForm(
        folded,
        tuple(name_key(folded) if each == NAME_STEM else stem_key(each, stem(token, each)) for each in inflected),
    )


def raw_clause(unit: Unit, scope: Scope, origin: Origin) -> RawClause:
    """The clause of ``raw:"…"``.

    Raises:
        RuleError: It holds a star outside quotes, no token, or one letter alone.
    """
    for word in unit.words:
        if word.is_prefix:
            raise origin.error('raw: takes exact characters and no star: write raw:"…"', word.start + len(word.text))
    tokens = tokenize(unit.text)
    sequence = tuple(fold(token) for token in tokens.words)
    _refuse_too_short(list(sequence), unit, origin)
    return RawClause(text=unit.text, sequence=sequence, lead=tokens.spans[0][0], scope=scope)


def _refuse_too_short(sequence: list[str], unit: Unit, origin: Origin) -> None:
    if not sequence:
        raise origin.error(
            "expected a term that holds a letter or a digit: signs and emoji alone are not searched", unit.start
        )
    if len(sequence) == 1 and len(sequence[0]) == 1:
        raise origin.error(
            f"{unit.text.strip()} is one letter, which nearly every article holds: write a longer term", unit.start
        )


def _check_prefix(word: Word, last: str, folded: str, last_end: int, origin: Origin) -> None:
    star = word.start + len(word.text)
    if is_unsegmented(last):
        raise origin.error(f"{word.text} needs no star: in this script a term is found inside longer words", star)
    if last_end != len(word.text) or len(folded) < MIN_PREFIX_LETTERS:
        raise origin.error(f"a star needs at least {MIN_PREFIX_LETTERS} letters right before it: korea*", star)


def _refuse_signs_in_quotes(word: Word, origin: Origin) -> None:
    if any(has_star(part) for part in word.text.split()):
        raise origin.error(
            "in quotes a star is a mere sign: take the words out of the quotes, as in korea*", word.start
        )
    if _SIMILAR.search(word.text):
        raise origin.error(
            "~ finds no similar words: write the words that you mean with OR, as in (color OR colour), "
            'or raw:"…" for the characters',
            word.start,
        )
