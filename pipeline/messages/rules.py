"""The watch rule as a document: what a rule file holds and what travels through the rules topic."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta, Struct, field

Severity = Literal["info", "low", "medium", "high", "critical"]
Mode = Literal["live", "shadow", "off"]
SuppressBy = Literal["rule", "source", "entities", "text"]

CANARY_CHANNEL = "canary"
"""Where the alerts on canary articles go, and nothing else."""

RESERVED_CHANNELS = frozenset({"held", "shadow", CANARY_CHANNEL})
"""Names of channels that the pipeline keeps for itself."""

RuleId = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,99}$")]
Channel = Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,40}$")]
Duration = Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,5}[smhd]$")]
"""A length of time, such as ``6h``."""

Rate = Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,3}/[mhd]$")]
"""So many in any minute, hour or day, such as ``20/h``."""

LanguageTag = Annotated[str, Meta(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]


class Examples(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Texts that the rule must fire on, and texts that it must stay silent on; each is read as a body."""

    fires: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


class Suppress(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """After an alert, hold back those that are alike.

    Attributes:
        for: How long.
        by: What makes them alike: the ``rule`` alone, and also the article's ``source``, the ``entities`` of the
            evidence, or the ``text``, for reprints: title and body that are equal after folding.
    """

    for_: Duration = field(name="for")
    by: SuppressBy = "rule"


class WatchRule(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What somebody watches for.

    Attributes:
        id: Names the rule for ever, and is its key in the rules topic.
        when: The condition, in the rule language.
        name: For people; empty stands for the id.
        severity: Passed on to the alert.
        tags: Passed on to the alert.
        languages: The languages of the rule's plain words, likeliest first.
        channel: Alerts are also published to ``<prefix>.alerts.<channel>.v1``; null where to no other topic.
        metonyms: Whether a capital, or the seat of a country's government, stands for the country.
        transliteration: Whether people's names also count as other scripts are likely to write them, unlisted.
        min_score: The least score that fires; null where each that satisfies the condition does.
        mode: ``live`` raises alerts; ``shadow`` to ``<prefix>.alerts.shadow.v1`` only, for a trial; ``off`` none.
        suppress: After an alert, those like it are held back for a time; null where none are.
        limit: Most alerts in any minute, hour or day, such as ``20/h``; the others are held back; null
            where there is no limit.
        examples: Run before the rule goes live.
    """

    id: RuleId
    when: Annotated[str, Meta(min_length=1)]
    name: Annotated[str, Meta(max_length=200)] = ""
    severity: Severity = "medium"
    tags: tuple[str, ...] = ()
    languages: tuple[LanguageTag, ...] = ("en",)
    channel: Channel | None = None
    metonyms: bool = False
    transliteration: bool = True
    min_score: Annotated[float, Meta(ge=-1e6, le=1e6)] | None = None
    mode: Mode = "live"
    suppress: Suppress | None = None
    limit: Rate | None = None
    examples: Examples = Examples()


class Quota(NamedTuple):
    """At most so many within so many seconds."""

    most: int
    seconds: int


_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


@lru_cache(maxsize=1024)
def duration_seconds(duration: str) -> int:
    """The seconds of a ``Duration``."""
    return int(duration[:-1]) * _SECONDS[duration[-1]]


@lru_cache(maxsize=1024)
def quota(rate: str) -> Quota:
    """What a ``Rate`` says."""
    most, _, unit = rate.partition("/")
    return Quota(int(most), _SECONDS[unit])
