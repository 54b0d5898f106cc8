"""Run one service in this process, for a command: ``wirewatch canary``."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator

from prometheus_client import REGISTRY, CollectorRegistry

from pipeline.settings import Settings
from pipeline.streaming.loading import LoadedStep, ServiceLoader, load_service, works_on
from pipeline.streaming.observability.health import HealthServer, Heartbeat, Readiness
from pipeline.streaming.observability.targets import Target, TargetsFile, targets_path
from pipeline.topology import Service

log = logging.getLogger(__name__)


async def run_in_foreground(
    service: Service,
    settings: Settings,
    *,
    on_serving: Callable[[str], None] = lambda _address: None,
    load: ServiceLoader = load_service,
) -> None:
    """Load and run a service that is no step until cancelled, serve its metrics and list it among the targets.

    Args:
        service: The service; a step runs under a supervisor only, which ends it when it hangs.
        settings: What it is loaded with, and where to serve the metrics.
        on_serving: Called with ``host:port`` of /metrics, /livez and /readyz.
        load: Loads the service.

    Raises:
        SettingError: The metrics cannot be served, or the brokers not be reached, as set.
        BrokerError: What the service itself does not wait for.
        ServiceEndedError: Its work ended by itself.
    """
    registry = CollectorRegistry()
    registry.register(REGISTRY)
    standing = Readiness()
    heartbeat = Heartbeat()
    host, port = settings.metrics_host, settings.metrics_port
    with HealthServer(
        host,
        port,
        live=heartbeat.problem,
        ready=standing.problem,
        ready_since=standing.changed_at,
        registry=registry,
    ) as server:
        on_serving(server.address)
        with _listed(service, settings, server.address):
            async with load(service, settings) as loaded:
                if isinstance(loaded, LoadedStep):
                    raise TypeError(f"step {service.name} runs under a supervisor: see wirewatch worker")
                if loaded.registry is not None:
                    registry.register(loaded.registry)
                beating = asyncio.create_task(heartbeat.beat())
                try:
                    await works_on(service, loaded.work(standing))
                finally:
                    beating.cancel()


@contextlib.contextmanager
def _listed(service: Service, settings: Settings, address: str) -> Iterator[None]:
    """Stand in the workers' Prometheus file meanwhile."""
    targets = TargetsFile(targets_path(settings))
    try:
        targets.publish([Target(service.name, address)])
    except OSError as error:
        # As for a worker: in a read-only container it is scraped by other means.
        log.warning("cannot write WIREWATCH_METRICS_TARGETS_FILE: %s", error)
        yield
        return
    try:
        yield
    finally:
        try:
            targets.withdraw()
        except OSError as error:
            log.warning("cannot take this process out of WIREWATCH_METRICS_TARGETS_FILE: %s", error)
