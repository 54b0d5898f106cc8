"""The watch rule as a document: what a rule file holds and what travels through the rules topic."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

Severity = Literal["info", "low", "medium", "high", "critical"]
Mode = Literal["live", "shadow", "off"]

CANARY_CHANNEL = "canary"
"""Where the alerts on canary articles go, and nothing else."""

RESERVED_CHANNELS = frozenset({"held", "shadow", CANARY_CHANNEL})
"""Names of channels that the pipeline keeps for itself."""

RuleId = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,99}$")]
Channel = Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,40}$")]
LanguageTag = Annotated[str, Meta(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]


class Examples(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Texts that the rule must fire on, and texts that it must stay silent on; each is read as a body."""

    fires: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


class WatchRule(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What somebody watches for.

    Attributes:
        id: Names the rule for ever, and is its key in the rules topic.
        when: The condition, in the rule language.
        name: For people; empty stands for the id.
        severity: Passed on to the alert.
        tags: Passed on to the alert.
        languages: The languages of the rule's plain words, likeliest first.
        channel: Alerts are also published to ``<prefix>.alerts.<channel>.v1``; None for no channel.
        metonyms: Whether a capital, or the seat of a country's government, stands for the country.
        min_score: The least score that fires; None for any.
        mode: ``live`` raises alerts, ``off`` none.
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
    min_score: Annotated[float, Meta(ge=-1e6, le=1e6)] | None = None
    mode: Mode = "live"
    examples: Examples = Examples()
