"""The packed file of the knowledge base: MessagePack in xz, the same bytes for the same content."""

from __future__ import annotations

import lzma
from pathlib import Path

import msgspec

from pipeline.concepts.concept import Concept, Source

PACKED_FILE = Path(__file__).with_name("data") / "concepts.msgpack.xz"

# The bytes depend on the version of liblzma too: whoever compares two files compares what they hold.
_PRESET = 9 | lzma.PRESET_EXTREME


class Contents(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Everything in the packed file.

    Attributes:
        sources: Sorted by id.
        concepts: Sorted by id.
    """

    sources: tuple[Source, ...]
    concepts: tuple[Concept, ...]


def pack(contents: Contents) -> bytes:
    """Return the packed file's bytes."""
    encoded = msgspec.msgpack.encode(contents)
    return lzma.compress(encoded, format=lzma.FORMAT_XZ, check=lzma.CHECK_CRC32, preset=_PRESET)


def unpack(data: bytes) -> Contents:
    """Read the packed file's bytes.

    Raises:
        lzma.LZMAError: Not xz, or cut short.
        msgspec.DecodeError: Not the contents of this version.
    """
    return msgspec.msgpack.decode(lzma.decompress(data, format=lzma.FORMAT_XZ), type=Contents)
