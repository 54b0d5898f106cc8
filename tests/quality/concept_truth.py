"""What the parallel texts name, and how much of it a linker finds in each language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

import yaml

from pipeline.entities import Linker
from tests.quality.measuring_data import read_rows
from tests.quality.report import percent

Corpus = Literal["pud", "ntrex-dev"]
Half = Literal["odd", "even", "all"]

TRUTH = Path(__file__).with_name("concept_truth.yaml")

# The data's code, and the tag of an article in that language.
TAGS: Mapping[Corpus, Mapping[str, str]] = {
    "pud": {
        "de": "de", "fr": "fr", "es": "es", "it": "it", "pt": "pt", "ru": "ru", "tr": "tr", "id": "id", "cs": "cs",
        "pl": "pl", "fi": "fi", "sv": "sv", "is": "is", "gl": "gl", "ar": "ar", "hi": "hi", "zh": "zh-Hant", "ko": "ko",
        "th": "th", "en": "en",
    },
    "ntrex-dev": {
        "deu": "de", "fra": "fr", "spa": "es", "ita": "it", "nld": "nl", "pol": "pl", "por": "pt", "rus": "ru",
        "ukr": "uk", "ces": "cs", "swe": "sv", "dan": "da", "nob": "nb", "fin": "fi", "hun": "hu", "ron": "ro",
        "ell": "el", "tur": "tr", "ind": "id", "vie": "vi", "arb": "ar", "fas": "fa", "heb": "he", "hin": "hi",
        "zho-CN": "zh-Hans", "jpn": "ja", "kor": "ko", "tha": "th", "bul": "bg", "eng": "en",
    },
}  # fmt: skip


class Tally(NamedTuple):
    """Mentions counted once a text and concept.

    Attributes:
        hits: Named and found.
        misses: Named and not found.
        extras: Found and not named.
    """

    hits: Counter[str]
    misses: Counter[str]
    extras: Counter[str]

    @classmethod
    def empty(cls) -> Tally:
        """Nothing counted yet."""
        return cls(Counter(), Counter(), Counter())

    def add(self, other: Tally) -> None:
        """Count another tally too."""
        for mine, theirs in zip(self, other, strict=True):
            mine.update(theirs)

    def recall(self, kind: str = "") -> float:
        """Found of the named, in percent; of one kind of concept (``country``), or of all."""
        hits = _of_kind(self.hits, kind)
        return percent(hits, hits + _of_kind(self.misses, kind))

    def precision(self, kind: str = "") -> float:
        """Named of the found, in percent."""
        hits = _of_kind(self.hits, kind)
        return percent(hits, hits + _of_kind(self.extras, kind))


class Judged(NamedTuple):
    """One text in one language: its id, what is found rightly, missed, and found wrongly."""

    text_id: str
    hits: frozenset[str]
    misses: frozenset[str]
    extras: frozenset[str]


@cache
def truth() -> Mapping[str, Mapping[Corpus, Mapping[str, Mapping[str, str] | str]]]:
    """The truth file as it stands."""
    loaded: Mapping[str, Mapping[Corpus, Mapping[str, Mapping[str, str] | str]]] = yaml.safe_load(
        TRUTH.read_text(encoding="utf-8")
    )
    return loaded


def concepts_named() -> set[str]:
    """Every concept that some text names."""
    return {
        concept_id
        for texts in truth()["named"].values()
        for named in texts.values()
        if isinstance(named, str)
        for concept_id in named.split()
    }


def judge(data: Path, linker: Linker, corpus: Corpus, code: str, half: Half = "all") -> Iterator[Judged]:
    """Link every text of a language and compare with the truth.

    Args:
        data: The folder of the parallel texts.
        linker: To be judged.
        corpus: Sentences or documents.
        code: The language, as the data calls it.
        half: Sentences on odd lines were looked at while names were written, those on even lines were read once, to
            mark what translations leave out or say otherwise; the first line is odd.
    """
    named, unsure, omitted = (truth()[part][corpus] for part in ("named", "unsure", "omitted"))
    tag = TAGS[corpus][code]
    for number, row in enumerate(read_rows(data / "parallel" / f"{corpus}.jsonl.xz"), start=1):
        if code not in row["text"] or half not in {"all", "odd" if number % 2 else "even"}:
            continue
        text = row["text"][code]
        title, body = ("", text) if isinstance(text, str) else (text[0], "\n".join(text[1:]))
        found = {mention.entity.id for mention in linker.link(title, body, tag) if mention.entity is not None}
        wanted = _ids(named.get(row["id"], ""))
        left_out = omitted.get(row["id"], {})
        open_questions = _ids(unsure.get(row["id"], "")) | _ids(left_out.get(code, "") if left_out else "")  # type: ignore[union-attr]
        yield Judged(
            row["id"],
            frozenset(wanted & found),
            frozenset(wanted - found - open_questions),
            frozenset(found - wanted - open_questions),
        )


def tally(data: Path, linker: Linker, corpus: Corpus, code: str, half: Half = "all") -> Tally:
    """The counts of one language."""
    counted = Tally.empty()
    for judged in judge(data, linker, corpus, code, half):
        counted.add(Tally(Counter(judged.hits), Counter(judged.misses), Counter(judged.extras)))
    return counted


def _ids(written: object) -> set[str]:
    return set(written.split()) if isinstance(written, str) else set()


def _of_kind(counts: Counter[str], kind: str) -> int:
    return sum(count for concept_id, count in counts.items() if concept_id.startswith(f"{kind}/" if kind else ""))
