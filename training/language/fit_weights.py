"""Fit the weights of ``pipeline.language.ensemble`` on documents that the table has not seen, and print them.

Run with ``python -m training.language.fit_weights FOLDER TABLE``, after ``make training-tools``. TABLE comes from
``train_ngrams --documents quarter --without CODES``: the weights are fitted on the other half of the odd documents,
where the codes left out stand for the languages that no table knows.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from scipy.optimize import minimize

from pipeline.language.detectors import Reading, letters_in, read_with_cld2
from pipeline.language.ensemble import Ensemble, Weights, grouped
from pipeline.language.langid_model import load_langid
from pipeline.language.ngrams import NgramModel
from pipeline.text.language_tags import UNDETERMINED
from tests.quality.measuring_data import news_documents
from tests.quality.sections.language import HEADLINE_CODE_POINTS, TAGS
from training.language.corpus import tag_of

_NAMES = [field.name for field in fields(Weights)]
_LINES = 4
_RIDGE = 0.05
# A set of the 42 has full weight, a language left out half, others less.
_WEIGHT, _WEIGHT_LEFT_OUT, _WEIGHT_OTHER = 1.0, 0.5, 0.3

Floats = NDArray[np.float64]


class Example(NamedTuple):
    """One text: a row of features for each candidate, the index of the right one, and its weight."""

    features: Floats
    right: int
    weight: float


def main() -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="the measuring data (CONTRIBUTING.md)")
    parser.add_argument("table", type=Path)
    arguments = parser.parse_args()
    examples = list(_examples(arguments.folder, NgramModel.load(arguments.table)))
    fitted = minimize(_loss, np.ones(len(_NAMES)), args=(examples,), jac=True, method="L-BFGS-B")
    for name, value in zip(_NAMES, fitted.x, strict=True):
        print(f"{name} {value:.2f}")


def _examples(folder: Path, table: NgramModel) -> Iterator[Example]:
    langid = load_langid()
    units = [Ensemble(table, langid, Weights(**{name: float(name == unit) for name in _NAMES})) for unit in _NAMES]
    for code, documents in track(news_documents(folder).items(), "reading"):
        for lines in documents[3::4]:
            for text, share in [("\n".join(lines), 1.0), (lines[0][:HEADLINE_CODE_POINTS], 1.0)] + [
                (line, 1 / _LINES) for line in lines[:_LINES]
            ]:
                example = _example(read_with_cld2(text), code, table, units)
                if example is not None:
                    yield example._replace(weight=example.weight * share)


def _example(reading: Reading, code: str, table: NgramModel, units: list[Ensemble]) -> Example | None:
    found = table.read(reading.text)
    if found is None or letters_in(reading.text, 1) == 0:
        return None
    by_unit = [unit.evidence(reading, found) for unit in units]
    tags = list(by_unit[0])
    tag = grouped(tag_of(code), is_latin=code != "srp-Cyrl")
    is_known = tag in {grouped(known, is_latin=known != "sr") for known in table.tags}
    right = tag if is_known else UNDETERMINED
    if right not in tags:
        return None
    weight = _WEIGHT if code in TAGS else _WEIGHT_OTHER if is_known else _WEIGHT_LEFT_OUT
    features = np.array([[evidence[tag] for evidence in by_unit] for tag in tags])
    return Example(features, tags.index(right), weight)


def _loss(weights: Floats, examples: list[Example]) -> tuple[float, Floats]:
    """The weighted negative log likelihood with a ridge, and its gradient."""
    loss, gradient = _RIDGE * float(weights @ weights), 2 * _RIDGE * weights
    for features, right, weight in examples:
        scores = features @ weights
        powers = np.exp(scores - scores.max())
        shares = powers / powers.sum()
        loss -= weight * float(np.log(shares[right] + 1e-12))
        gradient -= weight * (features[right] - shares @ features)
    return loss, gradient


if __name__ == "__main__":
    main()
