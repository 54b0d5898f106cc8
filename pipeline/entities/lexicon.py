"""The names that apply in one language, compiled for one pass over the tokens of a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipeline.concepts import ANY_LANGUAGE, Concept, KnowledgeBase, Name, NameVia, Sense
from pipeline.concepts.concept import primary_subtag
from pipeline.concepts.knowledge_base import folded_key
from pipeline.entities.homographs import other_meanings
from pipeline.messages.articles import EntityRef, Label, MentionVia
from pipeline.text.clitics import without_particles, without_proclitics
from pipeline.text.folding import LONGEST_REMEMBERED, fold
from pipeline.text.inflection import inflection_of, name_stems
from pipeline.text.scripts import Script, script_of
from pipeline.text.tokens import Tokens, is_unsegmented, tokenize
from pipeline.text.trie import TokenTrie, Vocabulary

UNDETERMINED = "und"

# Latin-script languages write most foreign names as English does where they have no form of their own.
_LENT_BY = "en"
# Of places only the usual name and acronyms: "America" is the continent to others, "Britain" a part of France.
_LENT_VIAS: dict[str, frozenset[NameVia]] = {
    "country": frozenset({"name"}),
    "region": frozenset({"name"}),
    "city": frozenset({"name"}),
    "org": frozenset({"name", "alias", "short-name"}),
    "person": frozenset({"name", "alias", "short-name"}),
}

# Norwegian's codes name one language to CLDR and another to newsrooms.
_ALSO = {"nb": ("no",), "nn": ("nb", "no")}

LABELS: dict[str, Label] = {"country": "LOC", "region": "LOC", "city": "LOC", "org": "ORG", "person": "PER"}

# Up to three letters may follow a stem that the knowledge base gives, if the stem is long enough to say everything.
_FREE_TAIL = 3
_FREE_TAIL_STEM = 5
# A word of a name that is shorter is a particle or an acronym: it does not inflect.
_SHORTEST_INFLECTED = 3
# "Spojené státy": the genitive of many drops the ending; of a single word what is left says too little.
_SHORTEST_BARE_STEM = 4
_SHORT_DEMONYM = 3
# Readings of the commonest words are kept; news in one language has some 50,000 that matter.
_MEMO_WORDS = 100_000


class NamesByLanguage:
    """The names of a knowledge base, by the languages that use them."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self._by_language: dict[str, list[Sense]] = {}
        for sense in kb.names():
            for language in dict.fromkeys(map(primary_subtag, sense.name.languages)):
                self._by_language.setdefault(language, []).append(sense)

    def used_in(self, language: str) -> list[Sense]:
        """The names that texts of a language use: its own, those of any language, and what English lends.

        Args:
            language: BCP 47 tag; ``und`` uses the names of all languages, each spelling once, without adjectives.
        """
        if language == UNDETERMINED:
            spellings: dict[tuple[str, str], Sense] = {}
            for senses in self._by_language.values():
                for sense in senses:
                    if sense.name.via != "adjective":
                        spellings.setdefault((sense.concept.id, sense.name.text), sense)
            return list(spellings.values())
        primary = primary_subtag(language)
        own = [
            sense
            for tag in (ANY_LANGUAGE, primary, *_ALSO.get(primary, ()))
            for sense in self._by_language.get(tag, ())
        ]
        # What a language has itself, with its own remarks, English need not lend: "Moderna" is a word in Italian.
        has = {(sense.concept.id, folded_key(sense.name.text)) for sense in own if sense.name.via != "adjective"}
        lent = [
            sense
            for sense in (self._by_language.get(_LENT_BY, ()) if primary != _LENT_BY else ())
            if not sense.name.ambiguous
            and (sense.concept.id, folded_key(sense.name.text)) not in has
            and (sense.name.via in _LENT_VIAS[sense.concept.kind] or sense.name.text.isupper())
        ]
        return own + lent


class Entry(NamedTuple):
    """One way of writing a name.

    Attributes:
        concept: What it names; None for a phrase that holds a name but means something else.
        name: The name in the knowledge base; None with the concept.
        ref: The concept, as mentions carry it.
        label: What a mention of it is labelled.
        via: How a mention of it was found.
        words: Its tokens as written.
        folded: The same, folded.
        script: Of its first letter.
    """

    concept: Concept | None
    name: Name | None
    ref: EntityRef | None
    label: Label
    via: MentionVia
    words: tuple[str, ...]
    folded: tuple[str, ...]
    script: Script

    @property
    def is_short_demonym(self) -> bool:
        """Whether it says too little with a proclitic before it: Arabic ``بروس`` is Bruce, not "with Russians"."""
        return self.via == "adjective" and len(self.folded) == 1 and len(self.folded[0]) <= _SHORT_DEMONYM


class Readings(dict[str, tuple[int, ...]]):
    """For each word as written, the numbers it may stand for in the trie; computed once a word.

    Args:
        language: Tag of the text's language.
        vocabulary: Numbers of the words of names: ``=`` marks one that stands whole, ``~`` one that may take a tail,
            ``<`` a stem that must take one, ``>`` a stem that may, ``^`` one that a tail makes an adjective.
    """

    def __init__(self, language: str, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._vocabulary = vocabulary
        self._inflection = inflection_of(language)
        self._longest_tail = max(
            map(len, self._inflection.tails | self._inflection.adjectival | {"x" * _FREE_TAIL}), default=0
        )

    def __missing__(self, word: str) -> tuple[int, ...]:
        if len(self) >= _MEMO_WORDS:
            self.clear()
        folded = fold(word)
        numbers = tuple(dict.fromkeys(self._numbers(folded))) if folded else ()
        if len(word) <= LONGEST_REMEMBERED:
            self[word] = numbers
        return numbers

    def _numbers(self, word: str) -> Iterator[int]:
        find = self._vocabulary.find
        for whole in (word, *without_proclitics(word), *without_particles(word)):
            for mark in "=~>":
                if (number := find(mark + whole)) is not None:
                    yield number
        if len(word) >= _SHORTEST_BARE_STEM and (number := find("<" + word)) is not None:
            yield number
        tails, adjectival = self._inflection.tails, self._inflection.adjectival
        for length in range(1, min(self._longest_tail, len(word) - _SHORTEST_INFLECTED) + 1):
            stem, tail = word[:-length], word[-length:]
            if tail in tails:
                for mark in "~<>":
                    if (number := find(mark + stem)) is not None:
                        yield number
            elif length <= _FREE_TAIL and len(stem) >= _FREE_TAIL_STEM and (number := find(">" + stem)) is not None:
                yield number
            if tail in adjectival and (number := find("^" + stem)) is not None:
                yield number


class Lexicon:
    """The names of one language; immutable but for the memo of readings, so that threads may share it.

    Attributes:
        entries: By the number that the trie holds.
    """

    def __init__(self, senses: Iterable[Sense], language: str) -> None:
        self.entries: list[Entry] = []
        self._language = language
        self._vocabulary = Vocabulary()
        self._trie = TokenTrie()
        for sense in senses:
            concept, name = sense.concept, sense.name
            self._add_name(concept, EntityRef(id=concept.id, name=concept.label, kind=concept.kind), name)
        for phrase in other_meanings(language):
            self._add(None, None, None, phrase, "name", marks=None)
        self._readings = Readings(language, self._vocabulary)

    def scan(self, tokens: Tokens) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        """Every place where tokens may be a name: first token, end token, numbers of entries."""
        return self._trie.scan(list(map(self._readings.__getitem__, tokens.words)))

    def _add_name(self, concept: Concept, ref: EntityRef, name: Name) -> None:
        if name.forms:
            for surface in name.surfaces:
                self._add(concept, name, ref, surface, name.via, marks=None)
        elif name.stems:
            self._add(concept, name, ref, name.text, name.via, marks=name.stems)
        else:
            self._add_open(concept, name, ref)

    def _add_open(self, concept: Concept, name: Name, ref: EntityRef) -> None:
        """File a name of whose inflection nothing is said: its words may take the tails of the language."""
        inflection = inflection_of(self._language)
        words = tuple(map(fold, tokenize(name.text).words))
        inflected = [
            (inflection.every_word or place == len(words) - 1)
            and len(words[place]) >= _SHORTEST_INFLECTED
            and not (name.case_sensitive and name.text.isupper())
            for place in range(len(words))
        ]
        self._add(concept, name, ref, name.text, name.via, marks=None, inflected=inflected)
        if inflection.adjectival and concept.kind in {"country", "city", "region"} and name.via in {"name", "alias"}:
            self._add(concept, name, ref, name.text, "adjective", marks=None, adjectival=True)

    def _add(
        self,
        concept: Concept | None,
        name: Name | None,
        ref: EntityRef | None,
        surface: str,
        via: MentionVia,
        *,
        marks: tuple[str | None, ...] | None,
        inflected: list[bool] | None = None,
        adjectival: bool = False,
    ) -> None:
        words = tuple(tokenize(surface).words)
        folded = tuple(map(fold, words))
        if not words or not all(folded):
            return
        label: Label = "MISC" if via == "adjective" or concept is None else LABELS[concept.kind]
        number = len(self.entries)
        self.entries.append(Entry(concept, name, ref, label, via, words, folded, script_of(words[0][0])))
        sequences: list[list[str]] = [[]]
        for place, word in enumerate(folded):
            if marks is not None and len(marks) == len(folded) and (stem := marks[place]) is not None:
                keys = [">" + fold(stem), "=" + word]
            elif adjectival and place == len(folded) - 1:
                keys = ["^" + word, *("^" + stem for stem in name_stems(word, self._language))]
            elif inflected is not None and inflected[place] and not is_unsegmented(words[place]):
                keys = ["~" + word, *("<" + stem for stem in name_stems(word, self._language))]
            else:
                keys = ["=" + word]
            sequences = [[*sequence, key] for sequence in sequences for key in keys]
        for sequence in sequences:
            self._trie.add([self._vocabulary.add(key) for key in sequence], number)
