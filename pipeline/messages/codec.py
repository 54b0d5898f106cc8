"""Messages to and from JSON bytes, with errors that say what is wrong and where."""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec

from pipeline.errors import SchemaError, UndecodableError

T = TypeVar("T", bound=msgspec.Struct)

_encoder = msgspec.json.Encoder()
_decoders: dict[type, msgspec.json.Decoder[object]] = {}

_TIME_MEND = ": write a time with its zone, as 2026-03-02T08:00:00Z or 2026-03-02T09:00:00+01:00"

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""What some editors write in front of UTF-8; it is no part of the text."""

_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")

_REPLACEMENT = "\ufffd"
# An escaped backslash and a pair of surrogates are kept; the group finds the escape of a lone surrogate.
_ESCAPES = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
# A surrogate encoded as three bytes, as incorrect UTF-8 encoders write it.
_RAW_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")


def encode(message: msgspec.Struct) -> bytes:
    """The message as compact UTF-8 JSON."""
    return _encoder.encode(message)


def decode(payload: bytes, kind: type[T]) -> T:
    """Read a message.

    Args:
        payload: UTF-8 JSON.
        kind: The message type expected.

    Returns:
        The message; unknown fields are ignored unless the type forbids them.

    Raises:
        UndecodableError: The payload is not UTF-8 JSON, or is nested deeper than a thousand levels or so.
        SchemaError: It is JSON, but not a message of this type; says which field.
    """
    decoder = _decoders.get(kind)
    if decoder is None:
        decoder = _decoders[kind] = msgspec.json.Decoder(kind)
    try:
        return decoder.decode(payload)  # type: ignore[return-value]
    except msgspec.ValidationError as error:
        mend = _TIME_MEND if "datetime" in str(error) else ""
        article = "an" if kind.__name__[0] in "AEIOU" else "a"
        raise SchemaError(f"not {article} {kind.__name__}: {error}{mend}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        problem = "UTF-16: convert it first" if payload.startswith(_UTF_16_MARKS) else str(error)
        raise UndecodableError(f"not JSON in UTF-8: {problem}") from error
    except RecursionError as error:
        raise UndecodableError("lists and objects are nested too deep to be read: flatten them") from error


def replace_lone_surrogates(payload: bytes) -> tuple[bytes, int]:
    """Put U+FFFD where JSON bytes hold half a surrogate pair, so that text keeps its length in code points.

    Returns:
        The payload, the same object when there was none, and how many were replaced.
    """
    count = 0

    def escape(match: re.Match[bytes]) -> bytes:
        nonlocal count
        if match.group(1) is None:
            return match.group(0)
        count += 1
        return b"\\ufffd"

    if b"\\ud" in payload or b"\\uD" in payload:
        payload = _ESCAPES.sub(escape, payload)
    if b"\xed" in payload:
        payload, raw = _RAW_SURROGATE.subn(_REPLACEMENT.encode(), payload)
        count += raw
    return payload, count
