"""The shipped model's network: hashed features of each token, a window over its neighbours, scores of its tags.

spaCy's ``MultiHashEmbed`` gives every feature a table as wide as the network. Here the tables are narrower, which takes
less memory and time, and a feature is added that single tokens do not have: pairs of characters where a character is a
token. The encoder is spaCy's. Sources: Svenstrup et al. 2017 (hash embeddings), Honnibal and Montani's Tok2Vec,
Chen et al. 2015 (pairs of characters for Chinese).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy.ml.models.tok2vec import MaxoutWindowEncoder
from spacy.strings import get_string_id
from spacy.tokens import Doc
from spacy.util import registry
from thinc.api import HashEmbed, Linear, Maxout, Model, chain, concatenate, list2ragged, ragged2list, with_array
from thinc.types import Floats2d, Ints2d

from pipeline.entities.news_model.biluo import TAGS
from pipeline.entities.news_model.language import CHARACTER_SHAPES, NAME

ARCHITECTURE = f"{NAME}.Tagger.v1"

# Features of a word alone; what each holds is in ``language``.
_LEXICAL = ("NORM", "LOWER", "PREFIX", "SUFFIX", "SHAPE")
SHAPE_COLUMN = _LEXICAL.index("SHAPE")
"""The one feature that tells the case of a word."""
_COLUMNS = len(_LEXICAL) + 1
# Odd, so that the product keeps every bit of the first character (Knuth's multiplicative hashing).
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_CHARACTER_SHAPES = np.asarray([get_string_id(shape) for shape in CHARACTER_SHAPES], dtype="uint64")


Features = NDArray[np.uint64]
"""One row a token, one column a feature."""

Tagger = Model[list[Features], list[Floats2d]]
"""From the features of several lines to the scores of their tokens' tags, in the order of ``TAGS``."""


class Line(NamedTuple):
    """A line of a document without its blanks.

    Attributes:
        features: Of each token.
        places: The number of each token in the document.
    """

    features: Features
    places: NDArray[np.intp]


@registry.architectures(ARCHITECTURE)  # type: ignore[untyped-decorator]
def tag_news(*, width: int, depth: int, window: int, pieces: int, feature_width: int, rows: list[int]) -> Tagger:
    """Score the tags of each token.

    Args:
        width: Of a token's vector.
        depth: Layers of the encoder.
        window: Neighbours on each side that a layer sees.
        pieces: Of each maxout.
        feature_width: Width of each feature's vector.
        rows: Of the tables: word, stem, prefix, suffix, shape, pair of characters.
    """
    if len(rows) != _COLUMNS:
        raise ValueError(f"rows: {_COLUMNS} numbers are needed, one a feature")
    tables: list[Model[Ints2d, Floats2d]] = [
        HashEmbed(feature_width, count, column=column, seed=column + 1) for column, count in enumerate(rows)
    ]
    mix = Maxout(width, feature_width * _COLUMNS, nP=pieces, dropout=0.0, normalize=True)
    tagger: Tagger = chain(
        list2ragged(),
        with_array(chain(concatenate(*tables), mix)),
        ragged2list(),
        MaxoutWindowEncoder(width, window, pieces, depth),
        with_array(Linear(len(TAGS), width)),
    )
    return tagger


def lines(doc: Doc) -> Iterator[Line]:
    """What the network sees of a document: each line by itself, since no name goes on behind a line break."""
    lexical = doc.to_array([*_LEXICAL, "SPACY"])
    rows = np.zeros((len(doc), _COLUMNS), dtype="uint64")
    rows[:, :-1] = lexical[:, :-1]
    is_character = np.isin(lexical[:, SHAPE_COLUMN], _CHARACTER_SHAPES)
    if is_character.any():
        following = np.zeros(len(doc), dtype="uint64")
        following[:-1] = np.where(lexical[:-1, -1] == 0, lexical[1:, 0], 0)
        rows[:, -1] = np.where(is_character, lexical[:, 0] * _MULTIPLIER ^ following, 0)
    is_blank = lexical[:, SHAPE_COLUMN] == 0
    breaks = [place for place in np.flatnonzero(is_blank).tolist() if "\n" in doc[place].text]
    words = np.flatnonzero(~is_blank)
    for places in np.split(words, np.searchsorted(words, breaks)) if breaks else (words,):
        if len(places):
            yield Line(rows[places], places)
