"""The canary: an article of our own that goes the whole way, to show that the way is open and how long it takes.

Its rule is part of every matcher and in no topic: it fires on canaries alone, and no other rule fires on these. Its
alerts go to the reserved channel ``canary`` and nowhere else.
"""

from __future__ import annotations

from pipeline.messages.articles import Language, RawArticle
from pipeline.messages.rules import CANARY_CHANNEL, WatchRule

CANARY_SOURCE = "wirewatch-canary"
CANARY_LANGUAGE = "canary"
"""The language under which metrics count canaries, so that none is counted as news; no BCP 47 tag."""

# No other rule may have this id, nor its channel.
CANARY_RULE = WatchRule(
    id=CANARY_SOURCE,
    name="Canary",
    when=f'source:"{CANARY_SOURCE}" + NATO + North Korea',
    severity="info",
    channel=CANARY_CHANNEL,
)


def counted_language(source: str, language: Language) -> str:
    """The language under which metrics count an article of this source."""
    return CANARY_LANGUAGE if source == CANARY_SOURCE else language.tag


def canary_article(article_id: str) -> RawArticle:
    """An article that satisfies the canary rule when every step has done its work on it.

    The rule's names stand in German forms that only the knowledge base can link.
    """
    return RawArticle(
        id=article_id,
        source=CANARY_SOURCE,
        title="Die NATO berät über das nordkoreanische Atomprogramm",
        body="Der Kanarienvogel von Wirewatch meldet: Der Weg vom Artikel bis zum Alarm ist frei.",
    )
