"""The same rules written in four languages, over the same news in those languages: how many fire, and how rightly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

from pipeline.concepts import KnowledgeBase
from pipeline.entities import EntityExtractor, Linker, NoRecognizer
from pipeline.messages.articles import EnrichedArticle, IdentifiedArticle, Language
from pipeline.messages.rules import WatchRule
from pipeline.rules.index.rule_index import RuleIndex
from tests.quality.concept_truth import truth
from tests.quality.measuring_data import read_rows
from tests.quality.report import percent, table

# The tag of rules and articles, and the data's code.
LANGUAGES = {"en": "eng", "de": "deu", "ru": "rus", "zh-Hans": "zho-CN"}
_NOW = datetime(2024, 6, 18, tzinfo=UTC)


def pairs_named(data: Path) -> dict[str, frozenset[tuple[str, str]]]:
    """The pairs of concepts that each document names, by its id."""
    named = truth()["named"]["ntrex-dev"]
    return {
        row["id"]: frozenset(combinations(sorted(str(named.get(row["id"], "")).split()), 2))
        for row in read_rows(data / "parallel" / "ntrex-dev.jsonl.xz")
    }


def pair_rules(kb: KnowledgeBase, pairs: frozenset[tuple[str, str]], language: str) -> tuple[RuleIndex, int]:
    """A rule ``"A" + "B"`` for each pair, by the names in a language; and how many cannot be written so.

    A name that means several concepts is written as a rule's author would: with the concept's id.
    """
    index = RuleIndex(kb)
    by_id = 0
    for first, second in sorted(pairs):
        terms = [_term(kb, concept, language) for concept in (first, second)]
        by_id += sum(term.startswith("entity:") for term in terms)
        index.add(WatchRule(id=_rule_id(first, second), when=" + ".join(terms), languages=(language,)))
    return index, by_id


def _term(kb: KnowledgeBase, concept: str, language: str) -> str:
    name = kb.concept(concept).name(language)
    senses = kb.senses(name, (language,))
    is_alone = bool(senses) and all(sense.concept.id == concept and not sense.name.also for sense in senses)
    return f'"{name}"' if is_alone else f"entity:{concept}"


def _rule_id(first: str, second: str) -> str:
    return f"{first}..{second}".replace("/", ".")


def articles(data: Path, language: str, extractor: EntityExtractor) -> Iterator[tuple[str, EnrichedArticle]]:
    """The documents in a language with what they name, by id."""
    for row in read_rows(data / "parallel" / "ntrex-dev.jsonl.xz"):
        title, *body = row["text"][LANGUAGES[language]]
        article = IdentifiedArticle(
            id=row["id"],
            title=title,
            body="\n".join(body),
            revision="0",
            language=Language(tag=language, confidence=1.0),
        )
        yield row["id"], extractor.extract([article], now=_NOW)[0]


def measure(data: Path) -> str:
    """The section."""
    return "\n\n".join(_paragraphs(data))


def _paragraphs(data: Path) -> Iterator[str]:
    kb = KnowledgeBase.load()
    wanted = pairs_named(data)
    every_pair = frozenset().union(*wanted.values())
    extractor = EntityExtractor(NoRecognizer(), Linker(kb))
    news = {language: list(articles(data, language, extractor)) for language in LANGUAGES}
    rows = []
    by_ids = {}
    for written in LANGUAGES:
        index, by_ids[written] = pair_rules(kb, every_pair, written)
        cells = []
        for read in LANGUAGES:
            hits = misses = extras = 0
            for document, article in news[read]:
                fired = {match.rule.id for match in index.match(article)}
                right = {_rule_id(*pair) for pair in wanted[document]}
                hits, misses, extras = (
                    hits + len(fired & right),
                    misses + len(right - fired),
                    extras + len(fired - right),
                )
            cells.append(f"{percent(hits, hits + misses):.1f} / {percent(hits, hits + extras):.1f}")
        rows.append([written, *cells])
    yield "## Four directions"
    yield (
        f"{len(every_pair):,} rules `A + B`, one for each pair of concepts that a document of ntrex-dev names, "
        "written with the names of each language and run over the 61 documents in each. Recall / precision in "
        "percent against `tests/quality/concept_truth.yaml`; these documents were read while names were "
        "written. Languages are given, and there is no statistical model."
    )
    yield table(["rules in", *(f"news in {language}" for language in LANGUAGES)], rows)
    yield (
        "Terms written with the concept's id, because the name is ambiguous or missing: "
        + ", ".join(f"{language} {count}" for language, count in by_ids.items())
        + f", of {2 * len(every_pair):,} each."
    )
