"""How every part of the pipeline stands: by Kafka, wherever its processes run, and by those of this machine."""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

import msgspec

from pipeline.errors import BrokerError
from pipeline.settings import StatusSettings
from pipeline.streaming.kafka.client import bootstrap_servers
from pipeline.streaming.kafka.consumer_lag import GroupState, LagReader, lag_reader
from pipeline.streaming.observability.targets import Target, living_targets, targets_path
from pipeline.topology import SERVICES, STEPS, Service

_PROBE_SECONDS = 3.0
_PROBE_BYTES = 1_000
_KAFKA_SECONDS = 30.0

Activity = Literal["works", "behind", "waiting", "not running", "unknown"]


class ProcessStatus(msgspec.Struct, frozen=True):
    """A process on this machine, as it says itself.

    Attributes:
        name: Such as ``rules-0``.
        address: Where it serves its health, ``host:port``.
        problem: What it waits for, in a few words; None when it is ready.
        since: When it became ready, or began to wait; None where it does not answer.
    """

    name: str
    address: str
    problem: str | None
    since: datetime | None


class ServiceStatus(msgspec.Struct, frozen=True):
    """How one service stands.

    Attributes:
        service: Its name.
        activity: ``works`` and keeps up; is ``behind`` for too long; is ``waiting``; is ``not running``; ``unknown``:
            neither Kafka nor this machine tells.
        is_well: Whether nothing has to be done about it.
        problem: What is wrong, or what it waits for; empty where there is nothing to say.
        since: Since when its processes here are as they are, or the oldest waiting message has waited.
        members: How many processes are in its consumer group, on all machines; None for a service without, and where
            Kafka does not tell.
        behind_messages: How many messages it has not processed; None as above.
        oldest_waiting: When the oldest of them was written; None where none waits.
        processes: Those on this machine.
    """

    service: str
    activity: Activity
    is_well: bool
    problem: str = ""
    since: datetime | None = None
    members: int | None = None
    behind_messages: int | None = None
    oldest_waiting: datetime | None = None
    processes: tuple[ProcessStatus, ...] = ()


class BrokerStatus(msgspec.Struct, frozen=True):
    """The cluster.

    Attributes:
        servers: ``host:port`` of those to connect to first.
        brokers: How many there are; 0 when none answers.
        problem: Why it cannot be asked; empty when it answers.
    """

    servers: str
    brokers: int
    problem: str = ""


class PipelineStatus(msgspec.Struct, frozen=True):
    """All of it.

    Attributes:
        is_well: Whether nothing is wrong anywhere.
        broker: The cluster.
        services: Every service of the topology, in its order.
    """

    is_well: bool
    broker: BrokerStatus
    services: tuple[ServiceStatus, ...]


class StepSeen(msgspec.Struct, frozen=True):
    """What Kafka knows of a step.

    Attributes:
        group: Its consumer group; None where Kafka does not tell.
        behind: How many messages it has not processed.
        oldest: When the oldest of them was written.
    """

    group: GroupState | None
    behind: int
    oldest: datetime | None


async def read_status(settings: StatusSettings, *, late: timedelta) -> PipelineStatus:
    """Ask Kafka about every step, and the processes of this machine how they stand.

    Args:
        settings: Brokers, prefix, and the file that lists this machine's processes.
        late: A step is behind when a message has waited for longer.

    Raises:
        SettingError: The brokers cannot be reached as set.
    """
    broker, seen = await _ask_kafka(settings)
    # Asked last: a process notices within seconds what Kafka could not be asked for as long.
    processes = await _processes(settings)
    late_before = datetime.now(UTC) - late
    services = tuple(
        service_status(
            service,
            tuple(process for process in processes if process.name.rpartition("-")[0] == name or process.name == name),
            seen.get(name),
            late_before,
        )
        for name, service in SERVICES.items()
    )
    return PipelineStatus(not broker.problem and all(one.is_well for one in services), broker, services)


async def _ask_kafka(settings: StatusSettings) -> tuple[BrokerStatus, dict[str, StepSeen]]:
    servers = ",".join(bootstrap_servers(settings))
    seen: dict[str, StepSeen] = {}
    try:
        async with asyncio.timeout(_KAFKA_SECONDS), lag_reader(settings) as reader:
            for step in STEPS:
                seen[step] = await _seen(reader, step)
            return BrokerStatus(servers, await reader.brokers()), seen
    except BrokerError as error:
        return BrokerStatus(servers, 0, str(error)), seen
    except TimeoutError:
        return BrokerStatus(servers, 0, f"{servers} has not answered all within {_KAFKA_SECONDS:g} s: try again"), seen


async def _seen(reader: LagReader, step: str) -> StepSeen:
    backlog = await reader.backlog(step)
    oldest = await reader.oldest(backlog) if backlog else None
    return StepSeen(await reader.group(step), sum(map(len, backlog.values())), oldest)


def service_status(
    service: Service, processes: tuple[ProcessStatus, ...], seen: StepSeen | None, late_before: datetime
) -> ServiceStatus:
    """Judge one service.

    Args:
        service: The service.
        processes: Those of it on this machine.
        seen: What Kafka knows of it; None of a service that is no step, and when Kafka cannot be asked.
        late_before: A step is behind when a message has waited since before then.
    """
    problems: dict[str, list[str]] = {}
    for process in processes:
        if process.problem is not None:
            problems.setdefault(process.problem, []).append(process.name)
    told = "; ".join(f"{problem} ({', '.join(names)})" for problem, names in problems.items())
    since = min((process.since for process in processes if process.problem and process.since), default=None)
    group = seen.group if seen is not None else None
    activity: Activity
    problem = ""
    if group is not None and group.phase == "empty" and not processes:
        activity, problem = "not running", "no process: start a worker (wirewatch worker)"
    elif told:
        activity, problem = "waiting", told
    elif group is not None and group.phase == "rebalancing":
        activity, problem = "waiting", "waiting for its partitions"
    elif group is not None and group.unserved:
        activity = "waiting"
        problem = f"partitions that no process has: {', '.join(map(str, group.unserved))}"
    elif seen is not None and seen.oldest is not None and seen.oldest < late_before:
        activity, problem = "behind", "messages wait too long: look at its log, or start more processes"
    elif group is not None or processes:
        activity = "works"
        since = max((process.since for process in processes if process.since), default=None)
    else:
        # Of a service without a consumer group only the machine that it runs on can tell.
        activity, problem = "unknown", "no process on this machine"
    return ServiceStatus(
        service.name,
        activity,
        is_well=activity in {"works", "unknown"},
        problem=problem,
        since=since or (seen.oldest if seen is not None and activity != "works" else None),
        members=group.members if group is not None else None,
        behind_messages=seen.behind if seen is not None else None,
        oldest_waiting=seen.oldest if seen is not None else None,
        processes=processes,
    )


async def _processes(settings: StatusSettings) -> Sequence[ProcessStatus]:
    """Ask the processes that the workers of this machine have listed."""
    targets = living_targets(targets_path(settings))
    return await asyncio.gather(*(asyncio.to_thread(_probe, target) for target in targets))


def _probe(target: Target) -> ProcessStatus:
    host, _, port = target.address.rpartition(":")
    connection = http.client.HTTPConnection(host.strip("[]"), int(port), timeout=_PROBE_SECONDS)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        text = answer.read(_PROBE_BYTES).decode("utf-8", "replace").strip()
        changed = answer.getheader("Last-Modified")
    except (OSError, http.client.HTTPException):
        return ProcessStatus(target.process, target.address, "does not answer", None)
    finally:
        connection.close()
    since = parsedate_to_datetime(changed) if changed else None
    return ProcessStatus(target.process, target.address, None if answer.status == http.HTTPStatus.OK else text, since)
