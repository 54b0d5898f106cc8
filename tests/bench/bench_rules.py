"""Measure the rule index: articles a second by number of rules, time to build, add and remove, memory.

Run with ``python -m tests.bench.bench_rules [--sizes 100,1000,10000,100000] [--articles 300]``. Times are processor
time of this process, those of single changes wall time; only the ratios of one run mean anything across machines.

``articles/s`` is all that ``match`` does, ``find/s`` the search alone, without the proof of those that fire; ``cost``
is relative to the first size; ``kB a rule`` is all that the process has grown by since it had no rules, the documents
included.
"""

from __future__ import annotations

import argparse
import gc
import resource
import sys
import time
from collections.abc import Callable
from itertools import islice

from pipeline.messages.articles import EnrichedArticle
from pipeline.messages.rules import WatchRule
from pipeline.rules import RuleIndex
from tests.bench.rule_population import Population, total_code_points

_CHANGES = 500
_CHUNK = 1_000


def main() -> None:
    """Print one line a size."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--sizes", default="100,1000,10000,100000", help="numbers of rules, separated by commas")
    arguments.add_argument("--articles", type=int, default=300)
    options = arguments.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]

    population = Population()
    articles = population.articles(options.articles)
    stream = population.rules(max(sizes))
    spare = [WatchRule(id=f"spare-{rule.id}", when=rule.when) for rule in Population(seed=2).rules(_CHANGES)]
    print(f"{len(articles)} articles, {total_code_points(articles) / len(articles):,.0f} characters each")
    header = ["rules", "articles/s", "cost", "find/s", "find cost", "fired %", "build s"]
    header += ["kB a rule", "add µs", "remove µs", "change p99"]
    print("".join(f"{name:>11}" for name in header))

    index = RuleIndex(population.knowledge_base)
    first: tuple[float, float] | None = None
    built = 0.0
    empty_bytes = _resident_bytes()
    for size in sizes:
        while len(index) < size:
            rules = list(islice(stream, min(_CHUNK, size - len(index))))
            started = time.process_time()
            for rule in rules:
                index.add(rule)
            built += time.process_time() - started
        gc.collect()
        gc.freeze()
        grown = _resident_bytes() - empty_bytes
        found, _ = _rate(lambda article: len(index._find(article)[1]), articles)
        matched, fired = _rate(lambda article: len(index.match(article)), articles)
        first = first or (matched, found)
        added, removed, slowest = _change(index, spare)
        print(
            f"{size:11,}{matched:11,.0f}{first[0] / matched:11.2f}{found:11,.0f}{first[1] / found:11.2f}"
            f"{100 * fired / len(articles) / size:11.4f}{built:11.1f}{grown / size / 1024:11.2f}"
            f"{added * 1e6:11.0f}{removed * 1e6:11.0f}{slowest * 1e6:11.0f}"
        )
        sys.stdout.flush()


def _rate(work: Callable[[EnrichedArticle], int], articles: list[EnrichedArticle]) -> tuple[float, int]:
    """Articles a second, the best of three rounds after one to warm up, and the rules that fired in a round."""
    best = 0.0
    fired = 0
    for _ in range(4):
        started = time.process_time()
        fired = sum(map(work, articles))
        best = max(best, len(articles) / (time.process_time() - started))
    return best, fired


def _change(index: RuleIndex, spare: list[WatchRule]) -> tuple[float, float, float]:
    """Seconds to add and to remove one rule, on average, and the 99th percentile of both."""
    added, removed = (
        [_timed(change, rule) for rule in spare] for change in (index.add, lambda rule: index.remove(rule.id))
    )
    every = sorted(added + removed)
    return sum(added) / len(added), sum(removed) / len(removed), every[len(every) * 99 // 100]


def _timed(change: Callable[[WatchRule], object], rule: WatchRule) -> float:
    started = time.perf_counter()
    change(rule)
    return time.perf_counter() - started


def _resident_bytes() -> int:
    """The most memory that the process has had so far; Linux counts it in kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main()
