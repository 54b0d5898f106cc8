"""Articles a second the whole way, raw to alert, against the same spaCy pipeline's bare ``nlp.pipe``.

Compared are, in one run on one machine: articles of 3 kB through broker, worker (one process a step), publisher and
subscriber, all on the same two cores, with 1,000 rules, from the start of publishing to the last article's alert; and
``nlp.pipe`` over the same texts (title and body a document each, the batch size of the product), alone on one core,
once with nothing but what finds entities, and once with everything that the pipeline enables by itself.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from typing import NamedTuple

import spacy
from rich.console import Console
from rich.status import Status
from rich.table import Table

from pipeline.settings import Settings
from pipeline.streaming.kafka.publishing import publish_articles
from pipeline.streaming.supervision.running_worker import ONE_OF_EACH, Worker
from pipeline.topology import ENTITIES_STEP
from tests.bench.one_core import alone
from tests.bench.whole_way import (
    BLANK,
    FRENCH,
    RULES,
    Alerts,
    alerts_of,
    graded,
    kafka,
    prepare,
    use_two_cores,
    wide_console,
    with_model,
)
from tests.bench.wire_traffic import CLOSELY_WATCHED, WATCHED, WireTraffic

MARK = 0.8
# Share of the articles for warming up: caches of words, and the broker's compiled code.
_WARM_UP_SHARE = 0.1
_FEWEST_ARTICLES = 200
_GUESS_ARTICLES = 100
# As pipeline/entities/recognition/spacy_pipeline.py has it.
_BATCH_DOCS = 16
_PROGRESS_SECONDS = 0.5


class Bare(NamedTuple):
    """What ``nlp.pipe`` alone does on one core: articles a second.

    Attributes:
        entities_only: With nothing but what finds entities.
        everything: With all that the pipeline enables by itself.
    """

    entities_only: float
    everything: float


class WholeWay(NamedTuple):
    """The result of a run of all steps."""

    articles_per_second: float
    alerts_per_article: float


def bare_rate(model: str, count: int, *, entities_only: bool) -> float:
    """Articles a second through ``nlp.pipe`` in this process."""
    nlp = spacy.blank("fr") if model == BLANK else spacy.load(model)
    if entities_only and nlp.has_pipe("ner"):
        shared = "ner" in getattr(nlp.get_pipe("tok2vec"), "listening_components", ())
        nlp.select_pipes(enable=["tok2vec", "ner"] if shared else ["ner"])
    warm_up = _warm_up(count)
    texts = [text for pair in WireTraffic().texts(warm_up + count) for text in pair]
    for _ in nlp.pipe(texts[: 2 * warm_up], batch_size=_BATCH_DOCS):
        pass
    started = time.perf_counter()
    for _ in nlp.pipe(texts[2 * warm_up :], batch_size=_BATCH_DOCS):
        pass
    return count / (time.perf_counter() - started)


async def whole_way_rate(
    settings: Settings, traffic: WireTraffic, articles: int, entities_processes: int, status: Status
) -> WholeWay:
    """From raw to alert, by a worker that is at work already.

    Args:
        settings: With the spaCy pipeline, and topics of their own.
        traffic: What is published, and the rules.
        articles: How many are measured.
        entities_processes: Of the entities step; the others have one each.
        status: Told the number of alerts now and then.
    """
    await prepare(settings, traffic.rules(RULES))
    steps = {**ONE_OF_EACH, ENTITIES_STEP.name: entities_processes}
    warm_up, payloads = traffic.payloads(_warm_up(articles), "warm-up"), traffic.payloads(articles)
    with Worker(settings, steps, on_event=lambda _event: None) as worker:
        await asyncio.to_thread(worker.wait_ready, 60)
        async with alerts_of(settings) as alerts:
            telling = asyncio.ensure_future(_tell(alerts, status))
            await publish_articles(settings, warm_up)
            await alerts.of_all("warm-up", len(warm_up), 120)
            started = time.monotonic()
            publishing = asyncio.ensure_future(publish_articles(settings, payloads))
            found = await alerts.of_all("bench", articles, 600)
            await publishing
            telling.cancel()
            alerts_found = sum(alert.article.id.startswith("bench-") for _, alert in alerts.received)
            return WholeWay(articles / (found[-1][0] - started), alerts_found / articles)


async def _tell(alerts: Alerts, status: Status) -> None:
    name = status.status
    while True:
        status.update(f"{name}: {len(alerts.received):,} alerts")
        await asyncio.sleep(_PROGRESS_SECONDS)


def bench(console: Console, seconds: float, own_words: float) -> None:
    """Measure and print: each figure as it is there, then all of them."""
    use_two_cores(console)
    table = Table("spaCy pipeline", "bare nlp.pipe, entities only", "all its components", "alerts an article")
    for column in ("whole way", "ratio", "mark"):
        table.add_column(column)
    with kafka(console) as settings:
        for model in (BLANK, FRENCH):
            bare, articles = _bare(console, model, seconds)
            for processes in (1, 2):
                name = f"{model}, {processes} process{'es' if processes > 1 else ''} for entities"
                here = with_model(settings, model, f"throughput-{processes}")
                with console.status(f"{name}, {articles:,} articles") as status:
                    traffic = WireTraffic(own_words=own_words)
                    way = asyncio.run(whole_way_rate(here, traffic, articles, processes, status))
                ratio = way.articles_per_second / bare.entities_only
                console.print(f"{name}: {way.articles_per_second:,.0f} articles/s, {ratio:.0%}")
                table.add_row(
                    name,
                    f"{bare.entities_only:,.0f}/s",
                    f"{bare.everything:,.0f}/s",
                    f"{way.alerts_per_article:.1f}",
                    f"{way.articles_per_second:,.0f}/s",
                    graded(f"{ratio:.0%}", is_good=ratio >= MARK),
                    f"at least {MARK:.0%}",
                )
    console.print(table)
    console.print(f"{RULES:,} rules; articles of 3 kB, as many as the bare pipeline reads in {seconds:g} s")


def _bare(console: Console, model: str, seconds: float) -> tuple[Bare, int]:
    """The bare pipeline's rates, and how many articles it reads in that time."""
    with console.status(f"{model}: bare nlp.pipe"):
        guess = alone(bare_rate, model, _GUESS_ARTICLES, entities_only=True)
        articles = max(_FEWEST_ARTICLES, int(guess * seconds))
        entities_only = alone(bare_rate, model, articles, entities_only=True)
        # A blank pipeline has no components; of the others it is said for comparison only.
        everything = entities_only
        if model != BLANK:
            everything = alone(bare_rate, model, _FEWEST_ARTICLES, entities_only=False)
    console.print(f"{model}: bare nlp.pipe {entities_only:,.0f} articles/s, all its components {everything:,.0f}/s")
    return Bare(entities_only, everything), articles


def _warm_up(articles: int) -> int:
    return max(_FEWEST_ARTICLES // 4, int(articles * _WARM_UP_SHARE))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=20, help="how long the bare pipeline is to be busy")
    parser.add_argument(
        "--closely-watched", action="store_true", help="over four alerts an article, where there is about one otherwise"
    )
    options = parser.parse_args()
    bench(wide_console(), options.seconds, CLOSELY_WATCHED if options.closely_watched else WATCHED)


if __name__ == "__main__":
    main()
