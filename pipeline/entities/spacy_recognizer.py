"""Recognize names with any installed spaCy pipeline, one a language."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.entities.labels import label_of
from pipeline.errors import ModelMissingError
from pipeline.messages.articles import Field, IdentifiedArticle, Mention

_BLANK = "blank:"
# A document's memory grows with its length: longer texts go in pieces, cut between paragraphs.
_PIECE_CODE_POINTS = 20_000
_BATCH_DOCS = 32


class _Piece(NamedTuple):
    """Which article and field a text given to a pipeline comes from, and where it starts there."""

    article: int
    field: Field
    offset: int


class _Pipeline:
    """One loaded pipeline, cut down to what its entities need; spaCy's string store is not made for several threads."""

    def __init__(self, language: str, model: str) -> None:
        self._nlp = _load(language, model)
        self.finds_entities = _keep_entities_only(self._nlp)
        self._piece_length = min(_PIECE_CODE_POINTS, self._nlp.max_length)
        self._lock = threading.Lock()

    def recognize(self, texts: Sequence[tuple[str, _Piece]]) -> Iterator[tuple[_Piece, Mention]]:
        """Every mention of these texts, with where its text came from; offsets count in the whole field."""
        pieces = [
            (part, piece._replace(offset=offset))
            for text, piece in texts
            for offset, part in _cut(text, self._piece_length)
        ]
        # The zone frees the strings that these texts brought, so that a worker's memory stays flat for weeks.
        with self._lock, self._nlp.memory_zone():
            for doc, piece in self._nlp.pipe(pieces, as_tuples=True, batch_size=_BATCH_DOCS):
                for mention in _mentions(doc, piece):
                    yield piece, mention


class SpacyRecognizer:
    """Recognizes names with spaCy; every pipeline that the settings name is loaded at once.

    Args:
        models: Pipelines by language tag: an installed package, a folder, or ``blank:fr``, which recognizes nothing.
        fallback: Pipeline for languages that have none; empty: these get no mentions.

    Raises:
        ModelMissingError: A pipeline is neither installed nor a folder.
    """

    def __init__(self, models: Mapping[str, str], fallback: str = "") -> None:
        loaded: dict[str, _Pipeline] = {}
        for language, model in models.items():
            if model not in loaded:
                loaded[model] = _Pipeline(language, model)
        if fallback and fallback not in loaded:
            loaded[fallback] = _Pipeline("(fallback)", fallback)
        self._by_language = {language: loaded[model] for language, model in models.items()}
        self._fallback = loaded.get(fallback)

    def recognize(self, articles: Sequence[IdentifiedArticle]) -> list[tuple[Mention, ...]]:
        """Find mentions in a batch of articles; see ``Recognizer.recognize``.

        Title and body are documents of their own; a batch's texts go to each pipeline together.
        """
        work: dict[_Pipeline, list[tuple[str, _Piece]]] = {}
        for number, article in enumerate(articles):
            pipeline = self._pipeline_for(article.language.tag)
            if pipeline is not None and pipeline.finds_entities:
                texts = work.setdefault(pipeline, [])
                texts.append((article.title, _Piece(number, "title", 0)))
                texts.append((article.body, _Piece(number, "body", 0)))
        found: list[list[Mention]] = [[] for _ in articles]
        for pipeline, texts in work.items():
            for piece, mention in pipeline.recognize(texts):
                found[piece.article].append(mention)
        return [tuple(mentions) for mentions in found]

    def _pipeline_for(self, language: str) -> _Pipeline | None:
        """The pipeline of the tag, else of the tag with its last subtags taken off, else the fallback."""
        tag = language
        while tag:
            if tag in self._by_language:
                return self._by_language[tag]
            tag = tag.rpartition("-")[0]
        return self._fallback


def _load(language: str, model: str) -> Language:
    if model.startswith(_BLANK):
        try:
            return spacy.blank(model.removeprefix(_BLANK))
        except ImportError as error:
            raise ModelMissingError(language, model) from error
    if not spacy.util.is_package(model) and not Path(model).is_dir():
        raise ModelMissingError(language, model)
    return spacy.load(model)


def _keep_entities_only(nlp: Language) -> bool:
    """Take everything out of a pipeline that its entities do not need; return whether it finds entities at all."""
    finders = {name for name in nlp.pipe_names if "doc.ents" in nlp.get_pipe_meta(name).assigns}
    needed = set(finders)
    for name in nlp.pipe_names:
        listeners = getattr(nlp.get_pipe(name), "listening_components", ())
        if finders.intersection(listeners):
            needed.add(name)
    for name in [name for name in nlp.component_names if name not in needed]:
        nlp.remove_pipe(name)
    return bool(finders)


def _mentions(doc: Doc, piece: _Piece) -> Iterator[Mention]:
    for span in doc.ents:
        label = label_of(span.label_)
        text = span.text.strip()
        if label is None or not text:
            continue
        start = piece.offset + span.start_char + len(span.text) - len(span.text.lstrip())
        yield Mention(field=piece.field, start=start, end=start + len(text), text=text, label=label, via="model")


def _cut(text: str, length: int) -> Iterator[tuple[int, str]]:
    """Pieces of at most ``length`` code points with offsets: cut after a line, else after a space, else anywhere."""
    start = 0
    while start < len(text):
        end = start + length
        if end < len(text):
            for separator in ("\n", " "):
                place = text.rfind(separator, start, end)
                if place >= 0:
                    end = place + 1
                    break
        yield start, text[start:end]
        start = end
