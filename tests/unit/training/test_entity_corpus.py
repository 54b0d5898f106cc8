from __future__ import annotations

import json
import lzma
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
import spacy

from pipeline.entities.news_model.biluo import TAGS
from pipeline.entities.news_model.language import NAME
from pipeline.entities.news_model.network import COLUMNS, PART_COLUMNS, SHAPE_COLUMN, WORD_COLUMN
from training.entities.corpus import (
    Chances,
    Mention,
    Row,
    Sampler,
    Source,
    examples_of,
    is_known,
    mention_of,
    read_rows,
)

NEVER = Chances(upper_case=0, lower_case=0, swapped=0, known=0, unknown=0, unknown_parts=0)
PEOPLE = ("Erika Muster kam nach Bonn.", [(0, 12, "PER"), (22, 26, "LOC")])
PLACES = ("In Ulm regnet es.", [(3, 6, "LOC")])


def source(name: str, *texts: tuple[str, list[tuple[int, int, str]]]) -> Source:
    nlp = spacy.blank(NAME)
    rows = [Row("de", name, text, entities, []) for text, entities in texts]
    return Source("de", name, [example for row in rows for example in examples_of(row, nlp)])


def sampler(
    *sources: Source,
    chances: Chances = NEVER,
    known: Mapping[tuple[str, str], Sequence[Mention]] = MappingProxyType({}),
    seed: int = 1,
) -> Sampler:
    random = np.random.default_rng(seed)
    return Sampler(sources, alpha=1, weights={}, joined=[1.0], chances=chances, known=known, random=random)


def names(tags: np.ndarray[tuple[int], np.dtype[np.int8]]) -> list[str]:
    return [TAGS[tag] for tag in tags.tolist() if tag > 0]


def test_documents_and_tags_belong_together() -> None:
    documents, tags = sampler(source("a", PEOPLE)).batch(10)
    assert [document.shape for document in documents] == [(6, COLUMNS)] * 2
    assert names(tags) == ["B-PER", "L-PER", "U-LOC"] * 2


def test_mentions_give_way_to_others_of_their_label() -> None:
    always = NEVER._replace(swapped=1)
    chosen = sampler(source("a", PEOPLE), source("b", PLACES), chances=always)
    words: set[int] = set()
    for _ in range(40):
        documents, tags = chosen.batch(1)
        assert names(tags) in (["B-PER", "L-PER", "U-LOC"], ["U-LOC"])
        words.update(
            int(document[place, WORD_COLUMN]) for document in documents for place in np.flatnonzero(tags == 12)
        )
    vocab = spacy.blank(NAME).vocab
    assert words == {vocab["Bonn"].norm, vocab["Ulm"].norm}


def test_mentions_give_way_to_names_of_the_knowledge_base() -> None:
    nlp = spacy.blank(NAME)
    known = {("de", "LOC"): [mention_of("New York", "LOC", nlp)], ("fr", "PER"): [mention_of("Luc", "PER", nlp)]}
    chosen = sampler(source("a", PEOPLE), chances=NEVER._replace(swapped=1, known=1), known=known)
    (document,), tags = chosen.batch(1)
    assert names(tags) == ["B-PER", "L-PER", "B-LOC", "L-LOC"]
    places = [nlp.vocab["New"].norm, nlp.vocab["York"].norm]
    assert document[tags > 0, WORD_COLUMN].tolist() == [nlp.vocab["Erika"].norm, nlp.vocab["Muster"].norm, *places]


def test_characters_keep_their_neighbours() -> None:
    always = NEVER._replace(swapped=1)
    chinese = source("zh", ("习近平访问中国。", [(0, 3, "PER"), (5, 7, "LOC")]))
    before, _ = sampler(chinese).batch(1)
    after, _ = sampler(chinese, chances=always).batch(1)
    assert np.array_equal(before[0], after[0])


def test_hidden_words_keep_prefix_suffix_and_shape() -> None:
    (seen,), _ = sampler(source("a", PEOPLE)).batch(1)
    (hidden,), _ = sampler(source("a", PEOPLE), chances=NEVER._replace(unknown=1, unknown_parts=1)).batch(1)
    gone = [WORD_COLUMN, *PART_COLUMNS]
    assert not hidden[:, gone].any()
    assert np.array_equal(np.delete(hidden, gone, axis=1), np.delete(seen, gone, axis=1))


@pytest.mark.parametrize(("chance", "word"), [("upper_case", "NACH"), ("lower_case", "nach")])
def test_case_is_in_the_shape_alone(chance: str, word: str) -> None:
    (seen,), _ = sampler(source("a", PEOPLE)).batch(1)
    (changed,), _ = sampler(source("a", PEOPLE), chances=NEVER._replace(**{chance: 1})).batch(1)
    assert int(changed[2, SHAPE_COLUMN]) == spacy.blank(NAME).vocab[word].shape
    assert np.array_equal(np.delete(changed, SHAPE_COLUMN, axis=1), np.delete(seen, SHAPE_COLUMN, axis=1))


def test_what_no_token_bounds_is_unknown() -> None:
    (example,) = source("a", ("Nordbonn liegt hier", [(4, 8, "LOC")])).examples
    assert is_known(example.tags).tolist() == [False, True, True]


def test_words_that_are_names_by_themselves_are_joined(tmp_path: Path) -> None:
    text = "de heer J. van Muster, te Bonn. En Erika, Otto."
    pieces = [(8, 10, "PER"), (11, 14, "PER"), (15, 22, "PER"), (26, 31, "LOC"), (35, 41, "PER"), (42, 47, "PER")]
    with lzma.open(tmp_path / "rows.xz", "wt", encoding="utf-8") as file:
        file.write(json.dumps({"lang": "nl", "src": "europeana", "text": text, "ents": pieces}) + "\n")
    (row,) = read_rows(tmp_path / "rows.xz")
    assert [text[start:end] for start, end, _ in row.entities] == ["J. van Muster", "Bonn", "Erika", "Otto"]
