"""What the words of a text stand for: the forms that rules ask for, by the word, its stem and its beginning."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

import numpy as np

from pipeline.rules.index.keys import CHARACTER_KEY, Key
from pipeline.rules.index.sharded import Sharded
from pipeline.rules.meaning.word_forms import NAME_STEM, WordForm, name_key, stem_key
from pipeline.text.folding import LONGEST_REMEMBERED, fold
from pipeline.text.language_tags import UNDETERMINED
from pipeline.text.nominatives import nominatives
from pipeline.text.stemming import STEMMED_LANGUAGES, stem, stemming_language
from pipeline.text.tokens import is_unsegmented

KEY_TYPE = np.uint32
"""Of the keys in a reading."""

KEY_BYTES = 4
"""How many of them each takes."""

_PREFIX_KEY_LETTERS = 3
# To forget twice as many would hold up an article for 50 ms.
_MAX_REMEMBERED_WORDS = 65_536
# Articles of another system may carry tags of any kind.
_MAX_LANGUAGES = 1_024


class Memo(dict[str, bytes]):
    """The keys of the words of one language, packed, remembered as they are met; a word asked for is looked up.

    Attributes:
        language: Its primary subtag.
        stemmed: The languages by whose stems its words count.
    """

    def __init__(self, readings: Readings, language: str, stemmed: Sequence[str]) -> None:
        super().__init__()
        self._readings = readings
        self.language = language
        self.stemmed = stemmed

    def __missing__(self, word: str) -> bytes:
        return self._readings.read(word, self)


class Readings:
    """The keys that a word of a text stands for; rules add and remove the forms that they ask for."""

    def __init__(self) -> None:
        # Keys by what a word must fold to, by language and stem, and by the first letters of a prefix.
        self._by_word: Sharded[str, tuple[Key, ...]] = Sharded()
        self._by_stem: Sharded[str, tuple[Key, ...]] = Sharded()
        self._prefixes: dict[str, dict[str, Key]] = {}
        self._stemmed: set[str] = set()
        # Words met, as "language word" (a tag may hold a space, a word cannot), by what they fold to or stem to, and by
        # their first letters, for when that changes. Neither tuples nor dictionaries of strings are looked through by
        # the garbage collector; the latter take more room, but thousands of words have the same first letters.
        self._memos: dict[str, Memo] = {}
        self._met: dict[str, tuple[str, ...]] = {}
        self._met_beginnings: dict[str, dict[str, None]] = {}
        self._remembered = 0

    def __len__(self) -> int:
        """How many words and prefixes are asked for."""
        return len(self._by_word) + sum(map(len, self._prefixes.values()))

    def memo(self, language: str) -> Memo:
        """The keys of words in a language. In an unknown one (``und``), inflected forms of all languages count."""
        memo = self._memos.get(language)
        if memo is None:
            if len(self._memos) >= _MAX_LANGUAGES:
                self._forget_all()
                self._memos.clear()
            memo = self._memos[language] = Memo(self, language, self._stemmed_in(language))
        return memo

    def add(self, form: WordForm, key: Key) -> None:
        """Take up a form; the words that it may be are read anew."""
        if form.is_prefix:
            self._prefixes.setdefault(form.word[:_PREFIX_KEY_LETTERS], {})[form.word] = key
        else:
            _append(self._by_word, form.word, key)
            if not self._stemmed.issuperset(form.stem_languages):
                self._stemmed.update(form.stem_languages)
                self._forget_all()
                for memo in self._memos.values():
                    memo.stemmed = self._stemmed_in(memo.language)
            for stem_of_form in form.stems:
                _append(self._by_stem, stem_of_form, key)
        self._forget(form)

    def remove(self, form: WordForm, key: Key) -> None:
        """Drop a form."""
        if form.is_prefix:
            alike = self._prefixes[form.word[:_PREFIX_KEY_LETTERS]]
            del alike[form.word]
            if not alike:
                del self._prefixes[form.word[:_PREFIX_KEY_LETTERS]]
        else:
            _drop(self._by_word, form.word, key)
            for stem_of_form in form.stems:
                _drop(self._by_stem, stem_of_form, key)
        self._forget(form)

    def read(self, word: str, memo: Memo) -> bytes:
        """The keys of a word, packed. They are remembered unless the word is so long that it will hardly come again."""
        if self._remembered >= _MAX_REMEMBERED_WORDS:
            self._forget_all()
        # In news every twentieth word is a new one, and most of these no rule asks for: this is kept short.
        folded = fold(word)
        beginning = folded[:_PREFIX_KEY_LETTERS]
        stems = self._stems(word, folded, memo)
        keys = list(self._by_word.get(folded) or ())
        for by_language in stems:
            keys += self._by_stem.get(by_language) or ()
        if beginning in self._prefixes:
            keys += [key for prefix, key in self._prefixes[beginning].items() if folded.startswith(prefix)]
        if len(word) == 1 and is_unsegmented(word):
            keys.append(CHARACTER_KEY)
        found = array("I", dict.fromkeys(keys)).tobytes() if keys else b""
        if len(word) <= LONGEST_REMEMBERED:
            memo[word] = found
            self._remembered += 1
            written = f"{memo.language} {word}"
            alike = self._met_beginnings.get(beginning)
            if alike is None:
                alike = self._met_beginnings[beginning] = {}
            alike[written] = None
            met = self._met
            for name in (folded, *stems):
                earlier = met.get(name)
                if earlier is None:
                    met[name] = (written,)
                elif written not in earlier:
                    met[name] = (*earlier, written)
        return found

    def _stems(self, word: str, folded: str, memo: Memo) -> list[str]:
        """A word's stems in the languages of its text, each with the language."""
        if not self._stemmed or not word[0].isalpha():
            return []
        stems = [stem_key(known, stem(word, known)) for known in memo.stemmed]
        if NAME_STEM in self._stemmed:
            stems += map(name_key, nominatives(folded, memo.language))
        return stems

    def _stemmed_in(self, language: str) -> list[str]:
        """The languages whose stems apply to a text: its own, or in an unknown one all that rules use."""
        if language == UNDETERMINED:
            return [known for known in STEMMED_LANGUAGES if known in self._stemmed]
        known_language = stemming_language(language)
        return [known_language] if known_language is not None and known_language in self._stemmed else []

    def _forget(self, form: WordForm) -> None:
        """Read anew the words that a form may be."""
        if not self._met_beginnings:
            return
        if form.is_prefix:
            self._forget_words(self._met_beginnings.pop(form.word[:_PREFIX_KEY_LETTERS], ()))
            return
        for met in (form.word, *form.stems):
            self._forget_words(self._met.pop(met, ()))

    def _forget_words(self, met: Iterable[str]) -> None:
        for written in met:
            language, _, read = written.rpartition(" ")
            if self._memos[language].pop(read, None) is not None:
                self._remembered -= 1

    def _forget_all(self) -> None:
        for memo in self._memos.values():
            memo.clear()
        self._met.clear()
        self._met_beginnings.clear()
        self._remembered = 0


def _append(filed: Sharded[str, tuple[Key, ...]], name: str, key: Key) -> None:
    filed[name] = (*(filed.get(name) or ()), key)


def _drop(filed: Sharded[str, tuple[Key, ...]], name: str, key: Key) -> None:
    left = tuple(other for other in filed[name] if other != key)
    if left:
        filed[name] = left
    else:
        filed.pop(name)
