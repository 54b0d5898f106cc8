"""The texts that the language table learns from: NER sentences, half of the parallel documents, words of close kin."""

from __future__ import annotations

import json
import lzma
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pipeline.text.language_tags import normalise_tag

DEVELOPMENT_FILE = Path("parallel") / "ntrex-dev.jsonl.xz"

# Scripts that the table does not cover, and Chinese, whose scripts a list of characters tells apart.
_UNCOVERED_CODES = "zho-CN zho-TW yue jpn kor tha ell heb kat hye tam tel kan mal guj pan sin mya khm lao ben div"
_UNCOVERED = frozenset(_UNCOVERED_CODES.split())
# Varieties that count as the language itself.
_MERGED = {"mey": "ar", "prs": "fa", "fra-CA": "fr", "por-BR": "pt", "spa-MX": "es"}

# Sources unlike today's news: old newspapers from OCR, tweets, split contractions, timetables.
_SOURCES_LEFT_OUT = "europeana btc wnut17 smartdata-tweet smartdata-rss parstwiner klue-nsmc uner-pt_bosque mobie"
_LEFT_OUT = frozenset(_SOURCES_LEFT_OUT.split())
_SHORTEST_ROW = 30
_MOST_CHARACTERS = 150_000
# If a close relative has little text, more of this language would teach the topic and not the language.
_MOST_CHARACTERS_OF = {"id": 60_000, "gl": 70_000}

_HINT_LINES, _HINT_WORDS = 250, 8
_CYRILLIC_LETTERS = "а б в г д ђ е ж з и ј к л љ м н њ о п р с т ћ у ф х ц ч џ ш"
_LATIN_LETTERS = "a b v g d đ e ž z i j k l lj m n nj o p r s t ć u f h c č dž š"
_CYRILLIC = dict(zip(_CYRILLIC_LETTERS.split(), _LATIN_LETTERS.split(), strict=True))


def read_corpus(data: Path, hints: dict[str, str], *, documents: Iterable[int], seed: int) -> dict[str, list[str]]:
    """Lines by tag.

    Args:
        data: The folder of the measuring data.
        hints: Words that tell close relatives apart, by tag.
        documents: Numbers of the parallel documents to learn from; the others stay unseen.
        seed: Seed of the random draw.
    """
    draw = random.Random(seed)  # noqa: S311 - a draw that can be repeated
    lines: dict[str, list[str]] = {}
    wanted = set(documents)
    for number, row in enumerate(_rows(data / DEVELOPMENT_FILE)):
        if number not in wanted:
            continue
        for code, text in row["text"].items():
            if code not in _UNCOVERED:
                lines.setdefault(tag_of(code), []).extend(text)
            if code == "srp-Cyrl":
                lines.setdefault("sr-Latn", []).extend(map(_in_latin, text))
    for tag, sources in _ner_rows(data / "ner", known=frozenset(lines)).items():
        for rows in sources:
            draw.shuffle(rows)
            taken = list(_up_to(rows, _MOST_CHARACTERS_OF.get(tag, _MOST_CHARACTERS) // len(sources)))
            lines[tag].extend(taken)
            if tag == "sr-Latn":
                lines["sr"].extend(map(_in_cyrillic, taken))
    for tag, words in hints.items():
        choice = words.split()
        lines[tag].extend(" ".join(draw.choices(choice, k=_HINT_WORDS)) for _ in range(_HINT_LINES))
    return lines


def tag_of(code: str) -> str:
    """The tag of a code of the parallel documents."""
    return _MERGED.get(code) or normalise_tag(code if code.startswith("srp") else code.partition("-")[0])


def _ner_rows(folder: Path, known: frozenset[str]) -> dict[str, list[list[str]]]:
    """The texts of each source of a language that is known, by tag."""
    by_source: dict[tuple[str, str], list[str]] = {}
    for path in sorted(folder.glob("*.jsonl.xz")):
        for row in _rows(path):
            tag = {"tl": "fil", "sr": "sr-Latn"}.get(row["lang"], row["lang"])
            if tag in known and row["src"] not in _LEFT_OUT and len(row["text"]) >= _SHORTEST_ROW:
                by_source.setdefault((tag, row["src"]), []).append(row["text"])
    by_tag: dict[str, list[list[str]]] = {}
    for (tag, _), rows in by_source.items():
        by_tag.setdefault(tag, []).append(rows)
    return by_tag


def _up_to(rows: Iterable[str], characters: int) -> Iterator[str]:
    for row in rows:
        if characters <= 0:
            return
        characters -= len(row)
        yield row


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with lzma.open(path, "rt", encoding="utf-8") as rows:
        for row in rows:
            yield json.loads(row)


def _in_latin(text: str) -> str:
    return "".join(_CYRILLIC.get(letter, letter) for letter in text.lower())


def _in_cyrillic(text: str) -> str:
    text = text.lower()
    for cyrillic, latin in sorted(_CYRILLIC.items(), key=lambda pair: -len(pair[1])):
        text = text.replace(latin, cyrillic)
    return text
