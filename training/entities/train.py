"""Train the shipped model: ``python -m training.entities.train --data ../shared/ner``.

The network is trained on arrays rather than on spaCy's documents: what it sees of a row never changes but for the case,
so that tokens are cut once, and nothing but the network's own arithmetic is left in the loop. That takes a third of the
time of ``nlp.update``.
"""

from __future__ import annotations

import argparse
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import spacy
from numpy.typing import NDArray
from thinc.api import Adam, NumpyOps, set_current_ops, set_dropout_rate

from pipeline.entities.news_model.biluo import OUTSIDE, TAGS, decode
from pipeline.entities.news_model.language import NAME
from pipeline.entities.news_model.network import SHAPE_COLUMN, Tagger, tag_news
from pipeline.entities.news_model.package import FOLDER, save_model
from training.entities.corpus import Example, Row, Sampler, Source, examples_of, known, read_rows

RECIPE = Path(__file__).with_name("recipe.toml")
_SAVE_SECONDS = 600
_BATCH_ROWS = 64


class Watched(NamedTuple):
    """Rows of one source that progress is watched on.

    Attributes:
        examples: Of all rows.
        unreachable: Entities that begin or end within a token: they count as missed.
    """

    examples: list[Example]
    unreachable: int


def prepare(data: Path, files: list[str], held_out: int) -> tuple[list[Source], dict[str, Watched]]:
    """Read the data: sources to train on, and by ``language source`` the rows to watch progress on."""
    nlp = spacy.blank(NAME)
    rows = _by_source(data, files)
    watched = _by_source(data, ["dev", "dev-more"])
    for key, own in rows.items():
        if key not in watched and len(own) > 6 * held_out:
            watched[key], rows[key] = own[-held_out:], own[:-held_out]
    sources = []
    for (language, name), own in rows.items():
        sources.append(Source(language, name, [example for row in own for example in examples_of(row, nlp)]))
        print(f"{language} {name}: {len(own)} rows, {sources[-1].tokens} tokens", flush=True)
    development = {}
    for key, own in watched.items():
        examples = [example for row in own[: 2 * held_out] for example in examples_of(row, nlp)]
        entities = sum(len(row.entities) for row in own[: 2 * held_out])
        development[" ".join(key)] = Watched(examples, entities - sum(len(_truth(example)) for example in examples))
    return sources, development


def _by_source(data: Path, files: Sequence[str]) -> dict[tuple[str, str], list[Row]]:
    rows: dict[tuple[str, str], list[Row]] = {}
    for file in files:
        for row in read_rows(data / f"{file}.jsonl.xz"):
            rows.setdefault((row.language, row.source), []).append(row)
    return rows


def learning_rate(step: int, recipe: dict[str, Any]) -> float:
    """Warm up, hold, and fall to nothing over the last steps (Hu et al. 2024, warm-up, stable, decay)."""
    left = recipe["steps"] - step
    factor = min((step + 1) / recipe["warm_up_steps"], 1.0, max(left, 0) / recipe["cool_down_steps"])
    return float(recipe["learning_rate"] * factor)


def gradient_of(scores: NDArray[np.float32], tags: NDArray[np.int8]) -> tuple[NDArray[np.float32], float]:
    """The gradient and the mean of the cross-entropy; tokens without a tag have none."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    chances = np.exp(shifted)
    chances /= chances.sum(axis=1, keepdims=True)
    labelled = known(tags)
    places = np.flatnonzero(labelled)
    wanted = tags[labelled].astype(np.intp)
    loss = -np.log(chances[places, wanted] + 1e-9).mean()
    chances[places, wanted] -= 1
    chances[~labelled] = 0
    return chances / len(places), float(loss)


class Average:
    """A running mean of the weights, which is what is evaluated and kept."""

    def __init__(self, network: Tagger) -> None:
        self._places = [(node, name) for node in network.walk() for name in node.param_names if node.has_param(name)]
        self._weights = [node.get_param(name).copy() for node, name in self._places]
        self._updates = 0

    def update(self) -> None:
        """Take the weights as they are now into the mean."""
        self._updates += 1
        new = 1 - min(0.99, self._updates / (self._updates + 9))
        for number, (node, name) in enumerate(self._places):
            self._weights[number] += new * (node.get_param(name) - self._weights[number])

    def swap(self) -> None:
        """Exchange the mean and the weights."""
        for number, (node, name) in enumerate(self._places):
            current = node.get_param(name).copy()
            node.set_param(name, self._weights[number])
            self._weights[number] = current


def evaluate(network: Tagger, development: dict[str, Watched]) -> dict[str, float]:
    """F1 by source on exact spans, in percent; ``mean`` of all sources, and ``capitals``: the mean in capitals."""
    figures = {name: _f1(network, watched, in_capitals=False) for name, watched in development.items()}
    capitals = [_f1(network, watched, in_capitals=True) for watched in development.values()]
    return {**figures, "mean": sum(figures.values()) / len(figures), "capitals": sum(capitals) / len(capitals)}


def _f1(network: Tagger, watched: Watched, *, in_capitals: bool) -> float:
    right, found, wanted = 0, 0, watched.unreachable
    for begin in range(0, len(watched.examples), _BATCH_ROWS):
        batch = watched.examples[begin : begin + _BATCH_ROWS]
        inputs = [example.features.copy() for example in batch]
        if in_capitals:
            for array, example in zip(inputs, batch, strict=True):
                array[:, SHAPE_COLUMN] = example.upper_shapes
        for scores, example in zip(network.predict(inputs), batch, strict=True):
            unknown = ~known(example.tags)
            spans = {span for span in decode(np.asarray(scores)) if not unknown[span[0] : span[1]].any()}
            truth = _truth(example)
            right, found, wanted = right + len(truth & spans), found + len(spans), wanted + len(truth)
    return 200 * right / max(found + wanted, 1)


def _truth(example: Example) -> set[tuple[int, int, str]]:
    """The spans of an example's tags."""
    return set(decode(np.eye(len(TAGS), dtype=np.float32)[np.maximum(example.tags, OUTSIDE)]))


def train(recipe: dict[str, Any], data: Path, checkpoints: Path) -> Tagger:
    """Train by the recipe; every ten minutes, and at the end, the mean of the weights is written and evaluated."""
    set_current_ops(NumpyOps(use_blis=False))  # numpy's own BLAS is twice as fast
    draw, settings = recipe["data"], recipe["training"]
    sources, development = prepare(data, draw["files"], draw["held_out"])
    np.random.seed(settings["seed"])  # thinc takes its first weights and dropout from there
    sampler = Sampler(
        sources,
        alpha=draw["alpha"],
        weights=draw["weights"],
        joined=draw["joined"],
        upper_case=draw["upper_case"],
        lower_case=draw["lower_case"],
        random=np.random.default_rng(settings["seed"]),
    )
    network: Tagger = tag_news(**recipe["network"])
    network.initialize(X=sampler.batch(200)[0])
    set_dropout_rate(network, settings["dropout"])
    optimizer = Adam(settings["learning_rate"], L2=0.0, grad_clip=settings["clip"], use_averages=False)
    average = Average(network)
    checkpoints.mkdir(parents=True, exist_ok=True)
    started = saved = time.monotonic()
    loss, tokens = 0.0, 0
    for step in range(1, settings["steps"] + 1):
        inputs, tags = sampler.batch(settings["batch_tokens"])
        optimizer.learn_rate = learning_rate(step, settings)
        outputs, backprop = network.begin_update(inputs)
        gradient, batch_loss = gradient_of(np.concatenate([np.asarray(output) for output in outputs]), tags)
        ends = np.cumsum([len(output) for output in outputs])[:-1]
        parts: list[Any] = [np.ascontiguousarray(part) for part in np.split(gradient, ends)]
        backprop(parts)
        network.finish_update(optimizer)
        loss, tokens = loss + batch_loss, tokens + len(tags)
        if step % settings["average_every"] == 0:
            average.update()
        if step % 100 == 0:
            rate = tokens / (time.monotonic() - started)
            print(f"step {step} of {settings['steps']}, loss {loss / 100:.3f}, {rate:.0f} tokens/s", flush=True)
            loss = 0.0
        if step == settings["steps"] or time.monotonic() - saved > _SAVE_SECONDS:
            saved = time.monotonic()
            average.swap()
            (checkpoints / f"network-{step}.bin").write_bytes(network.to_bytes())
            print(" ".join(f"{key}: {value:.1f}" for key, value in evaluate(network, development).items()), flush=True)
            if step < settings["steps"]:
                average.swap()
    return network


def main() -> None:
    """Read the command line, train, and write the model where the product looks for it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/ner"), help="folder of the named-entity data")
    parser.add_argument("--checkpoints", type=Path, default=Path("build/entities"))
    parser.add_argument("--model", type=Path, default=FOLDER, help="folder to write the model to")
    given = parser.parse_args()
    recipe = tomllib.loads(RECIPE.read_text(encoding="utf-8"))
    network = train(recipe, given.data, given.checkpoints)
    save_model(network, {**recipe["model"], "network": recipe["network"]}, given.model)
    print(f"written: {given.model}")


if __name__ == "__main__":
    main()
