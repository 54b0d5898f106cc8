"""The knowledge base: milliseconds to map it and for its first look-up, microseconds for each after that."""

from __future__ import annotations

import time

from pipeline.concepts import KnowledgeBase
from pipeline.concepts.built_file import BUILT_FILE

SURFACES = ("North Korea", "NATO", "Северной Кореи", "北朝鮮", "Georgia", "no such name")
ROUNDS = 20_000


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
    names = sum(1 for _ in kb.names())
    print(f"{len(kb.concepts):,} concepts, {names:,} names, {BUILT_FILE.stat().st_size:,} bytes")
    print(f"load {(loaded - started) * 1e3:.1f} ms, first look-up {(asked - loaded) * 1e3:.1f} ms")
    print(f"look-up {(looked_up - asked) / ROUNDS * 1e6:.1f} µs")


if __name__ == "__main__":
    main()
