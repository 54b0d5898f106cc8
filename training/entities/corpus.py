"""The training data as arrays: the features of each token and its correct tag."""

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

from pipeline.entities.news_model.biluo import MISSING, OUTSIDE, TAGS, TagSpan, decode, encode
from pipeline.entities.news_model.language import CHARACTER_SHAPES
from pipeline.entities.news_model.network import COLUMNS, PART_COLUMNS, SHAPE_COLUMN, WORD_COLUMN, lines
from pipeline.text.scripts import script_of


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
            if (row["lang"], row["src"]) == _IN_PIECES:
                entities = list(_joined(row["text"], entities))
            yield Row(row["lang"], row["src"], row["text"], entities, [(s[0], s[1]) for s in row.get("ignore") or ()])


# In this source every word of a name is annotated as a name, with the comma after it.
_IN_PIECES = ("nl", "europeana")
_EDGES = ".,;:!?\"'()[]»«„”“"


def _joined(text: str, entities: list[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    """Join consecutive words of one label into one name, up to its punctuation."""
    begun: tuple[int, int, str] | None = None
    for start, end, label in sorted(entities):
        if begun and begun[2] == label and text[begun[1] : start] == " " and text[begun[1] - 1] not in ",;:":
            begun = (begun[0], end, label)
            continue
        if begun:
            yield _without_edges(text, begun)
        begun = (start, end, label)
    if begun:
        yield _without_edges(text, begun)


def _without_edges(text: str, entity: tuple[int, int, str]) -> tuple[int, int, str]:
    start, end, label = entity
    while end - start > 1 and text[end - 1] in _EDGES:
        end -= 1
    return start, end, label


# Beside the features of a token: its shape in upper and in lower case.
UPPER_COLUMN, LOWER_COLUMN = COLUMNS, COLUMNS + 1


class Example(NamedTuple):
    """A line of one row for the network.

    Attributes:
        features: Tokens by columns, as written, and the two further shapes.
        tags: The correct tag of each token.
        mentions: Spans that may be replaced by other names, by token.
        script: The script of the line; None if each character is a token.
    """

    features: NDArray[np.uint64]
    tags: NDArray[np.int8]
    mentions: list[TagSpan]
    script: str


Mention = tuple[NDArray[np.uint64], NDArray[np.int8]]
"""Features and tags of the tokens of one."""


def examples_of(row: Row, nlp: Language) -> Iterator[Example]:
    """Cut the lines of a row into tokens with their tags; spans that do not fit token borders get no tag."""
    doc = nlp.tokenizer(row.text)
    spans: list[TagSpan] = []
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
    script = next((script_of(letter) for letter in row.text if letter.isalpha()), "")
    for line in lines(doc):
        words = [doc[place].text for place in line.places.tolist()]
        shapes = [(vocab[word.upper()].shape, vocab[word.lower()].shape) for word in words]
        own_tags = tags[line.places]
        own_script = "" if any(doc[place].shape_ in CHARACTER_SHAPES for place in line.places.tolist()) else script
        mentions = decode(np.eye(len(TAGS), dtype=np.float32)[np.maximum(own_tags, OUTSIDE)])
        features = np.hstack([line.features, np.array(shapes, dtype="uint64")])
        yield Example(features, own_tags, mentions, own_script)


def mention_of(name: str, label: str, nlp: Language) -> Mention:
    """A name alone, to replace another."""
    example = next(examples_of(Row("", "", name, [(0, len(name), label)], []), nlp))
    return example.features, example.tags


@dataclass
class Source:
    """The examples of one source and language, drawn in shuffled rounds."""

    language: str
    name: str
    examples: list[Example]

    def __post_init__(self) -> None:
        self._order: list[int] = []

    @property
    def tokens(self) -> int:
        """Tokens of all examples together."""
        return sum(len(example.tags) for example in self.examples)

    def draw(self, count: int, random: np.random.Generator) -> list[Example]:
        """The next examples; each comes once before any comes again."""
        drawn = []
        for _ in range(count):
            if not self._order:
                self._order = random.permutation(len(self.examples)).tolist()
            drawn.append(self.examples[self._order.pop()])
        return drawn


class Chances(NamedTuple):
    """How often an example is changed, so that the network does not just memorise its words.

    Attributes:
        upper_case: Share of the documents in capitals.
        lower_case: Share of those without any.
        swapped: Share of the mentions that give way to one of the same label: half from the same source, half from any
            source in the same script;
        known: or so often instead, to a name that the knowledge base has in the language.
        unknown: Share of the tokens whose word is hidden.
        unknown_parts: Share of those of which only prefix, suffix and shape are left.
    """

    upper_case: float
    lower_case: float
    swapped: float
    known: float
    unknown: float
    unknown_parts: float


class Sampler:
    """Draws batches of documents, so that small languages and news are seen more often than their share.

    Args:
        sources: The data.
        alpha: A source is drawn by its tokens to this power.
        weights: Further factors by the name of the source.
        joined: How often a document is joined of 1, 2, … examples.
        chances: How often it is changed.
        known: Names by language and label.
        random: The random generator.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        *,
        alpha: float,
        weights: Mapping[str, float],
        joined: Sequence[float],
        chances: Chances,
        known: Mapping[tuple[str, str], Sequence[Mention]],
        random: np.random.Generator,
    ) -> None:
        self._sources = sources
        # In tokens; a document's length differs by source, so draws are weighted by tokens over the usual length.
        wanted = np.array([source.tokens**alpha * weights.get(source.name, 1.0) for source in sources])
        length = np.array([source.tokens / len(source.examples) for source in sources])
        self.shares = wanted / wanted.sum()
        draws = wanted / length
        self._draws = draws / draws.sum()
        self._joined = np.asarray(joined)
        self._chances = chances
        self._known = known
        self._random = random
        self._by_source: dict[tuple[int, str], list[Mention]] = {}
        self._by_script: dict[tuple[str, str], list[Mention]] = {}
        for number, source in enumerate(sources):
            for example in source.examples:
                if example.script:
                    for start, end, label in example.mentions:
                        mention = (example.features[start:end], example.tags[start:end])
                        self._by_source.setdefault((number, label), []).append(mention)
                        self._by_script.setdefault((example.script, label), []).append(mention)

    def batch(self, tokens: int) -> tuple[list[NDArray[np.uint64]], NDArray[np.int8]]:
        """Documents of at least ``tokens`` tokens together: the features of each, and all their tags in a row."""
        documents: list[NDArray[np.uint64]] = []
        tags: list[NDArray[np.int8]] = []
        size = 0
        while size < tokens:
            number = int(self._random.choice(len(self._sources), p=self._draws))
            examples = self._sources[number].draw(
                1 + self._random.choice(len(self._joined), p=self._joined), self._random
            )
            parts = [part for example in examples for part in self._with_other_mentions(example, number)]
            document = np.concatenate([features for features, _ in parts])
            self._change_case(document)
            self._hide_words(document)
            documents.append(document[:, :COLUMNS])
            tags.extend(part_tags for _, part_tags in parts)
            size += len(document)
        return documents, np.concatenate(tags)

    def _with_other_mentions(self, example: Example, source: int) -> Iterator[Mention]:
        done = 0
        if example.script:
            for start, end, label in example.mentions:
                if self._random.random() < self._chances.swapped:
                    yield example.features[done:start], example.tags[done:start]
                    yield self._other_mention(source, example.script, label)
                    done = end
        yield example.features[done:], example.tags[done:]

    def _other_mention(self, source: int, script: str, label: str) -> Mention:
        pool: Sequence[Mention] = self._known.get((self._sources[source].language, label), ())
        if not pool or self._random.random() >= self._chances.known:
            own = self._random.random() < 0.5
            pool = self._by_source[source, label] if own else self._by_script[script, label]
        return pool[int(self._random.integers(len(pool)))]

    def _change_case(self, document: NDArray[np.uint64]) -> None:
        case = self._random.random()
        if case < self._chances.upper_case:
            document[:, SHAPE_COLUMN] = document[:, UPPER_COLUMN]
        elif case < self._chances.upper_case + self._chances.lower_case:
            document[:, SHAPE_COLUMN] = document[:, LOWER_COLUMN]

    def _hide_words(self, document: NDArray[np.uint64]) -> None:
        chance = self._random.random(len(document))
        hidden = chance < self._chances.unknown
        document[hidden, WORD_COLUMN] = 0
        for column in PART_COLUMNS:
            document[chance < self._chances.unknown_parts, column] = 0


def is_known(tags: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Which tokens have a tag."""
    return np.not_equal(tags, MISSING)
