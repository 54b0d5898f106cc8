"""Train the shipped model: ``python -m training.entities.train --data ../shared/ner``.

The network is trained on arrays rather than on spaCy's documents: what it sees of a row never changes but for the case,
so that tokens are cut once, and nothing but the network's own arithmetic is left in the loop. That takes a third of the
time of ``nlp.update``.
"""

from __future__ import annotations

import argparse
import time
import tomllib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import spacy
from numpy.typing import NDArray
from spacy.language import Language
from thinc.api import Adam, NumpyOps, set_current_ops, set_dropout_rate

from pipeline.entities.news_model.language import NAME
from pipeline.entities.news_model.network import Tagger, tag_news
from pipeline.entities.news_model.package import FOLDER, save_model
from training.entities.corpus import (
    Chances,
    Mention,
    Row,
    Sampler,
    Source,
    examples_of,
    is_known,
    mention_of,
    read_rows,
)
from training.entities.evaluate import Watched, balance, evaluate
from training.entities.known_names import known_names
from training.entities.word_classes import WordClasses, read_words
from training.entities.written import SOURCE as WRITTEN
from training.entities.written import written_languages, written_rows

RECIPE = Path(__file__).with_name("recipe.toml")
_SAVE_SECONDS = 600


def prepare(data: Path, files: list[str], held_out: int, nlp: Language) -> tuple[list[Source], dict[str, Watched]]:
    """Read the data: sources to train on, and by ``language source`` the rows to watch progress on."""
    rows = _by_source(data, files)
    watched = _by_source(data, ["dev", "dev-more"])
    for key, own in rows.items():
        if key not in watched and len(own) > 6 * held_out:
            watched[key], rows[key] = own[-held_out:], own[:-held_out]
    sources = []
    for (language, name), own in rows.items():
        sources.append(_source(language, name, own, nlp))
    development = {}
    for key, own in watched.items():
        examples = [example for row in own[: 2 * held_out] for example in examples_of(row, nlp)]
        entities = sum(len(row.entities) for row in own[: 2 * held_out])
        development[" ".join(key)] = Watched(examples, entities - sum(len(example.mentions) for example in examples))
    return sources, development


def prepare_written(
    times: int, seed: int, languages: set[str], nlp: Language
) -> tuple[list[Source], dict[tuple[str, str], list[Mention]]]:
    """The sentences written for training, and the knowledge base's names by language and label."""
    names = known_names(languages)
    rows: dict[str, list[Row]] = {}
    for row in written_rows(times, seed, names):
        rows.setdefault(row.language, []).append(row)
    known = {
        (language, label): [mention_of(name, label, nlp) for name in own]
        for language, by_label in names.items()
        for label, own in by_label.items()
    }
    return [_source(language, WRITTEN, own, nlp) for language, own in rows.items()], known


def _source(language: str, name: str, rows: Sequence[Row], nlp: Language) -> Source:
    source = Source(language, name, [example for row in rows for example in examples_of(row, nlp)])
    print(f"{language} {name}: {len(rows)} rows, {source.tokens} tokens", flush=True)
    return source


def _by_source(data: Path, files: Sequence[str]) -> dict[tuple[str, str], list[Row]]:
    rows: dict[tuple[str, str], list[Row]] = {}
    for file in files:
        for row in read_rows(data / f"{file}.jsonl.xz"):
            rows.setdefault((row.language, row.source), []).append(row)
    return rows


class Stage(NamedTuple):
    """One course of training.

    Attributes:
        name: Of the stage, and of the weights that it ends with.
        begins_with: The stage whose weights it begins with, or ``stage-step``: as that had them then; empty: drawn by
            chance.
        steps: Batches.
        learning_rate: At its highest.
        warm_up_steps: In which the rate rises from nothing.
        full_steps: After so many it falls,
        last: to this part of itself at the last step (Hu et al. 2024: warm-up, stable, decay).
        dropout: Share of a layer's outputs that are left out.
        chances: How often examples are changed.
        weights: Of sources, where they are others than the data's; without one for ``written`` the sentences written
            for training are left out.
        word_steps: Batches of single words, whose classes are learned, before the first of rows,
        words: and so many words beside each.
        kept_at: Steps whose running means are averaged into the weights of the stage (Izmailov et al. 2018). 0 stands
            for the weights that it begins with.
        remembered_at: Steps whose running means another stage begins with.
    """

    name: str
    begins_with: str
    steps: int
    learning_rate: float
    warm_up_steps: int
    full_steps: int
    last: float
    dropout: float
    chances: Chances
    weights: dict[str, float]
    word_steps: int
    words: int
    kept_at: list[int]
    remembered_at: list[int]

    @classmethod
    def of(cls, settings: dict[str, Any]) -> Stage:
        """A stage as the recipe has it."""
        return cls(**{**settings, "chances": Chances(**settings["chances"])})

    def rate(self, step: int) -> float:
        """The learning rate of a step, counted from 1."""
        fallen = max(step - self.full_steps, 0) / max(self.steps - self.full_steps, 1)
        return rate(self.learning_rate, step / self.warm_up_steps, fallen, self.last)


def rate(highest: float, warmed_up: float, fallen: float, last: float) -> float:
    """A learning rate that rises from nothing, and falls to a part of itself; both ways are told from 0 to 1."""
    return highest * min(warmed_up, 1.0 - (1.0 - last) * fallen)


def gradient_of(scores: NDArray[np.float32], tags: NDArray[np.int8]) -> tuple[NDArray[np.float32], float]:
    """The gradient and the mean of the cross-entropy; tokens without a tag contribute nothing."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    chances = np.exp(shifted)
    chances /= chances.sum(axis=1, keepdims=True)
    labelled = is_known(tags)
    places = np.flatnonzero(labelled)
    wanted = tags[labelled].astype(np.intp)
    loss = -np.log(chances[places, wanted] + 1e-9).mean()
    chances[places, wanted] -= 1
    chances[~labelled] = 0
    return chances / len(places), float(loss)


class Average:
    """A running mean of the weights; the mean is evaluated and kept."""

    def __init__(self, network: Tagger) -> None:
        self._places = [(node, name) for node in network.walk() for name in node.param_names if node.has_param(name)]
        self._weights = [node.get_param(name).copy() for node, name in self._places]
        self._updates = 0

    def update(self) -> None:
        """Include the current weights in the mean."""
        self._updates += 1
        new = 1 - min(0.99, self._updates / (self._updates + 9))
        for number, (node, name) in enumerate(self._places):
            self._weights[number] += new * (node.get_param(name) - self._weights[number])

    def weights(self) -> list[Any]:
        """A copy of the mean, in the order of ``Average.set``."""
        return [weights.copy() for weights in self._weights]

    def current(self) -> list[Any]:
        """A copy of the weights as they are now."""
        return [node.get_param(name).copy() for node, name in self._places]

    def set(self, weights: list[Any]) -> list[Any]:
        """Give the network these weights, and return those that it had."""
        before = self.current()
        for (node, name), own in zip(self._places, weights, strict=True):
            node.set_param(name, own)
        return before


def mean_of(weights: Sequence[list[Any]], shares: Sequence[float]) -> list[Any]:
    """The weighted mean of networks of one shape, by parameter; ``shares`` add up to 1."""
    return [sum(share * own for share, own in zip(shares, same, strict=True)) for same in zip(*weights, strict=True)]


def train(recipe: dict[str, Any], data: Path, checkpoints: Path) -> Tagger:
    """Train by the recipe; write and evaluate the weights every ten minutes and after each stage."""
    set_current_ops(NumpyOps(use_blis=False))  # numpy's own BLAS is twice as fast
    draw, settings = recipe["data"], recipe["training"]
    nlp = spacy.blank(NAME)
    sources, development = prepare(data, draw["files"], draw["held_out"], nlp)
    languages = {source.language for source in sources} | written_languages()
    written, known = prepare_written(draw["written_times"], settings["seed"], languages, nlp)
    np.random.seed(settings["seed"])  # thinc draws initial weights and dropout from this generator
    random = np.random.default_rng(settings["seed"])

    def sampler_of(stage: Stage) -> Sampler:
        return Sampler(
            [*sources, *written] if WRITTEN in stage.weights else sources,
            alpha=draw["alpha"],
            weights=draw["weights"] | stage.weights,
            joined=draw["joined"],
            chances=stage.chances,
            known=known,
            random=random,
        )

    stages = [Stage.of(stage) for stage in settings["stages"]]
    network: Tagger = tag_news(**recipe["network"])
    network.initialize(X=sampler_of(stages[0]).batch(200)[0])
    task = settings["word_classes"]
    words = {language: read_words(language, count, nlp) for language, count in task["words"].items()}
    classes = WordClasses(network, words, task["shares"], random)
    checkpoints.mkdir(parents=True, exist_ok=True)

    def keep(stage: Stage, step: int) -> None:
        (checkpoints / f"{stage.name}-{step}.bin").write_bytes(network.to_bytes())
        print(" ".join(f"{key}: {value:.1f}" for key, value in evaluate(network, development).items()), flush=True)

    average = Average(network)
    weights: dict[str, list[Any]] = {}
    for stage in stages:
        if stage.begins_with:
            average.set(weights[stage.begins_with])
        weights |= run_stage(network, stage, sampler_of(stage), classes, settings, keep=partial(keep, stage))
        keep(stage, stage.steps)
    average.set(mean_of([weights[name] for name in settings["result"]], list(settings["result"].values())))
    print(f"score of no name lowered by {balance(network, development)}", flush=True)
    return network


def learn_words(network: Tagger, classes: WordClasses, steps: int, settings: dict[str, Any]) -> None:
    """Train on the classes of single words."""
    set_dropout_rate(network, 0.0)
    optimizer = Adam(settings["learning_rate"], L2=0.0, grad_clip=settings["clip"], use_averages=False)
    for step in range(1, steps + 1):
        warmed_up, fallen = step / settings["warm_up_steps"], step / steps
        optimizer.learn_rate = rate(settings["learning_rate"], warmed_up, fallen, settings["last"])
        right = classes.learn(settings["batch_words"], 1.0)
        network.finish_update(optimizer)
        classes.finish(optimizer)
        if step % 100 == 0:
            print(f"words: step {step} of {steps}, {right:.0%} of the batch right", flush=True)


def run_stage(
    network: Tagger,
    stage: Stage,
    sampler: Sampler,
    classes: WordClasses,
    settings: dict[str, Any],
    *,
    keep: Callable[[int], None],
) -> dict[str, list[Any]]:
    """Train for one stage; ``keep`` is called with the step every ten minutes, while the network has the mean.

    Returns:
        The weights that it ends with and those that are remembered, by name.
    """
    if stage.word_steps:
        learn_words(network, classes, stage.word_steps, settings["word_classes"])
    set_dropout_rate(network, stage.dropout)
    optimizer = Adam(stage.learning_rate, L2=0.0, grad_clip=settings["clip"], use_averages=False)
    average = Average(network)
    kept = [average.weights()] if 0 in stage.kept_at else []
    remembered: dict[str, list[Any]] = {}
    started = saved = time.monotonic()
    loss, tokens = 0.0, 0
    for step in range(1, stage.steps + 1):
        inputs, tags = sampler.batch(settings["batch_tokens"])
        optimizer.learn_rate = stage.rate(step)
        outputs, backprop = network.begin_update(inputs)
        gradient, batch_loss = gradient_of(np.concatenate([np.asarray(output) for output in outputs]), tags)
        ends = np.cumsum([len(output) for output in outputs])[:-1]
        parts: list[Any] = [np.ascontiguousarray(part) for part in np.split(gradient, ends)]
        backprop(parts)
        if stage.words:
            classes.learn(stage.words, settings["word_classes"]["weight"])
            classes.finish(optimizer)
        network.finish_update(optimizer)
        loss, tokens = loss + batch_loss, tokens + len(tags)
        if step % settings["average_every"] == 0:
            average.update()
        if step in stage.kept_at:
            kept.append(average.weights())
        if step in stage.remembered_at:
            remembered[f"{stage.name}-{step}"] = average.weights()
        if step % 100 == 0:
            rate = tokens / (time.monotonic() - started)
            print(f"step {step} of {stage.steps}, loss {loss / 100:.3f}, {rate:.0f} tokens/s", flush=True)
            loss = 0.0
        if time.monotonic() - saved > _SAVE_SECONDS:
            before = average.set(average.weights())
            keep(step)
            average.set(before)
            saved = time.monotonic()
    average.set(mean_of(kept, [1 / len(kept)] * len(kept)))
    return {**remembered, stage.name: average.current()}


def main() -> None:
    """Read the command line, train, and write the model where the product looks for it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/ner"), help="folder of the named-entity data")
    parser.add_argument("--recipe", type=Path, default=RECIPE)
    parser.add_argument("--checkpoints", type=Path, default=Path("build/entities"))
    parser.add_argument("--model", type=Path, default=FOLDER, help="folder to write the model to")
    given = parser.parse_args()
    recipe = tomllib.loads(given.recipe.read_text(encoding="utf-8"))
    network = train(recipe, given.data, given.checkpoints)
    save_model(network, {**recipe["model"], "network": recipe["network"]}, given.model)
    print(f"written: {given.model}")


if __name__ == "__main__":
    main()
