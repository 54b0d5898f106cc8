"""Articles a second the whole way, raw to alert, against the same spaCy pipeline's bare ``nlp.pipe``.

Compared are, in one run on one machine: articles of 3 kB through broker, worker (one process a step), publisher and
subscriber, all on the same two cores, with 1,000 rules, from the start of publishing to the last article's alert; and
``nlp.pipe`` over the same texts (title and body a document each, the batch size of the product), alone on one core,
once with nothing but what finds entities, and once with everything that the pipeline enables by itself.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import time
from dataclasses import dataclass

import spacy
from rich.console import Console
from rich.table import Table

from pipeline.settings import Settings
from pipeline.streaming.publish import publish_articles
from pipeline.streaming.worker import ALL_STEPS, Worker
from pipeline.topology import StepName
from tests.bench.whole_way import BLANK, FRENCH, alerts_of, kafka, prepare, use_two_cores, wide_console, with_model
from tests.bench.wire_traffic import CLOSELY_WATCHED, EVERY_ARTICLE, WATCHED, WireTraffic

MARK = 0.8
RULES = 1_000
_WARM_UP_ARTICLES = 50
# As pipeline/entities/spacy_recognizer.py has it.
_BATCH_DOCS = 32


@dataclass(frozen=True)
class WholeWay:
    """What a whole way has carried."""

    articles_per_second: float
    alerts_per_article: float


def bare_rate(model: str, count: int, *, entities_only: bool) -> float:
    """Articles a second through ``nlp.pipe`` in this process."""
    nlp = spacy.blank("fr") if model == BLANK else spacy.load(model)
    if entities_only and nlp.has_pipe("ner"):
        shared = "ner" in getattr(nlp.get_pipe("tok2vec"), "listening_components", ())
        nlp.select_pipes(enable=["tok2vec", "ner"] if shared else ["ner"])
    texts = [text for pair in WireTraffic().texts(_WARM_UP_ARTICLES + count) for text in pair]
    warm_up, timed = texts[: 2 * _WARM_UP_ARTICLES], texts[2 * _WARM_UP_ARTICLES :]
    for _ in nlp.pipe(warm_up, batch_size=_BATCH_DOCS):
        pass
    started = time.perf_counter()
    for _ in nlp.pipe(timed, batch_size=_BATCH_DOCS):
        pass
    return count / (time.perf_counter() - started)


def bare_rate_on_one_core(model: str, count: int, *, entities_only: bool) -> float:
    """``bare_rate`` in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.bench_throughput", "--bare", model, "--articles", str(count)]
    command += ["--all-components"] if not entities_only else []
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


async def whole_way_rate(settings: Settings, traffic: WireTraffic, articles: int, entities_processes: int) -> WholeWay:
    """From raw to alert, by a worker that is at work already."""
    await prepare(settings, traffic.rules(RULES))
    steps = {**ALL_STEPS, StepName.ENTITIES: entities_processes}
    warm_up, payloads = traffic.payloads(_WARM_UP_ARTICLES, "warm-up"), traffic.payloads(articles)
    with Worker(settings, steps, on_event=lambda _event: None) as worker:
        await asyncio.to_thread(worker.wait_ready, 60)
        async with alerts_of(settings) as alerts:
            await publish_articles(settings, warm_up)
            await alerts.until(lambda alert: alert.rule.id == EVERY_ARTICLE.id, _WARM_UP_ARTICLES, 120)
            started = time.monotonic()
            publishing = asyncio.ensure_future(publish_articles(settings, payloads))
            found = await alerts.until(
                lambda alert: alert.rule.id == EVERY_ARTICLE.id and alert.article.id.startswith("bench-"), articles, 600
            )
            await publishing
            alerts_found = sum(alert.article.id.startswith("bench-") for _, alert in alerts.received)
            return WholeWay(articles / (found[-1][0] - started), alerts_found / articles)


def bench(console: Console, seconds: float) -> None:
    """Measure and print."""
    use_two_cores(console)
    table = Table("spaCy pipeline", "bare nlp.pipe, entities only", "all its components", "alerts an article")
    for column in ("whole way", "ratio", "mark"):
        table.add_column(column)
    with kafka(console) as settings:
        for model in (BLANK, FRENCH):
            guess = bare_rate_on_one_core(model, 100, entities_only=True)
            articles = max(200, int(guess * seconds))
            bare = bare_rate_on_one_core(model, articles, entities_only=True)
            everything = bare_rate_on_one_core(model, articles, entities_only=False)
            for processes in (1, 2):
                for own_words in (WATCHED, CLOSELY_WATCHED):
                    here = with_model(settings, model, f"throughput-{processes}-{own_words:g}")
                    traffic = WireTraffic(own_words=own_words)
                    way = asyncio.run(whole_way_rate(here, traffic, articles, processes))
                    ratio = way.articles_per_second / bare
                    colour = "green" if ratio >= MARK else "red"
                    table.add_row(
                        f"{model}, {processes} process{'es' if processes > 1 else ''} for entities",
                        f"{bare:,.0f}/s",
                        f"{everything:,.0f}/s",
                        f"{way.alerts_per_article:.1f}",
                        f"{way.articles_per_second:,.0f}/s",
                        f"[{colour}]{ratio:.0%}",
                        f"at least {MARK:.0%}",
                    )
    console.print(table)
    console.print(f"{RULES:,} rules; articles of 3 kB, as many as the bare pipeline reads in {seconds:g} s")


def main() -> None:
    """Measure and print, or, as a child, measure the bare pipeline on one core."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=20, help="how long the bare pipeline is to be busy")
    parser.add_argument("--bare", metavar="PIPELINE")
    parser.add_argument("--articles", type=int, default=0)
    parser.add_argument("--all-components", action="store_true")
    options = parser.parse_args()
    if options.bare:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        print(bare_rate(options.bare, options.articles, entities_only=not options.all_components))
        return
    bench(wide_console(), options.seconds)


if __name__ == "__main__":
    main()
