"""The rule index from 100 to 1,000,000 rules: articles a second, memory, and what a change of the rules costs.

One process on one core; rules and articles are those of ``rule_population``. Before each measurement the index has seen
as many other articles, and the best of five rounds counts. ``find`` is the search for the rules that an article
satisfies, ``match`` also gives the proof, so that it grows with the rules that fire. Memory is what the process has
grown by, documents and memos included. ``--write`` puts the figures into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import gc
import os
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from rich.progress import Progress
from rich.table import Table

from pipeline.messages.articles import EnrichedArticle
from pipeline.messages.rules import WatchRule
from pipeline.rules import RuleIndex
from pipeline.rules.index.article_terms import ArticleTerms
from tests.bench.benchmark_page import machine, markdown_table, write_section
from tests.bench.rule_changes import change_rules, match_while_rules_change
from tests.bench.rule_population import BACKGROUND_SEED, Population, total_code_points
from tests.bench.whole_way import wide_console
from training.share_counts import measure_shares

SIZES = (100, 10_000, 100_000, 1_000_000)
_ARTICLES = 300
_BACKGROUND_ARTICLES = 1_000
_ROUNDS = 5
_CHUNK = 1_000
_HEADER = ("rules", "find, articles/s", "cost", "match, articles/s", "fired an article", "build", "memory a rule")


class Row(NamedTuple):
    """What was measured at one size."""

    rules: int
    found_per_second: float
    matched_per_second: float
    fired: float
    build_seconds: float
    bytes_a_rule: float


def main() -> None:
    """Measure, print, and write."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--sizes", default=",".join(map(str, SIZES)), help="numbers of rules, ascending")
    arguments.add_argument("--write", action="store_true", help="put the figures into docs/benchmarks.md")
    options = arguments.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    console = wide_console()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

    population = Population()
    articles = population.articles(2 * _ARTICLES)
    index = new_index(population)
    rules = population.rules(sizes[-1])
    table = Table(*_HEADER)
    rows: list[Row] = []
    with Progress(console=console, transient=True) as progress:
        growth = Growth(index, rules, progress.add_task, progress.advance)
        for size in sizes:
            growth.grow_to(size)
            row = measure(index, articles, growth)
            rows.append(row)
            table.add_row(*cells(row, rows[0]))
    console.print(table)
    with console.status("changing rules, one at a time and while others match"):
        changes = change_rules(index)
        blocked = match_while_rules_change(index, articles)
    sentence = (
        f"At {sizes[-1]:,} rules, of {sum(map(len, changes)):,} single changes: adding one takes "
        f"{_mean(changes.added) * 1e6:.0f} µs, changing {_mean(changes.changed) * 1e6:.0f} µs, removing "
        f"{_mean(changes.removed) * 1e6:.0f} µs; 99 % of all take less than {changes.p99() * 1e3:.2f} ms (mark: 1), "
        f"the longest {changes.longest() * 1e3:.1f} ms. Of all that were added while the index grew, the longest took "
        f"{growth.longest * 1e3:.0f} ms of processor time. {blocked}"
    )
    console.print(sentence)
    if options.write:
        write_section("rules", _section(rows, articles, sentence))


def new_index(population: Population) -> RuleIndex:
    """An index that knows from other articles which words are rare."""
    background = Population(BACKGROUND_SEED).articles(_BACKGROUND_ARTICLES)
    return RuleIndex(population.knowledge_base, shares=measure_shares(background, least=0.002))


class Growth:
    """An index that grows without garbage collection, as when a worker loads its rules."""

    def __init__(
        self,
        index: RuleIndex,
        rules: Iterator[WatchRule],
        start: Callable[..., object],
        advance: Callable[..., object],
    ) -> None:
        self._index = index
        self._rules = rules
        self._start = start
        self._advance = advance
        self._empty_bytes = resident_bytes()
        self.seconds = 0.0
        self.longest = 0.0

    def grow_to(self, size: int) -> None:
        """Add rules up to a number; the time of adding them alone is counted."""
        task = self._start(f"{size:,} rules", total=size, completed=len(self._index))
        gc.disable()
        while len(self._index) < size:
            rules = list(islice(self._rules, min(_CHUNK, size - len(self._index))))
            before = time.process_time()
            for rule in rules:
                started = time.thread_time()
                self._index.add(rule)
                self.longest = max(self.longest, time.thread_time() - started)
            self.seconds += time.process_time() - before
            self._advance(task, len(rules))
        gc.collect()
        gc.freeze()
        gc.enable()

    def bytes_a_rule(self) -> float:
        """The growth of the process for each rule, in bytes."""
        return (resident_bytes() - self._empty_bytes) / len(self._index)


def measure(index: RuleIndex, articles: Sequence[EnrichedArticle], growth: Growth) -> Row:
    """One row: warmed up on one half of the articles, measured on the other."""
    grown = growth.bytes_a_rule()
    half = len(articles) // 2
    for article in articles[:half]:
        index.match(article)
    measured = articles[half:]
    found, _ = rate(lambda article: len(matching_ids(index, article)), measured)
    matched, fired = rate(lambda article: len(index.match(article)), measured)
    return Row(len(index), found, matched, fired / len(measured), growth.seconds, grown)


def matching_ids(index: RuleIndex, article: EnrichedArticle) -> list[str]:
    """The ids of the rules that an article satisfies, sorted: ``RuleIndex.match`` without the proof."""
    with index._lock:
        terms = ArticleTerms(article, index._filing)
        least = index._least_scores
        return sorted(
            index._ids[number]
            for number in index._satisfied(terms)
            if number not in least or index._score(number, terms) is not None
        )


def rate(work: Callable[[EnrichedArticle], int], articles: Sequence[EnrichedArticle]) -> tuple[float, int]:
    """Articles a second of processor time, the best of some rounds, and what a round counts."""
    best = 0.0
    count = 0
    for _ in range(_ROUNDS):
        started = time.process_time()
        count = sum(map(work, articles))
        best = max(best, len(articles) / (time.process_time() - started))
    return best, count


def cells(row: Row, first: Row) -> tuple[str, ...]:
    """A row of the table, its cost relative to the first one."""
    return (
        f"{row.rules:,}",
        f"{row.found_per_second:,.0f}",
        f"{first.found_per_second / row.found_per_second:.2f}",
        f"{row.matched_per_second:,.0f}",
        f"{row.fired:.2f}",
        f"{row.build_seconds:,.1f} s",
        f"{row.bytes_a_rule / 1024:,.2f} kB" if row.rules >= _CHUNK else "",
    )


def resident_bytes() -> int:
    """The memory that the process holds now."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _section(rows: Sequence[Row], articles: Sequence[EnrichedArticle], sentence: str) -> str:
    return f"""\
### From 100 to {rows[-1].rules:,} rules (`bench rules`)

One process on one core ({machine()}), articles of {total_code_points(articles) / len(articles):,.0f} characters; marks:
cost at most 6, memory at most 2.5 kB.

{markdown_table(_HEADER, [cells(row, rows[0]) for row in rows])}

{sentence}
"""


if __name__ == "__main__":
    main()
