"""The file of a transliteration model: an n-gram trie of units, MessagePack in xz."""

from __future__ import annotations

import lzma
from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

START, END = 0, 1
"""Numbers of the two marks around every name; the model's units count from 2."""

STEP = 0.125
"""Logarithms are stored as 0 to 255 multiples of this, in nats, negated."""

_LOWEST = 255


class PackedLevel(msgspec.Struct, frozen=True, array_like=True):
    """All n-grams of one length, sorted by their first symbols and then by the last.

    Attributes:
        children: For each n-gram of the level before, how many of these begin with it; 16 bits each, all low bytes
            first. Empty for the first level.
        symbols: The last symbol of each as its difference to the one before with the same first symbols; 16 bits.
        log_probabilities: Of the last symbol after the first ones; one byte each, negated, in ``STEP``.
        log_backoffs: Of what is left for symbols that were not seen after it; likewise. Empty for the last level.
    """

    children: bytes
    symbols: bytes
    log_probabilities: bytes
    log_backoffs: bytes


class PackedModel(msgspec.Struct, frozen=True, array_like=True):
    """Everything in the file.

    Attributes:
        letters: The Latin letters that the model knows.
        sources: The Latin letters of each unit.
        targets: The letters of the other script of each unit, as many units; some are empty.
        levels: The n-grams, by length from 1.
    """

    letters: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    levels: tuple[PackedLevel, ...]


def pack(model: PackedModel) -> bytes:
    """The file's bytes."""
    return lzma.compress(msgspec.msgpack.encode(model), check=lzma.CHECK_CRC32, preset=9 | lzma.PRESET_EXTREME)


def unpack(data: bytes) -> PackedModel:
    """Read the file's bytes.

    Raises:
        lzma.LZMAError: Not xz, or cut short.
        msgspec.DecodeError: Not the contents of this version.
    """
    return msgspec.msgpack.decode(lzma.decompress(data), type=PackedModel)


def pack_numbers(numbers: npt.NDArray[np.int64]) -> bytes:
    """Numbers below 65,536, all low bytes before the high ones, which compresses better."""
    return (numbers & 0xFF).astype(np.uint8).tobytes() + (numbers >> 8).astype(np.uint8).tobytes()


def unpack_numbers(data: bytes) -> npt.NDArray[np.int64]:
    """The numbers that ``pack_numbers`` wrote."""
    low, high = np.frombuffer(data, np.uint8).reshape(2, -1).astype(np.int64)
    numbers: npt.NDArray[np.int64] = low | high << 8
    return numbers


def pack_logarithms(logarithms: npt.NDArray[np.float64]) -> bytes:
    """Logarithms rounded to ``STEP`` and clipped to the range that is stored."""
    return np.clip(np.rint(-logarithms / STEP), 0, _LOWEST).astype(np.uint8).tobytes()


def differences(symbols: npt.NDArray[np.int64], parents: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Each symbol minus the one before it, if both have the same parent."""
    before = np.concatenate(([0], symbols[:-1]))
    return np.where(_first_of_parent(parents), symbols, symbols - before)


def sums(steps: npt.NDArray[np.int64], parents: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The inverse of ``differences``."""
    running = np.cumsum(steps)
    first = np.flatnonzero(_first_of_parent(parents))
    before = running[first] - steps[first]
    lengths = np.diff(np.concatenate((first, [len(steps)])))
    symbols: npt.NDArray[np.int64] = running - np.repeat(before, lengths)
    return symbols


def _first_of_parent(parents: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    return np.concatenate(([True], parents[1:] != parents[:-1]))


def parents_of(children: Sequence[int] | npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The index of each n-gram's parent in the level before."""
    return np.repeat(np.arange(len(children)), children)
