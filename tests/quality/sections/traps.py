"""Sentences in which a concept must stay silent, and counterparts in which it must be found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from pipeline.concepts import KnowledgeBase
from pipeline.entities import Linker
from tests.quality.report import percent, table

_FOLDER = Path(__file__).resolve().parents[1] / "traps"


@dataclass(frozen=True, slots=True)
class Trap:
    """One sentence.

    Attributes:
        language: Its tag.
        concept: What must stay silent, or must be found.
        text: The sentence.
        must_fire: Whether it is a counterpart.
        is_held_out: Whether it is kept for judging and not used to improve the program; it is in a folder of its own.
    """

    language: str
    concept: str
    text: str
    must_fire: bool
    is_held_out: bool


def read_traps(folder: Path = _FOLDER) -> Iterator[Trap]:
    """All sentences, from one file a language; those that are held out from another."""
    for path in sorted(folder.glob("**/*.yaml")):
        for section, by_concept in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            for concept, sentences in by_concept.items():
                for text in sentences:
                    yield Trap(path.stem, concept, text, section == "fires", path.parent != folder)


def wrong_ones(linker: Linker) -> list[Trap]:
    """The traps whose concept is found, and the counterparts whose concept is not."""
    return [
        trap
        for trap in read_traps()
        if trap.must_fire
        != any(
            mention.entity is not None and mention.entity.id == trap.concept
            for mention in linker.link("", trap.text, trap.language)
        )
    ]


def measure(data: Path) -> str:
    """The section."""
    return "\n\n".join(_paragraphs())


def _paragraphs() -> Iterator[str]:
    traps = list(read_traps())
    wrong = set(wrong_ones(Linker(KnowledgeBase.load())))
    languages = sorted({trap.language for trap in traps})
    yield "## Traps"
    count = sum(not trap.must_fire for trap in traps)
    yield (
        f"{count:,} sentences in {len(languages)} languages in which a careless matcher finds a concept that is "
        "not meant, and counterparts in which it is meant. The development part was written before the first run; "
        "then thirteen unnatural sentences were removed, and twenty on demonyms before given names were added after "
        "the program had been improved for them. A third of it was held out until 2026-11-26, when 10.3 % of it fired; "
        "since then it serves development. The held-out part was written on that day from general knowledge, before "
        "any run; neither it nor the program has been changed because of it. Each article is one sentence, its "
        "language is given, and there is no statistical model."
    )
    yield table(
        ["", "traps", "fire", "in percent", "counterparts", "found", "in percent"],
        [
            _row("development", [trap for trap in traps if not trap.is_held_out], wrong),
            _row("held out", [trap for trap in traps if trap.is_held_out], wrong),
            *(_row(language, [trap for trap in traps if trap.language == language], wrong) for language in languages),
        ],
    )
    kinds: Counter[str] = Counter(trap.concept.partition("/")[0] for trap in wrong if not trap.must_fire)
    yield f"What fires, by kind: {', '.join(f'{kind} {count}' for kind, count in kinds.most_common()) or 'nothing'}."


def _row(name: str, traps: list[Trap], wrong: set[Trap]) -> list[object]:
    silent = [trap for trap in traps if not trap.must_fire]
    firing = [trap for trap in traps if trap.must_fire]
    fired = sum(trap in wrong for trap in silent)
    found = sum(trap not in wrong for trap in firing)
    return [name, len(silent), fired, percent(fired, len(silent)), len(firing), found, percent(found, len(firing))]
