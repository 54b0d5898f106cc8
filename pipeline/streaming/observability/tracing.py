"""One trace per article, from the first step to its alert: the W3C ``traceparent`` header."""

from __future__ import annotations

import random
import re

from pipeline.streaming.records import Headers

TRACEPARENT = "traceparent"

_SAMPLED = "01"
# Ids must differ, not be secret; the system's random source takes as long as reading the article.
_ids = random.Random()  # noqa: S311
# A later version may append fields after a dash; the first four stay.
_TRACEPARENT = re.compile(rb"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.DOTALL)


def header(headers: Headers, name: str) -> bytes | None:
    """The value of the last header of that name, or None."""
    for key, value in reversed(headers):
        if key == name:
            return value
    return None


def child_traceparent(headers: Headers) -> tuple[str, bytes]:
    """The trace header of a message derived from another, which has these headers.

    Returns:
        Name and value: the same trace and flags under a new span id; a new, sampled trace if the message carries none
        or an invalid one.

    Source: W3C Trace Context, section 3.2.
    """
    trace_id, flags = _parse(header(headers, TRACEPARENT) or b"") or (f"{_ids.getrandbits(128):032x}", _SAMPLED)
    return TRACEPARENT, f"00-{trace_id}-{_ids.getrandbits(64):016x}-{flags}".encode()


def trace_id(headers: Headers) -> str | None:
    """The trace that a message belongs to, 32 hex digits; None if it carries none."""
    found = _parse(header(headers, TRACEPARENT) or b"")
    return found[0] if found else None


def _parse(value: bytes) -> tuple[str, str] | None:
    match = _TRACEPARENT.fullmatch(value)
    if match is None:
        return None
    version, trace_id, parent_id, flags, more = match.groups()
    malformed = version == b"ff" or (version == b"00" and more is not None)
    if malformed or not trace_id.strip(b"0") or not parent_id.strip(b"0"):
        return None
    return trace_id.decode(), flags.decode()
