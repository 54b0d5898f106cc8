"""Keys and certificates for TLS on loopback, made by openssl."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.contract.tools import tool

HERE = "IP:127.0.0.1"
EXPIRED = ("20250101000000Z", "20250201000000Z")
NOT_YET = ("20900101000000Z", "20910101000000Z")
PASSWORD = "a-key-password"
_AUTHORITY = """[ca]
default_ca = own
[own]
database = {name}.index
rand_serial = yes
new_certs_dir = .
certificate = {name}.crt
private_key = {name}.key
default_md = sha256
default_days = 30
policy = names
unique_subject = no
[names]
commonName = supplied
"""


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, each in a file (PEM), and both in one, as Kafka wants them."""

    certificate: Path
    key: Path
    both: Path


class Authority:
    """An authority that signs certificates, with its files in a folder.

    Args:
        folder: For its files and those that it signs; several authorities may share it.
        name: Its common name, and the first part of its files' names.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self.certificate = folder / f"{name}.crt"
        own = ("-keyout", f"{name}.key", "-out", f"{name}.crt", "-subj", f"/CN={name}")
        self._openssl("req", "-x509", *_NEW_KEY, "-days", "30", *own)
        (folder / f"{name}.index").write_text("")
        (folder / f"{name}.conf").write_text(_AUTHORITY.format(name=name))

    def signed(self, name: str, names: str = HERE, *, dates: tuple[str, str] | None = None) -> Pair:
        """A new key with a certificate for these names, valid for 30 days or between these two dates."""
        self._openssl("req", "-new", *_NEW_KEY, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        (self._folder / f"{name}.ext").write_text(f"subjectAltName={names}\n")
        when = ("-startdate", dates[0], "-enddate", dates[1]) if dates else ()
        files = ("-in", f"{name}.csr", "-out", f"{name}.crt", "-extfile", f"{name}.ext")
        self._openssl("ca", "-batch", "-notext", "-config", f"{self._name}.conf", *files, *when)
        return self._pair(name)

    def encrypted(self, pair: Pair) -> Path:
        """The pair's key, encrypted with PASSWORD."""
        file = pair.key.with_suffix(".encrypted")
        self._openssl("pkcs8", "-topk8", "-passout", f"pass:{PASSWORD}", "-in", str(pair.key), "-out", str(file))
        return file

    def self_signed(self, name: str) -> Pair:
        """A key and a certificate that no authority has signed."""
        own = ("-keyout", f"{name}.key", "-out", f"{name}.crt", "-subj", f"/CN={name}")
        self._openssl("req", "-x509", *_NEW_KEY, "-days", "30", *own, "-addext", f"subjectAltName={HERE}")
        return self._pair(name)

    def _pair(self, name: str) -> Pair:
        key, certificate, both = (self._folder / f"{name}.{kind}" for kind in ("key", "crt", "pem"))
        both.write_bytes(key.read_bytes() + certificate.read_bytes())
        return Pair(certificate, key, both)

    def _openssl(self, *arguments: str) -> None:
        answer = subprocess.run(
            [tool("openssl"), *arguments], cwd=self._folder, capture_output=True, text=True, check=False, timeout=30
        )
        if answer.returncode:
            pytest.fail(f"openssl {arguments[0]}: {answer.stderr}")


_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
