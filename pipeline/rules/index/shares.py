"""An estimate of how often articles hold what a clause asks for.

Only the order of the estimates decides anything, and it only costs time: a rule is filed under its rarest key. What is
frequent was measured (``training/measure_shares.py`` says on what) and is kept in a filter, which holds no words: a
name has two slots, in one of which its fingerprint of eight bits stands, with its share. A name that was never measured
finds its fingerprint there by chance, once in 250 times, and is then taken for frequent.

Source: Fan et al., Cuckoo Filter (2014), without its moves, since the table is made once and is half empty.
"""

from __future__ import annotations

import lzma
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from math import log2
from typing import Self
from zlib import crc32

from pipeline.rules.advice.everyday_words import everyday_words
from pipeline.rules.meaning.clauses import TermClause
from pipeline.rules.meaning.word_forms import WordForm
from pipeline.text.tokens import is_unsegmented

SHARES_FILE = "shares.bin.xz"

_SLOT_BITS = 18
_SLOTS = 1 << _SLOT_BITS
_GOLDEN_RATIO = 0x9E3779B1
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

    def __init__(self, table: bytes) -> None:
        if len(table) != 2 * _SLOTS:
            raise ValueError(f"a table has {2 * _SLOTS} bytes, this one {len(table)}")
        self._table = table

    @classmethod
    def load(cls) -> Shares:
        """The shares that ship with the package; the same object each time."""
        return _load()

    @classmethod
    def measured(cls, shares: Iterable[tuple[str, float]]) -> Self:
        """From names (folded words, ``language:stem``, two neighbouring characters, concept ids) with their shares."""
        table = bytearray(2 * _SLOTS)
        # The most frequent first: what finds no slot any more is the least of them.
        for name, share in sorted(shares, key=lambda each: each[1], reverse=True):
            step = round(_MOST_STEPS + _STEPS_PER_HALVING * log2(share)) if share > 0 else 0
            slots, fingerprint = _places(name)
            free = next((slot for slot in slots if table[slot] in {0, fingerprint}), None)
            if step > 0 and free is not None and not table[free]:
                table[free] = fingerprint
                table[_SLOTS + free] = step
        return cls(bytes(table))

    @property
    def table(self) -> bytes:
        """The fingerprints of all slots, then the shares as steps on a scale of logarithms."""
        return self._table

    def of(self, name: str) -> float:
        """The share of articles that hold a key.

        Args:
            name: As ``KeyTable`` describes them.
        """
        form = WordForm.of(name)
        if form.stems:
            return max(self._word(form.word), *map(self._measured, form.stems))
        if form.is_prefix:
            return _PREFIX * _PREFIX_PER_LETTER ** (len(form.word) - 2)
        field, colon, _ = name.partition(":")
        if colon:
            return _METADATA[field]
        if "/" in name:
            return self._measured(name) or _RARE_CONCEPT
        return self._word(name)

    def knows(self, name: str) -> bool:
        """Whether articles held it that were measured; of others, one in 250 is taken for known too."""
        return self._measured(name) > 0

    def _word(self, word: str) -> float:
        rare = _RARE_PAIR if is_unsegmented(word) else _RARE_WORD * _PER_LETTER ** len(word)
        return self._measured(word) or rare

    def _measured(self, name: str) -> float:
        table = self._table
        slots, fingerprint = _places(name)
        for slot in slots:
            if table[slot] == fingerprint:
                return 2 ** ((table[_SLOTS + slot] - _MOST_STEPS) / _STEPS_PER_HALVING)
        return 0.0


def is_everywhere(clause: TermClause, languages: Iterable[str]) -> bool:
    """Whether nearly every article in one of these languages holds a clause."""
    words = {WordForm.of(key).word for key in clause.sequence}
    return any(words <= everyday_words().get(language.partition("-")[0], frozenset()) for language in languages)


def _places(name: str) -> tuple[tuple[int, int], int]:
    """A name's two slots and its fingerprint, which is not 0."""
    checksum = crc32(name.encode())
    mixed = (checksum * _GOLDEN_RATIO & 0xFFFFFFFF) >> 32 - _SLOT_BITS
    return (checksum % _SLOTS, mixed), checksum >> 24 or 1


@cache
def _load() -> Shares:
    return Shares(lzma.decompress((resources.files(__package__) / SHARES_FILE).read_bytes()))
