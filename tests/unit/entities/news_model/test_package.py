from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy

from pipeline.entities.news_model.biluo import TAGS
from pipeline.entities.news_model.component import NewsEntities
from pipeline.entities.news_model.language import NAME
from pipeline.entities.news_model.network import Tagger, tag_news
from pipeline.entities.news_model.package import load_model, read_meta, save_model

SMALL: dict[str, Any] = {
    "width": 8, "dilations": [1, 2], "pieces": 2, "feature_width": 4, "rows": [50, 50, 50, 50, 20, 50],
}  # fmt: skip


@pytest.fixture
def network() -> Tagger:
    network: Tagger = tag_news(**SMALL)
    network.initialize(X=[np.zeros((3, 6), dtype="uint64")])
    return network


def test_what_is_saved_is_what_is_loaded(network: Tagger, tmp_path: Path) -> None:
    save_model(network, {"version": "1", "network": SMALL}, tmp_path)
    loaded = load_model(tmp_path).get_pipe(f"{NAME}_entities")
    assert isinstance(loaded, NewsEntities)
    inputs = [np.arange(60, dtype="uint64").reshape(10, 6)]
    (before,), (after,) = network.predict(inputs), loaded.model.predict(inputs)
    assert np.allclose(np.asarray(before), np.asarray(after), atol=0.01)
    assert read_meta(tmp_path)["version"] == "1"


class Always:
    """A network by which the first two tokens of each line are a person."""

    def predict(self, inputs: list[Any]) -> list[Any]:
        outputs = []
        for features in inputs:
            scores = np.zeros((len(features), len(TAGS)), dtype=np.float32)
            scores[:, 0] = 1
            if len(features) > 1:
                scores[0, TAGS.index("B-PER")] = scores[1, TAGS.index("L-PER")] = 2
            outputs.append(scores)
        return outputs


def test_entities_of_lines_are_those_of_the_document() -> None:
    nlp = spacy.blank(NAME)
    model: Any = Always()
    docs = list(
        NewsEntities(model).pipe(nlp.tokenizer(text) for text in ("Erika Muster kam.\nOtto  Muster blieb.", "", "x"))
    )
    assert [[(span.text, span.label_) for span in doc.ents] for doc in docs] == [
        [("Erika Muster", "PER"), ("Otto  Muster", "PER")], [], [],
    ]  # fmt: skip
