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


def test_a_language_that_joins_names_says_which_directions_they_share() -> None:
    words = read_word_list("pipeline.entities.linking.surroundings", "coordination")
    languages: dict[str, set[str]] = {}
    for key in words:
        kind, _, language = key.partition("-")
        languages.setdefault(kind, set()).add(language)
    assert languages["conjunctions"] == languages["directions"] > languages["prepositions"]


def test_there_are_lists() -> None:
    assert {path.stem for path in LISTS} >= {"fixed-phrases", "everyday-words", "chinese-words", "misread-words"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("de: [a, a]", "list.yaml:1: expected a word or phrase that does not stand before, not 'a'"),
        ('de:\n  - "  "', "list.yaml:2: expected a word or phrase"),
        ("de: [' a']", "list.yaml:1: expected a word or phrase"),
        ("de: [[a]]", "list.yaml:1: expected a word or phrase"),
        ("de: [1]", "list.yaml:1: expected a word or phrase"),
        ("de: word", "list.yaml:1: expected words and phrases of de"),
        ("de: []", "list.yaml:1: expected words and phrases of de"),
        ("de: [a]\nde: [b]", "list.yaml:2: expected a language or subject that does not stand above, not 'de'"),
        ("d!: [a]", "list.yaml:1: expected a language or subject"),
        ("- de", "list.yaml:1: expected LANGUAGE"),
        ("{}", "list.yaml:1: expected LANGUAGE"),
        ("de: [a", "no YAML"),
    ],
)
def test_a_bad_list_is_told_in_one_line_and_the_schema_refuses_it_too(text: str, said: str) -> None:
    with pytest.raises(WordListError, match=r"list\.yaml") as caught:
        parse_word_list(text, "list.yaml")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    # A key that stands twice is gone when a schema sees it.
    if "no YAML" not in said and "stand above" not in said:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(yaml.safe_load(text), SCHEMA)


def test_a_missing_list_is_told_in_one_line() -> None:
    with pytest.raises(WordListError, match="cannot be read"):
        read_word_list("pipeline.text", "nothing")
