"""Change the rules topic: what ``wirewatch rules apply, list, show, export, delete and mute`` do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.errors import RuleError, StoredDocumentError
from pipeline.messages.codec import encode
from pipeline.messages.identity import rule_version
from pipeline.messages.rules import RESERVED_CHANNELS, WatchRule
from pipeline.settings import KafkaSettings
from pipeline.streaming.kafka.topic_setup import TopicReport, apply_topics
from pipeline.streaming.stores.compacted_store import CompactedStore, Write
from pipeline.streaming.stores.rule_records import RULES, StoredRule, rule_headers

DEFAULT_SET = "default"

StoredRules = Mapping[str, StoredRule]
"""Every rule of the topic by its id, in order of the ids."""


@dataclass(frozen=True, slots=True)
class ChangedRule:
    """A rule whose document or set differs from what the topic holds."""

    rule: WatchRule
    before: StoredRule


@dataclass(frozen=True, slots=True)
class RuleDifference:
    """What applying a set of rules would do.

    Attributes:
        rule_set: The set's name.
        added: Rules that are not in the topic yet.
        changed: Rules that the topic holds differently.
        unchanged: Rules that the topic holds as they are.
        surplus: Rules of this set in the topic that the set no longer holds; removed only when pruning.
    """

    rule_set: str
    added: tuple[WatchRule, ...] = ()
    changed: tuple[ChangedRule, ...] = ()
    unchanged: tuple[WatchRule, ...] = ()
    surplus: tuple[StoredRule, ...] = ()


def compare_rules(stored: StoredRules, rules: Sequence[WatchRule], rule_set: str = DEFAULT_SET) -> RuleDifference:
    """Compare a whole set of rules, no id twice, with those that the topic holds.

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


class RuleStore(CompactedStore[WatchRule, StoredRule]):
    """The rules topic as a store; its errors are RuleErrors in place of StoredDocumentErrors."""

    def __init__(self, settings: KafkaSettings) -> None:
        super().__init__(settings, RULES)

    async def apply(self, difference: RuleDifference, *, prune: bool = False) -> TopicReport:
        """Write the differences that a comparison found; a rule that is mute stays mute.

        Args:
            difference: The result of ``compare_rules``.
            prune: Remove what the set no longer holds.

        Returns:
            What was done to the topics first: the rules topic and the rules' channels are created where missing.

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
        writes = [Write(rule.id, encode(rule), rule_headers(difference.rule_set, muted.get(rule.id))) for rule in rules]
        if prune:
            writes += [Write(stored.id, None) for stored in difference.surplus]
        await self.write(writes)
        return report

    async def mute(self, rule_ids: Iterable[str], until: datetime | None) -> None:
        """Let rules raise no alerts until then; None lets them raise alerts again. Their documents stay as they are.

        Raises:
            RuleError: One of them is not in the topic; none is muted then.
        """
        stored_rules = await self.find(rule_ids)
        await self.write([Write(one.id, one.value, rule_headers(one.rule_set, until)) for one in stored_rules])

    async def find(self, ids: Iterable[str]) -> list[StoredRule]:
        """See ``CompactedStore``; RuleError when one of them is not in the topic."""
        try:
            return await super().find(ids)
        except StoredDocumentError as error:
            raise _rule_error(error, ": see `wirewatch rules list`") from error

    async def write(self, writes: Sequence[Write]) -> None:
        """See ``CompactedStore``; RuleError when the broker refuses one of them for good."""
        try:
            await super().write(writes)
        except StoredDocumentError as error:
            raise _rule_error(error) from error


def _rule_error(error: StoredDocumentError, hint: str = "") -> RuleError:
    return RuleError(error.problem + hint, rule_id=error.document_id, source=f"topic {error.topic}")
