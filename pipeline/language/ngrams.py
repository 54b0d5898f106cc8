"""Our own detector: letter sequences of a hundred languages, in a table of half a megabyte.

It knows languages that the others do not name (Serbian in Latin letters, Bemba, Fijian) and tells close relatives
apart. Scripts that only one language uses are not in the table; CLD2 is better at them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Buckets = NDArray[np.uint32]

MODEL_FILE = Path(__file__).with_name("data") / "ngrams.npz"
HASH_BITS = 20
ORDERS = range(2, 6)

# Latin, Cyrillic, Arabic, Devanagari, Tibetan, Ethiopic. Source: Unicode 15.1, Blocks.txt.
_COVERED = (
    (0x61, 0x24F),
    (0x400, 0x52F),
    (0x600, 0x77F),
    (0x900, 0x97F),
    (0xF00, 0xFFF),
    (0x1200, 0x139F),
    (0x1E00, 0x1EFF),
)
# A Chinese or Korean character counts as three letters, so that a Latin name does not outweigh a headline.
_UNCOVERED_WEIGHT = 3

_NO_LETTERS = re.compile(r"[\W\d_]+")
_READ_CODE_POINTS = 1_200
_MULTIPLIER, _MIXER = np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B)


@dataclass(frozen=True, slots=True)
class NgramReading:
    """The table's answer for a text.

    Attributes:
        log_probabilities: Of each language, in the order of ``NgramModel.tags``.
        coverage: The share of the text's sequences that are in the table, 0..1; low for a language that the table has
            never seen.
    """

    log_probabilities: Floats
    coverage: float


class NgramModel:
    """Sums a vector for each letter sequence of a text, and compares the sum with one for each language.

    Source: Joulin and others, Bag of Tricks for Efficient Text Classification (2017); sequences are chosen by how much
    they tell, not hashed together.
    """

    def __init__(self, buckets: Buckets, vectors: Floats, weights: Floats, bias: Floats, tags: tuple[str, ...]) -> None:
        """Make a model from trained parameters.

        Args:
            buckets: Hashes of the sequences in the table, ``HASH_BITS`` wide, n of them.
            vectors: n × d.
            weights: d × languages.
            bias: One for each language.
            tags: Language tags as the pipeline writes them.
        """
        self.tags = tags
        self._row = np.zeros(1 << HASH_BITS, np.uint16)
        self._row[buckets] = np.arange(1, len(buckets) + 1, dtype=np.uint16)
        self._vectors = np.concatenate([np.zeros((1, vectors.shape[1]), np.float32), vectors])
        self._weights = weights
        self._bias = bias

    @classmethod
    def load(cls, path: Path = MODEL_FILE) -> NgramModel:
        """Read the table that ``training/language`` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(
                np.flatnonzero(np.unpackbits(stored["buckets"])).astype(np.uint32),
                stored["vectors"].astype(np.float32) * stored["scale"],
                stored["weights"].astype(np.float32),
                stored["bias"].astype(np.float32),
                tuple(str(stored["tags"]).split()),
            )

    def read(self, text: str) -> NgramReading | None:
        """Score a text, of which the first 1,200 code points are read.

        Returns:
            None where the text is mostly in scripts that the table does not cover.
        """
        letters = letters_of(text[:_READ_CODE_POINTS])
        points = code_points(letters)
        if not _is_covered(points):
            return None
        sequences = np.concatenate(sequence_buckets(points))
        rows = self._row.take(sequences)
        count = max(1, len(sequences))
        # Row 0, for sequences that are not in the table, is zero. The square root lets evidence grow with the text, but
        # less than if its sequences were independent.
        total = np.ones(len(rows), np.float32) @ self._vectors.take(rows, axis=0) / np.float32(count**0.5)
        scores = total @ self._weights + self._bias
        scores -= scores.max()
        return NgramReading(scores - np.log(np.exp(scores).sum()), int(np.count_nonzero(rows)) / count)


def letters_of(text: str) -> str:
    """The words of a text in small letters, a blank before and behind each."""
    return f" {_NO_LETTERS.sub(' ', text.lower()).strip()} "


def code_points(letters: str) -> Buckets:
    """The code points of a text."""
    return np.frombuffer(letters.encode("utf-32-le", errors="replace"), np.uint32)


def sequence_buckets(points: Buckets) -> list[Buckets]:
    """The hash of each sequence of 2 to 5 code points, one array for each length, by the sequence's start."""
    hashes = points * _MULTIPLIER
    found: list[Buckets] = []
    for order in ORDERS:
        hashes = ((hashes[:-1] ^ (hashes[:-1] >> np.uint32(15))) * _MIXER + points[order - 1 :]) * _MULTIPLIER
        found.append(hashes >> np.uint32(32 - HASH_BITS))
    return found


def _is_covered(points: Buckets) -> bool:
    covered = sum(int(np.count_nonzero((points >= first) & (points <= last))) for first, last in _COVERED)
    others = len(points) - covered - int(np.count_nonzero(points == ord(" ")))
    return covered > _UNCOVERED_WEIGHT * others
