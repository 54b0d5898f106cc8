"""The component that sets a document's entities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.entities.news_model.biluo import LABELS, decode
from pipeline.entities.news_model.language import NAME
from pipeline.entities.news_model.network import Tagger, lines

FACTORY = f"{NAME}_entities"
_BATCH_DOCS = 16


class NewsEntities:
    """Finds entities by the scores of a network.

    Args:
        model: Scores the tags of every token.
    """

    labels = LABELS

    def __init__(self, model: Tagger) -> None:
        self.model = model

    def __call__(self, doc: Doc) -> Doc:
        """Set the entities of one document."""
        return next(self.pipe([doc]))

    def pipe(self, docs: Iterable[Doc], *, batch_size: int = _BATCH_DOCS) -> Iterator[Doc]:
        """Set the entities of many documents, whose tokens go through the network together."""
        waiting = iter(docs)
        while batch := list(islice(waiting, batch_size)):
            found: list[list[Span]] = [[] for _ in batch]
            work = [(number, line) for number, doc in enumerate(batch) for line in lines(doc)]
            outputs = self.model.predict([line.features for _, line in work]) if work else []
            for (number, line), scores in zip(work, outputs, strict=True):
                for start, end, label in decode(np.asarray(scores, dtype=np.float32)):
                    first, last = int(line.places[start]), int(line.places[end - 1])
                    found[number].append(Span(batch[number], first, last + 1, label=label))
            for doc, spans in zip(batch, found, strict=True):
                doc.set_ents(spans)
                yield doc


@Language.factory(FACTORY, assigns=["doc.ents", "token.ent_iob", "token.ent_type"], default_config={"model": {}})
def create_news_entities(nlp: Language, name: str, model: Tagger) -> NewsEntities:  # noqa: ARG001 - spaCy's signature
    """Make the component from its part of a config."""
    return NewsEntities(model)
