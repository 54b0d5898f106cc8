"""An auxiliary task: predict the class of a single word, such as surnames, towns or trades.

The classes are clusters of words with similar contexts (Brown et al. 1992), a million words a language, from
``spacy-lookups-data`` (MIT). The rows with names hold some ten thousand words of German; a network that
knows the class of a word can tell what it is without having seen it in a row (Miller et al. 2004). The classes are not
shipped; only the trained hash tables are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.util import load_language_data, registry
from thinc.api import Adam, Linear

from pipeline.entities.news_model.network import LEXICAL, Features, Tagger

_CLASS = "lexeme_cluster"
_LOG_PROBABILITY = "lexeme_prob"
# A word is drawn by its frequency to this power, so that words that are frequent in the rows do not dominate.
_RARITY = 0.35


class Words(NamedTuple):
    """Words of one language.

    Attributes:
        features: Of each word.
        classes: Of each word, from 0.
        draws: How often each is drawn, summed up to its place.
    """

    features: Features
    classes: NDArray[np.intp]
    draws: NDArray[np.float64]


def read_words(language: str, count: int, nlp: Language) -> Words:
    """The ``count`` most frequent words that are one token."""
    tables: Mapping[str, Any] = registry.lookups.get(language)
    classes: Mapping[str, int] = load_language_data(tables[_CLASS])
    frequencies: Mapping[str, float] = load_language_data(tables[_LOG_PROBABILITY])
    features: list[NDArray[np.uint64]] = []
    own: list[int] = []
    logs: list[float] = []
    for word in sorted(frequencies, key=lambda word: -frequencies[word]):
        # Class 0 holds words too rare for a class.
        if classes.get(word) and any(letter.isalpha() for letter in word):
            doc = nlp.tokenizer(word)
            if len(doc) == 1:
                features.append(doc.to_array(list(LEXICAL))[0])
                own.append(classes[word])
                logs.append(frequencies[word])
        if len(own) == count:
            break
    draws = np.cumsum(np.exp(np.array(logs) * _RARITY))
    return Words(np.array(features, dtype=np.uint64), np.unique(own, return_inverse=True)[1], draws / draws[-1])


class WordClasses:
    """Learns the classes of words with the part of a network that sees a word alone.

    Args:
        network: The network to train.
        words: By language.
        shares: How often a batch is in each language.
        random: The random generator.
    """

    def __init__(
        self, network: Tagger, words: Mapping[str, Words], shares: Mapping[str, float], random: np.random.Generator
    ) -> None:
        self._network = network.get_ref("word")
        self._words = list(words.values())
        self._shares = [shares[language] for language in words]
        self._random = random
        self._heads = [Linear(int(own.classes.max()) + 1, self._network.get_dim("nO")) for own in self._words]
        for head in self._heads:
            head.initialize()

    def learn(self, count: int, weight: float) -> float:
        """Add ``weight`` times the gradient on a batch of words to the network's; return the share of right answers."""
        number = int(self._random.choice(len(self._words), p=self._shares))
        words, head = self._words[number], self._heads[number]
        drawn = np.searchsorted(words.draws, self._random.random(count))
        wanted = words.classes[drawn]
        vectors, backprop_vectors = self._network.begin_update(words.features[drawn])
        scores, backprop_scores = head.begin_update(vectors)
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        right = float((chances.argmax(axis=1) == wanted).mean())
        chances[np.arange(count), wanted] -= 1
        backprop_vectors(backprop_scores(chances * np.float32(weight / count)))
        return right

    def finish(self, optimizer: Adam) -> None:
        """Update the weights of this task only; the caller updates the network's."""
        for head in self._heads:
            head.finish_update(optimizer)
