"""The composition root: the pure steps built from the settings, for the shell and the command line alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pipeline.concepts import KnowledgeBase
from pipeline.entities import EntityExtractor, Linker, NoRecognizer, Recognizer
from pipeline.entities.recognition.model_choice import ModelPreferences
from pipeline.language import LanguageIdentifier, identify_language
from pipeline.messages.articles import EnrichedArticle, IdentifiedArticle, RawArticle
from pipeline.messages.intake import settled
from pipeline.rules import Limits, RuleCompiler, RuleIndex
from pipeline.settings import NO_PIPELINE, ConceptSettings, EntitySettings, RuleSettings


def build_recognizer(settings: EntitySettings) -> Recognizer:
    """The spaCy pipelines that the settings name, or none.

    Raises:
        ModelMissingError: Nothing is installed that could serve one of their languages.
    """
    if not settings.spacy_models and settings.spacy_fallback == NO_PIPELINE:
        return NoRecognizer()
    from pipeline.entities.recognition.spacy_recognizer import SpacyRecognizer  # noqa: PLC0415 - loads spaCy

    return SpacyRecognizer(model_preferences(settings))


def model_preferences(settings: EntitySettings) -> ModelPreferences:
    """Which spaCy pipelines the settings want for which language."""
    return ModelPreferences(
        by_language=settings.spacy_models,
        fallback="" if settings.spacy_fallback == NO_PIPELINE else settings.spacy_fallback,
        labels=settings.spacy_labels,
        left_out=settings.spacy_left_out,
    )


def build_extractor(settings: EntitySettings) -> EntityExtractor:
    """The entities step: the recognizer of the settings and the linker over the knowledge base."""
    return EntityExtractor(build_recognizer(settings), Linker(load_knowledge_base(settings)))


def build_limits(settings: RuleSettings) -> Limits:
    """How large a rule may be."""
    return Limits(
        max_length=settings.rule_max_length,
        max_nodes=settings.rule_max_nodes,
        max_nesting=settings.rule_max_nesting,
        max_prefixes=settings.rule_max_prefixes,
        max_phrase_words=settings.rule_max_phrase_words,
        alert_memory_seconds=settings.alert_memory_seconds,
    )


def load_knowledge_base(settings: ConceptSettings) -> KnowledgeBase:
    """The knowledge base, with the overlay that the settings name laid over it.

    Raises:
        KnowledgeBaseFileError: It is not built.
        ReviewedFileError: The overlay breaks its form.
        OverlayError: The overlay cannot be used.
    """
    if settings.concepts_overlay is None:
        return KnowledgeBase.load()
    from pipeline.concepts.overlay import load_with_overlay  # noqa: PLC0415 - loads babel

    return load_with_overlay(settings.concepts_overlay, settings.cache_dir)


def build_rule_index(settings: RuleSettings) -> RuleIndex:
    """An index without rules, over the knowledge base."""
    return RuleIndex(load_knowledge_base(settings), build_limits(settings))


def build_rule_compiler(settings: RuleSettings) -> RuleCompiler:
    """Makes of rules what such an index files."""
    return RuleCompiler(load_knowledge_base(settings), build_limits(settings))


class Enrichment:
    """The first two steps in a row, without Kafka: from a raw article to one that rules can be matched against."""

    def __init__(self, identifier: LanguageIdentifier, extractor: EntityExtractor) -> None:
        self._identifier = identifier
        self._extractor = extractor

    @classmethod
    def from_settings(cls, settings: EntitySettings) -> Enrichment:
        """With the recognizer that the settings name."""
        return cls(LanguageIdentifier(settings.cache_dir), build_extractor(settings))

    @classmethod
    def without_models(cls, concepts: KnowledgeBase, cache_dir: Path | None = None) -> Enrichment:
        """With the knowledge base alone: the same result on every machine, as a rule's examples need it."""
        return cls(LanguageIdentifier(cache_dir), EntityExtractor(NoRecognizer(), Linker(concepts)))

    def identify(self, article: RawArticle, *, now: datetime | None = None) -> IdentifiedArticle:
        """Settle the language of an article that ``read_article`` has read."""
        now = now or datetime.now(UTC)
        return identify_language(article, self._identifier, ingested_at=now, now=now)

    def extract(self, articles: Sequence[IdentifiedArticle], *, now: datetime | None = None) -> list[EnrichedArticle]:
        """Find and link what articles name, a batch at once."""
        return self._extractor.extract(articles, now=now or datetime.now(UTC))

    def enrich_text(self, body: str) -> EnrichedArticle:
        """Plain text as an article's body, all the way."""
        now = datetime.now(UTC)
        return self.extract([self.identify(settled(RawArticle(body=body), read_at=now), now=now)], now=now)[0]
