from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from msgspec import structs

from pipeline.concepts import KnowledgeBase
from pipeline.entities import EntityExtractor, Linker, NoRecognizer
from pipeline.entities.extractor import MAX_MENTIONS_PER_NAME
from pipeline.messages.articles import IdentifiedArticle, Language, LanguageGuess, Mention, Times

NOW = datetime(2024, 6, 18, 9, 30, tzinfo=UTC)
ARTICLE = IdentifiedArticle(
    id="a1",
    title="Putin reist nach Nordkorea",
    body="Erika Muster von der NATO warnt.",
    source="Beispiel",
    tags=("politik",),
    language=Language(tag="de", confidence=0.9),
    revision="r1",
    times=Times(identified_at=NOW),
)


class NameFinder:
    """A recognizer that knows one person."""

    def recognize(self, articles: Sequence[IdentifiedArticle]) -> list[tuple[Mention, ...]]:
        return [
            (Mention(field="body", start=0, end=12, text="Erika Muster", label="PER", via="model"),)
            if article.body.startswith("Erika Muster")
            else ()
            for article in articles
        ]


def test_articles_come_back_in_order_with_everything_they_had(small_linker: Linker) -> None:
    extractor = EntityExtractor(NameFinder(), small_linker)
    other = IdentifiedArticle(id="a2", body="Nichts.", language=Language(tag="de", confidence=0.5), revision="r2")
    first, second = extractor.extract([ARTICLE, other], now=NOW)
    assert [(m.field, m.text, m.via) for m in first.mentions] == [
        ("title", "Putin", "short-name"),
        ("title", "Nordkorea", "name"),
        ("body", "Erika Muster", "model"),
        ("body", "NATO", "name"),
    ]
    assert (second.id, second.mentions) == ("a2", ())
    assert first.times == Times(identified_at=NOW, enriched_at=NOW)
    for field in IdentifiedArticle.__struct_fields__:
        if field != "times":
            assert getattr(first, field) == getattr(ARTICLE, field)


def test_no_articles(small_linker: Linker) -> None:
    assert EntityExtractor(NoRecognizer(), small_linker).extract([], now=NOW) == []


def test_an_article_of_nothing_but_names_keeps_the_first_of_each(small_linker: Linker) -> None:
    extractor = EntityExtractor(NoRecognizer(), small_linker)
    names = "NATO " * (MAX_MENTIONS_PER_NAME + 50) + "Nordkorea"
    (article,) = extractor.extract([structs.replace(ARTICLE, title="", body=names)], now=NOW)
    assert Counter(mention.text for mention in article.mentions) == {"NATO": MAX_MENTIONS_PER_NAME, "Nordkorea": 1}
    assert [mention.start for mention in article.mentions] == sorted(mention.start for mention in article.mentions)


def test_a_headline_of_no_sure_language_is_read_with_the_names_of_its_alternatives() -> None:
    extractor = EntityExtractor(NoRecognizer(), Linker(KnowledgeBase.load()))
    headline = "Сеул: НАТО осудила КНДР"
    unsure = Language(tag="sr", confidence=0.84, alternatives=(LanguageGuess(tag="ru", confidence=0.04),))
    sure = structs.replace(unsure, confidence=0.99)
    found = [
        {mention.entity.id for mention in enriched.mentions if mention.entity is not None}
        for enriched in extractor.extract(
            [IdentifiedArticle(id="a", title=headline, language=language, revision="r") for language in (unsure, sure)],
            now=NOW,
        )
    ]
    assert found[0] == {"city/seoul", "org/nato", "country/kp"}
    assert "country/kp" not in found[1]
    mentions = extractor.extract([IdentifiedArticle(id="a", title=headline, language=unsure, revision="r")], now=NOW)
    assert [mention.text for mention in mentions[0].mentions] == ["Сеул", "НАТО", "КНДР"]


@pytest.mark.parametrize(
    ("headline", "tag", "confidence", "alternative"),
    [
        # The article's own language knows the word and holds it back.
        ("Amazon prime day deals", "en", 0.86, LanguageGuess(tag="nl", confidence=0.5)),
        ("Mali ljudi", "hr", 0.58, LanguageGuess(tag="en", confidence=0.19)),
        ("India Hicks", "en", 0.8, LanguageGuess(tag="lb", confidence=0.5)),
        # Hardly likely, or said by the source alone.
        ("КНДР", "sr", 0.84, LanguageGuess(tag="ru", confidence=0.01)),
        ("КНДР", "sr", 0.84, LanguageGuess(tag="ru", declared=True)),
    ],
)
def test_alternatives_add_nothing(headline: str, tag: str, confidence: float, alternative: LanguageGuess) -> None:
    language = Language(tag=tag, confidence=confidence, alternatives=(alternative,))
    article = IdentifiedArticle(id="a", title=headline, language=language, revision="r")
    (enriched,) = EntityExtractor(NoRecognizer(), Linker(KnowledgeBase.load())).extract([article], now=NOW)
    assert enriched.mentions == ()


def test_names_in_asides_are_marked_and_settle_nothing_in_the_text(small_linker: Linker) -> None:
    body = "Die NATO tagt. Muster kam.\nMehr zum Thema – Erika Muster und Nordkorea"
    start = body.index("Mehr")
    person = body.index("Erika")

    class BothFinder:
        """A recognizer that finds a surname in the text and the full name in the link."""

        def recognize(self, articles: Sequence[IdentifiedArticle]) -> list[tuple[Mention, ...]]:
            full = Mention(field="body", start=person, end=person + 12, text="Erika Muster", label="PER", via="model")
            return [
                (Mention(field="body", start=15, end=21, text="Muster", label="PER", via="model"), full)
                for _ in articles
            ]

    article = structs.replace(ARTICLE, title="", body=body, asides=((start, len(body)),))
    (found,) = EntityExtractor(BothFinder(), small_linker).extract([article], now=NOW)
    assert found.asides == article.asides
    assert [(m.text, m.name, m.aside) for m in found.mentions] == [
        ("NATO", "", False),
        ("Muster", "Muster", False),
        ("Erika Muster", "Erika Muster", True),
        ("Nordkorea", "", True),
    ]
