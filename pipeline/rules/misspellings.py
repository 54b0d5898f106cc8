"""Say of plain words that are nearly a name of the knowledge base which one may have been meant."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from pipeline.concepts import Concept, Sense
from pipeline.concepts.close_names import distance
from pipeline.rules.clauses import spell
from pipeline.rules.expressions import Unit
from pipeline.rules.lookup import ConceptLookup
from pipeline.rules.origin import Origin, RuleWarning
from pipeline.rules.shares import Shares
from pipeline.text.folding import fold
from pipeline.text.stemming import stem, stemming_language
from pipeline.text.tokens import is_unsegmented, tokenize

_SHORTEST_IN_SMALL_LETTERS = 6
# A short name is near many words: it is meant when everybody knows it, which the number of its languages tells.
_SHORTEST_OF_ANY = 8
_LANGUAGES_OF_THE_KNOWN = 35


class Meant(NamedTuple):
    """What words may have been meant for.

    Attributes:
        name: As it is written.
        concept: What it names.
    """

    name: str
    concept: Concept

    def __str__(self) -> str:
        return f"{spell(self.name)}[{self.concept.id}]"


def misspelling_warning(
    unit: Unit, concepts: ConceptLookup, languages: tuple[str, ...], origin: Origin
) -> RuleWarning | None:
    """``Nrth Korea`` is matched as two words, and hardly ever found; None where the words are no misspelling."""
    if any(word.is_prefix for word in unit.words):
        return None
    meant = misspelt_name(unit.text, concepts, languages)
    if meant is None:
        return None
    return origin.warning(f"{unit.text} is matched as plain words: did you mean {meant}?", unit.start)


def misspelt_name(text: str, concepts: ConceptLookup, languages: tuple[str, ...]) -> Meant | None:
    """The name that words may have been meant for; None where they are no misspelling.

    A word that news is known to hold is meant as it stands, however near a name is.

    Args:
        text: What is no name.
        concepts: Where names are looked up.
        languages: In which.
    """
    words = tokenize(text).words
    if not "".join(words).isalpha() or is_unsegmented(text) or all(_is_known(word, languages) for word in words):
        return None
    if text.islower() and len(text) < _SHORTEST_IN_SMALL_LETTERS:
        return None
    for name in concepts.near(text, languages):
        parts = tokenize(name).words
        changed = set(words).difference(parts)
        if _is_likely_slip(words, parts) and not all(_is_known(word, languages) for word in changed):
            for sense in concepts.senses(name, languages):
                if _is_likely(sense, name, text):
                    return Meant(name, sense.concept)
    return None


def _is_likely_slip(words: Sequence[str], parts: Sequence[str]) -> bool:
    """Whether no short word of a name is another word: nobody meant Donald Tusk by Donald Duck."""
    if len(words) != len(parts):
        return True
    pairs = zip(map(fold, words), map(fold, parts), strict=True)
    return all(len(word) >= _SHORTEST_OF_ANY or distance(word, part) <= 1 for word, part in pairs)


def _is_likely(sense: Sense, name: str, text: str) -> bool:
    if sense.name.via == "adjective":
        return False
    if text.islower() and (sense.name.via == "short-name" or distance(name.lower(), text) > 1):
        return False
    if len(text) >= _SHORTEST_OF_ANY:
        return True
    languages = {language for name in sense.concept.names for language in name.languages}
    return not sense.name.ambiguous and len(languages) >= _LANGUAGES_OF_THE_KNOWN


@lru_cache(maxsize=65_536)
def _is_known(word: str, languages: tuple[str, ...]) -> bool:
    shares = Shares.load()
    stems = (f"{known}:{stem(word, known)}" for language in languages if (known := stemming_language(language)))
    return shares.knows(fold(word)) or any(map(shares.knows, stems))
