"""The files of a TLS connection: authorities, client certificate and key; each one that cannot be used is named."""

from __future__ import annotations

import ssl
from pathlib import Path

from pipeline.errors import SettingError
from pipeline.settings import KafkaSettings

_CA, _CERTIFICATE, _KEY = "WIREWATCH_SSL_CA_FILE", "WIREWATCH_SSL_CERT_FILE", "WIREWATCH_SSL_KEY_FILE"
_OF_ANOTHER_KEY = frozenset({"KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH"})


def ssl_context(settings: KafkaSettings) -> ssl.SSLContext:
    """A context that checks the brokers' certificates and names, and shows the client certificate if there is one.

    Raises:
        SettingError: A file is missing, cannot be read or is not PEM; the key is encrypted or not the certificate's.
    """
    authorities, certificate = settings.ssl_ca_file, settings.ssl_cert_file
    if authorities is not None:
        _check_certificates(_CA, authorities)
    context = ssl.create_default_context(cafile=authorities)
    if certificate is not None:
        _check_certificates(_CERTIFICATE, certificate)
        _load_client_certificate(context, certificate, settings)
    elif settings.ssl_key_file is not None:
        raise SettingError(_CERTIFICATE, f"needed with {_KEY}")
    return context


def _load_client_certificate(context: ssl.SSLContext, certificate: Path, settings: KafkaSettings) -> None:
    key = settings.ssl_key_file or certificate
    _check_readable(_KEY, key)
    password = settings.ssl_key_password.get_secret_value()
    is_encrypted = False

    def give_password() -> str:
        # OpenSSL asks for it only where the key is encrypted.
        nonlocal is_encrypted
        is_encrypted = True
        return password

    try:
        context.load_cert_chain(certificate, key, give_password)
    except ssl.SSLError as error:
        if error.reason in _OF_ANOTHER_KEY:
            raise SettingError(_KEY, f"{key} is not the key of the first certificate in {certificate}") from error
        if is_encrypted and not password:
            raise SettingError(_KEY, f"{key} is encrypted: set WIREWATCH_SSL_KEY_PASSWORD") from error
        if is_encrypted:
            raise SettingError("WIREWATCH_SSL_KEY_PASSWORD", f"is not the password of {key}") from error
        raise SettingError(_KEY, f"{key} holds no private key (PEM)") from error


def _check_certificates(setting: str, file: Path) -> None:
    _check_readable(setting, file)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=file)
    except ssl.SSLError as error:
        raise SettingError(setting, f"{file} holds no certificate (PEM)") from error


def _check_readable(setting: str, file: Path) -> None:
    try:
        with file.open("rb"):
            pass
    except OSError as error:
        raise SettingError(setting, f"{file} cannot be read: {error.strerror}") from error
