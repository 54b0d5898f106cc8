"""Memory of the entities step over a stream of ever new words: flat, with a model and with the knowledge base alone."""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from pipeline.concepts import KnowledgeBase
from pipeline.entities import EntityExtractor, Linker, NoRecognizer, Recognizer
from pipeline.entities.recognition.model_choice import ModelPreferences
from pipeline.entities.recognition.spacy_pipeline import SHIPPED
from pipeline.entities.recognition.spacy_recognizer import SpacyRecognizer
from pipeline.messages.articles import IdentifiedArticle, Language
from pipeline.messages.codec import encode
from pipeline.streaming.records import Record
from pipeline.streaming.steps.entities_step import EntitiesHandler
from tests.bench.one_core import resident_bytes
from tests.bench.whole_way import graded, wide_console

WARM_UP_ARTICLES = 5_000
MARK = 0.05
ALONE = "none"
# The default runs: model, number of articles, bytes of each.
RUNS = ((ALONE, 200_000, 100), (SHIPPED, 200_000, 100), (ALONE, 200_000, 3_000), (SHIPPED, 20_000, 3_000))
_BATCH_ARTICLES = 100
_LINES = 20
_BAR_CHARACTERS = 50


def articles_of_new_words(size: int) -> Iterator[bytes]:
    """Identified articles without end, each of at least ``size`` bytes; most of their words never came before."""
    chance = random.Random(816_223)
    number = 0
    while True:
        body = ""
        while len(body) < size:
            name, second, place, thing = ("".join(chance.choices("aeioulnrstmk", k=9)).capitalize() for _ in range(4))
            body += f"Am Montag traf {name} {second} in {place} den Minister und sprach von {thing}. "
        number += 1
        language = Language(tag="de", confidence=1.0)
        yield encode(IdentifiedArticle(id=f"memory-{number}", body=body, language=language, revision="r"))


def measure(console: Console, model: str, articles: int, size: int) -> None:
    """Pass articles through the handler of a worker's entities step, and plot its memory."""
    recognizer: Recognizer = NoRecognizer() if model == ALONE else SpacyRecognizer(ModelPreferences(fallback=model))
    handler = EntitiesHandler(EntityExtractor(recognizer, Linker(KnowledgeBase.load())), sink="articles.enriched")
    payloads = articles_of_new_words(size)
    curve = {0: resident_bytes() / 1e6}
    started = time.perf_counter()
    for begin in range(0, articles, _BATCH_ARTICLES):
        records = [
            Record("articles.identified", 0, begin + place, datetime.now(UTC), None, next(payloads))
            for place in range(_BATCH_ARTICLES)
        ]
        outcomes = handler.process(records)
        handler.committed(outcomes)
        if failed := [outcome.error for outcome in outcomes if outcome.error is not None]:
            raise failed[0]
        done = begin + _BATCH_ARTICLES
        if done % (articles // _LINES) == 0 or done == WARM_UP_ARTICLES:
            curve[done] = resident_bytes() / 1e6
    seconds = time.perf_counter() - started
    _print(console, f"{articles:,} articles of {size:,} bytes, model: {model}; {articles / seconds:,.0f}/s", curve)


def _print(console: Console, title: str, curve: dict[int, float]) -> None:
    table = Table("articles", "MB", f"since {WARM_UP_ARTICLES:,}", "", title=title, title_justify="left", box=None)
    highest = max(curve.values())
    for done, megabytes in curve.items():
        since = f"{megabytes / curve[WARM_UP_ARTICLES] - 1:+.1%}" if done > WARM_UP_ARTICLES else ""
        bar = "█" * round(megabytes / highest * _BAR_CHARACTERS)
        table.add_row(f"{done:,}", f"{megabytes:.0f}", since, f"[cyan]{bar}")
    console.print(table)
    growth = list(curve.values())[-1] / curve[WARM_UP_ARTICLES] - 1
    shown = graded(f"{growth:+.1%}", is_good=growth <= MARK)
    console.print(f"growth since {WARM_UP_ARTICLES:,} articles: {shown} (mark: {MARK:.0%})\n")


def main() -> None:
    """Measure each run in a process of its own, or, with ``--model``, one in this."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--model", help=f"a spaCy pipeline for all languages, or '{ALONE}'")
    parser.add_argument("--articles", type=int, default=RUNS[0][1])
    parser.add_argument("--bytes", type=int, default=RUNS[0][2], help="of each article's body")
    given = parser.parse_args()
    if given.model:
        measure(wide_console(), given.model, given.articles, given.bytes)
        return
    for model, articles, size in RUNS:
        command = [sys.executable, "-m", "tests.bench.bench_memory", "--model", model]
        subprocess.run([*command, "--articles", str(articles), "--bytes", str(size)], check=True)


if __name__ == "__main__":
    main()
