"""The shipped model's network: hashed features of each token, a window over its neighbours, scores of its tags.

spaCy's ``MultiHashEmbed`` gives every feature a table as wide as the network. Here the tables are narrower, which takes
less memory and time, and where a character is a token its pairs and threes with its neighbours stand for the parts of a
word. The encoder is spaCy's, but its layers look ever farther. Sources: Svenstrup et al. 2017 (hash embeddings),
Honnibal and Montani's Tok2Vec, Strubell et al. 2017 (dilated convolutions for names), Chen et al. 2015 (pairs of
characters for Chinese).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from spacy.strings import get_string_id
from spacy.tokens import Doc
from spacy.util import registry
from thinc.api import (
    HashEmbed,
    Linear,
    Maxout,
    Model,
    chain,
    concatenate,
    list2ragged,
    ragged2list,
    residual,
    with_array,
)
from thinc.types import Floats2d, Ints2d, Ragged

from pipeline.entities.news_model.biluo import TAGS
from pipeline.entities.news_model.language import CHARACTER_SHAPES, NAME

ARCHITECTURE = f"{NAME}.Tagger.v1"

LEXICAL = ("NORM", "LOWER", "PREFIX", "SUFFIX", "SHAPE", "LANG")
"""The features of a word alone; what each holds is in ``language``."""
COLUMNS = len(LEXICAL)
"""How many features a token has."""
WORD_COLUMN = 0
"""The feature that is the word itself."""
SHAPE_COLUMN = LEXICAL.index("SHAPE")
"""The one feature that tells the case of a word."""
_STEM, _PREFIX, _SUFFIX, _ENDING = (LEXICAL.index(name) for name in ("LOWER", "PREFIX", "SUFFIX", "LANG"))
PART_COLUMNS = (_STEM, _ENDING)
"""The features that are nearly the word."""
# Odd, so that the product keeps every bit of the first character (Knuth's multiplicative hashing).
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
# Made at import, in microseconds, since every document is read with them.
_CHARACTER_SHAPES = np.asarray([get_string_id(shape) for shape in CHARACTER_SHAPES], dtype="uint64")

Features = NDArray[np.uint64]
"""One row a token, one column a feature."""

Tagger = Model[list[Features], list[Floats2d]]
"""From the features of several lines to the scores of their tokens' tags, in the order of ``TAGS``."""


class TokenLine(NamedTuple):
    """A line of a document without its blanks.

    Attributes:
        features: Of each token.
        places: The number of each token in the document.
    """

    features: Features
    places: NDArray[np.intp]


@registry.architectures(ARCHITECTURE)  # type: ignore[untyped-decorator]
def tag_news(*, width: int, dilations: list[int], pieces: int, feature_width: int, rows: list[int]) -> Tagger:
    """Score the tags of each token.

    Args:
        width: Of a token's vector.
        dilations: How far from a token the neighbours lie that each layer of the encoder sees.
        pieces: Of each maxout.
        feature_width: Width of each feature's vector.
        rows: Of the tables: word, stem, prefix, suffix, shape, ending.

    Returns:
        The network, which refers to the part that sees a word alone as ``word``.
    """
    if len(rows) != COLUMNS:
        raise ValueError(f"rows: {COLUMNS} numbers are needed, one a feature")
    tables: list[Model[Ints2d, Floats2d]] = [
        HashEmbed(feature_width, count, column=column, seed=column + 1) for column, count in enumerate(rows)
    ]
    mix = Maxout(width, feature_width * COLUMNS, nP=pieces, dropout=0.0, normalize=True)
    word: Model[Any, Any] = chain(concatenate(*tables), mix)
    layers: list[Model[Ragged, Ragged]] = [
        residual(
            chain(neighbours(distance), with_array(Maxout(width, 3 * width, nP=pieces, dropout=0.0, normalize=True)))
        )
        for distance in dilations
    ]
    tagger: Tagger = chain(
        list2ragged(),
        with_array(word),
        *layers,
        with_array(Linear(len(TAGS), width)),
        ragged2list(),
    )
    word.set_dim("nO", width)
    tagger.set_ref("word", word)
    return tagger


def neighbours(distance: int) -> Model[Ragged, Ragged]:
    """Join each token's vector with those of the tokens ``distance`` before and behind it, nothing beyond its line."""
    return Model("neighbours", _join_neighbours, attrs={"distance": distance})


def _join_neighbours(
    model: Model[Ragged, Ragged],
    tokens: Ragged,
    is_train: bool,  # noqa: ARG001, FBT001 - thinc's signature
) -> tuple[Ragged, Callable[[Ragged], Ragged]]:
    distance: int = model.attrs["distance"]
    lengths = np.asarray(tokens.lengths)
    vectors = np.asarray(tokens.dataXd)
    count, width = vectors.shape
    # The tokens with none before, and the same counted from the end of the line: with none behind.
    starts = np.cumsum(lengths) - lengths
    places = np.arange(count) - np.repeat(starts, lengths)
    first, last = places < distance, np.repeat(lengths, lengths) - places <= distance
    joined = np.zeros((count, 3 * width), dtype=vectors.dtype)
    joined[distance:, :width] = vectors[:-distance]
    joined[:, width : 2 * width] = vectors
    joined[:-distance, 2 * width :] = vectors[distance:]
    joined[first, :width] = 0
    joined[last, 2 * width :] = 0

    def backprop(gradient: Ragged) -> Ragged:
        parts = np.asarray(gradient.dataXd)
        parts[first, :width] = 0
        parts[last, 2 * width :] = 0
        own = parts[:, width : 2 * width].copy()
        own[:-distance] += parts[distance:, :width]
        own[distance:] += parts[:-distance, 2 * width :]
        return Ragged(cast("Floats2d", own), tokens.lengths)

    return Ragged(cast("Floats2d", joined), tokens.lengths), backprop


def lines(doc: Doc) -> Iterator[TokenLine]:
    """The lines of a document, which the network reads one by one: no name continues behind a line break."""
    lexical = doc.to_array([*LEXICAL, "SPACY"])
    rows = cast("Features", np.ascontiguousarray(lexical[:, :-1]))
    is_character = np.isin(rows[:, SHAPE_COLUMN], _CHARACTER_SHAPES)
    if is_character.any():
        _widen_characters(rows, is_character, lexical[:, -1] == 0)
    is_blank = rows[:, SHAPE_COLUMN] == 0
    breaks = [place for place in np.flatnonzero(is_blank).tolist() if "\n" in doc[place].text]
    words = np.flatnonzero(~is_blank)
    for places in np.split(words, np.searchsorted(words, breaks)) if breaks else (words,):
        if len(places):
            yield TokenLine(rows[places], places)


def _widen_characters(rows: Features, is_character: NDArray[np.bool_], joined: NDArray[np.bool_]) -> None:
    """A character's parts say nothing: pairs and threes with those around it take their columns.

    Args:
        rows: Of all tokens; changed.
        is_character: Which of them are one character of a script without word boundaries.
        joined: Which tokens no space follows.
    """
    own = rows[:, 0].copy()
    following, preceding = np.zeros_like(own), np.zeros_like(own)
    following[:-1] = np.where(joined[:-1], own[1:], 0)
    preceding[1:] = np.where(joined[:-1], own[:-1], 0)
    pair_behind = own * _MULTIPLIER ^ following
    pair_before = preceding * _MULTIPLIER ^ own
    next_but_one = np.zeros_like(own)
    next_but_one[:-1] = np.where(joined[:-1], following[1:], 0)
    for column, values in (
        (_ENDING, pair_behind),
        (_PREFIX, pair_before),
        (_SUFFIX, pair_before * _MULTIPLIER ^ following),
        (_STEM, pair_behind * _MULTIPLIER ^ next_but_one),
    ):
        rows[is_character, column] = values[is_character]
