"""The knowledge base: time to map it, to look a name up, and to link an article of 3,000 characters by language.

``--write`` puts the figures into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from functools import partial

from pipeline.concepts import KnowledgeBase
from pipeline.concepts.built_file import BUILT_FILE
from pipeline.entities import Linker
from pipeline.text.tokens import tokenize
from tests.bench.benchmark_page import machine, markdown_table, write_section
from tests.quality.measuring_data import find_measuring_data, news_documents

SURFACES = ("North Korea", "NATO", "Северной Кореи", "北朝鮮", "Georgia", "no such name")
ROUNDS = 5_000
LANGUAGES = {
    "en": "eng", "de": "deu", "fr": "fra", "ru": "rus", "cs": "ces", "fi": "fin", "ar": "arb", "he": "heb", "hi": "hin",
    "zh-Hans": "zho-CN", "ja": "jpn", "ko": "kor", "th": "tha",
}  # fmt: skip
CODE_POINTS = 3_000
REPEATS = 101
MARK_MILLISECONDS = 1


_HEADER = ("language", "the first time", "again", "cutting", "ratio")


def main() -> None:
    """Measure, print, and write where it is asked for."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--write", action="store_true", help="put the figures into docs/benchmarks.md")
    is_to_be_written = arguments.parse_args().write
    started = time.process_time()
    kb = KnowledgeBase.load()
    loaded = time.process_time()
    kb.senses(SURFACES[0])
    asked = time.process_time()
    for round_ in range(ROUNDS):
        kb.senses(SURFACES[round_ % len(SURFACES)], ["en"])
    looked_up = time.process_time()
    print(f"{len(kb.concepts):,} concepts, {BUILT_FILE.stat().st_size:,} bytes")
    print(f"load {(loaded - started) * 1e3:.1f} ms, first look-up {(asked - loaded) * 1e3:.1f} ms")
    print(f"look-up {(looked_up - asked) / ROUNDS * 1e6:.1f} µs")
    data = find_measuring_data()
    if data is None:
        print("no measuring data: linking is not measured")
        return
    rows = _linking(Linker(kb), news_documents(data))
    print(f"\nlinking {CODE_POINTS:,} characters, median of {REPEATS}, milliseconds")
    for row in (_HEADER, *rows):
        print("".join(f"{cell:<16}" for cell in row).rstrip())
    if is_to_be_written:
        write_section("concepts", _section(rows))


def _linking(linker: Linker, documents: dict[str, list[list[str]]]) -> list[tuple[str, ...]]:
    """For each language: linking once for the first time, and the medians of linking, of cutting, and their ratio."""
    rows: list[tuple[str, ...]] = []
    for language, code in LANGUAGES.items():
        text = "\n".join(line for lines in documents[code] for line in lines)[:CODE_POINTS]
        first = _seconds(partial(linker.link, "", text, language))
        linking = _median(partial(linker.link, "", text, language))
        cutting = _median(partial(tokenize, text))
        rows.append(
            (language, f"{first * 1e3:.1f}", f"{linking * 1e3:.2f}", f"{cutting * 1e3:.2f}", f"{linking / cutting:.1f}")
        )
    return rows


def _section(rows: Sequence[tuple[str, ...]]) -> str:
    return (
        "## Linking (`bench concepts`)\n\n"
        f"Milliseconds for {CODE_POINTS:,} characters of news on one core with the whole knowledge base, the median of "
        f"{REPEATS} (mark: under {MARK_MILLISECONDS}), and for cutting\nthe same text into tokens with their offsets; "
        f"{machine()}:\n\n{markdown_table(_HEADER, rows)}"
    )


def _median(task: Callable[[], object]) -> float:
    return sorted(_seconds(task) for _ in range(REPEATS))[REPEATS // 2]


def _seconds(task: Callable[[], object]) -> float:
    started = time.perf_counter()
    task()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
