"""Why no connection to a broker came about, and what to do: the client library says neither.

What each mistake looks like was found on a real Kafka: ``tests/integration/test_locked_broker.py``.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator

from aiokafka import errors as kafka_errors

from pipeline.errors import BrokerError, BrokerUnreachableError, LoginRefusedError, UnfitConnectionError
from pipeline.settings import KafkaSettings

# OpenSSL's numbers, X509_V_ERR_*.
_NOT_YET_VALID, _EXPIRED, _SELF_SIGNED = 9, 10, 18
_OTHER_HOST = frozenset({62, 63, 64})
_UNKNOWN_AUTHORITY = frozenset({2, 19, 20, 21})
# The first bytes of a TLS alert, read as the length of an answer of Kafka's.
_TLS_ALERT = 0x1503
_CLIENT_CERTIFICATE_MISSING = ("BAD_CERTIFICATE", "CERTIFICATE_REQUIRED")
_CLIENT_CERTIFICATE_REFUSED = (
    "CERTIFICATE",
    "CERTIFICATE_UNKNOWN",
    "CERTIFICATE_EXPIRED",
    "UNKNOWN_CA",
    "ACCESS_DENIED",
)
_PROTOCOL = "WIREWATCH_SECURITY_PROTOCOL"
LOGIN_ERRORS = (
    kafka_errors.AuthenticationFailedError,
    kafka_errors.AuthenticationMethodNotSupported,
    kafka_errors.SaslAuthenticationFailed,
    kafka_errors.UnsupportedSaslMechanismError,
)


def explained(error: BaseException, server: str, settings: KafkaSettings) -> BrokerError:
    """The error that says why connecting failed.

    Args:
        error: What the client library raised or logged.
        server: ``host:port`` that it concerns, or several with commas.
        settings: Those that it was tried with.
    """
    for cause in _causes(error):
        match cause:
            case kafka_errors.UnsupportedSaslMechanismError():
                problem = f"it does not offer the SASL mechanism {settings.sasl_mechanism}"
                return LoginRefusedError(server, problem, "set WIREWATCH_SASL_MECHANISM to one that it does")
            case kafka_errors.IllegalSaslStateError():
                remedy = f"set {_PROTOCOL} to {_transport(settings)}, or name the port that does"
                return UnfitConnectionError(server, "this port asks for no login", remedy)
            case _ if isinstance(cause, LOGIN_ERRORS):
                problem = f"user {settings.sasl_username!r} or its password is not right ({_words(cause)})"
                remedy = "correct WIREWATCH_SASL_USERNAME and WIREWATCH_SASL_PASSWORD"
                return LoginRefusedError(server, problem, remedy)
            case ssl.SSLCertVerificationError():
                return UnfitConnectionError(server, *_of_certificate(cause, settings))
            case ssl.SSLError() if cause.errno != ssl.SSL_ERROR_EOF:
                return UnfitConnectionError(server, *_of_tls(cause, settings))
            case asyncio.IncompleteReadError() if (cause.expected or 0) >> 16 == _TLS_ALERT:
                problem = f"this port speaks TLS, and {_PROTOCOL} is {settings.security_protocol}"
                remedy = (
                    f"set {_PROTOCOL} to {'SASL_SSL' if _has_login(settings) else 'SSL, or to SASL_SSL with a login'}"
                )
                return UnfitConnectionError(server, problem, remedy)
            case asyncio.IncompleteReadError() if not _has_login(settings):
                login = "SASL_SSL" if _has_tls(settings) else "SASL_PLAINTEXT"
                remedy = f"if this port asks for a login, set {_PROTOCOL} to {login}; else look at the broker's log"
                return UnfitConnectionError(server, "it hangs up without an answer", remedy)
    if _has_tls(settings) and isinstance(error, ConnectionResetError | ConnectionAbortedError | ssl.SSLEOFError):
        without = "SASL_PLAINTEXT" if _has_login(settings) else "PLAINTEXT"
        problem = "it hangs up when TLS begins; probably this port speaks none"
        return UnfitConnectionError(server, problem, f"name the port that does, or set {_PROTOCOL} to {without}")
    if isinstance(error, socket.gaierror):
        remedy = "correct the name in WIREWATCH_BOOTSTRAP_SERVERS, or look at this machine's DNS"
        return BrokerUnreachableError(server, _words(error), remedy)
    if settings.bootstrap_servers.strip():
        remedy = "start it (on this machine: make run), or correct WIREWATCH_BOOTSTRAP_SERVERS"
        return BrokerUnreachableError(server, _words(error), remedy)
    return BrokerUnreachableError(server, _words(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error, then what it was raised from."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__


def _of_certificate(error: ssl.SSLCertVerificationError, settings: KafkaSettings) -> tuple[str, str]:
    code = error.verify_code
    if code == _EXPIRED:
        return "its certificate has expired", "give the broker a new one, or set this machine's clock"
    if code == _NOT_YET_VALID:
        return "its certificate is not valid yet", "set this machine's clock, or give the broker another one"
    if code in _OTHER_HOST:
        remedy = "name the broker as its certificate does, or have one made for this name"
        return f"its certificate is another host's ({error.verify_message.rstrip('.')})", remedy
    trusted = f"in {settings.ssl_ca_file}" if settings.ssl_ca_file else "among those that this system trusts"
    if code == _SELF_SIGNED:
        remedy = "set WIREWATCH_SSL_CA_FILE to a file that holds it (PEM)"
        return f"its certificate is signed by itself and is not {trusted}", remedy
    if code in _UNKNOWN_AUTHORITY:
        remedy = "set WIREWATCH_SSL_CA_FILE to the certificate of the one that has (PEM)"
        return f"no authority {trusted} has signed its certificate", remedy
    return f"its certificate is refused ({error.verify_message})", "look at it, and at WIREWATCH_SSL_CA_FILE"


def _of_tls(error: ssl.SSLError, settings: KafkaSettings) -> tuple[str, str]:
    reason = error.reason or str(error)
    alert = reason.partition("_ALERT_")[2]
    if alert == "PROTOCOL_VERSION" or reason == "UNSUPPORTED_PROTOCOL":
        return "it offers no TLS that is new enough (1.2)", "let it offer TLS 1.2 or 1.3 (ssl.enabled.protocols)"
    if settings.ssl_cert_file is None and alert in _CLIENT_CERTIFICATE_MISSING:
        return "it asks for a client certificate", "set WIREWATCH_SSL_CERT_FILE and WIREWATCH_SSL_KEY_FILE"
    if settings.ssl_cert_file is not None and alert.endswith(_CLIENT_CERTIFICATE_REFUSED):
        problem = f"it refuses the client certificate in {settings.ssl_cert_file}"
        return (
            problem,
            "show one (WIREWATCH_SSL_CERT_FILE) that has not expired, of an authority that the broker trusts",
        )
    return f"TLS: {reason}", "look at the broker's log"


def _words(error: BaseException) -> str:
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
        case _:
            return str(error) or type(error).__name__


def _has_login(settings: KafkaSettings) -> bool:
    return settings.security_protocol.startswith("SASL_")


def _has_tls(settings: KafkaSettings) -> bool:
    return settings.security_protocol.endswith("SSL")


def _transport(settings: KafkaSettings) -> str:
    return settings.security_protocol.removeprefix("SASL_")
