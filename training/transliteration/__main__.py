"""Train the transliteration models: ``python -m training.transliteration NAMES [SCRIPT ...]``.

NAMES is the folder of the tables, one a script, of Latin names with their spellings (Merhav and Ash, COLING 2018; CC0).
A random tenth of the names is never learned from; ``make bench-languages`` measures on it. The same tables give the
same weights.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, cast, get_args

import numpy as np
from rich.console import Console

from pipeline.transliteration.model_files import ModelScript, weights_file
from pipeline.transliteration.packed import (
    PackedLevel,
    PackedModel,
    differences,
    pack,
    pack_logarithms,
    pack_numbers,
)
from training.transliteration.align import Aligner, Alignment, Shape, Unit
from training.transliteration.corpus import known_letters, read_pairs, split, to_align
from training.transliteration.ngrams import PrunedLevel, count_ngrams, pruned

_ITERATIONS = 8


class Recipe(NamedTuple):
    """How one script's model is made; chosen by accuracy on names set apart from those learned from.

    Attributes:
        shape: The largest unit.
        order: Units of the longest n-gram.
        threshold: The least loss of log probability for which an n-gram is kept, in nats.
        noise: The share of pairs that is left out because they align worst: a family name beside a given name, or a
            translation.
        rarest: Units seen less often than this are dropped, with the names that need them.
        least_share: Units are also dropped if they are a smaller share than this of those with the same Latin letters.
    """

    shape: Shape
    order: int
    threshold: float
    noise: float
    rarest: int = 2
    least_share: float = 0.001


RECIPES: dict[ModelScript, Recipe] = {
    "cyrillic": Recipe(Shape(3, 2), order=6, threshold=2.6, noise=0.02),
    "arabic": Recipe(Shape(3, 2), order=6, threshold=1.0, noise=0.03),
    "hebrew": Recipe(Shape(3, 2), order=6, threshold=1.0, noise=0.03),
    "han": Recipe(Shape(5, 1), order=5, threshold=0.8, noise=0.15),
    "kana": Recipe(Shape(2, 2), order=6, threshold=1.2, noise=0.02),
    "hangul": Recipe(Shape(2, 2), order=6, threshold=0.8, noise=0.15),
}


def train(folder: Path, script: ModelScript, console: Console) -> bytes:
    """The file of a script's model."""
    recipe = RECIPES[script]
    learned, _ = split(read_pairs(folder, script))
    letters = known_letters(learned)
    pairs = to_align(learned, script, letters)
    console.print(f"[bold]{script}[/bold]: aligning {len(pairs):,} pairs")
    names = [alignment.units for alignment in aligned(pairs, recipe)]
    kept = usual_units(names, recipe)
    usable = [name for name in names if kept.issuperset(name)]
    units = sorted(kept)
    numbers = {unit: number for number, unit in enumerate(units, 2)}
    levels = count_ngrams([[numbers[unit] for unit in name] for name in usable], len(units) + 2, recipe.order)
    console.print(
        f"  {len(usable):,} names of {len(units):,} units, {sum(len(level.symbol) for level in levels):,} n-grams"
    )
    shipped = pruned(levels, recipe.threshold)
    data = pack(packed_model(letters, units, shipped))
    console.print(f"  {sum(len(level.symbol) for level in shipped):,} n-grams kept, {len(data) / 1000:,.0f} kB")
    return data


def aligned(pairs: Sequence[Unit], recipe: Recipe) -> list[Alignment]:
    """Align the pairs, drop the noise, and align the rest again."""
    first = _fitted(pairs, recipe.shape)
    first.sort(key=lambda alignment: (-alignment.score, alignment.pair))
    kept = first[: round(len(first) * (1 - recipe.noise))]
    return _fitted(sorted(alignment.pair for alignment in kept), recipe.shape) if recipe.noise else first


def _fitted(pairs: Sequence[Unit], shape: Shape) -> list[Alignment]:
    aligner = Aligner(pairs, shape)
    aligner.fit(_ITERATIONS)
    return aligner.best()


def usual_units(names: Sequence[Sequence[Unit]], recipe: Recipe) -> set[Unit]:
    """The units that are frequent enough to keep."""
    counts = Counter(unit for name in names for unit in name)
    by_source: Counter[str] = Counter()
    for (source, _), count in counts.items():
        by_source[source] += count
    return {
        unit
        for unit, count in counts.items()
        if count >= recipe.rarest and count >= recipe.least_share * by_source[unit[0]]
    }


def packed_model(letters: frozenset[str], units: Sequence[Unit], levels: Sequence[PrunedLevel]) -> PackedModel:
    """Pack the n-grams into the model file's format."""
    packed: list[PackedLevel] = []
    for depth, level in enumerate(levels):
        children = b""
        if depth:
            children = pack_numbers(np.bincount(level.parent, minlength=len(levels[depth - 1].symbol)))
        packed.append(
            PackedLevel(
                children=children,
                symbols=pack_numbers(differences(level.symbol, level.parent)) if depth else b"",
                log_probabilities=pack_logarithms(level.log_probability),
                log_backoffs=pack_logarithms(level.log_backoff) if depth + 1 < len(levels) else b"",
            )
        )
    return PackedModel(
        "".join(sorted(letters)),
        tuple(source for source, _ in units),
        tuple(target for _, target in units),
        tuple(packed),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Train the models that the command line names."""
    parser = argparse.ArgumentParser(
        prog="python -m training.transliteration", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("folder", type=Path, metavar="NAMES", help="the folder of the tables")
    parser.add_argument(
        "scripts", nargs="*", metavar="SCRIPT", help=f"of {', '.join(get_args(ModelScript))}; none: all"
    )
    options = parser.parse_args(arguments)
    scripts = options.scripts or list(get_args(ModelScript))
    if unknown := [script for script in scripts if script not in get_args(ModelScript)]:
        parser.error(f"no model is made for {', '.join(unknown)}")
    console = Console()
    for script in scripts:
        data = train(options.folder, cast("ModelScript", script), console)
        file = weights_file(cast("ModelScript", script))
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
