"""An alerts step without Kafka: short ways to make matches, decided one by one at chosen times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from pipeline.alerts import AlertMemory, Decision
from pipeline.messages.alerts import Alert, ArticleHeader, EvaluatedArticle, Evidence, Match, MatchedRule, Snippet
from pipeline.messages.articles import EnrichedArticle, EntityRef, Language, Times

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RULE = MatchedRule(id="nato", version="0" * 12, name="NATO", channel="security")


def named(entity: str) -> Evidence:
    """Evidence of a name."""
    return Evidence(
        clause="names",
        field="body",
        text=entity,
        via="name",
        start=0,
        end=len(entity),
        entity=EntityRef(id=entity, name=entity, kind="country"),
    )


def worded(word: str) -> Evidence:
    """Evidence of a word."""
    return Evidence(clause=word, field="body", text=word, via="word", start=0, end=len(word))


def match(
    article: str = "a",
    revision: str = "r1",
    *,
    rule: MatchedRule = RULE,
    revised: int | None = 0,
    evidence: tuple[Evidence, ...] = (worded("NATO"),),
    source: str = "",
    fingerprint: str = "",
) -> Match:
    """One rule satisfied by one article, revised so many minutes after noon."""
    return Match(
        rule=rule,
        article=ArticleHeader(
            id=article,
            revision=revision,
            title=f"{article} {revision}",
            language=Language(tag="en", confidence=1.0),
            source=source,
            fingerprint=fingerprint,
            revised_at=None if revised is None else NOON + timedelta(minutes=revised),
        ),
        score=1.0,
        evidence=evidence,
        snippet=Snippet(text="NATO"),
    )


def evaluated(article: str = "a", revision: str = "r2", *fired: str, revised: int | None = 5) -> EvaluatedArticle:
    """A revision on which only these rules fire."""
    header = match(article, revision, revised=revised).article
    return EvaluatedArticle(article=header, fired=fired)


def withdrawal(article: str = "a", *, revised: int | None = None) -> EnrichedArticle:
    """An article as its source takes it back."""
    return EnrichedArticle(
        id=article,
        status="withdrawn",
        language=Language(tag="und", confidence=0.0),
        revision="0" * 16,
        revised_at=None if revised is None else NOON + timedelta(minutes=revised),
    )


class AlertsStep:
    """One partition, whose alerts are in their topics at once."""

    def __init__(self, memory_seconds: float = 86_400) -> None:
        self.memory = AlertMemory(memory_seconds)
        self.memory.load(0)
        self.decisions: list[Decision] = []
        self.live_rules = {RULE.id, "other", "quiet", "r"}

    def __call__(self, message: Match | EvaluatedArticle | EnrichedArticle, minute: float = 0) -> list[Alert]:
        """The decisions on a message that comes so many minutes after noon."""
        at = NOON + timedelta(minutes=minute)
        message = msgspec.structs.replace(message, times=Times(ingested_at=at, matched_at=at))
        draft = self.memory.draft(at)
        if isinstance(message, Match):
            decision = draft.decide(0, message)
            decisions = [] if decision is None else [decision]
        elif isinstance(message, EvaluatedArticle):
            decisions = draft.clear(0, message, self.live_rules.__contains__)
        else:
            decisions = draft.withdraw(0, message)
        for each in decisions:
            self.memory.remember(0, each.past)
        self.decisions += decisions
        return [each.alert for each in decisions]

    def one(self, message: Match | EvaluatedArticle | EnrichedArticle, minute: float = 0) -> str | None:
        """Kind of its only alert, with what held it back; None where there is none."""
        alerts = self(message, minute)
        assert len(alerts) < 2
        return next((f"{alert.kind} {alert.held_by or ''}".strip() for alert in alerts), None)

    def restart(self) -> None:
        """Lose the memory, and read it back in another order."""
        self.memory = AlertMemory(86_400)
        self.memory.load(0, [each.past for each in reversed(self.decisions)])
