from __future__ import annotations

import pytest
import spacy
from spacy.language import Language

from pipeline.entities.news_model.language import NAME


@pytest.fixture(scope="module")
def nlp() -> Language:
    return spacy.blank(NAME)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("NATO-Generalsekretär Stoltenberg", "NATO - Generalsekretär Stoltenberg"),
        ("(Ankara'da, EU:n)", "( Ankara ' da , EU : n )"),
        ("習近平訪問。", "習 近 平 訪 問 。"),
        ("서울에서 왔다", "서 울 에 서 왔 다"),
        ("नई दिल्ली में", "नई दिल्ली में"),
        ("می‌خواهم", "می‌خواهم"),
        ("เกาหลีเหนือ น้ำ ๆ", "เกา ห ลี เห นื อ น้ำ ๆ"),
        ("وبالفلبين وزير في الصين", "و ب الفلبين و زير في الصين"),
        ("ולבנון עזה", "ו ל בנון עזה"),
        ("3,5 Mio. 1:0", "3,5 Mio . 1:0"),
        ("((((a....", "(((( a . . . ."),
        ("a\x00b \u200fc", "a \x00 b \u200f c"),
    ],
)
def test_tokens_end_where_names_can(nlp: Language, text: str, tokens: str) -> None:
    doc = nlp(text)
    assert [token.text for token in doc] == tokens.split(" ")
    assert doc.text == text


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n\n", "a  b\n c ", "😀" * 50, "\u202eabc\u202c", "é" + "\u0301" * 40,
     "เแโใไ" * 20, "ก" + "\u0e48" * 40, "ووووو" * 30, "בבבבב" * 30],
)  # fmt: skip
def test_no_character_is_lost(nlp: Language, text: str) -> None:
    assert nlp(text).text == text


@pytest.mark.parametrize(
    ("word", "shape"),
    [("Berlin", "Xxxx"), ("NATO", "XXX"), ("McDonald", "XxXxxx"), ("中", "h"), ("カ", "k"), ("の", "n"), ("ก", "t"),
     ("น้ำ", "t"), ("서", "g"), ("दिल्ली", "aaa"), ("2024", "ddd"), ("\n", ""), ("\u0301", "a")],
)  # fmt: skip
def test_shapes(nlp: Language, word: str, shape: str) -> None:
    assert nlp.vocab[word].shape_ == shape


def test_only_the_shape_tells_the_case(nlp: Language) -> None:
    small, large = nlp.vocab["stoltenberg"], nlp.vocab["STOLTENBERG"]
    parts = ("norm_", "lower_", "prefix_", "suffix_", "lang_")
    assert [getattr(small, part) for part in parts] == ["stoltenberg", "stolte", "sto", "erg", "enberg"]
    assert [getattr(large, part) for part in parts] == [getattr(small, part) for part in parts]
    assert small.shape != large.shape
