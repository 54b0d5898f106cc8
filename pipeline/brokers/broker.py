"""The interface of every local broker."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self


class Broker(Protocol):
    """A broker on loopback that this process starts and stops; as a context manager it runs for the block."""

    @property
    def bootstrap_servers(self) -> str:
        """``host:port`` for any Kafka client.

        Raises:
            BrokerError: It is not running.
        """
        ...

    @property
    def description(self) -> str:
        """One line for people: which broker this is, why it was chosen, and what it cannot do."""
        ...

    @property
    def supports_topic_creation(self) -> bool:
        """Whether topics can be created with partitions and settings; if not, they appear when first used."""
        ...

    def start(self) -> None:
        """Start it and return when a client gets answers.

        Raises:
            BrokerStartError: It did not come up.
        """
        ...

    def stop(self) -> None:
        """Stop it within a bounded time; nothing happens if it is not running."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...
