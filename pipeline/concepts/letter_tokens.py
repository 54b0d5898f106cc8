"""What the letters of unsegmented scripts are to the trie of names, for all of a long text at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from pipeline.text.trie_walks import ANYTHING, NOTHING, Tokens

# Letters of unsegmented scripts that are tokens of long texts are all of the Basic Multilingual Plane.
_CODES = 0x10000
_NOT_YET_ASKED = -3


class HasTokens(Protocol):
    """What a word may be: tokens of the trie."""

    @property
    def tokens(self) -> tuple[int, ...]:
        """At least one."""
        ...


class LetterTokens:
    """The tokens of the trie that letters of unsegmented scripts are in one language: a table by code point.

    Args:
        names: What words may be in the language.
    """

    def __init__(self, names: Mapping[str, HasTokens | tuple[()]]) -> None:
        self._names = names
        self._by_code = np.full(_CODES, _NOT_YET_ASKED, np.int32)
        self._by_code[0] = NOTHING

    def tokens(self, letters: npt.NDArray[np.uint32], words: Sequence[str]) -> Tokens:
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
