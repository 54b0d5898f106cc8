"""The file that the knowledge base is built into: named sections, read where they lie in a memory map."""

from __future__ import annotations

import hashlib
import mmap
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from pipeline.errors import InstallationError
from pipeline.text.frozen_words import Numbers

BUILT_FILE = Path(__file__).with_name("data") / "concepts.kb"

_MAGIC = b"wirewatch knowledge base 2\n"
"""Raise the number with every change of the sections: an old file is then refused, not misread."""

_ALIGNED = 8


class _FileHeader(msgspec.Struct, frozen=True):
    byte_order: str
    version: str
    sections: dict[str, tuple[int, int]]


class KnowledgeBaseFileError(InstallationError):
    """The built file is missing, or this version cannot read it.

    Attributes:
        path: Where it is, or should be.
    """

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}: run `make concepts`")
        self.path = path


class Sections:
    """The sections of a built file, over its bytes or over a map of them.

    Attributes:
        data: Everything, header included.
        version: First 12 hex digits of the SHA-256 of all sections.
    """

    def __init__(self, data: bytes | mmap.mmap, path: Path = BUILT_FILE) -> None:
        if data[: len(_MAGIC)] != _MAGIC:
            raise KnowledgeBaseFileError(path, "was built by another version")
        begin = len(_MAGIC) + 4
        size = int.from_bytes(data[len(_MAGIC) : begin], "little")
        header = msgspec.msgpack.decode(data[begin : begin + size], type=_FileHeader)
        if header.byte_order != sys.byteorder:
            raise KnowledgeBaseFileError(path, "was built on another kind of processor")
        self.data = data
        self.version = header.version
        self._view = memoryview(data)
        self._first = _aligned(begin + size)
        self._places = header.sections
        if self._first + max((start + size for start, size in self._places.values()), default=0) > len(data):
            raise KnowledgeBaseFileError(path, "is cut short")

    def place(self, name: str) -> tuple[int, int]:
        """Where in ``data`` a section lies, half open."""
        start, size = self._places[name]
        return self._first + start, self._first + start + size

    def numbers(self, name: str, width: str) -> Numbers:
        """A section of unsigned integers, ``width`` as in ``array``: B, H, I or Q."""
        start, end = self.place(name)
        return self._view[start:end].cast(width)  # type: ignore[call-overload, no-any-return]  # any of four literals

    def value(self, name: str, type_: Any) -> Any:  # noqa: ANN401 - whatever type is asked for
        """A section that holds one small MessagePack value."""
        start, end = self.place(name)
        return msgspec.msgpack.decode(self._view[start:end], type=type_)


def to_bytes(sections: Mapping[str, bytes]) -> bytes:
    """The file's bytes: equal for equal sections."""
    places: dict[str, tuple[int, int]] = {}
    digest = hashlib.sha256()
    offset = 0
    for name, section in sections.items():
        places[name] = (offset, len(section))
        offset = _aligned(offset + len(section))
        digest.update(section)
    header = msgspec.msgpack.encode(_FileHeader(sys.byteorder, digest.hexdigest()[:12], places))
    parts = [_padded(_MAGIC + len(header).to_bytes(4, "little") + header)]
    parts.extend(_padded(section) for section in sections.values())
    return b"".join(parts)


def open_file(path: Path) -> Sections:
    """Map a built file: processes that open it share its memory.

    Raises:
        KnowledgeBaseFileError: It is missing, cut short, or of another version.
    """
    try:
        with path.open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except FileNotFoundError:
        raise KnowledgeBaseFileError(path, "the knowledge base is not built") from None
    except ValueError:
        raise KnowledgeBaseFileError(path, "is empty") from None
    return Sections(data, path)


def _aligned(offset: int) -> int:
    return -(-offset // _ALIGNED) * _ALIGNED


def _padded(part: bytes) -> bytes:
    return part.ljust(_aligned(len(part)), b"\0")
