"""Change the rules topic: what ``wirewatch rules apply, list, show, export, delete and mute`` do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipeline.errors import RuleError
from pipeline.messages.codec import encode
from pipeline.messages.identity import rule_version
from pipeline.messages.rules import RESERVED_CHANNELS, WatchRule
from pipeline.settings import KafkaSettings
from pipeline.streaming.kafka.publishing import publishing
from pipeline.streaming.kafka.topic_reader import topic_reader
from pipeline.streaming.kafka.topic_setup import TopicReport, apply_topics
from pipeline.streaming.records import Headers, Output
from pipeline.streaming.stores.rule_records import StoredRule, read_rule_record, rule_headers
from pipeline.topology import WATCH_RULES

DEFAULT_SET = "default"

StoredRules = Mapping[str, StoredRule]
"""Every rule of the topic by its id, in order of the ids."""


@dataclass(frozen=True, slots=True)
class ChangedRule:
    """A rule that differs from what the topic holds, in its document or in the set it belongs to."""

    rule: WatchRule
    before: StoredRule


@dataclass(frozen=True, slots=True)
class RuleDifference:
    """What applying a set of rules would do.

    Attributes:
        rule_set: The set's name.
        added: Not in the topic yet.
        changed: In the topic, but not so.
        unchanged: In the topic as they are.
        surplus: Applied with this set before, and no longer in it; removed only when pruning.
    """

    rule_set: str
    added: tuple[WatchRule, ...] = ()
    changed: tuple[ChangedRule, ...] = ()
    unchanged: tuple[WatchRule, ...] = ()
    surplus: tuple[StoredRule, ...] = ()


def compare_rules(stored: StoredRules, rules: Sequence[WatchRule], rule_set: str = DEFAULT_SET) -> RuleDifference:
    """Compare a set of rules with the topic.

    Args:
        stored: What the topic holds.
        rules: The whole set; no id twice.
        rule_set: Its name.

    Raises:
        RuleError: A rule's channel is reserved.
    """
    for rule in rules:
        if rule.channel in RESERVED_CHANNELS:
            reserved = ", ".join(sorted(RESERVED_CHANNELS))
            raise RuleError(f"channel {rule.channel} is reserved ({reserved} are): name another", rule_id=rule.id)
    ids = {rule.id for rule in rules}
    added = [rule for rule in rules if rule.id not in stored]
    changed: list[ChangedRule] = []
    unchanged: list[WatchRule] = []
    for rule in rules:
        before = stored.get(rule.id)
        if before is not None:
            if before.version == rule_version(rule) and before.rule_set == rule_set:
                unchanged.append(rule)
            else:
                changed.append(ChangedRule(rule, before))
    surplus = [one for one in stored.values() if one.rule_set == rule_set and one.id not in ids]
    return RuleDifference(rule_set, tuple(added), tuple(changed), tuple(unchanged), tuple(surplus))


class RuleStore:
    """The rules topic as a store: each method connects, does its work and returns when the broker has it.

    Every method raises BrokerUnreachableError when no broker answers and AccessDeniedError when it refuses this user.
    """

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._topic = WATCH_RULES.full_name(settings.topic_prefix)

    async def read(self) -> StoredRules:
        """Every rule that the topic holds now, those that cannot be read included.

        Raises:
            TopicMissingError: There is no rules topic.
        """
        found: dict[str, StoredRule] = {}
        async for record in self._records():
            stored = read_rule_record(record.key, record.value, record.headers)
            if stored.document is None:
                found.pop(stored.id, None)
            else:
                found[stored.id] = stored
        return dict(sorted(found.items()))

    async def missing(self, rule_ids: Iterable[str]) -> list[str]:
        """Which of some rules the topic does not hold now, in the order given.

        Raises:
            TopicMissingError: There is no rules topic.
        """
        is_there = {rule_id.encode(): False for rule_id in rule_ids}
        async for record in self._records():
            if record.key in is_there:
                is_there[record.key] = record.value is not None
        return [key.decode() for key, there in is_there.items() if not there]

    async def apply(self, difference: RuleDifference, *, prune: bool = False) -> TopicReport:
        """Write what a comparison found; a rule that is mute stays so.

        Args:
            difference: Of ``compare_rules``.
            prune: Remove what the set no longer holds.

        Returns:
            What was done to the topics first: the rules topic and those of the rules' channels are created.

        Raises:
            RuleError: A rule's document is over the topic's limit; the others have been written.
            TopicRefusedError: A topic cannot be created.
        """
        now = datetime.now(UTC)
        rules = (*difference.added, *(change.rule for change in difference.changed))
        muted = {
            change.rule.id: change.before.muted_until for change in difference.changed if change.before.is_muted(now)
        }
        channels = {rule.channel for rule in rules if rule.channel is not None}
        report = await apply_topics(self._settings, channels=channels)
        records: list[tuple[str, bytes | None, Headers]] = [
            (rule.id, encode(rule), rule_headers(difference.rule_set, muted.get(rule.id))) for rule in rules
        ]
        if prune:
            records += [(stored.id, None, ()) for stored in difference.surplus]
        await self._write(records)
        return report

    async def delete(self, rule_ids: Iterable[str]) -> None:
        """Remove rules.

        Raises:
            RuleError: One of them is not in the topic; none is removed then.
        """
        await self._write([(stored.id, None, ()) for stored in await self._find(rule_ids)])

    async def mute(self, rule_ids: Iterable[str], until: datetime | None) -> None:
        """Let rules raise no alerts until then, or let them raise alerts again; their documents stay as they are.

        Args:
            rule_ids: Which.
            until: When the mute ends, with its offset from UTC; None ends it now.

        Raises:
            RuleError: One of them is not in the topic; none is muted then.
        """
        stored_rules = await self._find(rule_ids)
        await self._write([(one.id, one.document, rule_headers(one.rule_set, until)) for one in stored_rules])

    async def _records(self) -> AsyncIterator[Any]:
        async with topic_reader(self._settings, self._topic) as reader:
            async for chunk in reader.read(await reader.start_offsets(), await reader.end_offsets()):
                for record in chunk.records:
                    yield record

    async def _find(self, rule_ids: Iterable[str]) -> list[StoredRule]:
        stored = await self.read()
        found = []
        for rule_id in rule_ids:
            if rule_id not in stored:
                raise RuleError(
                    "there is no such rule: see `wirewatch rules list`", rule_id=rule_id, source=f"topic {self._topic}"
                )
            found.append(stored[rule_id])
        return found

    async def _write(self, records: Sequence[tuple[str, bytes | None, Headers]]) -> None:
        if not records:
            return
        outputs = [Output(self._topic, rule_id.encode(), value, headers) for rule_id, value, headers in records]
        async with publishing(self._settings, "rules") as publisher:
            refused = await publisher.publish(outputs)
        for index, error in refused.items():
            raise RuleError(str(error), rule_id=records[index][0], source=f"topic {self._topic}") from error
