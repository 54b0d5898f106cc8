"""The alerts step against its definition, over batches that fail, processes that die and partitions that move."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipeline.alerts import AlertMemory, PastAlert, evidence_digest
from pipeline.messages.alerts import Alert, ArticleHeader, Evidence, Match, MatchedRule, Snippet
from pipeline.messages.articles import EntityRef, Language

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ENTITY = EntityRef(id="country/kp", name="North Korea", kind="country")
EVIDENCE = (
    Evidence(clause="a", field="body", text="Word", via="word", start=0, end=4),
    Evidence(clause="a", field="title", text="WORD", via="word", start=3, end=7),
    Evidence(clause="b", field="body", text="Word", via="word", start=0, end=4),
    Evidence(clause="b", field="body", text="Nordkorea", via="name", start=9, end=18, entity=ENTITY),
    Evidence(clause="b", field="body", text="North Korea", via="name", start=9, end=20, entity=ENTITY),
    Evidence(clause="lang:de", field="lang", text="de", via="metadata"),
)


def make_match(rule: str, article: str, revision: int, minutes: int | None, evidence: tuple[Evidence, ...]) -> Match:
    return Match(
        rule=MatchedRule(id=rule, version="0" * 12, name=rule),
        article=ArticleHeader(
            id=article,
            revision=f"r{revision}",
            title="",
            language=Language(tag="de", confidence=1.0),
            revised_at=None if minutes is None else NOON + timedelta(minutes=minutes),
        ),
        score=1.0,
        evidence=evidence,
        snippet=Snippet(text=""),
    )


matches = st.lists(
    st.builds(
        make_match,
        st.sampled_from(["nato", "korea"]),
        st.sampled_from(["a", "b"]),
        st.integers(0, 4),
        st.none() | st.integers(0, 3),
        st.lists(st.sampled_from(EVIDENCE), max_size=4).map(tuple),
    ),
    max_size=40,
)


def same_news(one: Match | Alert, other: Match | Alert) -> bool:
    def found(message: Match | Alert) -> set[tuple[str, str]]:
        return {(proof.clause, proof.entity.id if proof.entity else proof.text.lower()) for proof in message.evidence}

    return found(one) == found(other)


def expected_kinds(given_matches: Sequence[Match]) -> list[str | None]:
    """The definition, read off the design: every alert raised so far is looked at."""
    topic: list[tuple[str, Match]] = []
    kinds: list[str | None] = []
    for match in given_matches:
        earlier = [
            (kind, past)
            for kind, past in topic
            if past.rule.id == match.rule.id and past.article.id == match.article.id
        ]
        kind: str | None = "matched"
        if earlier:
            last = earlier[-1][1]
            is_older = (
                last.article.revised_at is not None
                and match.article.revised_at is not None
                and match.article.revised_at < last.article.revised_at
            )
            is_newer = (
                last.article.revised_at is not None
                and match.article.revised_at is not None
                and match.article.revised_at > last.article.revised_at
            )
            raised = {(kind, past.article.revision) for kind, past in earlier}
            is_raised = ("updated", match.article.revision) in raised or (
                ("matched", match.article.revision) in raised and not is_newer
            )
            is_same_revision = last.article.revision == match.article.revision
            kind = None if is_older or is_raised or is_same_revision or same_news(last, match) else "updated"
        kinds.append(kind)
        if kind is not None:
            topic.append((kind, match))
    return kinds


def past_of(alert: Alert) -> PastAlert:
    assert alert.times.raised_at is not None
    return PastAlert(
        alert.rule.id,
        alert.article.id,
        alert.article.revision,
        alert.kind,
        evidence_digest(alert.evidence),
        alert.article.revised_at,
        alert.times.raised_at,
    )


@given(matches, st.data())
def test_what_is_raised_is_the_definition_however_batches_fall_fail_or_move(
    given_matches: list[Match], data: st.DataObject
) -> None:
    memory = AlertMemory(86_400)
    memory.load(0)
    topic: list[Alert] = []
    kinds: list[str | None] = []
    while len(kinds) < len(given_matches):
        size = data.draw(st.integers(1, 8), label="batch size")
        batch = given_matches[len(kinds) : len(kinds) + size]
        fate = data.draw(st.sampled_from(["published", "failed", "half published", "moved"]), label="fate")
        draft = memory.draft(NOON)
        raised = [draft.decide(0, match) for match in batch]
        if fate == "failed":
            continue
        if fate == "half published":
            raised = raised[: (len(raised) + 1) // 2]
        for decision in raised:
            kinds.append(decision.alert.kind if decision else None)
            if decision:
                memory.remember(0, decision.past)
                topic.append(decision.alert)
        if fate == "moved":
            memory = AlertMemory(86_400)
            memory.load(0, map(past_of, topic))
    assert kinds == expected_kinds(given_matches)
    ids = [alert.alert_id for alert in topic]
    assert len(ids) == len(set(ids))


@given(matches)
def test_reading_every_match_twice_raises_nothing_more(given_matches: list[Match]) -> None:
    once = AlertMemory(86_400)
    once.load(0)
    draft = once.draft(NOON)
    first = [raised for match in given_matches if (raised := draft.decide(0, match))]
    for raised in first:
        once.remember(0, raised.past)
    again = once.draft(NOON)
    second = [raised for match in given_matches if (raised := again.decide(0, match))]
    assert {raised.alert.alert_id for raised in first}.isdisjoint(raised.alert.alert_id for raised in second)
