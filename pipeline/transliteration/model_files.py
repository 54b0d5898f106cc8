"""The trained models that ship, one file a script, read when a name is first spelled in it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pipeline.transliteration.graphones import GraphoneModel
from pipeline.transliteration.packed import unpack

ModelScript = Literal["cyrillic", "arabic", "hebrew", "han", "kana", "hangul"]
"""Scripts with a trained model; ``cyrillic`` is spelled as in Russian."""

WEIGHTS_FOLDER = Path(__file__).with_name("weights")


def weights_file(script: ModelScript) -> Path:
    """The path of a script's model."""
    return WEIGHTS_FOLDER / f"{script}.msgpack.xz"


@cache
def model_of(script: ModelScript) -> GraphoneModel:
    """The model of a script; the same object each time."""
    return GraphoneModel(unpack(weights_file(script).read_bytes()))
