"""``wirewatch models``: the spaCy pipelines that find names by context, and which language each serves."""

from __future__ import annotations

import click

from pipeline.cli.models import check, install, listing


@click.group()
def command() -> None:
    """See, install and check spaCy pipelines, and which language each serves.

    WIREWATCH_SPACY_MODELS names the pipelines of each language in order of preference; the first that is installed
    serves, else WIREWATCH_SPACY_FALLBACK.
    """


for _verb in (listing.command, install.command, check.command):
    command.add_command(_verb)
