from __future__ import annotations

import numpy as np
import spacy
from thinc.api import Adam

from pipeline.entities.news_model.language import NAME
from pipeline.entities.news_model.network import LEXICAL, Features, Tagger, tag_news
from training.entities.word_classes import WordClasses, Words

TOWNS, SURNAMES = ("Bonn", "Ulm", "Köln"), ("Muster", "Beispiel", "Maier")


def features(word: str) -> Features:
    return spacy.blank(NAME)(word).to_array(list(LEXICAL)).astype(np.uint64)


def network() -> Tagger:
    tagger: Tagger = tag_news(width=8, dilations=[1, 2], pieces=2, feature_width=8, rows=[200] * 6)
    np.random.seed(1)  # thinc takes its first weights from there
    tagger.initialize(X=[features("Bonn")])
    return tagger


def classes_of(tagger: Tagger) -> WordClasses:
    words = TOWNS + SURNAMES
    draws = np.arange(1, len(words) + 1) / len(words)
    own = Words(np.vstack([features(word) for word in words]), np.array([0, 0, 0, 1, 1, 1]), draws)
    return WordClasses(tagger, {"de": own}, {"de": 1.0}, np.random.default_rng(1))


def test_words_are_told_apart_by_their_class() -> None:
    tagger = network()
    classes, optimizer = classes_of(tagger), Adam(0.02)
    right = []
    for _ in range(60):
        right.append(classes.learn(12, 1.0))
        tagger.finish_update(optimizer)
        classes.finish(optimizer)
    assert right[0] < 0.9
    assert np.mean(right[-5:]) > 0.95


def test_without_weight_nothing_is_learned_of_the_words() -> None:
    tagger = network()
    before = tagger.get_ref("word").predict(features("Ulm"))
    classes = classes_of(tagger)
    classes.learn(12, 0.0)
    tagger.finish_update(Adam(0.02, L2=0.0))
    assert np.allclose(tagger.get_ref("word").predict(features("Ulm")), before)
