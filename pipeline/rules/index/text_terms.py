"""The words of an article, and where they satisfy what rules ask for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pipeline.messages.articles import Field
from pipeline.rules.index.keys import Key, KeyTable
from pipeline.rules.index.proximity import TextPlaces
from pipeline.rules.index.word_readings import KEY_BYTES, KEY_TYPE, Memo
from pipeline.text.folding import fold
from pipeline.text.tokens import Tokens, is_unsegmented, tokenize, words_of


class TextTerms:
    """A title or a body; offsets are worked out only when a rule asks for them.

    Attributes:
        text: The text.
        words: Its words, in order.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = words_of(text)

    @cached_property
    def tokens(self) -> Tokens:
        """The words with their offsets."""
        return Tokens(self.words, tokenize(self.text).spans)

    @cached_property
    def distances(self) -> TextPlaces:
        """How far places are from each other."""
        return TextPlaces(self.text, self.tokens)

    def neighbours(self, keys: KeyTable) -> Iterator[Key]:
        """The keys of neighbouring characters, as ``clauses.neighbours`` names them."""
        folded = {word: fold(word) for word in set(self.words) if is_unsegmented(word)}
        for first, second in set(pairwise(self.words)):
            if first in folded and second in folded:
                key = keys.find(folded[first] + folded[second])
                if key is not None:
                    yield key


class WordPlaces:
    """Where sequences of keys stand in title and body.

    Args:
        title: The words of the title.
        body: Those of the body.
        memo: The keys of words.
    """

    def __init__(self, title: Sequence[str], body: Sequence[str], memo: Memo) -> None:
        # Between the two stands a word without a key, so that no sequence runs from one into the other.
        readings = [*map(memo.__getitem__, title), b"", *map(memo.__getitem__, body)]
        counts = np.fromiter(map(len, readings), np.intp, len(readings)) // KEY_BYTES
        self._body = len(title) + 1
        self._keys: npt.NDArray[np.uint32] = np.frombuffer(b"".join(readings), KEY_TYPE)
        self._at = np.repeat(np.arange(len(readings)), counts)

    def ranges(self, keys: Sequence[Key]) -> list[tuple[Field, int, int]]:
        """Every place of a sequence of words, in order: the field, and a half-open range of its tokens."""
        firsts = self._positions(keys[0])
        for offset, key in enumerate(keys[1:], 1):
            if not firsts:
                return []
            following = {at - offset for at in self._positions(key)}
            firsts = [at for at in firsts if at in following]
        body, length = self._body, len(keys)
        return [
            ("title", first, first + length) if first < body else ("body", first - body, first - body + length)
            for first in firsts
        ]

    def _positions(self, key: Key) -> list[int]:
        positions: list[int] = self._at[self._keys == key].tolist()
        return positions
