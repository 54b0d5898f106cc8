"""An estimate of how often articles hold what a clause asks for.

Only the order of the estimates decides anything, and it only costs time: a rule is filed under its rarest key. What is
frequent was measured (``training/measure_shares.py`` says on what) and is kept as a sketch, which holds no words: two
rows of one byte a slot, a name's share being the smaller of its two slots. Two names in one slot make the rarer of them
look more frequent, never less.

Source: Cormode and Muthukrishnan, An Improved Data Stream Summary: The Count-Min Sketch (2005).
"""

from __future__ import annotations

import lzma
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import blake2b
from importlib import resources
from math import log2
from typing import Self

from pipeline.rules.clauses import INFLECTION_MARK, PREFIX_MARK, TermClause
from pipeline.rules.everyday_words import EVERYDAY_WORDS
from pipeline.text.tokens import is_unsegmented

SKETCH_FILE = "shares.bin.xz"

_SLOTS = 1 << 18
_STEPS_PER_HALVING = 24
_MOST_STEPS = 255
# What is in no slot was met too seldom to be measured, or never.
_METADATA: Mapping[str, float] = {"lang": 0.3, "source": 0.05, "site": 0.05, "tag": 0.05}
_RARE_CONCEPT = 0.001
_RARE_WORD = 0.001
_RARE_PAIR = 0.001
_PER_LETTER = 0.9
_PREFIX = 0.5
_PREFIX_PER_LETTER = 0.6


class Shares:
    """The share of articles that hold a key, by its name."""

    def __init__(self, sketch: bytes) -> None:
        if len(sketch) != 2 * _SLOTS:
            raise ValueError(f"a sketch has {2 * _SLOTS} bytes, this one {len(sketch)}")
        self._sketch = sketch

    @classmethod
    def load(cls) -> Shares:
        """The shares that ship with the package; the same object each time."""
        return _load()

    @classmethod
    def measured(cls, shares: Iterable[tuple[str, float]]) -> Self:
        """From names (folded words, ``language:stem``, two neighbouring characters, concept ids) with their shares."""
        sketch = bytearray(2 * _SLOTS)
        for name, share in shares:
            step = round(_MOST_STEPS + _STEPS_PER_HALVING * log2(share)) if share > 0 else 0
            if step > 0:
                for slot in _slots(name):
                    sketch[slot] = max(sketch[slot], step)
        return cls(bytes(sketch))

    @property
    def sketch(self) -> bytes:
        """The two rows, one behind the other."""
        return self._sketch

    def of(self, name: str) -> float:
        """The share of articles that hold a key.

        Args:
            name: As ``KeyTable`` describes them.
        """
        word, mark, stems = name.partition(INFLECTION_MARK)
        if mark:
            return max(self._word(word), *(self._measured(stem) for stem in stems.split(",")))
        if name.endswith(PREFIX_MARK):
            return _PREFIX * _PREFIX_PER_LETTER ** (len(name) - 3)
        field, colon, _ = name.partition(":")
        if colon:
            return _METADATA[field]
        if "/" in name:
            return self._measured(name) or _RARE_CONCEPT
        return self._word(word)

    def _word(self, word: str) -> float:
        rare = _RARE_PAIR if is_unsegmented(word) else _RARE_WORD * _PER_LETTER ** len(word)
        return self._measured(word) or rare

    def _measured(self, name: str) -> float:
        first, second = _slots(name)
        step = min(self._sketch[first], self._sketch[second])
        return 2 ** ((step - _MOST_STEPS) / _STEPS_PER_HALVING) if step else 0.0


def is_everywhere(clause: TermClause, languages: Iterable[str]) -> bool:
    """Whether nearly every article in one of these languages holds a clause."""
    words = {entry.partition(INFLECTION_MARK)[0] for entry in clause.sequence}
    return any(words <= EVERYDAY_WORDS.get(language.partition("-")[0], frozenset()) for language in languages)


def _slots(name: str) -> tuple[int, int]:
    """A name's slot in each row."""
    digest = blake2b(name.encode(), digest_size=8).digest()
    return (
        int.from_bytes(digest[:4], "little") % _SLOTS,
        _SLOTS + int.from_bytes(digest[4:], "little") % _SLOTS,
    )


@cache
def _load() -> Shares:
    return Shares(lzma.decompress((resources.files(__package__) / SKETCH_FILE).read_bytes()))
