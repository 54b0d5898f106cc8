"""A stream of articles in the background, into which a test can mix faults."""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
import time
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaProducer

from pipeline import demo
from pipeline.settings import Settings
from pipeline.streaming.kafka.client import client_options
from pipeline.topology import RAW
from tests.integration.deadly_pipeline import DEADLY_TEXT, FAILING_TEXT

_TICK_SECONDS = 0.25


class NewsTraffic:
    """Publishes the demo's articles again and again, each under a new id, in a thread of its own.

    Attributes:
        rate: Articles a second; 0 is silence.
        spoilt_share: Of the articles, what cannot be read.
        delay_seconds: How much older than now the articles say that they are.
    """

    def __init__(self, settings: Settings, *, rate: float) -> None:
        self.rate = rate
        self.spoilt_share = 0.0
        self.delay_seconds = 0.0
        self._settings = settings
        self._articles = itertools.cycle([json.loads(line) for line in demo.articles()])
        self._unreadable = itertools.cycle([b"{", b'{"title": 7}', b'{"title": " "}'])
        self._numbers = itertools.count()
        self._extra: list[dict[str, Any]] = []
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._publish()), name="news-traffic")

    def add_deadly(self) -> None:
        """One article that ends the process of the entities step."""
        self._extra.append({"body": f"An article with {DEADLY_TEXT} in it."})

    def add_failing(self) -> None:
        """One article that the entities step fails on."""
        self._extra.append({"body": f"An article with {FAILING_TEXT} in it."})

    def add_surrogate(self) -> None:
        """One article that its source encoded wrongly."""
        self._extra.append({"body": "A lone \ud800 surrogate among the words of an article."})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join(60)

    async def _publish(self) -> None:
        topic = RAW.full_name(self._settings.topic_prefix)
        async with AIOKafkaProducer(**client_options(self._settings), linger_ms=20) as producer:
            due = 0.0
            ticked_at = time.monotonic()
            while not self._is_over.is_set():
                now = time.monotonic()
                # Catches up two seconds at most, so that a machine that stalls sends no flood.
                due += self.rate * min(2.0, now - ticked_at)
                ticked_at = now
                while due >= 1:
                    due -= 1
                    await self._send(producer, topic)
                await asyncio.sleep(_TICK_SECONDS)
            await producer.flush()

    async def _send(self, producer: AIOKafkaProducer, topic: str) -> None:
        number = next(self._numbers)
        key = f"n{number}".encode()
        if self._extra:
            value = json.dumps({**self._extra.pop(0), "id": f"n{number}"}).encode()
        elif int(number * self.spoilt_share) != int((number + 1) * self.spoilt_share):
            value = next(self._unreadable)
        else:
            article = {**next(self._articles), "id": f"n{number}"}
            article.pop("revised_at", None)
            value = json.dumps(article).encode()
        await producer.send(topic, value, key=key, timestamp_ms=int((time.time() - self.delay_seconds) * 1000))
