"""How often a rule for an unlisted person fires on somebody else, in non-Latin scripts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from random import Random
from typing import NamedTuple

from pipeline.concepts import KnowledgeBase
from pipeline.entities import EntityExtractor, Linker, NoRecognizer
from pipeline.messages.articles import EnrichedArticle, IdentifiedArticle, Language
from pipeline.messages.rules import WatchRule
from pipeline.rules.index.rule_index import RuleIndex
from pipeline.text.folding import fold
from pipeline.text.nominatives import nominatives
from pipeline.transliteration.model_files import ModelScript
from tests.quality.measuring_data import read_rows
from tests.quality.report import table
from training.transliteration.corpus import read_pairs, split

# The language of the labelled texts that are read for a script.
LANGUAGES: Mapping[ModelScript, str] = {
    "cyrillic": "ru", "arabic": "ar", "hebrew": "he", "han": "zh", "kana": "ja", "hangul": "ko",
}  # fmt: skip
TEXTS, RULES = 600, 300
_FILES = ("train", "train-more", "test", "test-more")
_BETWEEN_NAMES = str.maketrans("·・", "  ")
_NOW = datetime(2024, 6, 18, tzinfo=UTC)
_SEED = 5


class Strangers(NamedTuple):
    """What rules for people whom the texts do not name find there.

    Attributes:
        texts: With at least one person of two names, labelled by hand.
        people: Of two names, in these texts.
        sharing: Rules whose person shares one name with somebody there, the other drawn at random.
        random: Rules with two names drawn at random.
        wrong_sharing: How often one of the former fires.
        wrong_random: How often one of the latter does.
    """

    texts: int
    people: int
    sharing: int
    random: int
    wrong_sharing: int
    wrong_random: int


def count_strangers(data: Path, script: ModelScript, extractor: EntityExtractor, kb: KnowledgeBase) -> Strangers:
    """Write rules from names that the model never saw, and run them over texts that name other people."""
    draw = Random(_SEED)
    # A rule quotes its names.
    held_out = [pair for pair in split(read_pairs(data / "names", script))[1] if '"' not in pair.latin]
    by_spelling: dict[str, str] = {fold(pair.spelled): pair.latin for pair in held_out}
    spellings: dict[str, set[str]] = defaultdict(set)
    for pair in held_out:
        spellings[pair.latin].add(fold(pair.spelled))
    latin = sorted(spellings)
    rows = list(islice(_rows_with_people(data, LANGUAGES[script]), TEXTS))
    people = sorted({person for _, found in rows for person in found})
    sharing: set[tuple[str, str]] = set()
    for person in people:
        words = [nominatives(fold(word), LANGUAGES[script]) for word in person]
        for place, forms in enumerate(words):
            known = next((by_spelling[form] for form in forms if form in by_spelling), None)
            other = draw.choice(latin)
            if known is not None and spellings[other].isdisjoint(words[1 - place]):
                sharing.add((known, other) if place == 0 else (other, known))
    drawn = {(draw.choice(latin), draw.choice(latin)) for _ in range(RULES)}
    articles = [_article(text, LANGUAGES[script], extractor) for text, _ in rows]
    chosen = draw.sample(sorted(sharing), min(RULES, len(sharing)))
    return Strangers(
        texts=len(rows),
        people=len(people),
        sharing=len(chosen),
        random=len(drawn),
        wrong_sharing=_fires(chosen, articles, kb),
        wrong_random=_fires(sorted(drawn), articles, kb),
    )


def _rows_with_people(data: Path, language: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    for name in _FILES:
        for row in read_rows(data / "ner" / f"{name}.jsonl.xz"):
            if row["lang"] == language:
                spans = [row["text"][start:end] for start, end, label in row["ents"] if label == "PER"]
                words = [span.translate(_BETWEEN_NAMES).split() for span in spans]
                if found := [(pair[0], pair[1]) for pair in words if len(pair) == 2]:
                    yield row["text"], found


def _article(text: str, language: str, extractor: EntityExtractor) -> EnrichedArticle:
    article = IdentifiedArticle(
        id="a", title="", body=text, revision="0", language=Language(tag=language, confidence=1.0)
    )
    return extractor.extract([article], now=_NOW)[0]


def _fires(names: Sequence[tuple[str, str]], articles: Sequence[EnrichedArticle], kb: KnowledgeBase) -> int:
    index = RuleIndex(kb)
    for number, (first, last) in enumerate(names):
        index.add(WatchRule(id=f"stranger-{number}", when=f'person:"{first} {last}"', languages=("en",)))
    return sum(len(index.match(article)) for article in articles)


def measure(data: Path) -> str:
    """The section."""
    return "\n\n".join(_paragraphs(data))


def _paragraphs(data: Path) -> Iterator[str]:
    kb = KnowledgeBase.load()
    extractor = EntityExtractor(NoRecognizer(), Linker(kb))
    counted = {script: count_strangers(data, script, extractor, kb) for script in LANGUAGES}
    yield "## Strangers"
    yield (
        'Rules `person:"First Last"` for people who are not in the knowledge base, with names of the held-out tenth, '
        f"over up to {TEXTS} labelled texts a script that name people by two words. No text names these people, so "
        "every find is wrong. Half of the rules share one name with a person of the texts, with the other drawn at "
        "random; the others have two random names."
    )
    yield table(
        [
            "script",
            "language",
            "texts",
            "people",
            "rules sharing a name",
            "wrong finds",
            "rules of two drawn",
            "wrong finds",
        ],
        [
            [script, LANGUAGES[script], c.texts, c.people, c.sharing, c.wrong_sharing, c.random, c.wrong_random]
            for script, c in counted.items()
        ],
    )
