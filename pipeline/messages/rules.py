"""The watch rule as a document, as rule files and the rules topic hold it."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta, Struct, field

Severity = Literal["info", "low", "medium", "high", "critical"]
Mode = Literal["live", "shadow", "off"]
SuppressBy = Literal["rule", "source", "entities", "text"]
Updates = Literal["evidence", "text"]

CANARY_CHANNEL = "canary"
"""The channel of the alerts on canary articles; no other alerts go there."""

RESERVED_CHANNELS = frozenset({"held", "shadow", CANARY_CHANNEL})
"""Channel names reserved for the pipeline."""

RuleId = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,99}$")]
Channel = Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,40}$")]
Duration = Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,5}[smhd]$")]
"""A length of time, such as ``6h``."""

Rate = Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,3}/[mhd]$")]
"""A number in any minute, hour or day, such as ``20/h``."""

LanguageTag = Annotated[str, Meta(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]


READS_NAMES = 2
"""The reading from which plain words that are an unlisted name are read as one."""

LATEST_READING = READS_NAMES
"""How rules are read that are written now; a rule that is stored keeps its own until it is applied anew."""


class Examples(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Texts that the rule must fire on, and texts that it must stay silent on; each is read as a body."""

    fires: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


class Suppress(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """After an alert, hold back similar alerts.

    Attributes:
        for: How long.
        by: What makes alerts similar: the ``rule`` alone, or also the article's ``source``, the ``entities`` of the
            evidence, or the ``text`` (title and body equal after folding, for reprints).
    """

    for_: Duration = field(name="for")
    by: SuppressBy = "rule"


class WatchRule(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A condition on articles, and what to do with the alerts.

    Attributes:
        id: The rule's permanent name, and its key in the rules topic.
        when: The condition, in the rule language.
        name: For people; if empty, the id is shown.
        severity: Passed on to the alert.
        tags: Passed on to the alert.
        languages: The languages of the rule's plain words, likeliest first.
        channel: Alerts are also published to ``<prefix>.alerts.<channel>.v1``; null if to no other topic.
        metonyms: Whether a capital, or the seat of a country's government, stands for the country.
        transliteration: Whether people's names also match the likely spellings in other scripts that are not listed.
        min_score: The lowest score that fires; null if every match fires.
        mode: ``live`` raises alerts; ``shadow`` raises them on ``<prefix>.alerts.shadow.v1`` only, for a trial; ``off``
            raises none.
        suppress: After an alert, similar alerts are held back for a time; null if none are.
        limit: Most alerts in any minute, hour or day, such as ``20/h``; more are held back; null if there is no limit.
        updates: What makes a newer revision of an article news: other ``evidence``, or also another ``text`` (title or
            body differ after folding).
        examples: Run before the rule goes live.
        reading: The version of the language by which the condition is read: 1 takes plain words as they stand, 2 also
            as names that no lexicon knows. Rule files have the latest one unless they say another.
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
    updates: Updates = "evidence"
    examples: Examples = Examples()
    reading: Annotated[int, Meta(ge=1, le=LATEST_READING)] = 1


class Quota(NamedTuple):
    """At most ``most`` alerts within ``seconds``."""

    most: int
    seconds: int


_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


@lru_cache(maxsize=1024)
def duration_seconds(duration: str) -> int:
    """A ``Duration`` in seconds."""
    return int(duration[:-1]) * _SECONDS[duration[-1]]


@lru_cache(maxsize=1024)
def quota(rate: str) -> Quota:
    """Parse a ``Rate``."""
    most, _, unit = rate.partition("/")
    return Quota(int(most), _SECONDS[unit])
