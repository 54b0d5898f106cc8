"""Whether a match, a clearing or a withdrawal is news, given what one rule has alerted on one article before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from pipeline.alerts.past import PastAlert, seconds, takes_back
from pipeline.messages.alerts import AlertKind, ArticleHeader, EvaluatedArticle
from pipeline.messages.articles import EnrichedArticle, Language, Times


class AlertOnArticle(msgspec.Struct, frozen=True, gc=False):
    """The part of a past alert that is kept beside its rule and its article; see ``PastAlert``."""

    kind: AlertKind
    revision: str
    title: str
    language: Language
    is_held: bool
    evidence: int
    text: int
    revised_at: float | None
    ingested_at: float | None
    matched_at: float

    @classmethod
    def of(cls, past: PastAlert) -> AlertOnArticle:
        """Take this part from an alert."""
        return cls(
            past.kind,
            past.revision,
            past.title,
            past.language,
            past.is_held,
            past.evidence,
            past.text,
            past.revised_at,
            past.ingested_at,
            past.matched_at,
        )


def news_of(earlier: Sequence[AlertOnArticle], article: ArticleHeader, evidence: int, text: int) -> AlertKind | None:
    """The kind of alert that a match raises, or None when it is no news.

    Args:
        earlier: What the rule has alerted on the article, raised and held back, in the order of time.
        article: Of the match.
        evidence: Its digest.
        text: Its ``text_key``.

    Returns:
        ``matched`` for the rule's first alert on the article, and as long as all before were held back; ``updated``
        for another revision, not older than the last alert's, whose evidence differs from it, or whose text where the
        rule asks. A revision that comes back is an update once, if it was dated anew; so is an article whose alert was
        taken back.
    """
    if not earlier:
        return "matched"
    last = earlier[-1]
    revised_at = seconds(article.revised_at)
    if _is_before(revised_at, last.revised_at):
        return None
    is_newer = _is_before(last.revised_at, revised_at)
    if takes_back(last.kind):
        if not is_newer:
            return None
    elif article.revision == last.revision or (evidence == last.evidence and text == last.text):
        return None
    # The first revision, come back: as news of its own when it was dated anew, else as a message read again.
    if not is_newer and is_known(earlier, "matched", article.revision):
        return None
    return "matched" if all(alert.is_held for alert in earlier) else "updated"


def is_withdrawn_by(earlier: Sequence[AlertOnArticle], article: EnrichedArticle) -> bool:
    """Whether a withdrawal takes back what was raised, as ``news_of``: not what is newer than it, and nothing twice."""
    return _stands_before(earlier, article.revised_at, article.times)


def is_cleared_by(earlier: Sequence[AlertOnArticle], evaluated: EvaluatedArticle) -> bool:
    """Whether a revision on which the rule does not fire takes back what was raised: only one of another text does."""
    article = evaluated.article
    return article.revision != earlier[-1].revision and _stands_before(earlier, article.revised_at, evaluated.times)


def _stands_before(earlier: Sequence[AlertOnArticle], revised_at: datetime | None, times: Times) -> bool:
    """Whether something was raised, is not yet taken back, and is not newer than what comes now."""
    last = earlier[-1]
    if takes_back(last.kind) or all(alert.is_held for alert in earlier):
        return False
    # What is read again may come behind the article's return: only its arrival stays what it was.
    return not (
        _is_before(seconds(revised_at), last.revised_at) or _is_before(seconds(times.ingested_at), last.ingested_at)
    )


def is_known(alerts: Sequence[AlertOnArticle], kind: AlertKind, revision: str) -> bool:
    """Whether there is an alert of that kind on that revision: another would have the same id."""
    return any(alert.revision == revision and alert.kind == kind for alert in alerts)


def _is_before(one: float | None, other: float | None) -> bool:
    """Whether one is known to be before the other."""
    return one is not None and other is not None and one < other
