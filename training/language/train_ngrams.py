"""Learn the table of ``pipeline.language.ngrams``, in ten minutes on one core.

Run with ``python -m training.language.train_ngrams FOLDER`` on the measuring data (CONTRIBUTING.md), after
``make training-tools``. It learns from the documents with an odd number alone, so that the even ones can judge it. With
``--documents quarter`` and some languages left out, it makes the table that ``fit_weights`` needs: half of the odd
documents are unseen.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from scipy.sparse import csr_matrix

from pipeline.language.ngrams import HASH_BITS, MODEL_FILE, ORDERS, code_points, letters_of, sequence_buckets
from training.language.corpus import read_corpus, tag_of

HINTS_FILE = Path(__file__).with_name("hints.yaml")
DOCUMENTS = {"odd": range(1, 1000, 2), "quarter": range(1, 1000, 4)}

ROWS, DIMENSIONS, STEPS, BATCH, SEED = 32_000, 16, 2_600, 768, 1
LEARNING_RATE, DECAY, DROPPED = 0.03, 2e-5, 0.25
# Languages that are often confused with a neighbour are drawn more often.
_OFTEN_MISTAKEN = "sr-Latn hr bs id ms da nb nn sv gl pt es cs sk sl sr bg mk ru uk be en fr it de nl"
OFTEN = frozenset(_OFTEN_MISTAKEN.split())
MORE_OFTEN = 1.6
_SHORT_CUT, _WHOLE_LINE = 0.45, 0.85

Floats = NDArray[Any]
Line = tuple[str, list[NDArray[np.int32]]]


def main() -> None:
    """Train, and write the file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="the measuring data (CONTRIBUTING.md)")
    parser.add_argument("--documents", choices=DOCUMENTS, default="odd")
    parser.add_argument("--without", default="", metavar="CODES", help="codes to leave out, with commas")
    parser.add_argument("--output", type=Path, default=MODEL_FILE)
    arguments = parser.parse_args()
    console = Console()
    hints = yaml.safe_load(HINTS_FILE.read_text(encoding="utf-8"))
    corpus = read_corpus(arguments.folder, hints, documents=DOCUMENTS[arguments.documents], seed=SEED)
    for code in filter(None, arguments.without.split(",")):
        corpus.pop(tag_of(code), None)
    texts = {tag: [letters_of(line) for line in lines if len(line) > 10] for tag, lines in sorted(corpus.items())}
    buckets = choose_sequences(texts)
    row = np.zeros(1 << HASH_BITS, np.int32)
    row[buckets] = np.arange(1, len(buckets) + 1)
    lines = {
        tag: [(text, [row[hashes] for hashes in sequence_buckets(code_points(text))]) for text in track(some, tag)]
        for tag, some in texts.items()
    }
    write(arguments.output, buckets, learn(lines), list(texts))
    console.print(f"written: {arguments.output}, {arguments.output.stat().st_size:,} bytes")


def choose_sequences(texts: dict[str, list[str]]) -> NDArray[np.int64]:
    """The hashes that discriminate most: frequency times divergence from the mean over the languages."""
    size = 1 << HASH_BITS
    mean, own = np.zeros(size), np.zeros(size)
    for some in texts.values():
        hashes = np.concatenate([found for text in some for found in sequence_buckets(code_points(text))])
        counts = np.bincount(hashes, minlength=size)
        share = np.where(counts >= 2, counts / len(hashes), 0.0)
        mean += share / len(texts)
        own += np.where(share > 0, share * np.log(np.maximum(share, 1e-12)), 0.0) / len(texts)
    told = own - mean * np.log(np.maximum(mean, 1e-12))
    return np.sort(np.argsort(-told)[:ROWS])


def learn(lines: dict[str, list[Line]]) -> tuple[Floats, Floats, Floats]:
    """Vectors, weights and bias by Adam on the cross entropy, with sequences dropped at random."""
    draw, numbers = random.Random(SEED), np.random.default_rng(SEED)  # noqa: S311 - a draw that can be repeated
    tags = list(lines)
    sizes = np.array([min(sum(len(text) for text, _ in lines[tag]), 150_000) for tag in tags]) ** 0.35
    chances = sizes * [MORE_OFTEN if tag in OFTEN else 1.0 for tag in tags]
    chances /= chances.sum()
    parameters = [
        numbers.normal(0, 0.1, (ROWS + 1, DIMENSIONS)).astype(np.float32),
        numbers.normal(0, 0.3, (DIMENSIONS, len(tags))).astype(np.float32),
        np.zeros(len(tags), np.float32),
    ]
    first, second = ([np.zeros_like(each) for each in parameters] for _ in range(2))
    for step in track(range(1, STEPS + 1), "learning"):
        answers = numbers.choice(len(tags), BATCH, p=chances)
        features = _features([_example(lines[tags[answer]], draw) for answer in answers], numbers)
        vectors, weights, bias = parameters
        hidden = features @ vectors
        scores = hidden @ weights + bias
        wrong = np.exp(scores - scores.max(axis=1, keepdims=True))
        wrong /= wrong.sum(axis=1, keepdims=True)
        wrong[np.arange(BATCH), answers] -= 1
        wrong /= BATCH
        gradients = (features.T @ (wrong @ weights.T), hidden.T @ wrong, wrong.sum(axis=0))
        rate = LEARNING_RATE * (1 - step / STEPS) + 1e-4
        for place, gradient in enumerate(gradients):
            first[place] += 0.1 * (gradient - first[place])
            second[place] += 0.01 * (gradient**2 - second[place])
            mean, square = first[place] / (1 - 0.9**step), second[place] / (1 - 0.99**step)
            parameters[place] -= (rate * mean / (np.sqrt(square) + 1e-6)).astype(np.float32)
        parameters[0] *= 1 - DECAY
    vectors, weights, bias = parameters
    return vectors, weights, bias


def _example(lines: list[Line], draw: random.Random) -> NDArray[np.int32]:
    """The rows of the sequences of a headline, a line, or two; 0 stands for those that are not in the table."""
    text, rows = draw.choice(lines)
    kind = draw.random()
    if kind < _SHORT_CUT and len(text) > 30:
        length = draw.randint(18, 60)
        start = 0 if draw.random() < 0.4 else max(0, text.find(" ", draw.randrange(max(1, len(text) - length))))
        end = min(len(text), start + length)
        return np.concatenate(
            [found[start : max(start, end - order)] for order, found in zip(ORDERS, rows, strict=True)]
        )
    if kind < _WHOLE_LINE:
        return np.concatenate(rows)
    return np.concatenate([*rows, *draw.choice(lines)[1]])


def _features(examples: list[NDArray[np.int32]], numbers: np.random.Generator) -> csr_matrix:
    starts, columns, values = [0], [], []
    for rows in examples:
        known = rows[rows > 0]
        known = known[numbers.random(len(known)) > DROPPED]
        columns.append(known)
        values.append(np.full(len(known), max(1, len(rows)) ** -0.5, np.float32))
        starts.append(starts[-1] + len(known))
    return csr_matrix((np.concatenate(values), np.concatenate(columns), starts), shape=(len(examples), ROWS + 1))


def write(path: Path, buckets: NDArray[Any], learned: tuple[Floats, Floats, Floats], tags: list[str]) -> None:
    """Write what ``NgramModel.load`` reads: a bit for each hash, vectors as bytes with a scale for each dimension."""
    vectors, weights, bias = learned[0][1:], *learned[1:]
    scale = (np.abs(vectors).max(axis=0) / 127).astype(np.float32)
    chosen = np.zeros(1 << HASH_BITS, np.uint8)
    chosen[buckets] = 1
    # Given a file name, NumPy would append its own suffix.
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            buckets=np.packbits(chosen),
            vectors=np.round(vectors / scale).astype(np.int8),
            scale=scale,
            weights=weights.astype(np.float16),
            bias=bias.astype(np.float16),
            tags=np.array(" ".join(tags)),
        )


if __name__ == "__main__":
    main()
