"""Measure the rule index: articles a second by number of rules, time to build, add and remove, memory.

Run with ``python -m tests.bench.bench_rules [--sizes 100,1000,10000,100000] [--articles 300]``. Times are processor
time of this process; only the ratios of one run mean anything across machines.
"""

from __future__ import annotations

import argparse
import gc
import resource
import sys
import time
from itertools import islice

from pipeline.messages.articles import EnrichedArticle
from pipeline.messages.rules import WatchRule
from pipeline.rules import RuleIndex
from tests.bench.rule_population import Population, total_code_points

_CHANGES = 500


def main() -> None:
    """Print one line a size."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--sizes", default="100,1000,10000,100000", help="numbers of rules, separated by commas")
    arguments.add_argument("--articles", type=int, default=300)
    options = arguments.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]

    population = Population()
    articles = population.articles(options.articles)
    rules = list(population.rules(max(sizes)))
    spare = [
        WatchRule(id=f"spare-{number}", when=rule.when)
        for number, rule in enumerate(islice(population.rules(_CHANGES), _CHANGES))
    ]
    print(f"{len(articles)} articles, {total_code_points(articles) / len(articles):,.0f} characters each")
    header = ("rules", "articles/s", "relative", "matches", "build s", "add µs", "remove µs", "kB a rule")
    print("".join(f"{name:>12}" for name in header))

    index = RuleIndex(population.knowledge_base)
    first_rate = 0.0
    built = 0.0
    empty_bytes = _resident_bytes()
    for size in sizes:
        started = time.process_time()
        for rule in rules[len(index) : size]:
            index.add(rule)
        built += time.process_time() - started
        grown = _resident_bytes() - empty_bytes
        gc.collect()
        gc.freeze()
        rate, matches = _rate(index, articles)
        first_rate = first_rate or rate
        added, removed = _change(index, spare)
        print(
            f"{size:12,}{rate:12,.0f}{first_rate / rate:12.2f}{matches:12,}{built:12.2f}"
            f"{added * 1e6:12.0f}{removed * 1e6:12.0f}{grown / size / 1024:12.2f}"
        )
        sys.stdout.flush()


def _rate(index: RuleIndex, articles: list[EnrichedArticle]) -> tuple[float, int]:
    """Articles a second, the best of three rounds after one to warm up, and the matches of a round."""
    best = 0.0
    matches = 0
    for _ in range(4):
        started = time.process_time()
        matches = sum(len(index.match(article)) for article in articles)
        best = max(best, len(articles) / (time.process_time() - started))
    return best, matches


def _change(index: RuleIndex, spare: list[WatchRule]) -> tuple[float, float]:
    """Seconds to add and to remove one rule."""
    started = time.process_time()
    for rule in spare:
        index.add(rule)
    added = time.process_time()
    for rule in spare:
        index.remove(rule.id)
    removed = time.process_time()
    return (added - started) / len(spare), (removed - added) / len(spare)


def _resident_bytes() -> int:
    """The most memory that the process has had so far; Linux counts it in kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main()
