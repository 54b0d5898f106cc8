"""What is asked of a fetcher, and what it answers. The answer is headers and bytes; what they mean is the reader's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, Protocol

from msgspec import Struct

from pipeline.errors import WirewatchError

FetchFailure = Literal["refused", "unreachable", "slow", "too-large", "redirects", "unreadable"]
"""Why nothing was fetched: the address is not allowed; nobody answers, or not in HTTP; it takes too long; it is too
much; redirects that lead nowhere; a body that is not coded as it says."""

_SHOWN_CHARACTERS = 200
_USER = re.compile(r"//[^/?#]*@")


class FetchLimits(Struct, frozen=True, kw_only=True):
    """What one fetch may cost, redirects included.

    Attributes:
        seconds: From the first look-up of a name to the last byte.
        wire_bytes: The body as it travels, which may be compressed.
        body_bytes: The body as it is read.
        redirects: How many are followed.
    """

    seconds: float = 30.0
    wire_bytes: int = 8_000_000
    body_bytes: int = 20_000_000
    redirects: int = 10


class FetchRequest(Struct, frozen=True, kw_only=True):
    """One address to fetch.

    Attributes:
        url: Absolute, http or https, without a user's name and password.
        etag: From the last answer: where it still holds, the status is 304 and there is no body.
        last_modified: The same, as the last answer wrote it.
        headers: The source's own, which may be secrets: a redirect to another origin does not get them.
        limits: What it may cost.
    """

    url: str
    etag: str | None = None
    last_modified: str | None = None
    headers: Mapping[str, str] = {}
    limits: FetchLimits = FetchLimits()


class Fetched(Struct, frozen=True, kw_only=True):
    """An answer, whatever its status.

    Attributes:
        status: As HTTP gives it; never a redirect that names where to.
        url: Where the answer comes from, behind all redirects.
        permanent_url: Where the address has moved for good (301, 308), as far as the redirects are permanent; None
            where the first is not.
        headers: By name in lower case; what is there more than once is joined by ", ".
        body: Decompressed, whole, and within the limits; empty unless the status is 2xx.
    """

    status: int
    url: str
    permanent_url: str | None
    headers: Mapping[str, str]
    body: bytes


class Fetcher(Protocol):
    """Whatever fetches: the web, or what a test puts in its place."""

    async def fetch(self, request: FetchRequest) -> Fetched:
        """Fetch one address.

        Raises:
            FetchError: There is no answer within the limits from an address that is allowed.
        """
        ...


class FetchError(WirewatchError):
    """One address could not be fetched.

    Attributes:
        url: The address at fault, which may be one that a redirect names; without a user's name and password.
        failure: The kind, for metrics and for when to try again.
        reason: What is wrong, without the address.
    """

    def __init__(self, url: str, failure: FetchFailure, reason: str) -> None:
        self.url = url = _USER.sub("//", url)
        self.failure: FetchFailure = failure
        self.reason = reason
        shown = url if len(url) <= _SHOWN_CHARACTERS else f"{url[:_SHOWN_CHARACTERS]}…"
        super().__init__(f"{shown}: {reason}")
