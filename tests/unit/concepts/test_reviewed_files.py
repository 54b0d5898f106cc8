"""The form of the reviewed files: what is read, and what is refused with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.concepts.compiling.reviewed_files import REVIEWED_FOLDER, ReviewedEntry, ReviewedFileError, read_reviewed

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
    with pytest.raises(ReviewedFileError, match=r"^some\.yaml:\d+:\d+: ") as raised:
        list(read_reviewed(written(tmp_path, block)))
    assert problem in str(raised.value)


@pytest.mark.parametrize(
    ("block", "place"),
    [
        ("  org/x:\n    en: X ; Y <caes>\n", "5:13"),
        ("  org/x:\n    en: X\n    en: Y\n", "6:5"),
        ("  org/x:\n    English: X\n", "5:14"),
        ("  org/x: [X]\n", "4:10"),
        ("  org/x:\n    en: {\n", "6:1"),
    ],
)
def test_errors_say_line_and_column(tmp_path: Path, block: str, place: str) -> None:
    with pytest.raises(ReviewedFileError, match=rf"^some\.yaml:{place}: "):
        list(read_reviewed(written(tmp_path, block)))


def test_every_reviewed_file_names_its_source_and_licence() -> None:
    files = sorted(REVIEWED_FOLDER.glob("*.yaml"))
    assert {"countries.yaml", "organisations.yaml", "people.yaml"} <= {file.name for file in files}
    for file in files:
        assert "\nsource: wirewatch\nlicence: Apache-2.0\n" in file.read_text(encoding="utf-8"), file.name
