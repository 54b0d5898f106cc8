"""Word lists: every one of its form, and a bad one told in one line with its file."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from pipeline.text.word_lists import WordListError, parse_word_list, read_word_list

PIPELINE = Path(__file__).parents[3] / "pipeline"
LISTS = sorted(PIPELINE.rglob("word_lists/*.yaml"))
SCHEMA = json.loads((PIPELINE / "text" / "word-list.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_the_list_meets_its_schema(path: Path) -> None:
    jsonschema.validate(yaml.safe_load(path.read_text(encoding="utf-8")), SCHEMA)
    package = ".".join(("pipeline", *path.parent.parent.relative_to(PIPELINE).parts))
    assert read_word_list(package, path.stem)


def test_there_are_lists() -> None:
    assert {path.stem for path in LISTS} >= {"fixed-phrases", "everyday-words", "chinese-words", "misread-words"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("de: [a, a]", "de: ['a']: write each word once"),
        ('de: ["  "]', "de: an empty word"),
        ("de: word", "write LANGUAGE: [words and phrases]"),
        ("- de", "write LANGUAGE: [words and phrases]"),
        ("de: [a", "no YAML"),
        ("de: [1]", "write LANGUAGE: [words and phrases]"),
    ],
)
def test_a_bad_list_is_told_in_one_line(text: str, said: str) -> None:
    with pytest.raises(WordListError, match=r"list\.yaml") as caught:
        parse_word_list(text, "list.yaml")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
