"""Which concepts an article names: recall and precision by language and by kind, against a truth written by hand."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from pipeline.concepts import KnowledgeBase
from pipeline.entities import Linker
from tests.quality.concept_truth import TAGS, Corpus, Half, Tally, concepts_named, tally
from tests.quality.report import table

KINDS = ("country", "region", "city", "org", "person")


class Mark(NamedTuple):
    """What a group of languages must reach, in percent."""

    recall: float
    precision: float
    codes: str


MARKS: dict[Corpus, tuple[Mark, ...]] = {
    "pud": (
        Mark(93, 92, "de fr es it pt ru tr id"),
        Mark(90, 89, "cs pl fi sv is gl"),
        Mark(84, 85, "ar hi zh ko th"),
    ),
    "ntrex-dev": (
        Mark(95, 92, "deu fra spa ita nld pol por rus ukr ces swe dan nob fin hun ron ell tur ind vie"),
        Mark(86, 86, "arb fas heb hin zho-CN jpn kor tha"),
    ),
}
HALF: dict[Corpus, Half] = {"pud": "even", "ntrex-dev": "all"}


def measure(data: Path) -> str:
    """The section, as Markdown."""
    linker = Linker(KnowledgeBase.load())
    named = len(concepts_named())
    head = f"""\
## Concepts

Truth: `tests/quality/concept_truth.yaml`, {named} concepts on the English side, by hand. A concept counts once a text.
Names were written while looking at ntrex-dev and at the odd lines of pud; the even lines of pud are held out. What a
translation leaves out, adds or says otherwise is marked there and counts neither way: on the odd lines while the names
were written; on the even lines afterwards, by reading once what was missed and found there when the names were final;
only what is plain from the text was marked, in Thai and Hindi least. No name was added for what was seen on an even
line; one wrong one, the Indonesian word for any republic, was taken out. Recall / precision in percent."""
    sentences = _corpus(data, linker, "pud", "Sentences (even lines of pud, held out)")
    documents = _corpus(data, linker, "ntrex-dev", "Documents (ntrex-dev, development)")
    return f"{head}\n\n{sentences}\n\n{documents}"


def _corpus(data: Path, linker: Linker, corpus: Corpus, title: str) -> str:
    tallies = {code: tally(data, linker, corpus, code, HALF[corpus]) for code in TAGS[corpus]}
    groups = []
    for mark in MARKS[corpus]:
        together = _sum(tallies[code] for code in mark.codes.split())
        tags = " ".join(TAGS[corpus][code] for code in mark.codes.split())
        groups.append([tags, together.recall(), together.precision(), f"{mark.recall:g} / {mark.precision:g}"])
    return "\n\n".join(
        [
            f"### {title}",
            table(["languages", "recall", "precision", "mark"], groups),
            table(
                ["language", "all", *KINDS],
                (
                    [TAGS[corpus][code], _pair(found), *(_pair(found, kind) for kind in KINDS)]
                    for code, found in tallies.items()
                ),
            ),
        ]
    )


def _sum(tallies: Iterable[Tally]) -> Tally:
    together = Tally.empty()
    for found in tallies:
        together.add(found)
    return together


def _pair(found: Tally, kind: str = "") -> str:
    return f"{found.recall(kind):.1f} / {found.precision(kind):.1f}"
