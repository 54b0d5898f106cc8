"""How long to wait before something that failed is tried again."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.settings import BackoffSettings


def pauses(settings: BackoffSettings) -> Iterator[float]:
    """Seconds to wait before each further try: from ``retry_first_seconds``, doubling, up to ``retry_max_seconds``."""
    pause = min(settings.retry_first_seconds, settings.retry_max_seconds)
    while True:
        yield pause
        pause = min(pause * 2, settings.retry_max_seconds)
