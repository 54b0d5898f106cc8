from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.streaming.alert_history import past_alert

ALERT = (
    b'{"kind":"matched","rule":{"id":"r","version":"1"},"article":{"id":"a","revision":"x"},'
    b'"evidence":[{"clause":"NATO","text":"Nato"}],"snippet":{}}'
)
NOON_MS = 1_700_000_000_000


def test_an_alert_is_remembered_as_of_the_time_it_was_written() -> None:
    past = past_alert(ALERT, NOON_MS)
    assert past is not None
    assert (past.rule_id, past.article_id, past.revision, past.kind) == ("r", "a", "x", "matched")
    assert past.raised_at == datetime.fromtimestamp(NOON_MS / 1000, UTC)


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
    assert past_alert(value, timestamp_ms) is None
