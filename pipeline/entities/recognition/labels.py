"""The labels of all usual annotation schemes, in the four that mentions carry."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import get_args

from pipeline.messages.articles import Label
from pipeline.text.word_lists import read_word_list


@cache
def _by_name() -> Mapping[str, Label]:
    names = read_word_list(__package__, "annotation-labels")
    return {name: label for label in get_args(Label) for name in names[label.lower()]}


def label_of(scheme_label: str) -> Label | None:
    """The label for one of a model's own, whatever its case and separators; None for dates, money and the like."""
    name = scheme_label.upper().replace("-", "_")
    return _by_name().get(name.removeprefix("B_").removeprefix("I_"))
