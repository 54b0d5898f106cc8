"""The entities step: what a model recognizes and what the knowledge base knows, as one list of mentions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import msgspec

from pipeline.entities.linking.linker import Linker
from pipeline.entities.linking.short_forms import resolve_short_forms
from pipeline.entities.nesting import nest
from pipeline.entities.recognition.recognizer import Recognizer
from pipeline.messages.articles import EnrichedArticle, IdentifiedArticle, Mention
from pipeline.text.asides.stretches import touches_aside, without_asides

# More of one name tell nothing new, and an article of nothing but names would outgrow its topic's messages.
MAX_MENTIONS_PER_NAME = 200
# A headline may have no letter of its own language: "Сеул: НАТО осудила КНДР" reads as Serbian to every detector. Of so
# short a text that is less sure, the full names of other languages are tried too.
_SHORT_TEXT = 160
_SURE = 0.9
# So little likelihood has Russian there; what the source alone declares has none.
_LIKELY = 0.03


class EntityExtractor:
    """Finds what articles name.

    Args:
        recognizer: Finds names by context; ``NoRecognizer`` where no model is wanted.
        linker: Finds the names of concepts, and says which concept a model's span names.
    """

    def __init__(self, recognizer: Recognizer, linker: Linker) -> None:
        self._recognizer = recognizer
        self._linker = linker

    def extract(self, articles: Sequence[IdentifiedArticle], *, now: datetime) -> list[EnrichedArticle]:
        """Enrich a batch of articles.

        Args:
            articles: Of any languages.
            now: When the step publishes them.

        Returns:
            The articles in the same order, each with 0..n mentions sorted by field (title first) and start, nested or
            disjoint; ``field[start:end] == text``. A surname takes over the full name that the article gives. Of one
            concept, or of one unlinked name, the first ``MAX_MENTIONS_PER_NAME`` are kept. Where a short text is of no
            sure language, full names of its likely alternatives are among them. What stands in an aside is marked, and
            settles nothing outside it. A withdrawal names nothing.
        """
        enriched: list[EnrichedArticle] = []
        for article, spans in zip(articles, self._recognizer.recognize(articles), strict=True):
            mentions = () if article.status == "withdrawn" else self._marked_mentions(article, spans)
            fields = {field: getattr(article, field) for field in IdentifiedArticle.__struct_fields__}
            fields["times"] = msgspec.structs.replace(article.times, enriched_at=now)
            enriched.append(EnrichedArticle(**fields, mentions=_first_of_each(mentions)))
        return enriched

    def _marked_mentions(self, article: IdentifiedArticle, spans: Sequence[Mention]) -> tuple[Mention, ...]:
        """The names of an article read without its asides, and those of its asides read with the article."""
        read = resolve_short_forms(self._mentions(article, spans))
        if not article.asides:
            return read

        def is_aside(mention: Mention) -> bool:
            return mention.field == "body" and touches_aside(article.asides, mention.start, mention.end)

        own_text = msgspec.structs.replace(article, body=without_asides(article.body, article.asides))
        own = resolve_short_forms(self._mentions(own_text, [span for span in spans if not is_aside(span)]))
        mentions = [
            *(mention for mention in own if not is_aside(mention)),
            *(msgspec.structs.replace(mention, aside=True) for mention in read if is_aside(mention)),
        ]
        return tuple(sorted(mentions, key=lambda mention: (mention.field == "body", mention.start, -mention.end)))

    def _mentions(self, article: IdentifiedArticle, spans: Sequence[Mention]) -> Sequence[Mention]:
        language = article.language.tag
        names = self._names(article)
        if not spans:
            return names
        people = self._linker.people_in(article.title, article.body, language)
        return nest(names, [self._linker.link_span(span, language) for span in spans], people.names_of_others)

    def _names(self, article: IdentifiedArticle) -> Sequence[Mention]:
        """Find names in the article's language; in a short article of unsure language also full names of others."""
        language = article.language
        alternatives: list[str] = []
        if language.confidence < _SURE and len(article.title) + len(article.body) <= _SHORT_TEXT:
            alternatives = [other.tag for other in language.alternatives if other.confidence >= _LIKELY]
        return self._linker.link(article.title, article.body, language.tag, alternatives)


def _first_of_each(mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    if len(mentions) <= MAX_MENTIONS_PER_NAME:
        return mentions
    counted: Counter[str] = Counter()
    kept: list[Mention] = []
    for mention in mentions:
        name = mention.entity.id if mention.entity else mention.name
        counted[name] += 1
        if counted[name] <= MAX_MENTIONS_PER_NAME:
            kept.append(mention)
    return tuple(kept)
