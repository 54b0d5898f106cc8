"""One address for all variants of a page: as it is read, as AMP, for print, with marks of a campaign."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pipeline.sources.feeds.fragments import is_web_address, join_url

_CAMPAIGN = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|yclid|wt_mc|xtor|ito|at_\w+|ns_campaign", re.IGNORECASE
)
_VARIANT = frozenset({"amp", "print", "printable", "outputtype", "view", "output"})
_VARIANT_VALUES = frozenset({"", "1", "true", "yes", "amp", "print", "y"})
_VARIANT_PATH = re.compile(r"(?:/(?:amp|print)/?|\.amp)(?=(?:\.html?)?$)", re.IGNORECASE)


def canonical_url(declared: list[str | None], url: str | None) -> str | None:
    """The page's address.

    Args:
        declared: What the page says, best first; relative ones are relative to ``url``.
        url: Where it came from.

    Returns:
        The first declared address that can be the page's; else ``url`` without what makes it a variant.
    """
    for each in declared:
        whole = join_url(url, each)
        # Broken templates name the front page, on every page.
        if whole is not None and is_web_address(whole) and not (_is_front(whole) and url and not _is_front(url)):
            return _plain(whole)
    return _plain(url) if url is not None and is_web_address(url) else None


def _is_front(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in {"", "/"} and not parts.query


def _plain(url: str) -> str:
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(key, value) for key, value in pairs if not (_CAMPAIGN.fullmatch(key) or _is_variant(key, value))]
    # A query that loses nothing stays as it is written.
    query = parts.query if len(kept) == len(pairs) else urlencode(kept)
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), _VARIANT_PATH.sub("", parts.path), query, ""))


def _is_variant(key: str, value: str) -> bool:
    return key.lower() in _VARIANT and value.lower() in _VARIANT_VALUES
