"""The alerts step against its definition, over batches that fail, processes that die and partitions that move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from pipeline.alerts import AlertDraft, AlertMemory, Decision, past_alert
from pipeline.messages.alerts import (
    Alert,
    AlertKind,
    ArticleHeader,
    EvaluatedArticle,
    Evidence,
    HeldBy,
    Match,
    MatchedRule,
    Snippet,
)
from pipeline.messages.articles import EnrichedArticle, EntityRef, Language, Times
from pipeline.messages.rules import Suppress, duration_seconds, quota

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
GERMAN = Language(tag="de", confidence=1.0)
ENTITY = EntityRef(id="country/kp", name="North Korea", kind="country")
EVIDENCE = (
    Evidence(clause="a", field="body", text="Word", via="word", start=0, end=4),
    Evidence(clause="a", field="title", text="WORD", via="word", start=3, end=7),
    Evidence(clause="b", field="body", text="Word", via="word", start=0, end=4),
    Evidence(clause="b", field="body", text="Nordkorea", via="name", start=9, end=18, entity=ENTITY),
    Evidence(clause="b", field="body", text="North Korea", via="name", start=9, end=20, entity=ENTITY),
    Evidence(clause="lang:de", field="lang", text="de", via="metadata"),
)
RULES = (
    MatchedRule(id="plain", version="1", name="Plain", channel="security"),
    MatchedRule(id="once", version="1", name="Once", suppress=Suppress(for_="5m")),
    MatchedRule(id="source", version="1", name="Source", suppress=Suppress(for_="5m", by="source")),
    MatchedRule(id="entities", version="1", name="Entities", suppress=Suppress(for_="10m", by="entities")),
    MatchedRule(id="text", version="1", name="Text", suppress=Suppress(for_="1h", by="text"), limit="4/h"),
    MatchedRule(id="limited", version="1", name="Limited", limit="2/h"),
    MatchedRule(id="trial", version="1", name="Trial", mode="shadow", suppress=Suppress(for_="5m"), limit="3/h"),
    # The same rule, gone live.
    MatchedRule(id="trial", version="2", name="Trial"),
    MatchedRule(id="headlines", version="1", name="Headlines", updates="text"),
)

Message = Match | EvaluatedArticle | EnrichedArticle


def make_match(
    rule: MatchedRule, article: str, revision: int, minutes: int | None, evidence: tuple[Evidence, ...]
) -> Match:
    header = make_header(article, revision, minutes)
    return Match(rule=rule, article=header, score=1.0, evidence=evidence, snippet=Snippet(text=""))


def make_header(article: str, revision: int, minutes: int | None) -> ArticleHeader:
    return ArticleHeader(
        id=article,
        revision=f"r{revision}",
        title=f"{article} {revision}",
        language=GERMAN,
        source=f"source {article < 'b'}",
        fingerprint=f"text {revision % 2}",
        revised_at=None if minutes is None else NOON + timedelta(minutes=minutes),
    )


def make_evaluated(article: str, revision: int, minutes: int | None, fired: frozenset[str]) -> EvaluatedArticle:
    return EvaluatedArticle(article=make_header(article, revision, minutes), fired=tuple(sorted(fired)))


def make_withdrawal(article: str, minutes: int | None) -> EnrichedArticle:
    return EnrichedArticle(
        id=article,
        status="withdrawn",
        language=Language(tag="und", confidence=0.0),
        revision="blank",
        revised_at=None if minutes is None else NOON + timedelta(minutes=minutes),
    )


def dated(messages: Sequence[Message], gaps: Sequence[int]) -> list[Message]:
    """Messages as they come one after the other, each some seconds after the one before."""
    at = NOON
    result: list[Message] = []
    for message, gap in zip(messages, gaps, strict=True):
        at += timedelta(seconds=gap)
        result.append(msgspec.structs.replace(message, times=Times(ingested_at=at, matched_at=at)))
    return result


articles = st.sampled_from(["a", "b", "c"])
matches = st.builds(
    make_match,
    st.sampled_from(RULES),
    articles,
    st.integers(0, 4),
    st.none() | st.integers(0, 3),
    st.lists(st.sampled_from(EVIDENCE), max_size=4).map(tuple),
)
withdrawals = st.builds(make_withdrawal, articles, st.none() | st.integers(0, 3))
evaluations = st.builds(
    make_evaluated,
    articles,
    st.integers(0, 4),
    st.none() | st.integers(0, 3),
    st.frozensets(st.sampled_from([rule.id for rule in RULES]), max_size=4),
)
messages = st.lists(st.one_of(matches, matches, matches, evaluations, withdrawals), max_size=40).flatmap(
    lambda each: st.builds(dated, st.just(each), st.lists(st.integers(1, 240), min_size=len(each), max_size=len(each)))
)


TAKEN_BACK = {"cleared", "withdrawn"}


def same_news(one: Match, other: Match) -> bool:
    def found(message: Match) -> set[tuple[str, str]]:
        return {(proof.clause, proof.entity.id if proof.entity else proof.text.lower()) for proof in message.evidence}

    is_same_text = one.article.fingerprint == other.article.fingerprint
    return found(one) == found(other) and (other.rule.updates == "evidence" or is_same_text)


@dataclass
class Expected:
    """The definition: look at every alert so far, and remember nothing else."""

    alerts: list[tuple[AlertKind, HeldBy | None, int, Match]] = field(default_factory=list)

    def decide(self, match: Match) -> tuple[AlertKind, HeldBy | None, int] | None:
        kind = self._kind(match)
        if kind is None:
            return None
        held_by = self._held_by(match)
        held_back = 0
        for _, held, _, _past in self._of_rule(match):
            held_back = held_back + 1 if held else 0
        if held_by or (match.rule.suppress is None and match.rule.limit is None):
            held_back = 0
        self.alerts.append((kind, held_by, held_back, match))
        return kind, held_by, held_back

    def clear(self, evaluated: EvaluatedArticle) -> list[tuple[str, str, str]]:
        """Rule, mode and revision of each cleared alert."""
        article = evaluated.article
        cleared: list[tuple[str, str, str]] = []
        for earlier in self._standing(article.id, article.revised_at):
            last = earlier[-1][3]
            known = {(kind, past.article.revision) for kind, _, _, past in earlier}
            if (
                last.rule.id in evaluated.fired
                or last.article.revision == article.revision
                or ("cleared", article.revision) in known
            ):
                continue
            taken_back = msgspec.structs.replace(last, article=article, evidence=(), times=evaluated.times)
            self.alerts.append(("cleared", None, 0, taken_back))
            cleared.append((last.rule.id, last.rule.mode, article.revision))
        return cleared

    def _standing(
        self, article_id: str, revised_at: datetime | None
    ) -> list[list[tuple[AlertKind, HeldBy | None, int, Match]]]:
        """The alerts of each rule that has raised one on the article, not taken back and not newer than this."""
        standing = []
        for rule_id, mode in sorted({(rule.id, rule.mode) for rule in RULES}):
            earlier = [
                each
                for each in self.alerts
                if (each[3].rule.id, each[3].rule.mode) == (rule_id, mode) and each[3].article.id == article_id
            ]
            if (
                any(held is None for _, held, _, _ in earlier)
                and earlier[-1][0] not in TAKEN_BACK
                and not _is_before(revised_at, earlier[-1][3].article.revised_at)
            ):
                standing.append(earlier)
        return standing

    def withdraw(self, article: EnrichedArticle) -> list[tuple[str, str, str]]:
        """Rule, mode and revision of each withdrawn alert."""
        withdrawn: list[tuple[str, str, str]] = []
        for earlier in self._standing(article.id, article.revised_at):
            last = earlier[-1][3]
            if any(
                kind == "withdrawn" and past.article.revision == last.article.revision for kind, _, _, past in earlier
            ):
                continue
            revised_at = article.revised_at or last.article.revised_at
            header = msgspec.structs.replace(last.article, revised_at=revised_at)
            taken_back = msgspec.structs.replace(last, article=header, evidence=(), times=article.times)
            self.alerts.append(("withdrawn", None, 0, taken_back))
            withdrawn.append((last.rule.id, last.rule.mode, last.article.revision))
        return withdrawn

    def _of_rule(self, match: Match) -> list[tuple[AlertKind, HeldBy | None, int, Match]]:
        lane = (match.rule.id, match.rule.mode)
        return [
            each for each in self.alerts if (each[3].rule.id, each[3].rule.mode) == lane and each[0] not in TAKEN_BACK
        ]

    def _kind(self, match: Match) -> AlertKind | None:
        lane = (match.rule.id, match.rule.mode, match.article.id)
        earlier = [each for each in self.alerts if (each[3].rule.id, each[3].rule.mode, each[3].article.id) == lane]
        if not earlier:
            return "matched"
        last_kind, _, _, last = earlier[-1]
        if _is_before(match.article.revised_at, last.article.revised_at):
            return None
        is_newer = _is_before(last.article.revised_at, match.article.revised_at)
        if last_kind in TAKEN_BACK:
            if not is_newer:
                return None
        elif last.article.revision == match.article.revision or same_news(last, match):
            return None
        kind: AlertKind = "updated" if any(held is None for _, held, _, _ in earlier) else "matched"
        known = {(kind, past.article.revision) for kind, _, _, past in earlier}
        if (kind, match.article.revision) in known:
            return None
        if ("matched", match.article.revision) in known and not is_newer:
            return None
        return kind

    def _held_by(self, match: Match) -> HeldBy | None:
        raised = [past for _, held, _, past in self._of_rule(match) if held is None]
        at = _matched_at(match)
        if match.rule.suppress is not None:
            within = timedelta(seconds=duration_seconds(match.rule.suppress.for_))
            if any(self._is_alike(past, match) and at - _matched_at(past) < within for past in raised):
                return "suppress"
        if match.rule.limit is not None:
            limit = quota(match.rule.limit)
            recent = [past for past in raised if at - _matched_at(past) < timedelta(seconds=limit.seconds)]
            if len(recent) >= limit.most:
                return "limit"
        return None

    @staticmethod
    def _is_alike(past: Match, match: Match) -> bool:
        assert match.rule.suppress is not None
        match match.rule.suppress.by:
            case "rule":
                return True
            case "source":
                return past.article.source == match.article.source
            case "entities":
                return _entities(past) == _entities(match)
            case "text":
                return past.article.fingerprint == match.article.fingerprint


def _entities(match: Match) -> set[str]:
    return {proof.entity.id for proof in match.evidence if proof.entity is not None}


def _matched_at(match: Match) -> datetime:
    assert match.times.matched_at is not None
    return match.times.matched_at


def _is_before(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and one < other


def decisions_on(draft: AlertDraft, message: Message) -> list[Decision]:
    if isinstance(message, EnrichedArticle):
        return draft.withdraw(0, message)
    if isinstance(message, EvaluatedArticle):
        return draft.clear(0, message, lambda _rule: True)
    decision = draft.decide(0, message)
    return [] if decision is None else [decision]


def shown(message: Message, decisions: list[Decision]) -> object:
    """A decision as the definition says it."""
    if not isinstance(message, Match):
        return sorted((each.alert.rule.id, each.alert.rule.mode, each.alert.article.revision) for each in decisions)
    return next(((each.alert.kind, each.alert.held_by, each.alert.held_back) for each in decisions), None)


def expected_of(given_messages: Sequence[Message]) -> list[object]:
    expected = Expected()

    def decided(message: Message) -> object:
        match message:
            case Match():
                return expected.decide(message)
            case EvaluatedArticle():
                return expected.clear(message)
            case EnrichedArticle():
                return expected.withdraw(message)

    return [decided(message) for message in given_messages]


@given(messages, st.data())
def test_what_is_raised_is_the_definition_however_batches_fall_fail_or_move(
    given_messages: list[Message], data: st.DataObject
) -> None:
    memory = AlertMemory(86_400)
    memory.load(0)
    topics: list[Alert] = []
    found: list[object] = []
    while len(found) < len(given_messages):
        size = data.draw(st.integers(1, 8), label="batch size")
        batch = given_messages[len(found) : len(found) + size]
        fate = data.draw(st.sampled_from(["published", "failed", "half published", "moved"]), label="fate")
        draft = memory.draft(NOON + timedelta(days=1))
        decided = [(message, decisions_on(draft, message)) for message in batch]
        if fate == "failed":
            continue
        if fate == "half published":
            decided = decided[: (len(decided) + 1) // 2]
        for message, decisions in decided:
            found.append(shown(message, decisions))
            for decision in decisions:
                memory.remember(0, decision.past)
                topics.append(decision.alert)
        if fate == "moved":
            memory = AlertMemory(86_400)
            memory.load(0, map(past_alert, data.draw(st.permutations(topics), label="read back")))
    assert found == expected_of(given_messages)
    ids = [(alert.rule.mode, alert.alert_id) for alert in topics]
    assert len(ids) == len(set(ids))


@given(messages, st.data())
def test_a_batch_of_which_any_part_was_published_is_decided_the_same_again(
    given_messages: list[Message], data: st.DataObject
) -> None:
    """A process may die while it publishes to several topics, so any part of a batch may be written."""
    whole = AlertMemory(86_400)
    whole.load(0)
    draft = whole.draft(NOON + timedelta(days=1))
    first = [decision for message in given_messages for decision in decisions_on(draft, message)]
    written = data.draw(st.lists(st.sampled_from(first), unique_by=id) if first else st.just([]), label="written")
    heir = AlertMemory(86_400)
    heir.load(0, [decision.past for decision in written])
    draft = heir.draft(NOON + timedelta(days=1))
    again = [decision for message in given_messages for decision in decisions_on(draft, message)]
    decided = {each.alert.alert_id: each.alert for each in (*written, *again) if each.alert.rule.mode == "live"}
    assert decided == {each.alert.alert_id: each.alert for each in first if each.alert.rule.mode == "live"}


@given(
    st.lists(st.frozensets(st.sampled_from(["plain", "once", "text", "trial", "headlines"])), min_size=1, max_size=6),
    st.data(),
)
def test_in_the_end_what_stands_is_what_fires_on_the_newest_revision(
    revisions: list[frozenset[str]], data: st.DataObject
) -> None:
    """Revisions come in order, each with its evaluation; any batch may come again later, as after a death."""
    rules = {rule.id: rule for rule in RULES}
    evidence = [EVIDENCE[:1], EVIDENCE[3:4]]

    def batch(number: int) -> list[Message]:
        at = NOON + timedelta(hours=number)
        ingested = Times(ingested_at=at)
        found: list[Message] = [
            msgspec.structs.replace(make_match(rules[each], "a", number, number, evidence[number % 2]), times=ingested)
            for each in sorted(revisions[number])
        ]
        told = make_evaluated("a", number, number, revisions[number])
        return [*found, msgspec.structs.replace(told, times=ingested)]

    memory = AlertMemory(86_400 * 30)
    memory.load(0)
    topic: list[Alert] = []
    now = NOON
    for newest in range(len(revisions)):
        for number in (newest, *data.draw(st.lists(st.integers(0, newest), max_size=3), label="again")):
            for message in batch(number):
                now += timedelta(hours=2)
                again = msgspec.structs.replace(message, times=msgspec.structs.replace(message.times, matched_at=now))
                for decision in decisions_on(memory.draft(now), again):
                    memory.remember(0, decision.past)
                    topic.append(decision.alert)
        standing = set()
        for alert in topic:
            if alert.kind in TAKEN_BACK:
                standing.discard(alert.rule.id)
            else:
                standing.add(alert.rule.id)
        assert standing == revisions[newest]
    assert len({alert.alert_id for alert in topic}) == len(topic)
