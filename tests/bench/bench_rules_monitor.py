"""The rule index beside Lucene's Monitor: the same rules and articles, one core each, the pairs that match compared.

The rules are those of ``bench_rules`` without prefixes, which the Monitor's presearcher cannot index. Both learn from
the same other articles which words are rare. *Find* names the rules that an article satisfies, with *proof* also the
places: our evidence and snippet, the Monitor's ``HighlightsMatch``. Needs Java, Maven and taskset; ``--write`` puts the
figures into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from pipeline.messages.articles import EnrichedArticle
from pipeline.messages.rules import WatchRule
from pipeline.rules import RuleIndex
from pipeline.rules.meaning.clauses import Clause
from pipeline.rules.meaning.compilation import compile_rule
from pipeline.rules.syntax.expressions import Expression
from pipeline.text.stemming import stem
from pipeline.text.tokens import words_of
from tests.bench.bench_rules import Growth, matching_ids, new_index, rate
from tests.bench.benchmark_page import machine, markdown_table, write_section
from tests.bench.lucene_monitor import MonitorMissingError, Run, monitor_version, run_monitor
from tests.bench.rule_population import BACKGROUND_SEED, Population
from tests.bench.whole_way import wide_console

SIZES = (100_000, 300_000)
_ARTICLES = 150
_BACKGROUND_ARTICLES = 1_000
_HEAP = "2g"
_SECONDS = 12.0
_DENSE_RULES = 20_000
_DENSE = f"{_DENSE_RULES:,} rules made of the articles' own words"
_HEADER = ("rules", "", "Wirewatch", f"Lucene Monitor {monitor_version()}", "ratio")


class Comparison(NamedTuple):
    """The results of both on the same rules."""

    rules: int
    ours: Run
    theirs: Run


def main() -> int:
    """Measure, print, and write; the exit status is 1 when the pairs differ."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--sizes", default=",".join(map(str, SIZES)), help="numbers of rules, ascending")
    arguments.add_argument("--write", action="store_true", help="put the figures into docs/benchmarks.md")
    options = arguments.parse_args()
    console = wide_console()
    core = max(os.sched_getaffinity(0))
    rows: list[Comparison] = []
    try:
        with console.status(_DENSE):
            dense = compare_dense_rules(core)
        console.print(_agreement(_DENSE, *dense))
        for size in map(int, options.sizes.split(",")):
            rows.append(compare(size, core, console))
            table = Table(*_HEADER)
            for line in cells(rows[-1]):
                table.add_row(*line)
            console.print(table)
            console.print(_agreement(f"{size:,} rules", rows[-1].ours.pairs, rows[-1].theirs.pairs))
    except MonitorMissingError as error:
        console.print(f"[red]{error}")
        return 1
    found = [(f"{row.rules:,} rules", row.ours.pairs, row.theirs.pairs) for row in rows] + [(_DENSE, *dense)]
    if options.write:
        write_section("rules_monitor", _section(rows, [_agreement(*each) for each in found]))
    return 0 if all(ours == theirs for _, ours, theirs in found) else 1


def compare(size: int, core: int, console: Console) -> Comparison:
    """Both at one size, one after the other."""
    ours = match(size, core, console)
    population = Population()
    articles = population.articles(_ARTICLES)
    rules = conditions(population.rules(size, prefixes=False), population)
    with tempfile.TemporaryDirectory() as folder, console.status(f"Lucene's Monitor, {size:,} rules"):
        monitor = run_monitor(rules, articles, _background(), Path(folder), core=core, seconds=_SECONDS, heap=_HEAP)
    return Comparison(size, ours, monitor)


def match(size: int, core: int, console: Console) -> Run:
    """Measure our side on one core, and free its memory."""
    population = Population()
    articles = population.articles(_ARTICLES)
    index = new_index(population)
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    with Progress(console=console, transient=True) as progress:
        growth = Growth(index, population.rules(size, prefixes=False), progress.add_task, progress.advance)
        growth.grow_to(size)
    found, _ = rate(lambda article: len(matching_ids(index, article)), articles)
    proven, _ = rate(lambda article: len(index.match(article)), articles)
    pairs = frozenset((article.id, rule_id) for article in articles for rule_id in matching_ids(index, article))
    os.sched_setaffinity(0, cores)
    gc.unfreeze()
    return Run(found, proven, growth.seconds, growth.bytes_a_rule(), pairs)


def compare_dense_rules(core: int) -> tuple[frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
    """The pairs of both for rules made of the words that stand in the articles, so that thousands match."""
    population = Population(seed=5)
    articles = population.articles(_ARTICLES)
    rules = list(dense_rules(articles, _DENSE_RULES))
    index = RuleIndex(population.knowledge_base)
    for rule in rules:
        index.add(rule)
    ours = frozenset((article.id, rule_id) for article in articles for rule_id in matching_ids(index, article))
    with tempfile.TemporaryDirectory() as folder:
        written = conditions(rules, population)
        theirs = run_monitor(written, articles, _background(), Path(folder), core=core, seconds=0.0, heap=_HEAP)
    return ours, theirs.pairs


def conditions(
    rules: Iterator[WatchRule] | Sequence[WatchRule], population: Population
) -> Iterator[tuple[str, Expression[Clause]]]:
    """Ids with resolved conditions."""
    for rule in rules:
        yield rule.id, compile_rule(rule, population.knowledge_base).expression


def dense_rules(articles: Sequence[EnrichedArticle], count: int) -> Iterator[WatchRule]:
    """Rules whose words, phrases and neighbours are taken from one article, one NOT or one OR from another."""
    chance = random.Random(7)
    for number in range(count):
        here, there = (words_of(chance.choice(articles).body) for _ in range(2))
        at = chance.randrange(len(here) - 12)
        parts = [
            here[at],
            f'"{here[at]} {here[at + 1]}"',
            f"({chance.choice(here)} OR {chance.choice(there)})",
            _near(here[at], here[at + chance.randint(1, 11)], chance.randint(2, 10)),
            f"NOT {chance.choice(there)}",
            f"title:{chance.choice(here)}",
        ]
        chosen = chance.sample(parts[:4], 2) + chance.sample(parts[4:], chance.random() < 0.3)
        yield WatchRule(id=f"dense-{number}", when=" + ".join(chosen))


def _near(first: str, second: str, words: int) -> str:
    # To Lucene a word is near itself; here NEAR takes two places.
    alike = stem(first, "en") == stem(second, "en")
    return first if alike else f"{first} NEAR/{words} {second}"


def cells(row: Comparison) -> list[tuple[str, ...]]:
    """The lines of the table for one size."""
    ours, theirs = row.ours, row.theirs
    return [
        _rates(f"{row.rules:,}", "find, articles/s", ours.found_per_second, theirs.found_per_second),
        ("", "of it collecting garbage", "", _share(theirs.found_collecting), ""),
        _rates("", "with proof, articles/s", ours.proven_per_second, theirs.proven_per_second),
        ("", "of it collecting garbage", "", _share(theirs.proven_collecting), ""),
        ("", "build", f"{ours.build_seconds:,.1f} s", f"{theirs.build_seconds:,.1f} s", ""),
        (
            "",
            "memory a rule",
            f"{ours.bytes_a_rule / 1024:,.2f} kB",
            f"{theirs.bytes_a_rule / 1024:,.2f} kB of heap",
            "",
        ),
    ]


def _rates(rules: str, name: str, ours: float, theirs: float) -> tuple[str, ...]:
    return rules, name, f"{ours:,.0f}", f"{theirs:,.0f}", f"{ours / theirs:.1f}"


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.1%} of the time"


def _agreement(what: str, ours: frozenset[tuple[str, str]], theirs: frozenset[tuple[str, str]]) -> str:
    if ours == theirs:
        return f"{what}: both find the same {len(ours):,} pairs of rule and article."
    return (
        f"{what}: {len(ours & theirs):,} pairs are the same, {len(ours - theirs):,} are ours alone "
        f"({', '.join(map('/'.join, sorted(ours - theirs)[:3]))}), {len(theirs - ours):,} the Monitor's alone "
        f"({', '.join(map('/'.join, sorted(theirs - ours)[:3]))})."
    )


@cache
def _background() -> list[EnrichedArticle]:
    return Population(BACKGROUND_SEED).articles(_BACKGROUND_ARTICLES)


def _section(rows: Sequence[Comparison], sentences: Sequence[str]) -> str:
    return f"""\
### Beside Lucene's Monitor (`bench rules_monitor`)

The same rules without prefixes and the same articles, each on one core and one after the other ({machine()}); the
Monitor with {_HEAP} of heap, the term weights of the same other articles, and {_SECONDS:.0f} s to warm up and to be
measured, the best round of which counts; its garbage collector's share is that of all rounds. Mark: 4 times as fast.

{markdown_table(_HEADER, [line for row in rows for line in cells(row)])}

{chr(10).join(f"- {sentence}" for sentence in sentences)}
"""


if __name__ == "__main__":
    sys.exit(main())
