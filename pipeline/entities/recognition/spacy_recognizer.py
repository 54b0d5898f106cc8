"""Recognize names with any installed spaCy pipelines, one a language."""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.entities.recognition.labels import label_of
from pipeline.entities.recognition.model_choice import OTHER_LANGUAGES, ModelPreferences, choose_models
from pipeline.entities.recognition.spacy_pipeline import EntityPipeline, is_installed
from pipeline.messages.articles import Field, IdentifiedArticle, Label, Mention
from pipeline.text.sentences import sentence_ends

log = logging.getLogger(__name__)

# A document's memory grows with its length, and time on one long run of signs with its square.
_PIECE_CODE_POINTS = 10_000


class _Piece(NamedTuple):
    """The article and field of a text given to a pipeline, and the offset where it starts."""

    article: int
    field: Field
    offset: int


class SpacyRecognizer:
    """Recognizes names with spaCy; every pipeline that serves a language is loaded at once.

    Args:
        preferences: Which pipelines are wanted. One that is missing is logged once; the next, or the fallback, serves.

    Raises:
        ModelMissingError: Nothing is installed that could serve one of the languages.
    """

    def __init__(self, preferences: ModelPreferences) -> None:
        choice = choose_models(preferences, is_installed)
        for missing in choice.missing:
            log.warning("%s", missing)
        loaded: dict[str, EntityPipeline] = {}
        for language, model in choice.by_language.items():
            if model not in loaded:
                loaded[model] = EntityPipeline(model, language, preferences.left_out.get(model, ()))
        self._by_language = {language: loaded[model] for language, model in choice.by_language.items()}
        self._labels = preferences.labels

    def recognize(self, articles: Sequence[IdentifiedArticle]) -> list[tuple[Mention, ...]]:
        """Find mentions in a batch of articles; see ``Recognizer.recognize``.

        Title and body are documents of their own; a batch's texts go to each pipeline together, long ones cut behind
        sentences.
        """
        work: dict[EntityPipeline, list[tuple[_Piece, str]]] = {}
        for number, article in enumerate(articles):
            pipeline = self.pipeline_for(article.language.tag)
            if pipeline is None or not pipeline.finds_entities:
                continue
            pieces = work.setdefault(pipeline, [])
            length = min(_PIECE_CODE_POINTS, pipeline.longest_text)
            fields: tuple[tuple[Field, str], ...] = (("title", article.title), ("body", article.body))
            for field, text in fields:
                pieces.extend((_Piece(number, field, offset), part) for offset, part in _cut(text, length))
        found: list[list[Mention]] = [[] for _ in articles]
        for pipeline, pieces in work.items():
            labels = self._labels.get(pipeline.name, {})
            entities = pipeline.entities([text for _, text in pieces])
            for (piece, text), spans in zip(pieces, entities, strict=True):
                for start, end, own_label in spans:
                    label = labels.get(own_label) or label_of(own_label)
                    if label is not None:
                        found[piece.article].extend(_mention(piece, text, start, end, label))
        return [tuple(mentions) for mentions in found]

    def pipeline_for(self, language: str) -> EntityPipeline | None:
        """The pipeline of the tag, else of the tag with its last subtags taken off, else the fallback."""
        tag = language
        while tag:
            if tag in self._by_language:
                return self._by_language[tag]
            tag = tag.rpartition("-")[0]
        return self._by_language.get(OTHER_LANGUAGES)


def _mention(piece: _Piece, text: str, start: int, end: int, label: Label) -> Iterator[Mention]:
    """Yield the mention of a span without the blanks around it, or nothing when it is all blank."""
    name = text[start:end].strip()
    if name:
        first = piece.offset + text.index(name, start)
        yield Mention(field=piece.field, start=first, end=first + len(name), text=name, label=label, via="model")


def _cut(text: str, length: int) -> Iterator[tuple[int, str]]:
    """Pieces of at most ``length`` code points with offsets: cut behind a sentence, else a blank, else anywhere."""
    if len(text) <= length:
        if text:
            yield 0, text
        return
    ends = sentence_ends(text)
    start = 0
    while start < len(text):
        end = min(start + length, len(text))
        if end < len(text):
            place = bisect_right(ends, end) - 1
            if place >= 0 and ends[place] > start:
                end = ends[place]
            elif (blank := text.rfind(" ", start, end)) > start:
                end = blank + 1
        yield start, text[start:end]
        start = end
