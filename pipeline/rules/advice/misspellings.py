"""Say of plain words that are nearly a name of the knowledge base which one may have been meant."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby, takewhile
from typing import NamedTuple

from pipeline.concepts import Concept, Sense
from pipeline.concepts.close_names import distance
from pipeline.rules.index.shares import Shares
from pipeline.rules.meaning.clauses import spell
from pipeline.rules.meaning.lookup import ConceptLookup
from pipeline.rules.meaning.word_forms import stem_key
from pipeline.rules.syntax.expressions import Unit
from pipeline.rules.syntax.origin import Origin, RuleWarning
from pipeline.text.folding import fold
from pipeline.text.stemming import stem, stemming_language
from pipeline.text.tokens import is_unsegmented, tokenize

_SHORTEST_IN_SMALL_LETTERS = 6
# A short name is near many words: it is meant when everybody knows it, which the number of its languages tells.
_SHORTEST_OF_ANY = 8
_LANGUAGES_OF_THE_KNOWN = 35
# What inflection and derivation put behind a name, folded, and what they take away.
_ENDING_WORDS = "n an ian ean er ers ern ner s es e en in i y ish ic k ien ais ois ese и й а я у ю е ы ой ом ем ов ец"
_ENDINGS = frozenset(_ENDING_WORDS.split())
_DERIVATIONS = frozenset(
    [("", ending) for ending in ("y", "ie", "ia", "a", "e", "s", "en", "я", "а", "ия")]
    + [(ending, "") for ending in _ENDINGS]
    + [(ending, lost) for ending in ("an", "er", "n", "ian", "in") for lost in ("y", "e", "a", "o")]
)


class Meant(NamedTuple):
    """What words may have been meant for.

    Attributes:
        name: As it is written.
        concept: What it names.
        also: What else the name may mean that is no concept; empty where nothing.
    """

    name: str
    concept: Concept
    also: str = ""

    def __str__(self) -> str:
        return f"{spell(self.name)}[{self.concept.id}]"


def misspelling_warning(
    unit: Unit, concepts: ConceptLookup, languages: tuple[str, ...], origin: Origin
) -> RuleWarning | None:
    """``Nrth Korea`` is matched as two words, and hardly ever found; None where the words are no misspelling."""
    if any(word.is_prefix for word in unit.words):
        return None
    meant = names_meant(unit.text, concepts, languages)
    if not meant:
        return None
    return origin.warning(f"{unit.text} is matched as plain words: did you mean {either(meant)}?", unit.start)


def either(meant: Sequence[Meant]) -> str:
    """``Georgia[country/ge] or Georgia[region/us-georgia]``, ``Washington[city/washington] or the US state``."""
    return " or ".join([*map(str, meant), *(one.also for one in meant if one.also)])


def names_meant(text: str, concepts: ConceptLookup, languages: tuple[str, ...]) -> tuple[Meant, ...]:
    """The name that words may have been meant for, with each of its meanings; empty where they are no misspelling.

    A word that news is known to hold is meant as it stands, however near a name is.

    Args:
        text: What is no name.
        concepts: Where names are looked up.
        languages: In which.
    """
    words = tokenize(text).words
    if not "".join(words).isalpha() or is_unsegmented(text) or all(_is_known(word, languages) for word in words):
        return ()
    if text.islower() and len(text) < _SHORTEST_IN_SMALL_LETTERS:
        return ()
    for name in concepts.near(text, languages):
        parts = tokenize(name).words
        changed = set(words).difference(parts)
        if _is_likely_slip(words, parts) and not all(_is_known(word, languages) for word in changed):
            senses = [sense for sense in concepts.senses(name, languages) if _is_likely(sense, name, text)]
            if senses:
                # Where several concepts are called so, they are what else it may mean.
                return tuple(Meant(name, sense.concept, sense.name.also * (len(senses) == 1)) for sense in senses)
    return ()


def _is_likely_slip(words: Sequence[str], parts: Sequence[str]) -> bool:
    """Whether words may be a slip. Donald Duck is a name of its own, and Bavarian comes from Bavaria."""
    written, name = fold(" ".join(words)), fold(" ".join(parts))
    if _is_derived(written, name) or (len(written) < _SHORTEST_OF_ANY and not _is_slip_in_a_short_name(written, name)):
        return False
    if len(words) != len(parts):
        return True
    pairs = zip(map(fold, words), map(fold, parts), strict=True)
    return all(len(word) >= _SHORTEST_OF_ANY or distance(word, part) <= 1 for word, part in pairs)


def _is_derived(written: str, name: str) -> bool:
    """Whether a word is a name with an ending, or without its own: ``Bayerns``, ``Corsican``, ``Tuscan``."""
    common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(written, name, strict=False)))
    return (written[common:], name[common:]) in _DERIVATIONS


def _is_slip_in_a_short_name(written: str, name: str) -> bool:
    """Whether a letter between first and last is left out or doubled, or two have changed places.

    Any other change makes one name of another: ``Schulz`` is not Scholz, ``Imran`` not Iran, ``Merkle`` not Merkel.
    """
    if (written[0], written[-1]) != (name[0], name[-1]):
        return False
    if len(written) > len(name):
        return _without_doubles(written) == _without_doubles(name)
    return len(written) < len(name) or sorted(written) == sorted(name)


def _without_doubles(word: str) -> str:
    return "".join(letter for letter, _ in groupby(word))


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
    stems = (stem_key(known, stem(word, known)) for language in languages if (known := stemming_language(language)))
    return shares.knows(fold(word)) or any(map(shares.knows, stems))
