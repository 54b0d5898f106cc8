"""Which alerts were raised: enough to raise each once, and a newer revision's only when it is news.

The memory holds nothing that is not in the alerts topic: remembering a partition's alerts one by one, in whatever
process, gives the same memory as having raised them. So it can be lost with its process and read back.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

import msgspec

from pipeline.alerts.evidence import evidence_digest
from pipeline.errors import PartitionNotLoadedError
from pipeline.messages.alerts import Alert, AlertKind, ArticleHeader, Match
from pipeline.messages.identity import alert_id

_Key = bytes


class PastAlert(NamedTuple):
    """What is remembered of one alert.

    Attributes:
        evidence: Its ``evidence_digest``.
        revised_at: Of the article's revision, or None where the match had none.
    """

    rule_id: str
    article_id: str
    revision: str
    kind: AlertKind
    evidence: int
    revised_at: datetime | None
    raised_at: datetime


class RaisedAlert(NamedTuple):
    """An alert to be published, and what to remember of it once it is."""

    alert: Alert
    past: PastAlert


class _LastAlert(msgspec.Struct, frozen=True, gc=False):
    """The last alert of one rule on one article; times are seconds since 1970.

    Attributes:
        revised_at: NaN where it is not known, so that nothing is older or newer.
        matched: The revision that ``matched`` was raised on; empty when that is older than the memory.
        updated: Every revision that ``updated`` was raised on.
    """

    revision: str
    evidence: int
    revised_at: float
    raised_at: float
    matched: str
    updated: tuple[str, ...]

    def is_followed_by(self, article: ArticleHeader, evidence: int) -> bool:
        """Whether a match after this alert is news."""
        revised_at = _seconds(article.revised_at)
        if article.revision == self.revision or evidence == self.evidence or revised_at < self.revised_at:
            return False
        # The first revision, come back: as news of its own when it was dated anew, else as a message read again.
        is_back = article.revision == self.matched and not revised_at > self.revised_at
        return not is_back and article.revision not in self.updated


class AlertMemory:
    """What was raised on each partition over the last ``memory_seconds``.

    Deciding changes nothing: decisions are made on a draft, and an alert is remembered when it is in the topic.
    Not for use by two threads at once.
    """

    def __init__(self, memory_seconds: float) -> None:
        self._memory_seconds = memory_seconds
        # In each partition by the time raised, oldest first, so that what is too old is always in front.
        self._partitions: dict[int, dict[_Key, _LastAlert]] = {}

    @property
    def partitions(self) -> frozenset[int]:
        """The partitions that are loaded."""
        return frozenset(self._partitions)

    def __len__(self) -> int:
        """How many pairs of a rule and an article are remembered."""
        return sum(map(len, self._partitions.values()))

    def load(self, partition: int, past: Iterable[PastAlert] = ()) -> None:
        """Take over a partition with what was raised on it, oldest first; what was known of it before is replaced."""
        self._partitions[partition] = {}
        for alert in past:
            self.remember(partition, alert)

    def forget(self, partition: int) -> None:
        """Give a partition up; forgetting one that is not loaded does nothing."""
        self._partitions.pop(partition, None)

    def remember(self, partition: int, past: PastAlert) -> None:
        """This alert is in the topic; remembering it twice is remembering it once.

        A partition that has been given up meanwhile stays so: its next owner reads the alert from the topic.
        """
        entries = self._partitions.get(partition)
        if entries is not None:
            key = _key(past.rule_id, past.article_id)
            entry = _followed_by(entries.pop(key, None), past)
            entries[key] = entry

    def draft(self, now: datetime) -> AlertDraft:
        """Start deciding on a batch; what is older than the memory reaches back from ``now`` is forgotten first."""
        horizon = now.timestamp() - self._memory_seconds
        for entries in self._partitions.values():
            while entries:
                key = next(iter(entries))
                if entries[key].raised_at >= horizon:
                    break
                del entries[key]
        return AlertDraft(self._last, now)

    def _last(self, partition: int, key: _Key) -> _LastAlert | None:
        try:
            return self._partitions[partition].get(key)
        except KeyError:
            raise PartitionNotLoadedError(partition) from None


class AlertDraft:
    """Decisions on one batch: each sees those before it, and the memory sees none of them."""

    def __init__(self, remembered: Callable[[int, _Key], _LastAlert | None], now: datetime) -> None:
        self._remembered = remembered
        self._now = now
        self._drafted: dict[tuple[int, _Key], _LastAlert] = {}

    def decide(self, partition: int, match: Match) -> RaisedAlert | None:
        """Decide whether a match raises an alert.

        Args:
            partition: Where the match lies; loaded.
            match: One rule satisfied by one revision of one article.

        Returns:
            ``matched`` for the rule's first alert on the article; ``updated`` for another revision, not older than the
            last alert's, whose evidence differs from it as a set of (clause, entity id or folded text); else None.
            A revision that comes back is an update once, if it was dated anew: an alert id is never raised twice.

        Raises:
            PartitionNotLoadedError: The partition is not, or no longer, this process's.
        """
        article = match.article
        key = _key(match.rule.id, article.id)
        last = self._drafted.get((partition, key)) or self._remembered(partition, key)
        evidence = evidence_digest(match.evidence)
        kind: AlertKind = "matched"
        if last is not None:
            if not last.is_followed_by(article, evidence):
                return None
            kind = "updated"
        past = PastAlert(match.rule.id, article.id, article.revision, kind, evidence, article.revised_at, self._now)
        self._drafted[partition, key] = _followed_by(last, past)
        return RaisedAlert(_alert(match, kind, self._now), past)


def _followed_by(last: _LastAlert | None, past: PastAlert) -> _LastAlert:
    matched = past.revision if past.kind == "matched" else last.matched if last is not None else ""
    updated = last.updated if last is not None else ()
    if past.kind == "updated" and past.revision not in updated:
        updated = (*updated, past.revision)
    revised_at = _seconds(past.revised_at)
    raised_at = past.raised_at.timestamp()
    if last is not None and revised_at < last.revised_at:
        # A copy of an earlier alert, written by a process that had lost the partition: the last one stays the last.
        raised_at = max(raised_at, last.raised_at)
        return msgspec.structs.replace(last, matched=matched, updated=updated, raised_at=raised_at)
    return _LastAlert(past.revision, past.evidence, revised_at, raised_at, matched, updated)


def _alert(match: Match, kind: AlertKind, raised_at: datetime) -> Alert:
    rule, article = match.rule, match.article
    return Alert(
        alert_id=alert_id(rule.id, article.id, article.revision, kind),
        kind=kind,
        rule=rule.header(),
        article=article,
        score=match.score,
        evidence=match.evidence,
        snippet=match.snippet,
        times=msgspec.structs.replace(match.times, raised_at=raised_at),
    )


def _seconds(moment: datetime | None) -> float:
    return math.nan if moment is None else moment.timestamp()


def _key(rule_id: str, article_id: str) -> _Key:
    # A rule's id holds no NUL. The digest keeps the memory small, however long an article's id is.
    return hashlib.blake2b(f"{rule_id}\0{article_id}".encode(), digest_size=16).digest()
