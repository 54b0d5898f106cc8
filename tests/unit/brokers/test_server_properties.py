"""The configuration that a local Kafka gets."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from pipeline.brokers.ports import free_port, port_answers, port_is_free
from pipeline.brokers.server_properties import as_properties_file, server_properties
from pipeline.topology import TOPICS


def test_it_listens_on_loopback_only() -> None:
    listeners = server_properties(Path("/data"), 9092, 9093)["listeners"].split(",")
    assert [listener.partition("//")[2] for listener in listeners] == ["127.0.0.1:9092", "127.0.0.1:9093"]


def test_it_takes_the_largest_message_of_any_topic() -> None:
    largest = max(topic.max_message_bytes for topic in TOPICS)
    assert int(server_properties(Path("/data"), 9092, 9093)["message.max.bytes"]) > largest


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("plain value=1", "key=plain value=1\n"),
        ("back\\slash", "key=back\\\\slash\n"),
        ("two\nlines\r", "key=two\\nlines\\r\n"),
        (" leading", "key=\\ leading\n"),
        ("/home/zoë/𝄞", "key=/home/zo\\u00eb/\\ud834\\udd1e\n"),
    ],
)
def test_values_are_escaped_as_java_reads_them(value: str, line: str) -> None:
    assert as_properties_file({"key": value}) == line


def test_a_free_port_is_free_until_somebody_listens_there() -> None:
    port = free_port()
    assert port_is_free(port)
    assert not port_answers(port)
    with socket.create_server(("127.0.0.1", port)):
        assert not port_is_free(port)
        assert port_answers(port)
