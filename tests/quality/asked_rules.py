"""The sentences of ``asked/``, the rules asked of them, and which of these fire, the whole way of an article."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from pipeline.assembly import Enrichment
from pipeline.concepts import KnowledgeBase
from pipeline.entities import EntityExtractor, Linker, NoRecognizer
from pipeline.entities.recognition.model_choice import ModelPreferences
from pipeline.entities.recognition.spacy_pipeline import SHIPPED
from pipeline.entities.recognition.spacy_recognizer import SpacyRecognizer
from pipeline.errors import RuleError
from pipeline.language import LanguageIdentifier
from pipeline.messages.articles import RawArticle
from pipeline.messages.intake import settled
from pipeline.messages.rules import LATEST_READING, WatchRule
from pipeline.rules import RuleCompiler, RuleIndex, check_rule

_FOLDER = Path(__file__).with_name("asked")
_NOW = datetime(2026, 3, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """One rule asked of one sentence.

    Attributes:
        language: The sentence's tag.
        kind: Of the name (``city``), or of the homonym (``surname``).
        rule: The condition as an analyst types it.
        text: The sentence.
        mark: ``concept`` where a knowledge base should hold the name, ``unlisted`` where it may lack it, ``silent``
            where the rule must not fire, ``unsure`` where it may or may not: a name inside another one.
    """

    language: str
    kind: str
    rule: str
    text: str
    mark: str


class Strangers(NamedTuple):
    """Unlisted people in one language.

    Attributes:
        people: A name in Latin letters, and a sentence that names this person.
        others: Sentences that name none of the people, in any language.
    """

    people: tuple[tuple[str, str], ...]
    others: tuple[str, ...]


def read_names() -> list[Asked]:
    """Countries, regions, cities, organisations and people that sentences name, and what is unsure there."""
    return [
        Asked(language, kind, rule, row["text"], mark)
        for language, rows in _files("names")
        for row in rows
        for mark in ("concept", "unlisted", "unsure")
        for kind, rules in row.get(mark, {}).items()
        for rule in rules
    ]


def read_homonyms() -> list[Asked]:
    """Pairs: a sentence in which the rule must be silent, then its counterpart."""
    return [
        Asked(language, row["kind"], row["rule"], row[part], mark)
        for language, rows in _files("homonyms")
        for row in rows
        for part, mark in (("silent", "silent"), ("fires", "concept"))
    ]


def read_possessives() -> list[Asked]:
    """Pairs: the country of a headline, then the person."""
    rows_by_language = yaml.safe_load((_FOLDER / "possessives.yaml").read_text(encoding="utf-8"))
    return [
        Asked(language, kind, row[kind], row["title"], "concept")
        for language, rows in rows_by_language.items()
        for row in rows
        for kind in ("country", "person")
    ]


def read_unlisted() -> dict[str, Strangers]:
    """People of no knowledge base, by language."""
    return {
        language: Strangers(tuple((row["name"], row["text"]) for row in rows["people"]), tuple(rows["others"]))
        for language, rows in _files("unlisted")
    }


class RuleTrial:
    """Rules over sentences of which nothing is told: their language is identified from the sentence alone.

    Args:
        kb: Where names are looked up.
        with_model: Whether the shipped model reads the sentences too.
    """

    def __init__(self, kb: KnowledgeBase, *, with_model: bool = True) -> None:
        self._kb = kb
        self._compiler = RuleCompiler(kb)
        recognizer = SpacyRecognizer(ModelPreferences(fallback=SHIPPED)) if with_model else NoRecognizer()
        self._enrichment = Enrichment(LanguageIdentifier(), EntityExtractor(recognizer, Linker(kb)))

    def fired(self, rules: Iterable[str], texts: Iterable[str], *, as_titles: bool = False) -> dict[str, set[str]]:
        """Which of the rules fire on each text, which is an article's body or its title; a refused rule never does."""
        index = RuleIndex(self._kb)
        by_id = {f"asked-{number}": rule for number, rule in enumerate(dict.fromkeys(rules))}
        for rule_id, rule in by_id.items():
            with suppress(RuleError):  # ``refusal`` tells it
                index.add(WatchRule(id=rule_id, when=rule, reading=LATEST_READING))
        once = list(dict.fromkeys(texts))
        raw = (RawArticle(title=text) if as_titles else RawArticle(body=text) for text in once)
        identified = [self._enrichment.identify(settled(article, read_at=_NOW), now=_NOW) for article in raw]
        return {
            text: {by_id[match.rule.id] for match in index.match(article)}
            for text, article in zip(once, self._enrichment.extract(identified, now=_NOW), strict=True)
        }

    def refusal(self, rule: str) -> str:
        """Why a rule cannot be used, mostly as its name may mean two things, and how to write it; empty if it can."""
        try:
            self._compiler.requirements(WatchRule(id="asked", when=rule, reading=LATEST_READING))
        except RuleError as problem:
            return str(problem).partition("\n")[0]
        return ""

    def held(self, rules: Iterable[str]) -> set[str]:
        """The rules whose names the knowledge base holds today; those that are refused it holds more than once."""
        return {
            rule
            for rule in set(rules)
            if self.refusal(rule) or check_rule(WatchRule(id="asked", when=rule), self._kb).canonical.endswith("]")
        }


def _files(folder: str) -> Iterator[tuple[str, Any]]:
    for path in sorted((_FOLDER / folder).glob("*.yaml")):
        yield path.stem, yaml.safe_load(path.read_text(encoding="utf-8"))
