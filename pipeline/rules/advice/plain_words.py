"""What an author may have meant by plain words: operators in lower case, names that stand inside a phrase."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from pipeline.concepts import Sense
from pipeline.rules.advice.everyday_words import everyday_words
from pipeline.rules.meaning.clauses import quote
from pipeline.rules.meaning.lookup import ConceptLookup
from pipeline.rules.syntax.expressions import Unit
from pipeline.rules.syntax.origin import Origin, RuleWarning
from pipeline.rules.syntax.vocabulary import COUNTING_OPERATORS, OPERATOR_WORDS
from pipeline.text.folding import fold
from pipeline.text.tokens import tokenize

_COUNTING = re.compile(COUNTING_OPERATORS, re.IGNORECASE)
# Names inside a phrase are looked for up to this many tokens; longer names are rare, and phrases may be long.
_MAX_NAME_TOKENS = 8
# Shorter words of the Latin script are prepositions and the like: of, in, zu, de.
_LEAST_LETTERS = 3


def operator_warning(unit: Unit, origin: Origin) -> RuleWarning | None:
    """``Russia and Ukraine`` is a phrase of three words; None where no bare word looks like an operator."""
    if unit.quoted:
        return None
    looks = [_is_operator(word.text) for word in unit.words]
    if not any(looks):
        return None
    first = unit.words[looks.index(True)]
    last = len(looks) - 1
    joins = all(not look or (0 < at < last and not looks[at - 1]) for at, look in enumerate(looks))
    if joins:
        written = " ".join(
            _as_operator(word.text) if look else word.text + "*" * word.is_prefix
            for word, look in zip(unit.words, looks, strict=True)
        )
        advice = f"write {written}, or quote the phrase"
    else:
        advice = f"write {_as_operator(first.text)} between two terms, leave it out, or quote the phrase"
    return origin.warning(
        f"{first.text} is a word here, since operators are in capitals, and only the phrase {quote(unit.text)} "
        f"counts: {advice}",
        first.start,
    )


def name_inside_warning(
    unit: Unit, concepts: ConceptLookup, languages: Sequence[str], origin: Origin
) -> RuleWarning | None:
    """Which known name, the longest and first, stands inside a phrase that is none itself.

    Args:
        unit: Plain words.
        concepts: Where names are looked up.
        languages: Only names of these.
        origin: Where the condition stands.
    """
    text = unit.text
    if text.isascii() and text.isalnum():
        return None
    spans = tokenize(text).spans
    for count in range(min(len(spans) - 1, _MAX_NAME_TOKENS), 0, -1):
        for first in range(len(spans) - count + 1):
            start, end = spans[first][0], spans[first + count - 1][1]
            surface = text[start:end]
            meant = [
                sense
                for sense in concepts.senses(surface, languages)
                if any(sense.name.in_language(language) for language in languages) and same_capitals(surface, sense)
            ]
            if meant:
                named = " or ".join(f"{sense.concept.label}[{sense.concept.id}]" for sense in meant)
                return origin.warning(
                    f"{text} is searched as these words; for the concept {named} in every language, split it: "
                    f"{_split(text[:start], surface, text[end:], languages)}",
                    unit.start,
                )
    return None


def same_capitals(surface: str, sense: Sense) -> bool:
    """Whether a name whose capitals matter (``US``) is written with them; all capitals will do."""
    name = sense.name
    return not name.case_sensitive or surface in name.surfaces or surface in {form.upper() for form in name.surfaces}


def _is_operator(word: str) -> bool:
    return word.upper() in OPERATOR_WORDS or _COUNTING.fullmatch(word) is not None


def _as_operator(word: str) -> str:
    name = word.partition("/")[0].upper()
    if name in {"NEAR", "ONEAR"} and "/" not in word:
        return f"{name}/8"
    return name + word[len(name) :]


def _split(before: str, surface: str, after: str, languages: Sequence[str]) -> str:
    pieces = (_without_joints(before, languages), surface, _without_joints(after, languages))
    return " + ".join(piece for piece in pieces if piece)


def _without_joints(text: str, languages: Sequence[str]) -> str:
    """A piece of a phrase without the words at its ends that only joined it: operators, and words of every article."""
    idle = {word.lower() for word in OPERATOR_WORDS}.union(
        *(everyday_words().get(language.partition("-")[0], ()) for language in languages)
    )
    words = text.strip(" -").split()
    while words and _is_joint(words[0], idle):
        del words[0]
    while words and _is_joint(words[-1], idle):
        del words[-1]
    return " ".join(words)


def _is_joint(word: str, idle: AbstractSet[str]) -> bool:
    return fold(word) in idle or (len(word) < _LEAST_LETTERS and word.isascii() and word.islower())
