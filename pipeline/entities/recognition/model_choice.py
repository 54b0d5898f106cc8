"""Which spaCy pipeline serves which language: what is preferred, and what is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline.errors import ModelMissingError
from pipeline.messages.articles import Label

OTHER_LANGUAGES = "*"
"""Stands for every language that has no pipeline of its own."""


@dataclass(frozen=True, slots=True)
class ModelPreferences:
    """What an operator wants.

    Attributes:
        by_language: Pipelines by language tag, the best first; the first that is installed serves.
        fallback: The pipeline of all other languages, and of those whose pipelines are missing; empty: none.
        labels: By pipeline, what its own labels stand for; those of the usual schemes are known without.
        left_out: By pipeline, components that are not loaded, beside those that entities do not need.
    """

    by_language: Mapping[str, Sequence[str]] = field(default_factory=dict)
    fallback: str = ""
    labels: Mapping[str, Mapping[str, Label]] = field(default_factory=dict)
    left_out: Mapping[str, Sequence[str]] = field(default_factory=dict)


class MissingModel(NamedTuple):
    """A pipeline that is preferred and not installed."""

    language: str
    model: str
    instead: str

    def __str__(self) -> str:
        return (
            f"spaCy pipeline {self.model!r} for language {self.language!r} is not installed: {self.instead!r} serves; "
            f"to install it: wirewatch models install {self.model}"
        )


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """What serves.

    Attributes:
        by_language: One pipeline a language tag, ``*`` for all others.
        missing: What is preferred to these and not installed, each once.
    """

    by_language: Mapping[str, str]
    missing: tuple[MissingModel, ...]


def choose_models(preferences: ModelPreferences, is_installed: Callable[[str], bool]) -> ModelChoice:
    """Take for each language the first of its pipelines that is there, else the fallback.

    Raises:
        ModelMissingError: None is there and there is no fallback, or the fallback itself is missing.
    """
    fallback = preferences.fallback
    if fallback and not is_installed(fallback):
        raise ModelMissingError(OTHER_LANGUAGES, fallback)
    chosen: dict[str, str] = {OTHER_LANGUAGES: fallback} if fallback else {}
    missing: list[MissingModel] = []
    for language, wanted in preferences.by_language.items():
        serving = next(filter(is_installed, wanted), fallback)
        if not serving:
            raise ModelMissingError(language, wanted[0])
        chosen[language] = serving
        preferred = wanted[: wanted.index(serving)] if serving in wanted else wanted
        missing.extend(MissingModel(language, model, serving) for model in preferred)
    return ModelChoice(chosen, tuple(missing))
