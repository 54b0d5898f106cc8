"""Generated French wire articles of 3 kB and watch rules; the same seed gives the same ones.

The articles are put together from the sentences of the demo's French articles, so that a model has real language to
read. A wire says more than five articles do, and what a pipeline has read before it reads faster: so a share of the
longer words gives way to made-up ones of a large vocabulary by Zipf's law. New words come about as fast as in news, or
a little slower: of 100,000 tokens 15,700 are different words, of 276,000 33,300, of 741,000 63,800. Counted in the same
way, Norwegian news (NorNE) has 17,700 and 34,000, Swedish web news 20,800 of 100,000, English of many kinds 77,400 of
741,000. The rules name concepts of the knowledge base and words, most of which are in no article, as people's rules do.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from itertools import accumulate

from pipeline import demo
from pipeline.concepts import KnowledgeBase
from pipeline.errors import RuleError
from pipeline.messages.rules import WatchRule
from pipeline.rules import check_rule
from pipeline.streaming.kafka.publishing import ArticlePayload
from pipeline.text.tokens import tokenize

SOURCE = "Bench"
EVERY_ARTICLE = WatchRule(id="every-article", when=f'source:"{SOURCE}"')
ARTICLE_BYTES = 3_000

CLOSELY_WATCHED = 0.1
"""With 1,000 rules: over four alerts an article."""
WATCHED = 0.04
"""With 1,000 rules: one for ``EVERY_ARTICLE``, and another for each seventeenth article. Realistic: at 100,000 articles
a day that is six alerts for each rule."""

_VOCABULARY = 300_000
_MADE_UP_SHARE = 0.6
# The most frequent ones are less so than Zipf's law says: the articles' own words are.
_FLATTENED_RANKS = 100
_LONG_WORD = re.compile(r"\b[a-zà-ÿ]{5,}\b")
_SENTENCE_END = re.compile(r"(?<=[.»])\s+")
_SYLLABLE_LIST = (
    "ba bou bri ca cé cha cla co dé di dou é eau er fa flé fo gra gu in ja la lé li ma me ment mi ne noi oir pa plo "
    "pra que ra ri ron sa sé sta sui ta tion tri tu va vi vo voi"
)
_SYLLABLES = _SYLLABLE_LIST.split()
_WORD_SYLLABLES = (3, 3, 4)


class WireTraffic:
    """A French wire and its watch rules.

    Args:
        seed: Of all that is random.
        own_words: Share of the rules' words that the articles use.
    """

    def __init__(self, seed: int = 1, *, own_words: float = CLOSELY_WATCHED) -> None:
        self._random = random.Random(seed)
        self._own_words_share = own_words
        articles = [json.loads(line) for line in demo.articles()]
        french = [article for article in articles if article["id"].startswith("demo-fr-")]
        self._titles = [article["title"] for article in french]
        self._sentences = [part for article in french for part in _SENTENCE_END.split(article["body"])]
        self._made_up = [
            "".join(self._random.choices(_SYLLABLES, k=self._random.choice(_WORD_SYLLABLES)))
            for _ in range(_VOCABULARY)
        ]
        self._weights = list(accumulate(1 / (rank + _FLATTENED_RANKS) for rank in range(_VOCABULARY)))
        self._own_words = _words(" ".join(self._sentences))
        self._other_words = _words(" ".join(article["body"] for article in articles if article not in french))

    def texts(self, count: int) -> list[tuple[str, str]]:
        """Titles and bodies, each body of about 3 kB."""
        return [(self._random.choice(self._titles), self._body()) for _ in range(count)]

    def payloads(self, count: int, prefix: str = "bench") -> list[ArticlePayload]:
        """Raw articles as they are published; each satisfies ``EVERY_ARTICLE``."""
        made = []
        for number, (title, body) in enumerate(self.texts(count)):
            article_id = f"{prefix}-{number:06d}"
            article = {"id": article_id, "title": title, "body": body, "source": SOURCE}
            made.append(ArticlePayload(article_id, json.dumps(article, ensure_ascii=False).encode()))
        return made

    def rules(self, count: int) -> list[WatchRule]:
        """Rules of one to three clauses, and ``EVERY_ARTICLE``.

        Of the clauses 35 % are concepts, 25 % words, 15 % phrases, 20 % groups of alternatives, 5 % prefixes; every
        fifth rule has a NOT.
        """
        kb = KnowledgeBase.load()
        rules = [EVERY_ARTICLE]
        for rule in self._candidates(kb):
            if len(rules) == count:
                return rules
            # A rule with an ambiguous name would be refused.
            try:
                check_rule(rule, kb)
            except RuleError:
                continue
            rules.append(rule)
        raise AssertionError("candidates never end")

    def _candidates(self, kb: KnowledgeBase) -> Iterator[WatchRule]:
        concepts = [concept.label for concept in kb.concepts.values()]
        number = 0
        while True:
            number += 1
            clauses = [self._clause(concepts) for _ in range(self._random.choice((1, 2, 2, 2, 3)))]
            if len(clauses) == 1:
                clauses.append(self._word())
            if number % 5 == 0:
                clauses.append(f"NOT {self._word()}")
            yield WatchRule(id=f"rule-{number}", when=" + ".join(clauses), languages=("fr", "en"))

    def _clause(self, concepts: list[str]) -> str:
        kind = self._random.random()
        if kind < 0.35:
            return f'"{self._random.choice(concepts)}"'
        if kind < 0.60:
            return self._word()
        if kind < 0.75:
            return f'"{self._word()} {self._word()}"'
        if kind < 0.95:
            return f"({' OR '.join(self._word() for _ in range(self._random.randint(2, 5)))})"
        return f"{self._word()[:6]}*"

    def _word(self) -> str:
        kind = self._random.random()
        if kind < self._own_words_share:
            return self._random.choice(self._own_words)
        if kind < 0.5:
            return self._random.choice(self._other_words)
        return self._random.choice(self._made_up)

    def _varied(self, sentence: str) -> str:
        def vary(word: re.Match[str]) -> str:
            if self._random.random() >= _MADE_UP_SHARE:
                return word[0]
            return self._random.choices(self._made_up, cum_weights=self._weights)[0]

        return _LONG_WORD.sub(vary, sentence)

    def _body(self) -> str:
        parts: list[str] = []
        size = 0
        while size < ARTICLE_BYTES:
            part = self._varied(self._random.choice(self._sentences))
            parts.append(part + ("\n" if self._random.random() < 0.25 else " "))
            size += len(parts[-1].encode())
        return "".join(parts).strip()


def _words(text: str) -> list[str]:
    return sorted({word.lower() for word in tokenize(text).words if len(word) >= 5 and word.isalpha()})
