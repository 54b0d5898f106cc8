"""The one loop of all steps: take, process, publish, await the acknowledgements, and only then ack."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import groupby
from time import monotonic
from typing import Any, TypeVar

from msgspec.structs import replace

from pipeline import metrics
from pipeline.errors import (
    CrashError,
    PartitionNotLoadedError,
    StepFailedError,
    StepStoppedError,
    StoppingError,
    UnavailableError,
    WirewatchError,
)
from pipeline.settings import StepSettings
from pipeline.streaming.clock import Clock
from pipeline.streaming.kafka.producer import Publisher
from pipeline.streaming.observability.log_context import article_context, cause_of, place_of
from pipeline.streaming.records import Caution, InFlight, Outcome, Output, Record, RecordPosition, StepHandler
from pipeline.streaming.steps.dead_letter_queue import dead_letter
from pipeline.topology import Step

log = logging.getLogger(__name__)

EventT = TypeVar("EventT")

FAILURE_WINDOW_ARTICLES = 200


class Hop:
    """Carries records through one step so that each ends in outputs or in a dead letter, whatever fails.

    A batch that keeps failing is bisected. Each part is finished, up to ``committed``, before the next is processed. So
    a handler with a memory has committed every record before it sees the next.
    """

    def __init__(
        self,
        step: Step,
        settings: StepSettings,
        handler: StepHandler[Any],
        publisher: Publisher,
        *,
        in_flight: InFlight,
        caution: Caution,
        on_stopped: Callable[[WirewatchError], None],
        clock: Clock,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._step = step
        self._settings = settings
        self._handler = handler
        self._publisher = publisher
        self._in_flight = in_flight
        self._caution = self._next_caution = caution
        self._on_stopped = on_stopped
        self._clock = clock
        self._pause = pause
        self._failed: deque[bool] = deque(maxlen=FAILURE_WINDOW_ARTICLES)
        self._passed_over: set[RecordPosition] = set()
        metrics.start_at_nought(step.name)
        self._revoked_at: float | None = None
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"step-{step.name}")
        self._assigning: asyncio.Task[None] | None = None
        self._stopped = False

    async def run(
        self,
        batches: AsyncIterator[Sequence[EventT]],
        record_of: Callable[[EventT], Record],
        ack: Callable[[EventT], object],
        let_go: Callable[[EventT], object],
    ) -> None:
        """Carry batch after batch. Only cancellation and errors of ``batches`` and the callbacks come out.

        Args:
            batches: Events as they are taken from the source topic; the next is asked for when the last is acked.
            record_of: The record that an event holds.
            ack: Marks an event as done, so that its offset can be committed.
            let_go: Called instead for an event whose partition was taken away: the new owner reads it again.
        """
        async for events in batches:
            records = [record_of(event) for event in events]
            await self._until_it_works(
                "publishing", "a batch failed outside of its step", partial(self._carry, records)
            )
            for event, record in zip(events, records, strict=True):
                if self._passed_over and record.position in self._passed_over:
                    let_go(event)
                else:
                    ack(event)

    def heed(self, caution: Caution) -> None:
        """Use this caution from the next batch on: another process of the step has died."""
        self._next_caution = caution

    async def assigned(self, partitions: frozenset[int]) -> None:
        """Let the handler take over partitions and wait until it has; ``revoked`` cancels the wait."""
        self._assigning = asyncio.create_task(
            self._until_it_works("assigning", "cannot take over partitions", lambda: self._handler.assigned(partitions))
        )
        await asyncio.wait({self._assigning})
        metrics.REBALANCES.labels(self._step.name).inc()
        if self._assigning.cancelled():
            return
        metrics.PARTITIONS.labels(self._step.name).set(len(partitions))
        if self._revoked_at is not None:
            metrics.REBALANCE_DURATION.labels(self._step.name).observe(monotonic() - self._revoked_at)
            self._revoked_at = None

    async def revoked(self, partitions: frozenset[int]) -> None:
        """Let the handler give up partitions. What was in flight is acked, or its new owner reads it again."""
        metrics.PARTITIONS.labels(self._step.name).set(0)
        if partitions and self._revoked_at is None:
            self._revoked_at = monotonic()
        if self._assigning is not None and not self._assigning.done():
            self._assigning.cancel()
            await asyncio.wait({self._assigning})
        if partitions:
            await self._handler.revoked(partitions)

    @property
    def has_stopped(self) -> bool:
        """Whether it stopped on purpose. What it holds is never acked."""
        return self._stopped

    def close(self) -> None:
        """Stop the thread without waiting for a batch in progress."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    async def _until_it_works(self, during: str, problem: str, work: Callable[[], Awaitable[None]]) -> None:
        """Try until it works. Faust acks events that a raising agent has not seen, so no error may leave this loop."""
        for wait in self._settings.pauses():
            try:
                return await work()
            except StoppingError as error:
                await self._stop(error)
            except Exception as error:  # noqa: BLE001 - logged, and tried again until it passes
                metrics.ERRORS.labels(self._step.name, during).inc()
                log.error("%s, trying again in %g s: %s", problem, wait, cause_of(error))  # noqa: TRY400
                await self._pause(wait)
        return None

    async def _carry(self, records: Sequence[Record]) -> None:
        self._caution = self._next_caution
        self._passed_over.clear()
        started = monotonic()
        metrics.BATCH_SIZE.labels(self._step.name).observe(len(records))
        for part in self._parts(records):
            await self._carry_part(part, self._settings.retry_attempts)
        metrics.STEP_DURATION.labels(self._step.name).observe(monotonic() - started)

    def _parts(self, records: Sequence[Record]) -> Iterator[Sequence[Record]]:
        """The batch in order, cut so that each record under caution is by itself."""
        careful = self._caution.alone | self._caution.condemned
        if not careful:
            yield records
            return

        def kind(record: Record) -> RecordPosition | None:
            return record.position if record.position in careful else None

        for _, part in groupby(records, kind):
            yield list(part)

    async def _carry_part(self, records: Sequence[Record], attempts: int) -> None:
        if records[0].position in self._caution.condemned:
            crash = CrashError(f"it ended the process of step {self._step.name} alone, again and again")
            return await self._finish([Outcome(record, error=crash) for record in records])
        try:
            outcomes = await self._process(records, attempts)
        except StoppingError:
            raise
        except PartitionNotLoadedError as error:
            return await self._pass_over(error, records, attempts)
        except Exception as error:  # noqa: BLE001 - whatever a step raises, the article is the suspect
            if len(records) == 1:
                failed = StepFailedError(f"step {self._step.name} failed {attempts} times: {error!r}")
                failed.__cause__ = error
                return await self._finish([Outcome(records[0], error=failed)])
            log.warning("step %s bisects a batch of %d that keeps failing", self._step.name, len(records))
        else:
            return await self._finish(outcomes)
        half = len(records) // 2
        for part in (records[:half], records[half:]):
            # The whole batch was retried already; the parts are tried once, to find the article at fault.
            await self._carry_part(part, attempts=1)
        return None

    async def _pass_over(self, error: PartitionNotLoadedError, records: Sequence[Record], attempts: int) -> None:
        log.info("step %s: %s", self._step.name, error)
        self._passed_over.update(record.position for record in records if record.partition == error.partition)
        rest = [record for record in records if record.partition != error.partition]
        if rest:
            await self._carry_part(rest, attempts)

    async def _process(self, records: Sequence[Record], attempts: int) -> Sequence[Outcome[Any]]:
        attempt = 1
        for wait in self._settings.pauses():
            try:
                return await self._process_once(records)
            except (StoppingError, PartitionNotLoadedError):
                raise
            except Exception as error:
                if isinstance(error, UnavailableError) and error.is_passing:
                    # No article is at fault: the batch is tried until what is unavailable is back.
                    metrics.ERRORS.labels(self._step.name, "publishing").inc()
                    metrics.RETRIES.labels(self._step.name).inc()
                    log.warning(
                        "step %s cannot go on, trying again in %g s: %s", self._step.name, wait, cause_of(error)
                    )
                    await self._pause(wait)
                    continue
                metrics.ERRORS.labels(self._step.name, "processing").inc()
                if attempt == attempts:
                    raise
                log.warning(
                    "step %s failed on a batch of %d (try %d of %d), trying again in %g s: %s",
                    self._step.name, len(records), attempt, attempts, wait, place_of(error),
                )  # fmt: skip
                attempt += 1
            metrics.RETRIES.labels(self._step.name).inc()
            await self._pause(wait)
        raise AssertionError("pauses never end")

    async def _process_once(self, records: Sequence[Record]) -> Sequence[Outcome[Any]]:
        self._in_flight.begin([record.position for record in records])
        try:
            outcomes = await asyncio.get_running_loop().run_in_executor(self._executor, self._handler.process, records)
        finally:
            self._in_flight.end()
        if [outcome.record.position for outcome in outcomes] != [record.position for record in records]:
            raise RuntimeError(f"step {self._step.name} gave {len(outcomes)} outcomes for {len(records)} records")
        return outcomes

    async def _finish(self, outcomes: Sequence[Outcome[Any]]) -> None:
        self._check_failures(outcomes)
        outcomes = await self._publish(outcomes)
        await self._set_aside(outcomes)
        self._handler.committed(outcomes)
        self._count_dead_letters(outcomes)

    def _count_dead_letters(self, outcomes: Sequence[Outcome[Any]]) -> None:
        for reason, count in Counter(each.error.reason for each in outcomes if each.error is not None).items():
            metrics.DEAD_LETTERS.labels(self._step.name, reason).inc(count)
        if log.isEnabledFor(logging.DEBUG):
            for outcome in outcomes:
                log.debug("finished, with %d messages", len(outcome.outputs), extra=article_context(outcome.record))

    def _check_failures(self, outcomes: Sequence[Outcome[Any]]) -> None:
        self._failed.extend(isinstance(outcome.error, StepFailedError) for outcome in outcomes)
        failed = sum(self._failed)
        if failed > self._settings.failure_limit * FAILURE_WINDOW_ARTICLES:
            last = next(outcome.error for outcome in reversed(outcomes) if outcome.error is not None)
            place = place_of(last.__cause__ or last)
            raise StepStoppedError(
                f"step {self._step.name} stopped: {failed} of its last {len(self._failed)} articles failed, more than "
                f"WIREWATCH_FAILURE_LIMIT allows; the last: {place}: look at the dead letters "
                f"(wirewatch dead-letters list --step {self._step.name}), then start it again"
            )

    async def _publish(self, outcomes: Sequence[Outcome[Any]]) -> Sequence[Outcome[Any]]:
        """Send stage by stage. When the broker refuses an output, the outcome becomes an error and sends no more."""
        outcomes = list(outcomes)
        stages = sorted({output.stage for outcome in outcomes for output in outcome.outputs})
        for stage in stages:
            owners: list[int] = []
            outputs: list[Output] = []
            for index, outcome in enumerate(outcomes):
                for output in outcome.outputs:
                    if output.stage == stage:
                        owners.append(index)
                        outputs.append(output)
            for place, error in (await self._publisher.publish(outputs)).items():
                outcomes[owners[place]] = replace(outcomes[owners[place]], outputs=(), error=error)
        return outcomes

    async def _set_aside(self, outcomes: Sequence[Outcome[Any]]) -> None:
        now = self._clock()
        prefix = self._settings.topic_prefix
        letters = [
            dead_letter(outcome.record, outcome.error, step=self._step.name, prefix=prefix, now=now)
            for outcome in outcomes
            if outcome.error is not None
        ]
        if not letters:
            return
        refused = await self._publisher.publish(letters)
        if refused:
            raise StepStoppedError(
                f"step {self._step.name} stopped, so that nothing is lost: the dead-letters topic refuses "
                f"{len(refused)} messages ({next(iter(refused.values()))}): "
                "give it the limits of `wirewatch topics apply`"
            )
        for outcome in outcomes:
            if outcome.error is not None:
                log.warning(
                    "step %s: partition %d offset %d of %s is a dead letter (%s): %s",
                    self._step.name, *outcome.record.position, outcome.record.topic, outcome.error.reason,
                    place_of(outcome.error.__cause__ or outcome.error), extra=article_context(outcome.record),
                )  # fmt: skip

    async def _stop(self, error: WirewatchError) -> None:
        if not self._stopped:
            self._stopped = True
            self._on_stopped(error)
        await asyncio.Event().wait()
