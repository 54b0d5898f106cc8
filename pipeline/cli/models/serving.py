"""Which pipelines serve, as the verbs of ``wirewatch models`` show it."""

from __future__ import annotations

from pipeline.assembly import model_preferences
from pipeline.entities.recognition.model_choice import OTHER_LANGUAGES, ModelChoice, choose_models
from pipeline.entities.recognition.spacy_pipeline import is_installed
from pipeline.settings import Settings


def settled(settings: Settings) -> ModelChoice:
    """What serves by these settings.

    Raises:
        ModelMissingError: Nothing is installed that could serve one of the languages.
    """
    return choose_models(model_preferences(settings), is_installed)


def served_languages(choice: ModelChoice) -> dict[str, str]:
    """The languages of each pipeline that serves, in words."""
    served: dict[str, list[str]] = {}
    for language, model in sorted(choice.by_language.items()):
        served.setdefault(model, []).append("every other language" if language == OTHER_LANGUAGES else language)
    return {model: ", ".join(languages) for model, languages in served.items()}
