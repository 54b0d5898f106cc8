from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.alerts import past_alert
from pipeline.messages.alerts import Alert
from pipeline.messages.codec import decode
from pipeline.streaming.steps.alert_history import read_past_alert

ALERT = (
    b'{"kind":"matched","rule":{"id":"r","version":"1","name":"R"},'
    b'"article":{"id":"a","revision":"x","language":{"tag":"de","confidence":0.9}},'
    b'"evidence":[{"clause":"NATO","text":"Nato"}],"snippet":{}}'
)
EXAMPLES = Path(__file__).parents[3] / "schemas" / "examples"
NOON_MS = 1_700_000_000_000


def test_an_alert_without_times_is_remembered_as_of_the_time_it_was_written() -> None:
    past = read_past_alert(ALERT, NOON_MS)
    assert past is not None
    assert (past.rule.id, past.article_id, past.revision, past.kind) == ("r", "a", "x", "matched")
    assert (past.matched_at, past.raised_at) == (NOON_MS / 1000, NOON_MS / 1000)


def test_what_is_read_back_is_what_was_remembered() -> None:
    for example in (EXAMPLES / "alert.v1.full.json", EXAMPLES / "alert.v1.held.json"):
        payload = example.read_bytes()
        assert read_past_alert(payload, 0) == past_alert(decode(payload, Alert))


@pytest.mark.parametrize(
    ("value", "timestamp_ms"),
    [
        (None, NOON_MS),
        (b"{", NOON_MS),
        (b"\xff", NOON_MS),
        (b'{"kind":"matched"}', NOON_MS),
        (b'{"other":' + b"[" * 100_000 + b"]" * 100_000 + b"}", NOON_MS),
        (ALERT, 10**18),
        (ALERT, -(10**18)),
    ],
    ids=["nothing", "no JSON", "no UTF-8", "no alert", "nested too deep", "far future", "far past"],
)
def test_what_another_client_wrote_there_does_not_end_the_step(value: bytes | None, timestamp_ms: int) -> None:
    assert read_past_alert(value, timestamp_ms) is None
