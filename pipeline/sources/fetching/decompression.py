"""Read a compressed body bit by bit, so that one that swells is given up before it fills the memory."""

from __future__ import annotations

import zlib
from typing import Protocol

import brotli
from backports.zstd import DecompressionParameter, ZstdDecompressor, ZstdError

CODINGS = "gzip, deflate, br, zstd"
"""What is read, as ``Accept-Encoding`` says it."""

# Names that servers give to a body that is not compressed at all.
_PLAIN = frozenset({"", "identity", "none", "utf-8"})
# Members of one body behind each other; a body of millions of empty ones would cost time without ever swelling.
_MOST_MEMBERS = 1000
# 8 MB, as RFC 9659 has it for the web; a stream could ask for much more memory.
_ZSTD_WINDOW_LOG = 23


class DecompressionError(ValueError):
    """A body is not coded as it says; says how."""


class BodyTooLargeError(ValueError):
    """A body is larger than it may be."""


class _Stream(Protocol):
    """One compressed stream; what follows it is left in ``unused``."""

    def read(self, data: bytes, most: int) -> bytes:
        """Decompress; of what is longer than ``most``, at least one byte more than that, and not much."""
        ...

    @property
    def ended(self) -> bool: ...

    @property
    def unused(self) -> bytes: ...


class _Decompressor(Protocol):
    """As the standard library shapes them."""

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...


class _Standard:
    """gzip, deflate or zstd."""

    def __init__(self, inner: _Decompressor) -> None:
        self._inner = inner

    def read(self, data: bytes, most: int) -> bytes:
        return self._inner.decompress(data, most + 1)

    @property
    def ended(self) -> bool:
        return self._inner.eof

    @property
    def unused(self) -> bytes:
        return self._inner.unused_data


class _Brotli:
    unused = b""

    def __init__(self) -> None:
        self._inner = brotli.Decompressor()

    def read(self, data: bytes, most: int) -> bytes:
        part: bytes = self._inner.process(data, output_buffer_limit=most + 1)
        return part

    @property
    def ended(self) -> bool:
        ended: bool = self._inner.is_finished()
        return ended


class BoundedBody:
    """A body as it comes in."""

    def __init__(self, coding: str, most_bytes: int) -> None:
        """``coding`` is the header ``Content-Encoding``.

        Raises:
            DecompressionError: It names a coding that is not read.
        """
        self._coding = coding.strip().lower()
        if self._coding not in _PLAIN and self._coding.removeprefix("x-") not in {"gzip", "deflate", "br", "zstd"}:
            raise DecompressionError(f"the body is coded as {self._coding[:60]!r}, not as one of {CODINGS}")
        self._most = most_bytes
        self._body = bytearray()
        self._stream: _Stream | None = None
        self._members = 0

    def feed(self, data: bytes) -> None:
        """Take the next bytes from the wire.

        Raises:
            DecompressionError: They are not coded as the header says.
            BodyTooLargeError: The body is longer than it may be.
        """
        if self._coding in _PLAIN:
            self._append(data)
            return
        while data:
            if self._stream is None:
                if self._members and not any(data):
                    return  # Padding.
                self._members += 1
                if self._members > _MOST_MEMBERS:
                    raise DecompressionError(f"the body is over {_MOST_MEMBERS} {self._coding} streams")
                self._stream = self._open(data)
            try:
                self._append(self._stream.read(data, self._most - len(self._body)))
            except (zlib.error, brotli.error, ZstdError) as error:
                raise DecompressionError(f"the body is not {self._coding}, as its header says") from error
            if not self._stream.ended:
                return
            data, self._stream = self._stream.unused, None

    def finish(self) -> bytes:
        """The whole body.

        Raises:
            DecompressionError: It ends in the middle.
        """
        if self._stream is not None:
            raise DecompressionError(f"the body ends in the middle of its {self._coding}")
        return bytes(self._body)

    def _append(self, data: bytes) -> None:
        self._body += data
        if len(self._body) > self._most:
            raise BodyTooLargeError(f"the body is over {self._most:,} bytes")

    def _open(self, data: bytes) -> _Stream:
        match self._coding.removeprefix("x-"):
            case "gzip":
                return _Standard(zlib.decompressobj(16 + zlib.MAX_WBITS))
            case "deflate":
                # With a header as the standard asks, whose first four bits name the method, always 8; or without one.
                has_header = data[0] & 0x0F == 8
                return _Standard(zlib.decompressobj(zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS))
            case "br":
                return _Brotli()
            case _:
                window = {int(DecompressionParameter.window_log_max): _ZSTD_WINDOW_LOG}
                return _Standard(ZstdDecompressor(options=window))
