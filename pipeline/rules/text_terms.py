"""Where the words that rules ask for stand in one text of an article."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pipeline.rules.keys import Key, KeyTable
from pipeline.rules.proximity import TextPlaces
from pipeline.rules.readings import KEY_BYTES, KEY_TYPE, Memo
from pipeline.text.folding import fold
from pipeline.text.tokens import Tokens, is_unsegmented, spans_of, words_of


class TextTerms:
    """A title or a body. Where its words stand is worked out only when a rule asks for it.

    Args:
        text: The text.
        memo: The keys of its words; they may not change as long as this is asked.

    Attributes:
        text: The same.
        words: Its words, in order.
    """

    def __init__(self, text: str, memo: Memo) -> None:
        self.text = text
        self.words = words_of(text)
        self._memo = memo

    @cached_property
    def tokens(self) -> Tokens:
        """The words with their offsets."""
        return Tokens(self.words, spans_of(self.text))

    @cached_property
    def distances(self) -> TextPlaces:
        """How far places are from each other."""
        return TextPlaces(self.text, self.tokens)

    def neighbours(self, keys: KeyTable) -> Iterator[Key]:
        """The keys of neighbouring characters, as ``filing.neighbours`` names them."""
        folded = {word: fold(word) for word in set(self.words) if is_unsegmented(word)}
        for first, second in set(pairwise(self.words)):
            if first in folded and second in folded:
                key = keys.find(folded[first] + folded[second])
                if key is not None:
                    yield key

    def ranges(self, keys: Sequence[Key]) -> list[tuple[int, int]]:
        """Every place of a sequence of words: half-open ranges of tokens, in order."""
        firsts = self._positions(keys[0])
        for offset, key in enumerate(keys[1:], 1):
            if not firsts:
                return []
            following = {at - offset for at in self._positions(key)}
            firsts = [at for at in firsts if at in following]
        return [(first, first + len(keys)) for first in firsts]

    def _positions(self, key: Key) -> list[int]:
        """At which words a key stands."""
        keys, at = self._keys
        positions: list[int] = at[keys == key].tolist()
        return positions

    @cached_property
    def _keys(self) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.intp]]:
        """The keys of all words in order, and of which word each is."""
        readings = list(map(self._memo.__getitem__, self.words))
        counts = np.fromiter(map(len, readings), np.intp, len(readings)) // KEY_BYTES
        return np.frombuffer(b"".join(readings), KEY_TYPE), np.repeat(np.arange(len(readings)), counts)
