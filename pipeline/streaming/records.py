"""What the loop hands to a step and gets back: records as Kafka holds them, in bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Generic, NamedTuple, Protocol, TypeVar

from msgspec import Struct

from pipeline.errors import ArticleError

FactsT = TypeVar("FactsT")

Headers = tuple[tuple[str, bytes], ...]


class RecordPosition(NamedTuple):
    """Where a record lies in a step's source topic."""

    partition: int
    offset: int


class Record(Struct, frozen=True):
    """One message read, undecoded."""

    topic: str
    partition: int
    offset: int
    timestamp: datetime
    key: bytes | None
    value: bytes | None
    headers: Headers = ()

    @property
    def position(self) -> RecordPosition:
        """Partition and offset."""
        return RecordPosition(self.partition, self.offset)


class Output(Struct, frozen=True):
    """One message to publish.

    Attributes:
        topic: Full name.
        partition: A fixed partition, or None for the key's.
        stage: Outputs of a later stage are sent once the broker has acknowledged all of the earlier one.
    """

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    partition: int | None = None
    stage: int = 0


class Outcome(Struct, Generic[FactsT], frozen=True):
    """What a step made of one record: its outputs (perhaps none), or the error that makes it a dead letter.

    Attributes:
        facts: What the step's handler wants to know of it again once its outputs are acknowledged.
    """

    record: Record
    outputs: tuple[Output, ...] = ()
    error: ArticleError | None = None
    facts: FactsT | None = None


class StepHandler(Protocol[FactsT]):
    """One step, as the hop drives it."""

    def process(self, records: Sequence[Record]) -> Sequence[Outcome[FactsT]]:
        """Make the outcomes of a batch, one for each record, in order; called in a thread, never twice at once.

        A record that cannot be used gets an outcome with an error. When publishing fails, the same batch may come
        again, whole or in part, so the handler may remember nothing before ``committed``.

        Raises:
            PartitionNotLoadedError: Records of that partition are another process's; the others are given once more.
            UnavailableError: Something that the step needs is unavailable: tried again until it is back.
            StoppingError: The step stops and acks nothing of the batch.
            Exception: A passing fault; the batch is tried again, then bisected.
        """
        ...

    def committed(self, outcomes: Sequence[Outcome[FactsT]]) -> None:
        """Called on the event loop, in order, once the broker has acknowledged every output of these outcomes."""
        ...

    async def assigned(self, partitions: frozenset[int]) -> None:
        """Take over these partitions of the source topic; awaited before their first record."""
        ...

    async def revoked(self, partitions: frozenset[int]) -> None:
        """Give up these partitions: another process has them."""
        ...


class Caution(Struct, frozen=True):
    """What the supervisor learnt from earlier deaths of a step's process.

    Attributes:
        alone: Records to be processed one at a time: a batch that held them killed the process twice.
        condemned: Records that killed it alone too often; they are dead-lettered ``crash`` unprocessed.
    """

    alone: frozenset[RecordPosition] = frozenset()
    condemned: frozenset[RecordPosition] = frozenset()


class InFlight(Protocol):
    """Tells the supervisor what a step is about to process, so that it can count a death against the records."""

    def begin(self, positions: Sequence[RecordPosition]) -> None:
        """These records are being processed from now on; returns once the supervisor's pipe holds it."""
        ...

    def end(self) -> None:
        """They have been processed, or the step has given up on them without dying."""
        ...
