from __future__ import annotations

import re

import pytest

from pipeline.streaming.observability.tracing import child_traceparent, header

TRACE = b"4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = b"00f067aa0ba902b7"
WELL_FORMED = re.compile(rb"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


def test_a_message_without_a_trace_starts_one() -> None:
    name, first = child_traceparent(())
    _, second = child_traceparent(())
    assert name == "traceparent"
    assert WELL_FORMED.fullmatch(first)
    assert first[3:35] != second[3:35]


@pytest.mark.parametrize("flags", [b"00", b"01"])
def test_the_trace_is_passed_on_under_a_new_span(flags: bytes) -> None:
    _, value = child_traceparent((("traceparent", b"-".join((b"00", TRACE, SPAN, flags))),))
    assert WELL_FORMED.fullmatch(value)
    assert value.startswith(b"00-" + TRACE + b"-")
    assert value.endswith(b"-" + flags)
    assert SPAN not in value


def test_a_later_version_is_read_as_far_as_it_is_known() -> None:
    _, value = child_traceparent((("traceparent", b"-".join((b"cc", TRACE, SPAN, b"01", b"what-will-be"))),))
    assert value.startswith(b"00-" + TRACE)


@pytest.mark.parametrize(
    "malformed",
    [
        b"",
        b"ff-" + TRACE + b"-" + SPAN + b"-01",
        b"00-" + b"0" * 32 + b"-" + SPAN + b"-01",
        b"00-" + TRACE + b"-" + b"0" * 16 + b"-01",
        b"00-" + TRACE + b"-" + SPAN + b"-01-more",
        b"00-" + TRACE.upper() + b"-" + SPAN + b"-01",
        b"\xff\x00",
    ],
)
def test_a_malformed_trace_is_replaced(malformed: bytes) -> None:
    _, value = child_traceparent((("traceparent", malformed),))
    assert WELL_FORMED.fullmatch(value)
    assert TRACE not in value


def test_the_last_header_of_a_name_counts() -> None:
    headers = (("a", b"1"), ("b", b"2"), ("a", b"3"))
    assert header(headers, "a") == b"3"
    assert header(headers, "c") is None
