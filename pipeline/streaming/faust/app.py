"""One step as a Faust app of its own: consumer group, settings that lose nothing, and the hop as its agent."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic
from typing import Any, cast

import faust
from faust.sensors import Monitor
from faust.tables import TableManager
from faust.tables.recovery import Recovery
from faust.transport.drivers.aiokafka import Transport
from faust.types import TP, AppT, Message, StreamT
from mode import Seconds
from mode.services import WaitArgT

from pipeline.errors import WirewatchError
from pipeline.settings import StepSettings
from pipeline.streaming.clock import Clock, utc_now
from pipeline.streaming.faust.batching import take_batches
from pipeline.streaming.faust.consumer import MAX_POLL_MESSAGES, QUEUE_MESSAGES, HopConsumer, HopTransport
from pipeline.streaming.kafka.client import client_options
from pipeline.streaming.kafka.producer import KafkaPublisher
from pipeline.streaming.records import Caution, InFlight, Record, StepHandler
from pipeline.streaming.steps.hop import Hop
from pipeline.topology import MATCHES, Step

log = logging.getLogger(__name__)

_NEVER_SECONDS = 10.0 * 365 * 86_400


class StepApp(faust.App):
    """A Faust app that carries one step.

    Attributes:
        hop: Its loop.
        publisher: Its producer, connected as long as the app runs.
        on_answered: Told about once a second whether the broker that keeps the group's places answers.
    """

    hop: Hop
    publisher: KafkaPublisher
    on_answered: Callable[[bool], None]

    async def on_start(self) -> None:
        """Connect the producer first, so that our own error tells of a missing broker."""
        await self.publisher.start()
        await super().on_start()

    async def on_stop(self) -> None:
        """Wait for what is in flight, unless the hop has given up and will not ack it."""
        if self.hop.has_stopped:
            self.consumer.unacked.clear()
        await super().on_stop()

    async def on_shutdown(self) -> None:
        """Disconnect once Faust has no record left."""
        await super().on_shutdown()
        await self.publisher.stop()
        self.hop.close()

    def _new_transport(self) -> Transport:
        return HopTransport(self.conf.broker_consumer, self)

    def _create_directories(self) -> None:
        """Create no directory: a step keeps no state on disk."""


class _PatientRecovery(Recovery):
    """Faust's task that lets records flow again after each rebalance, without a time limit."""

    async def _wait(self, coro: WaitArgT, timeout: Seconds | None = None) -> None:  # noqa: ARG002, ASYNC109 - Faust's signature
        """As Faust's own, without the time limit.

        Seeking to the committed offsets takes as long as the broker is away. When Faust's limit runs out, its task ends
        silently and no record flows in this process again.
        """
        await super()._wait(coro)


class _NoTables(TableManager):
    """Faust waits a second at every start for tables to be declared; a step has none."""

    @property
    def recovery(self) -> Recovery:
        """The task that resumes the flow."""
        if self._recovery is None:
            self._recovery = _PatientRecovery(self.app, self, beacon=self.beacon, loop=self.loop)
        return self._recovery

    async def on_start(self) -> None:
        """As Faust's own, without the wait."""
        await self._update_channels()
        await self.recovery.start()


class _NoStatistics(Monitor):
    """Counts nothing: Faust counts every message for web pages that are off here."""

    def on_message_in(self, tp: TP, offset: int, message: Message) -> None:
        """Count nothing."""

    def on_message_out(self, tp: TP, offset: int, message: Message) -> None:
        """Count nothing."""

    def track_tp_end_offset(self, tp: TP, offset: int) -> None:
        """Count nothing."""


def create_app(
    step: Step,
    settings: StepSettings,
    handler: StepHandler[Any],
    *,
    in_flight: InFlight,
    on_stopped: Callable[[WirewatchError], None],
    on_answered: Callable[[bool], None] = lambda _is_answered: None,
    caution: Caution | None = None,
    clock: Clock = utc_now,
) -> StepApp:
    """Make the app of one step; nothing is connected before ``await app.start()``.

    Args:
        step: Source, sink and consumer group.
        settings: Brokers, batch sizes, retries and limits.
        handler: What is done with the records.
        in_flight: Told what is being processed.
        on_stopped: Called once, on the event loop, when the step gives up on purpose: too many articles fail, or
            the broker refuses it a topic. Nothing of the batch at hand is acked, and no other is taken.
        on_answered: See ``StepApp``.
        caution: What earlier deaths of the process have taught.
        clock: The time, for dead letters.

    Returns:
        The app. Its source topic must be there already.

    Raises:
        SettingError: The brokers, the user or a certificate cannot be used as set.
    """
    app = StepApp(step.consumer_group(settings.topic_prefix), **faust_options(step, settings))
    app.publisher = KafkaPublisher(
        settings,
        step.name,
        writes=f"topic {step.sink.full_name(settings.topic_prefix)}",
        once=[topic.full_name(settings.topic_prefix) for topic in step.reads_back],
    )
    app.on_answered = on_answered
    hop = app.hop = Hop(
        step,
        settings,
        handler,
        app.publisher,
        in_flight=in_flight,
        caution=caution or Caution(),
        on_stopped=on_stopped,
        clock=clock,
    )
    topic = step.source.full_name(settings.topic_prefix)

    @app.agent(app.topic(topic, key_type=bytes, value_type=bytes), concurrency=1, name=f"wirewatch.{step.name}")
    async def carry(stream: StreamT[Any]) -> None:
        # Messages are taken from the queue behind the stream. The stream itself would ack events that a raising agent
        # has not seen, and spends a turn of the event loop on each event.
        batches = take_batches(
            cast("asyncio.Queue[Message]", cast("Any", stream).channel.queue),
            most=settings.batch_max_matches if step.source is MATCHES else settings.batch_max_articles,
            within_seconds=settings.batch_wait_seconds,
            size=lambda message: len(message.value or b""),
            begin=begin,
            is_ours=is_ours,
            let_go=let_go,
        )
        try:
            await hop.run(batches, record_of, ack, let_go)
        except Exception as error:
            # A new agent would begin behind what this one took. Only a new process begins at the committed offset.
            await app.crash(error)
            raise

    def begin(message: Message) -> None:
        # Faust's stream does the same with each event, in a dozen calls and a turn of the event loop.
        app.consumer.unacked.add(message)
        cast("HopConsumer", app.consumer).taken.set()
        app.monitor.stream_inbound_time[message.tp] = monotonic()

    def is_ours(message: Message) -> bool:
        is_current: bool = message.generation_id == app.consumer_generation_id
        return is_current and app.flow_control.is_active()

    def ack(message: Message) -> None:
        app.consumer.ack(message)

    def let_go(message: Message) -> None:
        # Otherwise Faust waits for its ack before it gives up the partition.
        app.consumer.unacked.discard(message)

    # Faust resumes the flow of records only after this signal, so none comes before the handler is ready.
    @app.on_rebalance_complete.connect(weak=False)
    async def assigned(_app: AppT, **_: object) -> None:
        await hop.assigned(frozenset(place.partition for place in app.consumer.assignment() if place.topic == topic))

    @app.on_partitions_revoked.connect(weak=False)
    async def revoked(_app: AppT, places: set[TP], **_: object) -> None:
        await hop.revoked(frozenset(place.partition for place in places if place.topic == topic))

    return app


def faust_options(step: Step, settings: StepSettings) -> dict[str, Any]:
    """The settings of a step's Faust app.

    Raises:
        SettingError: The brokers, the user or a certificate cannot be used as set.
    """
    options = client_options(settings)
    return {
        "broker": [f"kafka://{server}" for server in options["bootstrap_servers"]],
        "broker_credentials": _credentials(options),
        "broker_client_id": f"wirewatch-{step.name}",
        "broker_session_timeout": settings.broker_session_timeout_seconds,
        "broker_heartbeat_interval": settings.broker_session_timeout_seconds / 5,
        "broker_rebalance_timeout": 30,
        "broker_request_timeout": max(30.0, settings.broker_session_timeout_seconds),
        "broker_commit_interval": 1,
        "broker_max_poll_records": MAX_POLL_MESSAGES,
        # A client that reads nothing for this long leaves its group and rejoins when it reads again. A consumer that
        # waits for its place never reads, so the limit is off. The supervisor detects a step that hangs.
        "broker_max_poll_interval": _NEVER_SECONDS,
        "stream_buffer_maxsize": QUEUE_MESSAGES,
        "stream_wait_empty": True,
        "topic_allow_declare": False,
        "topic_disable_leader": True,
        "key_serializer": "raw",
        "value_serializer": "raw",
        "store": "memory://",
        "TableManager": _NoTables,
        "Monitor": _NoStatistics,
        "web_enabled": False,
        "autodiscover": False,
    }


def record_of(message: Message) -> Record:
    """The record of a message. A timestamp that is no date becomes the present time, with a warning."""
    return Record(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        timestamp=_timestamp(message),
        key=message.key,
        value=message.value,
        headers=tuple(cast("list[tuple[str, bytes]]", message.headers) or ()),
    )


def _timestamp(message: Message) -> datetime:
    try:
        return datetime.fromtimestamp(message.timestamp, UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        # Any client may stamp a message with any number, such as microseconds.
        log.warning(
            "%s partition %d offset %d has a timestamp that is no date (%r s since 1970): the present time counts",
            message.topic, message.partition, message.offset, message.timestamp,
        )  # fmt: skip
        return utc_now()


def _credentials(options: dict[str, Any]) -> faust.auth.Credentials | None:
    protocol = options["security_protocol"]
    if protocol.startswith("SASL_"):
        return faust.SASLCredentials(
            username=options["sasl_plain_username"],
            password=options["sasl_plain_password"],
            mechanism=options["sasl_mechanism"],
            ssl_context=options.get("ssl_context"),
        )
    if protocol == "SSL":
        return faust.SSLCredentials(context=options["ssl_context"])
    return None
