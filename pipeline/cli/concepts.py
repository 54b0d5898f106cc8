"""``wirewatch concepts``: look the knowledge base up."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Table

from pipeline.assembly import load_knowledge_base
from pipeline.cli import pass_settings
from pipeline.cli.render import console, print_table
from pipeline.concepts import Concept, Contents, KnowledgeBase
from pipeline.settings import Settings


@click.group()
def command() -> None:
    """Search the knowledge base: countries, cities, organisations and people, with their names by language."""


@command.command()
@click.argument("query")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="Most concepts to show.")
@pass_settings
def search(settings: Settings, query: str, limit: int) -> int:
    """Find concepts by any name in any language, or by a part of their id."""
    found = load_knowledge_base(settings).search(query, limit)
    if not found:
        click.echo(f"no concept is called {query!r}", err=True)
        return 1
    table = Table("id", "kind", "name", box=None, pad_edge=False)
    for concept in found:
        table.add_row(concept.id, concept.kind, concept.label)
    print_table(console(), table)
    return 0


@command.command()
@click.argument("concept_id")
@pass_settings
def show(settings: Settings, concept_id: str) -> int:
    """Show one concept with its role, names, adjectives and relations."""
    concept = load_knowledge_base(settings).concept(concept_id)
    out = console()
    out.print(f"[bold]{concept.label}[/]  {concept.id}  {concept.kind}")
    if concept.role:
        out.print(concept.role)
    for relation in concept.relations:
        out.print(f"{relation.type} {relation.target}")
    print_table(out, _names(concept))
    return 0


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> int:
    """Check an overlay: a file of your own concepts and names, in the form of docs/how-to/add-concepts.md."""
    from pipeline.concepts.overlay import overlaid, read_overlay  # noqa: PLC0415 - loads babel

    base = KnowledgeBase.load()
    parts = read_overlay(file, base.concepts)
    chosen = {part.id: base.concepts[part.id] for part in parts if part.id in base.concepts}
    after = overlaid(Contents(sources=(), concepts=tuple(chosen.values())), parts).concepts
    table = Table("id", "", "name", "names", box=None, pad_edge=False)
    for concept in after:
        change = "changed" if concept.id in chosen else "new"
        before = len(chosen[concept.id].names) if concept.id in chosen else 0
        table.add_row(concept.id, change, concept.label, f"{len(concept.names) - before:+}")
    print_table(console(), table)
    return 0


def _names(concept: Concept) -> Table:
    table = Table("languages", "via", "name", "notes", box=None, pad_edge=False)
    for name in concept.names:
        notes = [
            "case counts" if name.case_sensitive else "",
            f"also {name.also}" if name.ambiguous else "",
            f"{len(name.forms)} more forms" if name.forms else "",
        ]
        table.add_row(" ".join(name.languages), name.via, name.text, ", ".join(note for note in notes if note))
    return table
