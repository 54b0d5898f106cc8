"""Find names in a text's tokens: the compiled trie, seen through one language."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from itertools import compress
from typing import NamedTuple, cast

import numpy as np
import numpy.typing as npt

from pipeline.concepts.built_file import Sections
from pipeline.concepts.concept import Kind, Name, NameVia, Sense
from pipeline.concepts.concept_records import KEY_SEPARATOR, NO_NAME, VIAS, Blob, Records
from pipeline.concepts.name_filing import How
from pipeline.concepts.usage import language_known_as
from pipeline.text.clitics import without_direction, without_particles, without_proclitics
from pipeline.text.folding import LONGEST_REMEMBERED, fold
from pipeline.text.frozen_trie import FrozenTrie
from pipeline.text.frozen_words import FrozenWords
from pipeline.text.inflection import inflection_of
from pipeline.text.tokens import Places, tokenize
from pipeline.text.trie_walks import ANYTHING, NOTHING, TokenNumbers, TrieWalks

# Up to three letters may follow a stem that the knowledge base gives, if the stem is long enough to say everything.
_FREE_TAIL = 3
_FREE_TAIL_STEM = 5
# A shorter rest of a word says too little: "Chi" of China, "Ira" of Iran.
_SHORTEST_STEM = 3
# "Spojené státy": the genitive of many drops the ending; of a single word what is left says too little.
_SHORTEST_BARE_STEM = 4
# So many readings are kept, twice: of the words that news in one language uses now, nearly all come again in these.
_MEMO_WORDS = 16_384
_AS_IT_IS = frozenset({How.WHOLE, How.OPEN, How.OPEN_INSIDE, How.STEM, How.KEPT})
_AS_IT_IS_OR_BARE = _AS_IT_IS | {How.BARE}
# Letters of unsegmented scripts that are tokens of long texts are all of the Basic Multilingual Plane.
_CODES = 0x10000
_NOT_YET_ASKED = -3


class NameSpelling(NamedTuple):
    """One way of writing a name.

    Attributes:
        concept_id: What it names; empty for a phrase that holds a name but means something else.
        kind: The concept's kind.
        label: The concept's English label.
        name: The name; None with an empty ``concept_id``.
        via: How a mention that is written so was found: an adjective may be made from a name by its ending.
        words: Its tokens as written.
        folded: The same, folded.
    """

    concept_id: str
    kind: Kind
    label: str
    name: Name | None
    via: NameVia
    words: tuple[str, ...]
    folded: tuple[str, ...]

    @property
    def text(self) -> str:
        """Its words with single spaces in between, where the script has any."""
        return " ".join(self.words)


class Gazetteer:
    """All names of all languages over a built file; threads may share it."""

    def __init__(self, sections: Sections, records: Records) -> None:
        self._records = records
        self.words = FrozenWords(
            keys=sections.numbers("word.key", "Q"),
            ends=sections.numbers("word.end", "I"),
            parents=sections.numbers("word.parent", "I"),
            letters=sections.data,  # type: ignore[arg-type]  # a map gives bytes when it is sliced
            start=sections.place("word.letters")[0],
        )
        self.trie = FrozenTrie(
            first_edges=sections.numbers("trie.first-edge", "I"),
            edge_tokens=sections.numbers("trie.edge-token", "I"),
            first_values=sections.numbers("trie.first-value", "I"),
            values=sections.numbers("trie.value", "I"),
        )
        self.first_readings = sections.numbers("word.first-reading", "I")
        self.reading_tokens = sections.numbers("reading.token", "I")
        self.reading_hows = sections.numbers("reading.how", "B")
        self.reading_sets = sections.numbers("reading.set", "H")
        self.spelling_sets = sections.numbers("spelling.set", "H")
        self._spelling_names = sections.numbers("spelling.name", "I")
        self._spelling_vias = sections.numbers("spelling.via", "B")
        self._surfaces = Blob(sections, "surface")
        self._keys = Blob(sections, "key")
        self._key_ends = sections.numbers("key.end", "I")
        self._data = sections.data
        languages: tuple[str, ...] = sections.value("languages", tuple[str, ...])
        self._tags = languages
        self._languages = {language: number for number, language in enumerate(languages)}
        self._table = sections.numbers("language-sets", "B")
        self.edges = _Edges(self.trie)
        self._spellings: dict[int, NameSpelling] = {}
        self._in_language: dict[str, LanguageNames] = {}

    @cached_property
    def walks(self) -> TrieWalks:
        """The trie, to be walked from every letter of a text at once."""
        return TrieWalks(self.trie)

    def known_as(self, tag: str) -> str:
        """The tag under which the names of a language are kept: one for all languages that have none of their own."""
        return self._tags[language_known_as(tag, self._languages)]

    def in_language(self, tag: str) -> LanguageNames:
        """The names that texts of a language use, by its BCP 47 tag."""
        known_as = self.known_as(tag)
        names = self._in_language.get(known_as)
        if names is None:
            row = self._languages[known_as]
            width = len(self._table) // len(self._languages)
            sets = bytes(self._table[row * width : (row + 1) * width])
            names = self._in_language.setdefault(known_as, LanguageNames(self, known_as, sets))
        return names

    def spelling(self, number: int) -> NameSpelling:
        """The way of writing a name with a number."""
        spelling = self._spellings.get(number)
        if spelling is None:
            words = tuple(tokenize(self._surfaces[number].decode()).words)
            name = self._spelling_names[number]
            via = VIAS[self._spelling_vias[number]]
            folded = tuple(map(fold, words))
            if name == NO_NAME:
                spelling = NameSpelling("", "org", "", None, via, words, folded)
            else:
                concept = self._records.concept_of_name(name)
                spelling = NameSpelling(
                    concept.id, concept.kind, concept.label, self._records.name(name), via, words, folded
                )
            spelling = self._spellings.setdefault(number, spelling)
        return spelling

    def senses(self, key: Sequence[str]) -> list[Sense]:
        """Every name that is written exactly so, by its folded tokens; in the order of concepts."""
        states = {0}
        for word in key:
            number = self.words.find(word)
            if number is None:
                return []
            tokens = [
                self.reading_tokens[reading]
                for reading in range(self.first_readings[number], self.first_readings[number + 1])
                if self.reading_hows[reading] in _AS_IT_IS
            ]
            states = {
                self.trie.step(state, token) if state else self.trie.start(token)
                for state in states
                for token in tokens
            }
            states.discard(0)
        found = sorted({value for state in states for value in self.trie.values_at(state)})
        names = dict.fromkeys(
            name
            for value in found
            if (name := self._spelling_names[value]) != NO_NAME and self.spelling(value).folded == tuple(key)
        )
        return [
            Sense(self._records.concept(self._records.concept_number(name)), self._records.name(name)) for name in names
        ]

    def spellings_in(self, tags: Iterable[str]) -> dict[str, int]:
        """How texts of some languages write names, folded, each with the number of a spelling."""
        used = np.logical_or.reduce([self.in_language(tag).used for tag in tags])[np.asarray(self.spelling_sets)]
        numbers = np.flatnonzero(used & (np.asarray(self._spelling_names) != NO_NAME)).tolist()
        keys = bytes(self._data[self._keys.begin : self._keys.end]).decode().split("\n")
        return {keys[number][1:].replace(KEY_SEPARATOR, " "): number for number in numbers}

    def containing(self, key: Sequence[str]) -> Iterator[tuple[str, bool, bool]]:
        """Names that hold these tokens in order; the last token may be the start of a word.

        Yields:
            The concept's id, whether the name begins so, and whether it is all of the name.
        """
        wanted = "".join(KEY_SEPARATOR + token for token in key).encode()
        place = self._data.find(wanted, self._keys.begin, self._keys.end)
        while place >= 0:
            number = bisect_right(self._key_ends, place - self._keys.begin)
            begin = self._key_ends[number - 1] if number else 0
            name = self._spelling_names[number]
            if name != NO_NAME:
                is_first = place - self._keys.begin == begin
                is_whole = is_first and self._keys[number] == wanted + b"\n"
                yield self._records.concept_of_name(name).id, is_first, is_whole
            place = self._data.find(wanted, self._keys.begin + self._key_ends[number], self._keys.end)


class WordReading(NamedTuple):
    """What a word as written may be.

    Attributes:
        tokens: Of the trie.
        states: Those that these lead to from the root, as far as longer names go on from there.
        following: Tokens with which they go on: next to a word that is none of them, no walk is begun.
        spellings: Names that are this word alone.
    """

    tokens: tuple[int, ...]
    states: tuple[int, ...]
    following: AbstractSet[int]
    spellings: tuple[int, ...]


class LanguageNames(dict[str, WordReading | tuple[()]]):
    """The names that texts of one language use.

    As a mapping: what a word may be, found when it is first asked for; most words are nothing.
    """

    def __init__(self, gazetteer: Gazetteer, language: str, sets: bytes) -> None:
        super().__init__()
        # What was asked for before the last time that the memo was full: words in use are taken over from there.
        self._older: dict[str, WordReading | tuple[()]] = {}
        self._gazetteer = gazetteer
        self._trie = gazetteer.trie
        self._sets = sets
        self._spellings = _SpellingsByState(gazetteer, sets)
        self._language = language
        self._inflection = inflection_of(language)
        self._longest_tail = max(_FREE_TAIL, *map(len, self._inflection.tails | self._inflection.adjectival), 0)

    @property
    def used(self) -> npt.NDArray[np.bool_]:
        """By the number of a set of languages, whether this one is in it."""
        return np.frombuffer(self._sets, np.bool_)

    @cached_property
    def _letters(self) -> _LetterTokens:
        return _LetterTokens(self)

    def scan(self, places: Places) -> Iterator[tuple[int, int, Sequence[int]]]:
        """Every run of tokens that may be a name: its first token, its end, the numbers of spellings."""
        words = places.words
        if places.letters is not None:
            tokens = self._letters.tokens(places.letters, words)
            for first in self._gazetteer.walks.beginnings(tokens):
                reading = self[words[first]]
                if reading:
                    if reading.spellings:
                        yield first, first + 1, reading.spellings
                    yield from self._longer(words, first, reading.states)
            return
        # Most words are nothing, an empty tuple: they are passed over.
        readings = cast("list[WordReading]", [*map(self.__getitem__, words), ()])
        for first, (_, states, following, spellings) in compress(enumerate(readings), readings):
            if spellings:
                yield first, first + 1, spellings
            if states and (after := readings[first + 1]) and not following.isdisjoint(after.tokens):
                yield from self._longer(words, first, states)

    def _longer(
        self, words: Sequence[str], first: int, states: Sequence[int]
    ) -> Iterator[tuple[int, int, Sequence[int]]]:
        """The runs of more than one word that begin with ``first``, which leads to these states."""
        edges, spellings = self._gazetteer.edges, self._spellings
        for end in range(first + 1, len(words)):
            reading = self[words[end]]
            if not reading:
                return
            tokens = reading.tokens
            if len(tokens) == 1 == len(states):
                # Nearly always so, and then in half the time.
                only = edges[states[0]].get(tokens[0], 0)
                states = (only,) if only else ()
                found: Sequence[int] = spellings[only]
            else:
                states = [after for state in states for token in tokens if (after := edges[state].get(token))]
                found = [number for state in states for number in spellings[state]]
            if not states:
                return
            if found:
                yield first, end + 1, found

    def __missing__(self, word: str) -> WordReading | tuple[()]:
        if len(self) >= _MEMO_WORDS:
            self._older = self.copy()
            self.clear()
        reading = self._older.get(word)
        if reading is None:
            reading = self._look_up(word)
        if len(word) <= LONGEST_REMEMBERED:
            self[word] = reading
        return reading

    def _look_up(self, word: str) -> WordReading | tuple[()]:
        folded = fold(word)
        reading = self._reading(folded) if folded else ()
        if not reading and (place := without_direction(folded, self._language)):
            reading = self._reading(place)
        return reading

    def _reading(self, folded: str) -> WordReading | tuple[()]:
        tokens = tuple(dict.fromkeys(self._tokens(folded)))
        if not tokens:
            return ()
        states = [state for token in tokens if (state := self._trie.start(token))]
        edges = self._gazetteer.edges
        beginnings = tuple(state for state in states if edges[state])
        following: AbstractSet[int] = frozenset()
        if len(beginnings) == 1:
            following = edges[beginnings[0]].keys()
        elif beginnings:
            following = frozenset(token for state in beginnings for token in edges[state])
        return WordReading(
            tokens, beginnings, following, tuple(number for state in states for number in self._spellings[state])
        )

    def _tokens(self, word: str) -> Iterator[int]:
        rules = self._inflection
        for number, tail in self._gazetteer.words.prefixes(word, self._longest_tail):
            length = len(word) - len(tail)
            if not tail:
                yield from self._read(number, _AS_IT_IS_OR_BARE if length >= _SHORTEST_BARE_STEM else _AS_IT_IS)
            elif length >= _SHORTEST_STEM:
                hows: set[int] = set()
                if tail in rules.tails:
                    hows.update((How.OPEN, How.BARE, How.STEM, How.KEPT))
                    if rules.every_word:
                        hows.add(How.OPEN_INSIDE)
                elif len(tail) <= _FREE_TAIL and length >= _FREE_TAIL_STEM:
                    hows.add(How.STEM)
                if tail in rules.adjectival:
                    hows.add(How.ADJECTIVAL)
                if hows:
                    yield from self._read(number, hows)
        if word.isascii():
            return
        for rest in (*without_proclitics(word, self._language), *without_particles(word)):
            if (found := self._gazetteer.words.find(rest)) is not None:
                yield from self._read(found, _AS_IT_IS)

    def _read(self, number: int, hows: frozenset[int] | set[int]) -> Iterator[int]:
        gazetteer = self._gazetteer
        for reading in range(gazetteer.first_readings[number], gazetteer.first_readings[number + 1]):
            if gazetteer.reading_hows[reading] in hows and self._sets[gazetteer.reading_sets[reading]]:
                yield gazetteer.reading_tokens[reading]


class _LetterTokens:
    """The tokens of the trie that letters of unsegmented scripts are in one language: a table by code point."""

    def __init__(self, names: LanguageNames) -> None:
        self._names = names
        self._by_code = np.full(_CODES, _NOT_YET_ASKED, np.int32)
        self._by_code[0] = NOTHING

    def tokens(self, letters: npt.NDArray[np.uint32], words: Sequence[str]) -> TokenNumbers:
        """The trie tokens of each token of a text, looked up by letter where ``Places.letters`` gives one."""
        tokens = self._by_code.take(letters)
        new = tokens == _NOT_YET_ASKED
        if new.any():
            for code in set(letters[new].tolist()):
                self._by_code[code] = self._token(chr(code))
            tokens = self._by_code.take(letters)
        for place in np.flatnonzero(letters == 0).tolist():
            tokens[place] = self._token(words[place])
        return tokens

    def _token(self, word: str) -> int:
        reading = self._names[word]
        if not reading:
            return NOTHING
        return reading.tokens[0] if len(reading.tokens) == 1 else ANYTHING


class _Edges(dict[int, dict[int, int]]):
    """The edges of the states that texts have come to: a dictionary answers faster than a bisection."""

    def __init__(self, trie: FrozenTrie) -> None:
        super().__init__()
        self._trie = trie

    def __missing__(self, state: int) -> dict[int, int]:
        edges = self[state] = self._trie.edges(state)
        return edges


class _SpellingsByState(dict[int, tuple[int, ...]]):
    """The spellings of one language that end in a state."""

    def __init__(self, gazetteer: Gazetteer, sets: bytes) -> None:
        super().__init__()
        self._gazetteer = gazetteer
        self._sets = sets

    def __missing__(self, state: int) -> tuple[int, ...]:
        kept = tuple(
            value for value in self._gazetteer.trie.values_at(state) if self._sets[self._gazetteer.spelling_sets[value]]
        )
        self[state] = kept
        return kept
