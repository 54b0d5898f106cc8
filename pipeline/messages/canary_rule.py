"""The canary: an article of our own that passes all steps, to show that they work and how long they take.

Its rule is built into every matcher and is in no topic. It fires on canaries only, and no other rule fires on them. Its
alerts go only to the reserved channel ``canary``.
"""

from __future__ import annotations

from pipeline.messages.articles import Language, RawArticle
from pipeline.messages.rules import CANARY_CHANNEL, WatchRule

CANARY_SOURCE = "wirewatch-canary"
CANARY_LANGUAGE = "canary"
"""The language under which metrics count canaries, so that none is counted as news; no BCP 47 tag."""

# No other rule may have this id or this channel.
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
    """An article that satisfies the canary rule if every step works.

    It holds the rule's names in German forms, which only the knowledge base can link.
    """
    return RawArticle(
        id=article_id,
        source=CANARY_SOURCE,
        title="Die NATO berät über das nordkoreanische Atomprogramm",
        body="Der Kanarienvogel von Wirewatch meldet: Der Weg vom Artikel bis zum Alarm ist frei.",
    )
