"""Hostile text takes bounded time, and every mention has correct offsets."""

from __future__ import annotations

import time

import pytest

from pipeline.entities.recognition.model_choice import ModelPreferences
from pipeline.entities.recognition.spacy_pipeline import SHIPPED
from pipeline.entities.recognition.spacy_recognizer import SpacyRecognizer
from pipeline.messages.articles import IdentifiedArticle, Language

NEWS = "Erika Muster traf Angela Merkel in Berlin. "
# Of this process's own time; many times what each takes, and a fraction of the square of its length.
DEADLINE_SECONDS = 30.0

TEXTS = {
    "a token of 5 MB": "x" * 5_000_000,
    "a Chinese line": "北京" * 100_000,
    "emoji": "😀" * 200_000,
    "emoji in turn": "😀😁" * 100_000,
    "brackets in turn": "([" * 100_000,
    "right-to-left marks": "\u202e\u200f" * 20_000 + NEWS * 10,
    "HTML": "<p class='a'><b>Angela Merkel</b>&nbsp;in <a href=\"https://example.org/Berlin\">Berlin</a></p>" * 1_000,
    "NULs": f"\x00{NEWS}\x00" * 1_000,
    "scripts in one word": "Berlinбερлין北ベルก베ब" * 5_000,
    "marks": "e" + "\u0301" * 100_000,
    "blanks": " \n" * 100_000,
    "surrogates read as replacements": "\ufffd" * 100_000,
}


@pytest.fixture(scope="module")
def recognizer() -> SpacyRecognizer:
    return SpacyRecognizer(ModelPreferences(fallback=SHIPPED))


@pytest.mark.timeout(900)  # on a busy machine
@pytest.mark.parametrize("kind", TEXTS)
def test_hostile_text(recognizer: SpacyRecognizer, kind: str) -> None:
    text = TEXTS[kind] + NEWS
    article = IdentifiedArticle(id="h", body=text, language=Language(tag="und", confidence=0.0), revision="r")
    started = time.process_time()
    (mentions,) = recognizer.recognize([article])
    assert time.process_time() - started < DEADLINE_SECONDS
    assert all(text[mention.start : mention.end] == mention.text for mention in mentions)
    assert [mention.start for mention in mentions] == sorted(mention.start for mention in mentions)


def test_news_after_hostile_text_is_read_as_ever(recognizer: SpacyRecognizer) -> None:
    article = IdentifiedArticle(id="n", body=NEWS, language=Language(tag="de", confidence=1.0), revision="r")
    (mentions,) = recognizer.recognize([article])
    assert {(mention.text, mention.label) for mention in mentions} >= {("Angela Merkel", "PER"), ("Berlin", "LOC")}
