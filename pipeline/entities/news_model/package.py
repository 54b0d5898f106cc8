"""Read and write the trained model: its weights in half precision, and its description."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from spacy.language import Language
from thinc.api import Model

from pipeline.entities.news_model.component import FACTORY, NewsEntities
from pipeline.entities.news_model.language import NAME, NewsLanguage
from pipeline.entities.news_model.network import ARCHITECTURE, Tagger

FOLDER = Path(__file__).with_name("data")
"""Where the model lies within the package; ``make train-entities`` fills it."""

_WEIGHTS = "weights.npz"
_META = "meta.json"
# Values of half precision differ by less than a thousandth, which moves no F1 by a tenth, and take half of the space.
_PRECISION = np.float16


def has_model(folder: Path = FOLDER) -> bool:
    """Whether a trained model is there."""
    return (folder / _WEIGHTS).is_file()


def read_meta(folder: Path = FOLDER) -> dict[str, Any]:
    """What there is to say of the model, in the terms of spaCy's ``meta.json``."""
    meta: dict[str, Any] = json.loads((folder / _META).read_text(encoding="utf-8"))
    return meta


def write_meta(meta: dict[str, Any], folder: Path = FOLDER) -> None:
    """Replace what there is to say of the model."""
    text = json.dumps(meta, indent=1, ensure_ascii=False)
    (folder / _META).write_text(text + "\n", encoding="utf-8")


def empty_model(network: dict[str, Any]) -> Language:
    """The pipeline without weights; ``network``: the arguments of its architecture."""
    nlp = spacy.blank(NewsLanguage.lang)
    nlp.add_pipe(FACTORY, config={"model": {"@architectures": ARCHITECTURE, **network}})
    return nlp


def load_model(folder: Path = FOLDER) -> Language:
    """The trained pipeline."""
    nlp = empty_model(read_meta(folder)["network"])
    with np.load(folder / _WEIGHTS) as weights:
        for key, node, name in _parameters(_component(nlp).model):
            node.set_param(name, weights[key].astype(np.float32))
    return nlp


def save_model(network: Tagger, meta: dict[str, Any], folder: Path = FOLDER) -> None:
    """Write the weights of a trained network and its description, with its arguments under ``network``."""
    folder.mkdir(parents=True, exist_ok=True)
    weights: dict[str, Any] = {
        key: np.asarray(node.get_param(name), dtype=_PRECISION) for key, node, name in _parameters(network)
    }
    np.savez_compressed(folder / _WEIGHTS, **weights)
    write_meta({"lang": "xx", "name": NAME, **meta}, folder)


def _component(nlp: Language) -> NewsEntities:
    component = nlp.get_pipe(FACTORY)
    if not isinstance(component, NewsEntities):
        raise TypeError(f"{FACTORY} is a {type(component).__name__}")
    return component


def _parameters(network: Model[Any, Any]) -> Iterator[tuple[str, Model[Any, Any], str]]:
    """Every parameter with a key that depends on nothing but its place."""
    for number, node in enumerate(network.walk()):
        for name in node.param_names:
            yield f"{number}-{name}", node, name
