"""The knowledge base: time to map it, to look a name up, and to link an article of 3,000 characters by language."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from pipeline.concepts import KnowledgeBase
from pipeline.concepts.built_file import BUILT_FILE
from pipeline.entities import Linker
from pipeline.text.tokens import tokenize
from tests.quality.measuring_data import find_measuring_data, news_documents

SURFACES = ("North Korea", "NATO", "Северной Кореи", "北朝鮮", "Georgia", "no such name")
ROUNDS = 5_000
LANGUAGES = {
    "en": "eng", "de": "deu", "fr": "fra", "ru": "rus", "cs": "ces", "fi": "fin", "ar": "arb", "he": "heb", "hi": "hin",
    "zh-Hans": "zho-CN", "ja": "jpn", "ko": "kor", "th": "tha",
}  # fmt: skip
CODE_POINTS = 3_000
REPEATS = 15


def main() -> None:
    """Measure in processor time, so that other work on the machine counts little, and print."""
    started = time.process_time()
    kb = KnowledgeBase.load()
    loaded = time.process_time()
    kb.lookup(SURFACES[0])
    asked = time.process_time()
    for round_ in range(ROUNDS):
        kb.lookup(SURFACES[round_ % len(SURFACES)], ["en"])
    looked_up = time.process_time()
    print(f"{len(kb.concepts):,} concepts, {BUILT_FILE.stat().st_size:,} bytes")
    print(f"load {(loaded - started) * 1e3:.1f} ms, first look-up {(asked - loaded) * 1e3:.1f} ms")
    print(f"look-up {(looked_up - asked) / ROUNDS * 1e6:.1f} µs")
    data = find_measuring_data()
    if data is None:
        print("no measuring data: linking is not measured")
        return
    linker = Linker(kb)
    documents = news_documents(data)
    print(f"\nlinking {CODE_POINTS:,} characters, median of {REPEATS}, milliseconds")
    print("language  first  median  tokenising  ratio")
    for language, code in LANGUAGES.items():
        text = "\n".join(line for lines in documents[code] for line in lines)[:CODE_POINTS]
        first = _seconds(partial(linker.link, "", text, language))
        linking = _median(partial(linker.link, "", text, language))
        cutting = _median(partial(tokenize, text))
        print(f"{language:<9} {first * 1e3:5.1f} {linking * 1e3:7.2f} {cutting * 1e3:11.2f} {linking / cutting:6.1f}")


def _median(task: Callable[[], object]) -> float:
    return sorted(_seconds(task) for _ in range(REPEATS))[REPEATS // 2]


def _seconds(task: Callable[[], object]) -> float:
    started = time.perf_counter()
    task()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
