"""What a process loads to run a service, and how a service that is no step tells how it stands.

A service's module has ``load(settings)``, an asynchronous context manager that holds what is loaded for as long as the
service runs. It loads before the process joins a consumer group: only then may partitions wait for it.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from prometheus_client import CollectorRegistry

from pipeline.errors import ServiceEndedError
from pipeline.settings import Settings
from pipeline.streaming.records import StepHandler
from pipeline.topology import Service


async def _nothing_to_follow() -> None:
    await asyncio.Event().wait()


@dataclass(frozen=True, slots=True)
class LoadedStep:
    """A step that is ready to be put on its Faust app.

    Attributes:
        handler: Processes its records.
        follow: Runs beside it until cancelled, and keeps up to date what it has loaded.
    """

    handler: StepHandler[Any]
    follow: Callable[[], Awaitable[None]] = _nothing_to_follow


class Standing(Protocol):
    """Where a service that is no step tells how it stands; called on the event loop."""

    def ready(self) -> None:
        """It does its work."""
        ...

    def waiting(self, problem: str) -> None:
        """It cannot work now: what it waits for, in a few words."""
        ...


@dataclass(frozen=True, slots=True)
class LoadedService:
    """A service that is no step, ready to work.

    Attributes:
        work: Runs until it is cancelled. It waits for what is unavailable, and raises what waiting would not cure.
        registry: Metrics that only this service serves, beside those of every process.
    """

    work: Callable[[Standing], Awaitable[None]]
    registry: CollectorRegistry | None = None


async def works_on(service: Service, work: Awaitable[None]) -> None:
    """Await a service's work, which runs until it is cancelled.

    Raises:
        ServiceEndedError: It ended by itself.
    """
    await work
    raise ServiceEndedError(service.name)


LoadedPart = LoadedStep | LoadedService

ServiceLoader = Callable[[Service, Settings], AbstractAsyncContextManager[LoadedPart]]
"""Loads a service for as long as it runs."""


def load_service(service: Service, settings: Settings) -> AbstractAsyncContextManager[LoadedPart]:
    """Load a service by its own module, which no other process imports.

    Raises:
        InstallationError: What it needs is not installed.
        BrokerError: What it needs of the broker cannot be read.
    """
    loaded: AbstractAsyncContextManager[LoadedPart] = importlib.import_module(service.module).load(settings)
    return loaded
