"""How many of the countries and bodies that an English text names are found in its translations.

Truth is what the linker finds in the English text, so that translations which omit or add a name count as errors: the
figures compare versions of the program, not programs. Floors lie a little under what was measured.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from pipeline.concepts import KnowledgeBase
from pipeline.entities import Linker

COUNTRIES = "us cn ru gb de fr jp in kp kr ua ir il tr es it br mx ca au eg sa"
WANTED = {f"country/{code}" for code in COUNTRIES.split()} | {"org/nato", "org/un", "org/eu"}

# The data's code, our tag, and the floors of recall and precision.
SENTENCES = {
    "de": ("de", 0.88, 0.93), "es": ("es", 0.93, 0.88), "fr": ("fr", 0.90, 0.90), "it": ("it", 0.91, 0.90),
    "pl": ("pl", 0.89, 0.93), "ru": ("ru", 0.91, 0.84), "ar": ("ar", 0.89, 0.87), "zh": ("zh-Hant", 0.87, 0.85),
    "ko": ("ko", 0.80, 0.85), "pt": ("pt", 0.94, 0.92), "tr": ("tr", 0.92, 0.88),
}  # fmt: skip
DOCUMENTS = {
    "deu": ("de", 0.93, 0.86), "fra": ("fr", 0.92, 0.93), "spa": ("es", 0.95, 0.92), "ita": ("it", 0.95, 0.95),
    "pol": ("pl", 0.92, 0.89), "rus": ("ru", 0.93, 0.93), "ukr": ("uk", 0.95, 0.86), "arb": ("ar", 0.93, 0.81),
    "zho-CN": ("zh-Hans", 0.90, 0.86), "zho-TW": ("zh-Hant", 0.90, 0.80), "jpn": ("ja", 0.88, 0.85),
    "kor": ("ko", 0.90, 0.84), "por": ("pt", 0.93, 0.85), "tur": ("tr", 0.88, 0.85),
}  # fmt: skip

# What the first knowledge base must find in the article that the project starts from.
SEED = {
    "Wladimir Putin": "person/vladimir-putin", "Putins": "person/vladimir-putin", "Putin": "person/vladimir-putin",
    "Jens Stoltenberg": "person/jens-stoltenberg", "Stoltenberg": "person/jens-stoltenberg",
    "Antony Blinken": "person/antony-blinken", "NATO": "org/nato", "Pjöngjang": "city/pyongyang",
    "Washington": "city/washington", "Peking": "city/beijing", "Moskau": "city/moscow", "Russland": "country/ru",
    "Russlands": "country/ru", "Nordkorea": "country/kp", "Südkorea": "country/kr", "China": "country/cn",
    "Iran": "country/ir", "Ukraine": "country/ua", "Australien": "country/au", "Neuseeland": "country/nz",
    "US": "country/us", "nordkoreanische": "country/kp", "nordkoreanischen": "country/kp", "russische": "country/ru",
}  # fmt: skip


@pytest.fixture(scope="module")
def linker() -> Linker:
    return Linker(KnowledgeBase.load())


def _named(linker: Linker, title: str, body: str, language: str) -> set[str]:
    return {m.entity.id for m in linker.link(title, body, language) if m.entity is not None} & WANTED


def _measure(pairs: list[tuple[set[str], set[str]]]) -> tuple[float, float]:
    counts: Counter[str] = Counter()
    for wanted, found in pairs:
        counts.update(hit=len(wanted & found), missed=len(wanted - found), extra=len(found - wanted))
    return counts["hit"] / (counts["hit"] + counts["missed"]), counts["hit"] / (counts["hit"] + counts["extra"])


@pytest.mark.parametrize("code", SENTENCES)
def test_countries_in_sentences(parallel_sentences: list[dict[str, str]], linker: Linker, code: str) -> None:
    tag, least_recall, least_precision = SENTENCES[code]
    pairs = [
        (_named(linker, "", row["en"], "en"), _named(linker, "", row[code], tag))
        for row in parallel_sentences
        if code in row
    ]
    recall, precision = _measure(pairs)
    assert recall >= least_recall, (recall, precision)
    assert precision >= least_precision, (recall, precision)


@pytest.mark.parametrize("code", DOCUMENTS)
def test_countries_in_documents(news_documents: dict[str, list[list[str]]], linker: Linker, code: str) -> None:
    tag, least_recall, least_precision = DOCUMENTS[code]
    pairs = [
        (_named(linker, english[0], "\n".join(english[1:]), "en"), _named(linker, lines[0], "\n".join(lines[1:]), tag))
        for english, lines in zip(news_documents["eng"], news_documents[code], strict=True)
    ]
    recall, precision = _measure(pairs)
    assert recall >= least_recall, (recall, precision)
    assert precision >= least_precision, (recall, precision)


def test_the_first_article(measuring_data: Path, linker: Linker) -> None:
    (path,) = (measuring_data / "seed").glob("*.txt")
    body = path.read_text(encoding="utf-8")
    mentions = linker.link("", body, "de")
    assert all(body[m.start : m.end] == m.text for m in mentions)
    found = {(m.text, m.entity.id) for m in mentions if m.entity is not None}
    assert set(SEED.items()) <= found
