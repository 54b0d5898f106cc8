"""What one text of an article holds of all that rules ask for, and where its words stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain, pairwise

from pipeline.rules.keys import Key, KeyTable
from pipeline.rules.proximity import TextPlaces
from pipeline.rules.readings import Memo
from pipeline.text.folding import fold
from pipeline.text.tokens import Tokens, is_unsegmented, spans_of, words_of


class TextTerms:
    """A title or a body. Where its words stand is worked out only when a rule asks for it."""

    def __init__(self, text: str, memo: Memo) -> None:
        self.text = text
        self._words = words_of(text)
        # Read at once, before the rules change: what stands where is then worked out from this alone.
        self._readings = list(map(memo.__getitem__, self._words))

    def held(self, keys: KeyTable) -> Iterator[Key]:
        """The keys of everything in the text that a rule asks for; one may come several times."""
        held = chain.from_iterable(self._readings)
        return held if self.text.isascii() else chain(held, _held_neighbours(self._words, keys))

    @cached_property
    def tokens(self) -> Tokens:
        """The words with their offsets."""
        return Tokens(self._words, spans_of(self.text))

    @cached_property
    def distances(self) -> TextPlaces:
        """How far places are from each other."""
        return TextPlaces(self.text, self.tokens)

    @cached_property
    def _positions(self) -> dict[Key, list[int]]:
        """At which words each key stands."""
        positions: dict[Key, list[int]] = {}
        for at, reading in enumerate(self._readings):
            for key in reading:
                if key in positions:
                    positions[key].append(at)
                else:
                    positions[key] = [at]
        return positions

    def ranges(self, keys: Sequence[Key]) -> list[tuple[int, int]]:
        """Every place of a sequence of words: half-open ranges of tokens, in order."""
        length = len(keys)
        positions = self._positions
        if length == 1:
            return [(at, at + 1) for at in positions.get(keys[0], ())]
        readings = self._readings
        last = len(readings) - length
        anchor = min(range(length), key=lambda at: len(positions.get(keys[at], ())))
        return [
            (first, first + length)
            for first in (at - anchor for at in positions.get(keys[anchor], ()))
            if 0 <= first <= last and all(key in readings[at] for at, key in enumerate(keys, first))
        ]


def _held_neighbours(words: Sequence[str], keys: KeyTable) -> Iterator[Key]:
    """The keys of neighbouring characters, as ``filing.neighbours`` names them."""
    folded = {word: fold(word) for word in set(words) if is_unsegmented(word)}
    if not folded:
        return
    for first, second in set(pairwise(words)):
        if first in folded and second in folded:
            key = keys.find(folded[first] + folded[second])
            if key is not None:
                yield key
