"""The training data as arrays: what the network sees of each token, and the tag that it should give."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language

from pipeline.entities.news_model.biluo import MISSING, Span, encode
from pipeline.entities.news_model.network import SHAPE_COLUMN, lines


class Row(NamedTuple):
    """One sentence or passage of the data."""

    language: str
    source: str
    text: str
    entities: list[tuple[int, int, str]]
    ignored: list[tuple[int, int]]


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of one file of the data."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            entities = [(start, end, label) for start, end, label in row["ents"]]
            yield Row(row["lang"], row["src"], row["text"], entities, [(s[0], s[1]) for s in row.get("ignore") or ()])


class Example(NamedTuple):
    """One row for the network: features (tokens by columns) as written, the shapes in capitals and small, tags."""

    features: NDArray[np.uint64]
    upper_shapes: NDArray[np.uint64]
    lower_shapes: NDArray[np.uint64]
    tags: NDArray[np.int8]


def examples_of(row: Row, nlp: Language) -> Iterator[Example]:
    """Cut the lines of a row into tokens and say what each should be tagged; what no token bounds is unknown."""
    doc = nlp.tokenizer(row.text)
    spans: list[Span] = []
    unknown: list[tuple[int, int]] = []
    for start, end, label in row.entities:
        exact = doc.char_span(start, end)
        if exact is not None:
            spans.append((exact.start, exact.end, label))
        else:
            covering = doc.char_span(start, end, alignment_mode="expand")
            if covering is not None:
                unknown.append((covering.start, covering.end))
    for start, end in row.ignored:
        covering = doc.char_span(start, end, alignment_mode="expand")
        if covering is not None:
            unknown.append((covering.start, covering.end))
    tags = encode(len(doc), spans, unknown)
    vocab = nlp.vocab
    for line in lines(doc):
        words = [doc[place].text for place in line.places.tolist()]
        yield Example(
            line.features,
            np.array([vocab[word.upper()].shape for word in words], dtype="uint64"),
            np.array([vocab[word.lower()].shape for word in words], dtype="uint64"),
            tags[line.places],
        )


@dataclass
class Source:
    """The examples of one source and language, given out in shuffled rounds."""

    language: str
    name: str
    examples: list[Example]

    def __post_init__(self) -> None:
        self._order: list[int] = []

    @property
    def tokens(self) -> int:
        """Of all examples together."""
        return sum(len(example.tags) for example in self.examples)

    def draw(self, count: int, random: np.random.Generator) -> list[Example]:
        """The next examples; each comes once before any comes again."""
        drawn = []
        for _ in range(count):
            if not self._order:
                self._order = random.permutation(len(self.examples)).tolist()
            drawn.append(self.examples[self._order.pop()])
        return drawn


class Sampler:
    """Draws batches of documents, so that small languages and news are seen more often than their share.

    Args:
        sources: The data.
        alpha: A source is drawn by its tokens to this power.
        weights: Further factors by the name of the source.
        joined: How often a document is joined of 1, 2, … examples.
        upper_case: Share of the documents in capitals.
        lower_case: Share of those without any.
        random: Where chance comes from.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        *,
        alpha: float,
        weights: Mapping[str, float],
        joined: Sequence[float],
        upper_case: float,
        lower_case: float,
        random: np.random.Generator,
    ) -> None:
        self._sources = sources
        # In tokens; a document's length differs by source, so draws are weighted by tokens over the usual length.
        wanted = np.array([source.tokens**alpha * weights.get(source.name, 1.0) for source in sources])
        length = np.array([source.tokens / len(source.examples) for source in sources])
        self.shares = wanted / wanted.sum()
        draws = wanted / length
        self._chances = draws / draws.sum()
        self._joined = np.asarray(joined)
        self._upper_case, self._lower_case = upper_case, lower_case
        self._random = random

    def batch(self, tokens: int) -> tuple[list[NDArray[np.uint64]], NDArray[np.int8]]:
        """Documents of at least ``tokens`` tokens together: the features of each, and all their tags in a row."""
        documents: list[NDArray[np.uint64]] = []
        tags: list[NDArray[np.int8]] = []
        size = 0
        while size < tokens:
            source = self._sources[self._random.choice(len(self._sources), p=self._chances)]
            examples = source.draw(1 + self._random.choice(len(self._joined), p=self._joined), self._random)
            document = np.concatenate([example.features for example in examples])
            case = self._random.random()
            if case < self._upper_case:
                document[:, SHAPE_COLUMN] = np.concatenate([example.upper_shapes for example in examples])
            elif case < self._upper_case + self._lower_case:
                document[:, SHAPE_COLUMN] = np.concatenate([example.lower_shapes for example in examples])
            documents.append(document)
            tags.extend(example.tags for example in examples)
            size += len(document)
        return documents, np.concatenate(tags)


def known(tags: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Which tokens have a tag."""
    return np.not_equal(tags, MISSING)
