"""Connections to Kafka: the arguments of every aiokafka client, and its errors as ours."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from aiokafka import errors as kafka_errors

from pipeline.errors import (
    AccessDeniedError,
    BrokerError,
    BrokerUnreachableError,
    LoginRefusedError,
    SettingError,
    UnfitConnectionError,
)
from pipeline.settings import KafkaSettings
from pipeline.streaming.kafka.connection_failures import LOGIN_ERRORS, explained
from pipeline.streaming.kafka.tls_files import ssl_context

CONNECT_TIMEOUT_SECONDS = 10.0
# A connection that failed longer ago is not why an answer is missing now.
_RECENT_SECONDS = 5.0

_AUTHENTICATION = (*LOGIN_ERRORS, kafka_errors.IllegalSaslStateError)
_AUTHORIZATION = (
    kafka_errors.TopicAuthorizationFailedError,
    kafka_errors.GroupAuthorizationFailedError,
    kafka_errors.ClusterAuthorizationFailedError,
)
_UNREACHABLE = (
    kafka_errors.KafkaConnectionError,
    kafka_errors.KafkaTimeoutError,
    kafka_errors.KafkaUnavailableError,
    kafka_errors.NoBrokersAvailable,
    kafka_errors.NodeNotReadyError,
    kafka_errors.RequestTimedOutError,
    kafka_errors.StaleMetadata,
    TimeoutError,
)


class KafkaClient(Protocol):
    """An aiokafka producer or consumer; the admin client stops by ``close``."""

    async def start(self) -> None:
        """Connect."""
        ...


ClientT = TypeVar("ClientT", bound=KafkaClient)


def bootstrap_servers(settings: KafkaSettings) -> list[str]:
    """The brokers to connect to first, ``host:port`` each: those of the settings, else the local broker.

    Raises:
        SettingError: The settings name no broker, or one that is not ``host:port``.
    """
    if not settings.bootstrap_servers.strip():
        if settings.local_broker_port == 0:
            raise SettingError(
                "WIREWATCH_BOOTSTRAP_SERVERS", "empty, and the local broker takes a free port: name the broker here"
            )
        return [f"127.0.0.1:{settings.local_broker_port}"]
    servers = [server.strip() for server in settings.bootstrap_servers.split(",") if server.strip()]
    for server in servers:
        host, colon, port = server.rpartition(":")
        if not colon or not host or not port.isdecimal() or not 0 < int(port) < 65_536:
            raise SettingError("WIREWATCH_BOOTSTRAP_SERVERS", f"{server!r} is not host:port")
    return servers


def client_options(settings: KafkaSettings) -> dict[str, Any]:
    """Keyword arguments that connect any aiokafka client to the settings' brokers.

    Returns:
        ``bootstrap_servers``, ``security_protocol`` and, where the protocol asks for them, ``sasl_*`` and
        ``ssl_context``. They hold the password: never log them.

    Raises:
        SettingError: A broker's address, a user or a certificate is missing or cannot be read.
    """
    options: dict[str, Any] = {
        "bootstrap_servers": bootstrap_servers(settings),
        "security_protocol": settings.security_protocol,
    }
    if settings.security_protocol.startswith("SASL_"):
        if not settings.sasl_username:
            raise SettingError("WIREWATCH_SASL_USERNAME", f"needed for {settings.security_protocol}")
        options["sasl_mechanism"] = settings.sasl_mechanism
        options["sasl_plain_username"] = settings.sasl_username
        options["sasl_plain_password"] = settings.sasl_password.get_secret_value()
    if settings.security_protocol.endswith("SSL"):
        options["ssl_context"] = ssl_context(settings)
    return options


@contextlib.contextmanager
def kafka_errors_translated(settings: KafkaSettings, resource: str, operation: str) -> Iterator[None]:
    """Translate aiokafka's errors of access and connection to this package's; other errors pass unchanged.

    Args:
        settings: For the brokers' addresses.
        resource: The resource that is used, such as ``topic news.alerts.v1``.
        operation: The operation on it, such as ``read``.

    Raises:
        BrokerUnreachableError: No broker answers, or not in time.
        AccessDeniedError: The broker refuses the user, or the user the operation.
    """
    servers = ",".join(bootstrap_servers(settings))
    try:
        yield
    except _AUTHENTICATION as error:
        raise explained(error, servers, settings) from error
    except _AUTHORIZATION as error:
        raise _denied(error, resource, operation) from error
    except _UNREACHABLE as error:
        # aiokafka says no more than that no broker could be reached, or that a node is not ready.
        latest = _CONNECT_PROBLEMS.latest
        if latest is not None and latest.explains(settings):
            raise latest.explained(settings) from error
        raise explained(error, servers, settings) from error


def _denied(error: kafka_errors.KafkaError, resource: str, operation: str) -> AccessDeniedError:
    """The error names the topics or the group that are refused, where aiokafka does."""
    named = error.args[0] if error.args else None
    if isinstance(named, str) and isinstance(error, kafka_errors.GroupAuthorizationFailedError):
        return AccessDeniedError(f"group {named}", operation)
    if isinstance(error, kafka_errors.TopicAuthorizationFailedError):
        names = [named] if isinstance(named, str) else named
        if isinstance(names, Collection) and names and all(isinstance(name, str) for name in names):
            return AccessDeniedError(f"topic {', '.join(sorted(names))}", operation)
    return AccessDeniedError(resource, operation)


@contextlib.asynccontextmanager
async def connected(
    client: ClientT, settings: KafkaSettings, *, timeout_seconds: float = CONNECT_TIMEOUT_SECONDS
) -> AsyncIterator[ClientT]:
    """Start a client that was made with these settings, and stop it at the end in any case.

    Raises:
        BrokerUnreachableError: No broker answers in that time.
        AccessDeniedError: The brokers refuse this user.
    """
    try:
        await _start(client, settings, timeout_seconds)
        yield client
    finally:
        await _stop(client)


async def _start(client: KafkaClient, settings: KafkaSettings, timeout_seconds: float) -> None:
    servers = ",".join(bootstrap_servers(settings))
    attempt = _Attempt()
    token = _attempt.set(attempt)
    try:
        async with asyncio.timeout(timeout_seconds):
            await client.start()
            # A consumer that is stopped before its tasks have begun raises their cancellation and stays half stopped.
            await asyncio.sleep(0)
    except TimeoutError as error:
        raise attempt.cause(settings) or BrokerUnreachableError(
            servers, f"no answer in {timeout_seconds:g} s", "look whether that is its port, and what stands between"
        ) from error
    except kafka_errors.KafkaError as error:
        if isinstance(error, _AUTHENTICATION + _UNREACHABLE):
            raise attempt.cause(settings) or explained(error, servers, settings) from error
        raise
    finally:
        attempt.is_over = True
        _attempt.reset(token)


async def _stop(client: object) -> None:
    stop: Callable[[], Awaitable[None]] = getattr(client, "stop", None) or getattr(client, "close")  # noqa: B009
    await stop()


@dataclass(frozen=True, slots=True)
class _Problem:
    """Why one connection failed.

    Attributes:
        broker: ``host:port``; of a node that the cluster has named only its number is known.
        at: When, by the monotonic clock.
    """

    broker: str
    error: BaseException
    at: float

    @property
    def is_of_a_node(self) -> bool:
        return ":" not in self.broker

    def explains(self, settings: KafkaSettings) -> bool:
        """Whether it may be why a client with these settings gets no answer now."""
        is_recent = time.monotonic() - self.at < _RECENT_SECONDS
        return is_recent and (self.is_of_a_node or self.broker in bootstrap_servers(settings))

    def explained(self, settings: KafkaSettings) -> BrokerError:
        servers = ",".join(bootstrap_servers(settings))
        server = f"{servers}, node {self.broker}" if self.is_of_a_node else self.broker
        return explained(self.error, server, settings)


@dataclass(slots=True)
class _Attempt:
    """What goes wrong while a client connects; its tasks keep it, so that it says when it is over."""

    problems: list[_Problem] = field(default_factory=list)
    is_over: bool = False

    def cause(self, settings: KafkaSettings) -> BrokerError | None:
        """Of what several brokers said, that which says most; none if no broker could be asked yet."""
        causes = [problem.explained(settings) for problem in self.problems]
        return max(causes, key=lambda cause: isinstance(cause, LoginRefusedError | UnfitConnectionError), default=None)


_attempt: ContextVar[_Attempt | None] = ContextVar("attempt", default=None)


class _ConnectProblems(logging.Filter):
    """Takes what aiokafka logs when it cannot connect: the error that it raises does not say why.

    While we connect, it is kept from the log, since our error reports it, once.
    """

    latest: _Problem | None = None

    def filter(self, record: logging.LogRecord) -> bool:
        attempt = _attempt.get()
        arguments = record.args if isinstance(record.args, tuple) else ()
        *broker, error = arguments or [None]
        if broker and isinstance(error, BaseException):
            problem = _Problem(":".join(map(str, broker)), error, time.monotonic())
            self.latest = problem
            if attempt is not None and not attempt.is_over:
                attempt.problems.append(problem)
        return attempt is None or attempt.is_over


_CONNECT_PROBLEMS = _ConnectProblems()
logging.getLogger("aiokafka").addFilter(_CONNECT_PROBLEMS)


def silence_client_logs() -> None:
    """Keep aiokafka's own log lines from the terminal; a command reports its errors itself."""
    logger = logging.getLogger("aiokafka")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
