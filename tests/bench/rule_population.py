"""Generated rules and articles to measure the matcher; the same seed gives the same ones.

Words follow Zipf's law, and frequent ones are short. The articles' words are drawn by frequency; the rules' words are
one in a hundred drawn so too, and otherwise any but the 2,000 most frequent, so that most rules ask for words that most
articles lack, as real rules do: an article satisfies one rule in some thirty thousand. Some words have English endings,
so that their stems coincide.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import accumulate

from pipeline.concepts import Concept, Contents, Kind, KnowledgeBase, Name, Source
from pipeline.messages.articles import EnrichedArticle, EntityRef, Label, Language, Mention
from pipeline.messages.identity import revision
from pipeline.messages.rules import WatchRule
from pipeline.text.stemming import stem

VOCABULARY = 120_000
CONCEPTS = 5_000
BODY_WORDS = 480
MENTIONS = 25
BACKGROUND_SEED = 3
"""Of articles that are only counted, to learn which words are rare."""

_FREQUENT_WORDS = 2_000
_SYLLABLES = [
    *("ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu", "va", "we", "xi", "yo"),
    *("zu", "bra", "cle", "dri", "flo", "gru", "sta", "pre", "tri", "spo"),
]
_ENDINGS = ("", "", "", "s", "s", "ed", "ing")
_KINDS: dict[Kind, Label] = {"country": "LOC", "org": "ORG", "person": "PER", "city": "LOC"}


class Population:
    """A world of words and concepts, with rules and articles about it.

    Args:
        seed: What is drawn from the world, which is the same for every seed.
    """

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(0)
        self._words = self._make_words()
        self._weights = list(accumulate(1 / (rank + 10) for rank in range(VOCABULARY)))
        kinds = list(_KINDS)
        self._concepts = [
            Concept(
                id=f"{kinds[number % len(kinds)]}/c{number}",
                kind=kinds[number % len(kinds)],
                label=f"Concept{number} {self._words[-number - 1].title()}",
                names=(
                    Name(
                        text=f"Concept{number} {self._words[-number - 1].title()}",
                        languages=("en",),
                        via="name",
                        source="generated",
                    ),
                ),
            )
            for number in range(CONCEPTS)
        ]
        self._concept_weights = list(accumulate(1 / (rank + 5) for rank in range(CONCEPTS)))
        # Rules ask for rarer words than the news is full of.
        self._asked_weights = list(accumulate(1 / (rank + 1_000) for rank in range(CONCEPTS)))
        self.knowledge_base = KnowledgeBase.of(
            Contents(
                sources=(Source(id="generated", title="Generated names", licence="Apache-2.0"),),
                concepts=tuple(sorted(self._concepts, key=lambda concept: concept.id)),
            ),
        )
        self._random.seed(seed)

    def rules(self, count: int, *, prefixes: bool = True) -> Iterator[WatchRule]:
        """Rules of 2 to 4 clauses.

        Of the clauses 10 % are concepts, 10 % NEAR, 15 % phrases, 20 % alternatives, 5 % prefixes, 5 % words of the
        title and 2 % languages; of the rules 15 % have a NOT.

        Args:
            count: How many.
            prefixes: False puts words in their place.
        """
        chance = self._random
        for number in range(count):
            parts = [self._clause(prefixes=prefixes) for _ in range(chance.randint(2, 4))]
            if chance.random() < 0.15:
                parts.append(f"NOT {self._word()}")
            yield WatchRule(id=f"rule-{number}", name=f"Rule {number}", when=" + ".join(parts))

    def articles(self, count: int) -> list[EnrichedArticle]:
        """Articles of about 4 kB with mentions."""
        return [self._article(number) for number in range(count)]

    def _make_words(self) -> list[str]:
        words: dict[str, None] = {}
        while len(words) < VOCABULARY:
            words[
                "".join(self._random.choices(_SYLLABLES, k=self._random.randint(2, 5))) + self._random.choice(_ENDINGS)
            ] = None
        return sorted(words, key=lambda word: len(word) + self._random.gauss(0, 1.5))

    def _word(self) -> str:
        if self._random.random() < 0.01:
            return self._frequent_words(1)[0]
        return self._words[self._random.randrange(_FREQUENT_WORDS, VOCABULARY)]

    def _frequent_words(self, count: int) -> list[str]:
        return self._random.choices(self._words, cum_weights=self._weights, k=count)

    def _clause(self, *, prefixes: bool) -> str:
        chance = self._random.random()
        if chance < 0.10:
            return self._random.choices(self._concepts, cum_weights=self._asked_weights)[0].label
        if chance < 0.20:
            return self._near()
        if chance < 0.35:
            return f'"{self._word()} {self._word()}"'
        if chance < 0.55:
            return f"({' OR '.join(self._word() for _ in range(self._random.randint(2, 5)))})"
        if chance < 0.60:
            return f"{self._word()}*" if prefixes else self._word()
        if chance < 0.65:
            return f"title:{self._word()}"
        if chance < 0.67:
            return f"{self._word()} + lang:en"
        return self._word()

    def _near(self) -> str:
        first, second = self._word(), self._word()
        # To Lucene a word is near itself; here NEAR takes two places.
        while stem(second, "en") == stem(first, "en"):
            second = self._word()
        return f"{first} NEAR/{self._random.randint(2, 10)} {second}"

    def _article(self, number: int) -> EnrichedArticle:
        words = self._frequent_words(BODY_WORDS)
        named = self._random.choices(self._concepts, cum_weights=self._concept_weights, k=MENTIONS)
        places = sorted(self._random.sample(range(BODY_WORDS), MENTIONS))
        mentions: list[Mention] = []
        body = ""
        concept_at = dict(zip(places, named, strict=True))
        for place, word in enumerate(words):
            concept = concept_at.get(place)
            text = word if concept is None else concept.label
            if concept is not None:
                mentions.append(_mention(concept, len(body), text))
            body += text + (". " if place % 17 == 16 else " ")
        title = " ".join(self._frequent_words(9))
        return EnrichedArticle(
            id=f"article-{number}",
            title=title,
            body=body,
            source="Generated",
            url=f"https://news.example.org/{number}",
            language=Language(tag="en", confidence=1.0),
            revision=revision(title, body),
            mentions=tuple(mentions),
        )


def _mention(concept: Concept, start: int, text: str) -> Mention:
    return Mention(
        field="body",
        start=start,
        end=start + len(text),
        text=text,
        label=_KINDS[concept.kind],
        entity=EntityRef(id=concept.id, name=concept.label, kind=concept.kind),
        via="name",
    )


def total_code_points(articles: Sequence[EnrichedArticle]) -> int:
    """How much text there is."""
    return sum(len(article.title) + len(article.body) for article in articles)
