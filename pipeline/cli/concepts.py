"""``wirewatch concepts``: look the knowledge base up."""

from __future__ import annotations

import click
from rich.table import Table

from pipeline.cli.render import console, print_table
from pipeline.concepts import Concept, KnowledgeBase


@click.group()
def command() -> None:
    """Search the knowledge base: countries, cities, organisations and people, with their names by language."""


@command.command()
@click.argument("query")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="Most concepts to show.")
def search(query: str, limit: int) -> int:
    """Find concepts by any name in any language, or by a part of their id."""
    found = KnowledgeBase.load().search(query, limit)
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
def show(concept_id: str) -> int:
    """Show one concept with its role, names, adjectives and relations."""
    concept = KnowledgeBase.load().concept(concept_id)
    out = console()
    out.print(f"[bold]{concept.label}[/]  {concept.id}  {concept.kind}")
    if concept.role:
        out.print(concept.role)
    for relation in concept.relations:
        out.print(f"{relation.type} {relation.target}")
    print_table(out, _names(concept))
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
