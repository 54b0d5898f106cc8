"""Connections to Kafka: the arguments of every aiokafka client, and its errors as ours."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextvars import ContextVar
from typing import Any, Protocol, TypeVar

from aiokafka import errors as kafka_errors

from pipeline.errors import AccessDeniedError, BrokerUnreachableError, SettingError
from pipeline.settings import KafkaSettings

CONNECT_TIMEOUT_SECONDS = 10.0

# aiokafka logs why it could not connect, and raises an error that does not say why.
_connect_problems: ContextVar[list[BaseException] | None] = ContextVar("connect_problems", default=None)
_AUTHENTICATION = (
    kafka_errors.AuthenticationFailedError,
    kafka_errors.AuthenticationMethodNotSupported,
    kafka_errors.SaslAuthenticationFailed,
    kafka_errors.UnsupportedSaslMechanismError,
)
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
        options["ssl_context"] = _ssl_context(settings)
    return options


def _ssl_context(settings: KafkaSettings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=settings.ssl_ca_file)
    except OSError as error:
        raise SettingError("WIREWATCH_SSL_CA_FILE", f"cannot be read: {settings.ssl_ca_file} ({error})") from error
    if settings.ssl_cert_file is None:
        if settings.ssl_key_file is not None:
            raise SettingError("WIREWATCH_SSL_CERT_FILE", "needed with WIREWATCH_SSL_KEY_FILE")
        return context
    try:
        # With the empty password an encrypted key is an error; without, OpenSSL would ask on the terminal.
        context.load_cert_chain(settings.ssl_cert_file, settings.ssl_key_file, password="")
    except OSError as error:
        raise SettingError("WIREWATCH_SSL_CERT_FILE", f"cannot be used: {settings.ssl_cert_file} ({error})") from error
    return context


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
        raise AccessDeniedError(servers, "log in to") from error
    except _AUTHORIZATION as error:
        raise AccessDeniedError(resource, operation) from error
    except _UNREACHABLE as error:
        raise BrokerUnreachableError(servers, _reason(error)) from error


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
    problems: list[BaseException] = []
    token = _connect_problems.set(problems)
    # Adding it again changes nothing.
    logging.getLogger("aiokafka").addFilter(_CONNECT_PROBLEMS)
    try:
        async with asyncio.timeout(timeout_seconds):
            await client.start()
            # A consumer that is stopped before its tasks have begun raises their cancellation and stays half stopped.
            await asyncio.sleep(0)
    except TimeoutError as error:
        raise BrokerUnreachableError(servers, f"no answer in {timeout_seconds:g} s") from error
    except kafka_errors.KafkaError as error:
        if any(isinstance(problem, _AUTHENTICATION) for problem in (*problems, error)):
            raise AccessDeniedError(servers, "log in to") from error
        if isinstance(error, _UNREACHABLE):
            raise BrokerUnreachableError(servers, _reason(problems[-1] if problems else error)) from error
        raise
    finally:
        _connect_problems.reset(token)


async def _stop(client: object) -> None:
    stop: Callable[[], Awaitable[None]] = getattr(client, "stop", None) or getattr(client, "close")  # noqa: B009
    await stop()


def _reason(error: BaseException) -> str:
    """The cause in a few words; the text of aiokafka's errors begins with the class and perhaps a number."""
    match error:
        case kafka_errors.KafkaError():
            return str(error.args[0]) if error.args else type(error).__name__
        case TimeoutError():
            return "no answer in time"
        case ConnectionRefusedError():
            return "connection refused"
        case socket.gaierror():
            return "no such host"
        case ssl.SSLError():
            return f"TLS: {error.reason or error}"
        case _:
            return str(error) or type(error).__name__


class _ConnectProblems(logging.Filter):
    """Takes what aiokafka logs while we connect, so that our error reports it, once."""

    def filter(self, record: logging.LogRecord) -> bool:
        problems = _connect_problems.get()
        if problems is None:
            return True
        if isinstance(record.args, tuple):
            problems.extend(argument for argument in record.args if isinstance(argument, BaseException))
        return False


_CONNECT_PROBLEMS = _ConnectProblems()


def silence_client_logs() -> None:
    """Keep aiokafka's own log lines from the terminal; a command reports its errors itself."""
    logger = logging.getLogger("aiokafka")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
