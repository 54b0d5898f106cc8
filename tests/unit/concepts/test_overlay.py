"""An overlay adds concepts and names, takes names away, and says where it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.concepts import Concept, Contents, KnowledgeBase, Name, Relation, Source
from pipeline.concepts.compiling.reviewed_files import ReviewedFileError
from pipeline.concepts.overlay import OverlayError, overlaid, read_overlay

BASE = Contents(
    sources=(Source(id="test", title="Test names", licence="Apache-2.0"),),
    concepts=(
        Concept(
            id="org/old",
            kind="org",
            label="Old",
            names=(
                Name(text="Old", languages=("de", "en"), via="name", source="test"),
                Name(text="Ancient", languages=("en",), via="alias", source="test"),
            ),
        ),
    ),
)
BY_ID = {concept.id: concept for concept in BASE.concepts}


def laid(folder: Path, block: str) -> KnowledgeBase:
    file = folder / "ours.yaml"
    file.write_text(f"source: ours\nconcepts:\n{block}", encoding="utf-8")
    return KnowledgeBase.of(overlaid(BASE, read_overlay(file, BY_ID)))


def test_a_new_concept_is_found_by_its_names(tmp_path: Path) -> None:
    kb = laid(tmp_path, "  org/new:\n    part-of: org/old\n    en: New Thing ; NT <case>\n    de: Neues Ding\n")
    assert [sense.concept.id for sense in kb.senses("neues ding")] == ["org/new"]
    assert kb.concepts["org/new"].relations == (Relation("part-of", "org/old"),)
    assert kb.sources["ours"].title == "an overlay"


def test_names_are_added_to_a_known_concept(tmp_path: Path) -> None:
    kb = laid(tmp_path, "  org/old:\n    en: Elder\n    fr: Vieux\n")
    old = kb.concepts["org/old"]
    assert old.label == "Old"
    assert {name.text: name.via for name in old.names} == {
        "Old": "name",
        "Ancient": "alias",
        "Elder": "alias",
        "Vieux": "name",
    }


def test_a_name_is_taken_away_from_one_language(tmp_path: Path) -> None:
    kb = laid(tmp_path, "  org/old:\n    en: Old <drop> ; Ancient <drop> ; Elder\n")
    assert [(name.text, name.languages) for name in kb.concepts["org/old"].names] == [
        ("Old", ("de",)),
        ("Elder", ("en",)),
    ]


def test_label_and_role_replace_the_old_ones(tmp_path: Path) -> None:
    old = laid(tmp_path, "  org/old:\n    label: Older\n    role: the first\n").concepts["org/old"]
    assert (old.label, old.role) == ("Older", "the first")


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        ("  org/new:\n    de: Neu\n", "org/new is new: give it a `label:` or an English name"),
        ("  org/new:\n    en: New\n    part-of: org/none\n", "org/new is part-of org/none, which is no concept"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, block: str, problem: str) -> None:
    with pytest.raises(OverlayError, match=problem):
        laid(tmp_path, block)


def test_an_error_says_file_line_and_column(tmp_path: Path) -> None:
    with pytest.raises(ReviewedFileError, match=r"ours\.yaml:4:15: org/new, en: unknown remark 'loud'"):
        laid(tmp_path, "  org/new:\n    en: New ; Newer <loud>\n")


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OverlayError, match="cannot be read"):
        read_overlay(tmp_path / "none.yaml", BY_ID)
