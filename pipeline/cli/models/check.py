"""``wirewatch models check``."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from rich.table import Table

from pipeline import demo
from pipeline.cli import pass_settings
from pipeline.cli.render import console, print_table
from pipeline.concepts.concept import primary_subtag
from pipeline.messages.articles import RawArticle
from pipeline.messages.codec import decode
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.entities.recognition.spacy_pipeline import EntityPipeline

_ARTICLE_BYTES = 3_000
_MEASURED_SECONDS = 1.0


@click.command("check")
@pass_settings
def command(settings: Settings) -> int:
    """Load every pipeline that serves, and measure it here.

    Shown are the seconds to load, the articles of 3 kB a second of one core, and the labels that stand for nothing (see
    WIREWATCH_SPACY_LABELS). The texts are the demo's in the language served, where it has some. Fails where a pipeline
    is missing, or finds no names.
    """
    from pipeline.cli.models.serving import served_languages, settled  # noqa: PLC0415 - loads spaCy; --help need not
    from pipeline.entities.recognition.installed_models import describe  # noqa: PLC0415 - as above
    from pipeline.entities.recognition.labels import label_of  # noqa: PLC0415 - as above
    from pipeline.entities.recognition.spacy_pipeline import EntityPipeline  # noqa: PLC0415 - as above

    choice = settled(settings)
    out = console()
    if not choice.by_language:
        out.print("No pipeline serves: WIREWATCH_SPACY_MODELS is empty, and WIREWATCH_SPACY_FALLBACK is none.")
        return 0
    texts = _texts_by_language()
    table = Table("pipeline", "serves", "loads in", "articles/s", "names found", "left out", box=None, pad_edge=False)
    finds_nothing = False
    for model, languages in served_languages(choice).items():
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
    for missing in choice.missing:
        click.echo(f"warning: {missing}", err=True)
    return int(finds_nothing or bool(choice.missing))


def _texts_by_language() -> dict[str, list[str]]:
    """The bodies of the demo's articles, by the first subtag of their language."""
    from pipeline.language import LanguageIdentifier  # noqa: PLC0415 - loads the detectors; --help need not

    identifier = LanguageIdentifier()
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
