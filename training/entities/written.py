"""Sentences written for training: frames filled with words, with names written beside them, and with known names."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from training.entities.corpus import Row

SOURCE = "written"
_FOLDER = Path(__file__).with_name("sentences")
_SLOT = re.compile(r"\{(\w+)\}")


def written_languages() -> set[str]:
    """The languages with written sentences."""
    return {path.stem for path in _FOLDER.glob("*.toml")}


def written_rows(times: int, seed: int, known: Mapping[str, Mapping[str, list[str]]]) -> Iterator[Row]:
    """Fill each frame of each language ``times`` times; ``known`` gives names by language and label."""
    random = np.random.default_rng(seed)
    for path in sorted(_FOLDER.glob("*.toml")):
        written = tomllib.loads(path.read_text(encoding="utf-8"))
        fillings = _Fillings(written, known.get(path.stem, {}), random)
        for frame in written["sentences"]["frames"].strip().splitlines() * times:
            text, entities = fillings.fill(frame)
            yield Row(path.stem, SOURCE, text[0].upper() + text[1:], entities, [])


class _Fillings:
    """What the slots of one language's frames may be filled with: words, and names, whose parts may be slots too."""

    def __init__(self, written: Mapping[str, Any], known: Mapping[str, list[str]], random: np.random.Generator) -> None:
        self._random = random
        self._choices: dict[str, list[str]] = dict(written["words"])
        self._labels: dict[str, str] = {}
        for label, slots in written["names"].items():
            self._choices |= slots
            self._labels |= dict.fromkeys(slots, label)
        for slot, label in written.get("known", {}).items():
            self._choices[slot] = known[label]
            self._labels[slot] = label

    def fill(self, frame: str) -> tuple[str, list[tuple[int, int, str]]]:
        """The filled text, and its names: start, end, label."""
        text, entities, done = "", [], 0
        for slot in _SLOT.finditer(frame):
            text += frame[done : slot.start()]
            done = slot.end()
            filling, _ = self.fill(str(self._random.choice(self._choices[slot[1]])))
            if slot[1] in self._labels:
                entities.append((len(text), len(text) + len(filling), self._labels[slot[1]]))
            text += filling
        return text + frame[done:], entities
