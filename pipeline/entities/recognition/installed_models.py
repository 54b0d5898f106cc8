"""Read the description of an installed spaCy pipeline without loading it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import spacy.util

from pipeline.entities.recognition.spacy_pipeline import SHIPPED, folder_of


class InstalledModel(NamedTuple):
    """A spaCy pipeline that is here.

    Attributes:
        name: Of the package, or its folder.
        version: Of the package.
        language: The code of the language that it was made for; ``xx``: several.
        licence: As its makers name it; empty: not stated.
        f1: Of its entities on its makers' own test data, 0..1; None: not stated.
        labels: Of its entities.
    """

    name: str
    version: str
    language: str
    licence: str
    f1: float | None
    labels: tuple[str, ...]


def installed_models() -> list[InstalledModel]:
    """The shipped pipeline and all that are installed as packages."""
    names = [SHIPPED, *sorted(name.replace("-", "_") for name in spacy.util.get_installed_models())]
    return [model for name in names if (model := describe(name)) is not None]


def describe(name: str) -> InstalledModel | None:
    """The description of one pipeline, a package or a folder; None when there is no such pipeline."""
    folder = folder_of(name)
    if folder is None:
        return None
    meta = json.loads(Path(folder, "meta.json").read_text(encoding="utf-8"))
    labels = meta.get("labels", {})
    return InstalledModel(
        name=name,
        version=meta.get("version", ""),
        language=meta.get("lang", ""),
        licence=meta.get("license", ""),
        f1=meta.get("performance", {}).get("ents_f"),
        labels=tuple(label for finder in ("ner", "entity_ruler", "beam_ner") for label in labels.get(finder, ())),
    )
