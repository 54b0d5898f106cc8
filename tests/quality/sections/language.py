"""Which language an article is in: accuracy over 42 languages, and what becomes of the other languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from pipeline.language import LanguageIdentifier
from tests.quality.measuring_data import news_documents
from tests.quality.report import percent, table

# The data's code, and the tag that is right for it.
TAGS = {
    "eng": "en", "deu": "de", "fra": "fr", "spa": "es", "ita": "it", "por": "pt", "nld": "nl", "pol": "pl", "rus": "ru",
    "ukr": "uk", "ces": "cs", "swe": "sv", "dan": "da", "nob": "nb", "fin": "fi", "hun": "hu", "ron": "ro", "bul": "bg",
    "ell": "el", "tur": "tr", "arb": "ar", "heb": "he", "fas": "fa", "urd": "ur", "hin": "hi", "ben": "bn", "tam": "ta",
    "zho-CN": "zh-Hans", "zho-TW": "zh-Hant", "jpn": "ja", "kor": "ko", "vie": "vi", "tha": "th", "ind": "id",
    "msa": "ms", "srp-Cyrl": "sr", "srp-Latn": "sr-Latn", "hrv": "hr", "slk": "sk", "slv": "sl", "kat": "ka",
    "swa": "sw",
}  # fmt: skip

Cut = Literal["documents", "sentences", "headlines"]
MARKS: dict[Cut, float] = {"documents": 99.0, "sentences": 97.0, "headlines": 88.0}
HEADLINE_CODE_POINTS = 40


class Answer(NamedTuple):
    """What the identifier said of one text.

    Attributes:
        document: Its number in the data; odd ones were used to choose and to train, even ones were not.
        tag: The answer.
        confidence: 0..1.
    """

    document: int
    tag: str
    confidence: float


def texts(lines: list[str], cut: Cut) -> list[str]:
    """What is identified of one document, whose first line is its headline."""
    if cut == "documents":
        return ["\n".join(lines)]
    return lines if cut == "sentences" else [lines[0][:HEADLINE_CODE_POINTS]]


def answers(data: Path, identifier: LanguageIdentifier, codes: Iterable[str], cut: Cut) -> dict[str, list[Answer]]:
    """The answers on every text of these codes."""
    documents = news_documents(data)
    return {
        code: [
            Answer(number, language.tag, language.confidence)
            for number, lines in enumerate(documents[code])
            for text in texts(lines, cut)
            for language in (identifier.identify("", text),)
        ]
        for code in codes
    }


def accuracy(by_code: dict[str, list[Answer]], *, held_out_only: bool = False) -> dict[str, float]:
    """The share of right answers in percent by code."""
    shares = {}
    for code, found in by_code.items():
        counted = [answer for answer in found if is_held_out(answer) or not held_out_only]
        shares[code] = percent(sum(answer.tag == TAGS[code] for answer in counted), len(counted))
    return shares


def macro(shares: dict[str, float]) -> float:
    """The mean over the languages."""
    return sum(shares.values()) / len(shares)


def is_held_out(answer: Answer) -> bool:
    """Whether the text was not used to choose or to train."""
    return answer.document % 2 == 0


def measure(data: Path) -> str:
    """The section."""
    return "\n\n".join(_paragraphs(data))


def _paragraphs(data: Path) -> Iterator[str]:
    identifier = LanguageIdentifier()
    found = {cut: answers(data, identifier, TAGS, cut) for cut in MARKS}
    yield "## Language"
    yield (
        "42 sets of 61 news articles each: whole documents, single lines, and the first 40 characters of the headline, "
        "in percent, macro over the sets. Documents with an odd number were used to choose and to train; those with an "
        "even number were held out."
    )
    yield table(
        ["", "all", "held out", "mark"],
        [
            [cut, macro(accuracy(found[cut])), macro(accuracy(found[cut], held_out_only=True)), mark]
            for cut, mark in MARKS.items()
        ],
    )
    yield "By language, over all documents:"
    by_cut = {cut: accuracy(found[cut]) for cut in MARKS}
    yield table(["language", *MARKS], [[tag, *(by_cut[cut][code] for cut in MARKS)] for code, tag in TAGS.items()])
