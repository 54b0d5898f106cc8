"""The form of the reviewed files: what is read, and what is refused with its place."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from pipeline.concepts.compiling.reviewed_files import REVIEWED_FOLDER, ReviewedEntry, ReviewedFileError, read_reviewed

SCHEMA = jsonschema.Draft202012Validator(json.loads((REVIEWED_FOLDER / "reviewed-file.schema.json").read_text()))
HEAD = "source: wirewatch\nlicence: Apache-2.0\nconcepts:\n"


def written(folder: Path, block: str) -> Path:
    file = folder / "some.yaml"
    file.write_text(HEAD + block, encoding="utf-8")
    return file


def test_a_block_is_read_with_all_it_may_hold(tmp_path: Path) -> None:
    block = """
  city/somewhere:
    label: Somewhere
    capital-of: country/xx
    tz: Europe/Somewhere
    de, en: Some|where ; Over There <case, also a song, and a film>
    pl: Gdzieś = Gdziesia, Gdziesiem <short>
"""
    (concept,) = read_reviewed(written(tmp_path, block))
    assert (concept.id, concept.label, concept.time_zone) == ("city/somewhere", "Somewhere", "Europe/Somewhere")
    assert [(relation.type, relation.target) for relation in concept.relations] == [("capital-of", "country/xx")]
    assert concept.lines["de"] == concept.lines["en"]
    assert concept.lines["en"] == (
        ReviewedEntry(text="Some|where"),
        ReviewedEntry(text="Over There", flags=frozenset({"case"}), also="a song, and a film"),
    )
    assert concept.lines["pl"] == (
        ReviewedEntry(text="Gdzieś", forms=("Gdziesia", "Gdziesiem"), flags=frozenset({"short"})),
    )


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        ("  thing/x:\n    en: X\n", "an id begins with one of"),
        ("  org/x:\n    English: X\n", "'English' is no language tag"),
        ("  org/x:\n    en: X ; X\n", "'X' stands twice"),
        ("  org/x:\n    en: X <caes>\n", "unknown remark 'caes'"),
        ("  org/x:\n    en: X <case> Y\n", "is not of the form"),
        ("  org/x:\n    en: X\n    en: Y\n", "'en' stands twice"),
        ("  org/x:\n    en: X\n  org/x:\n    en: Y\n", "'org/x' stands twice"),
    ],
)
def test_what_breaks_the_form_is_refused_with_its_place(tmp_path: Path, block: str, problem: str) -> None:
    file = written(tmp_path, block)
    with pytest.raises(ReviewedFileError, match=r"^some\.yaml:\d+:\d+: ") as raised:
        list(read_reviewed(file))
    assert problem in str(raised.value)
    # What stands twice is gone when a schema sees it, or is no matter of form.
    assert "stands twice" in problem or not SCHEMA.is_valid(yaml.safe_load(file.read_text()))


@pytest.mark.parametrize(
    ("block", "place"),
    [
        ("  org/x:\n    en: X ; Y <caes>\n", "5:13"),
        ("  org/x:\n    en: X\n    en: Y\n", "6:5"),
        ("  org/x:\n    English: X\n", "5:5"),
        ("  org/x: [X]\n", "4:10"),
        ("  org/x:\n    en: {\n", "6:1"),
    ],
)
def test_errors_say_line_and_column(tmp_path: Path, block: str, place: str) -> None:
    with pytest.raises(ReviewedFileError, match=rf"^some\.yaml:{place}: "):
        list(read_reviewed(written(tmp_path, block)))


FILES = sorted(REVIEWED_FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_reviewed_file_meets_its_schema_and_names_its_source_and_licence(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert "\nsource: wirewatch\nlicence: Apache-2.0\n" in text
    SCHEMA.validate(yaml.load(text, yaml.CSafeLoader))


def test_there_are_reviewed_files() -> None:
    assert {"countries.yaml", "organisations.yaml", "people.yaml"} <= {file.name for file in FILES}


@pytest.mark.parametrize("block", ["  thing/x:\n    en: X\n", "  thing/x: {en: X}\n"])
def test_an_id_is_refused_where_it_stands(tmp_path: Path, block: str) -> None:
    with pytest.raises(ReviewedFileError) as refused:
        list(read_reviewed(written(tmp_path, block)))
    assert (refused.value.line, refused.value.column) == (4, 3)
