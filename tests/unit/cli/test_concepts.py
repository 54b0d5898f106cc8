"""``wirewatch concepts``: what is shown of a concept."""

from __future__ import annotations

from click.testing import CliRunner

from pipeline.cli.concepts import command
from pipeline.settings import load_settings


def test_shows_the_role_of_a_person() -> None:
    result = CliRunner().invoke(command, ["show", "person/emmanuel-macron"], obj=load_settings())
    assert "Emmanuel Macron" in result.output
    assert "President of France 2017–" in result.output


def test_shows_no_role_of_a_country() -> None:
    lines = CliRunner().invoke(command, ["show", "country/fr"], obj=load_settings()).output.splitlines()
    assert "France" in lines[0]
    table = next(number for number, line in enumerate(lines) if line.startswith("languages"))
    assert {line.split()[0] for line in lines[1:table]} <= {"neighbour-of"}
