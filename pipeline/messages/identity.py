"""Ids and revisions: the same content always has the same id, on every machine."""

from __future__ import annotations

import hashlib
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from pipeline.messages.rules import WatchRule

# Parameters that tell how a reader came to the page, not which page it is.
_TRACKING_PARAMETERS = frozenset({"fbclid", "gclid", "dclid", "msclkid", "yclid", "mc_cid", "mc_eid", "igshid"})
_DEFAULT_PORTS = {"http": 80, "https": 443}
_document_encoder = msgspec.json.Encoder(order="sorted")


def digest(*parts: str, length: int = 32) -> str:
    """The first ``length`` hex digits of the SHA-256 of the parts, each preceded by its length."""
    hasher = hashlib.sha256()
    for part in parts:
        data = part.encode()
        hasher.update(len(data).to_bytes(8, "big"))
        hasher.update(data)
    return hasher.hexdigest()[:length]


def canonical_url(url: str) -> str:
    """The URL without fragment, default port, tracking parameters and order of parameters: none changes the page.

    If the text is not a URL, it is returned stripped.

    Source: RFC 3986, section 6.2.2 and 6.2.3.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    if not parts.hostname:
        return url
    scheme = parts.scheme.lower()
    host = parts.hostname
    if ":" in host:
        host = f"[{host}]"
    if port is not None and port != _DEFAULT_PORTS.get(scheme):
        host = f"{host}:{port}"
    query = sorted(
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name.lower() not in _TRACKING_PARAMETERS and not name.lower().startswith("utm_")
    )
    return urlunsplit((scheme, host, parts.path or "/", urlencode(query), ""))


def article_id(url: str, title: str, body: str) -> str:
    """The id for an article without one: from its canonical URL, else from title and body."""
    return digest("url", canonical_url(url)) if url.strip() else digest("text", title, body)


def revision(title: str, body: str) -> str:
    """The revision of a text: equal for equal title and body."""
    return digest(title, body, length=16)


def alert_id(rule_id: str, article: str, article_revision: str, kind: str) -> str:
    """The id of the alert that this rule raises on this revision of this article."""
    return digest(rule_id, article, article_revision, kind)


def document_version(document: object) -> str:
    """12 hex digits of the SHA-256 of the canonical document: sorted keys, defaults left out."""
    return hashlib.sha256(_document_encoder.encode(document)).hexdigest()[:12]


def rule_version(rule: WatchRule) -> str:
    """The rule's ``document_version``."""
    return document_version(rule)
