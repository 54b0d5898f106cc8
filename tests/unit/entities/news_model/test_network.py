from __future__ import annotations

import numpy as np
import pytest
import spacy
from thinc.api import Ragged

from pipeline.entities.news_model.language import NAME
from pipeline.entities.news_model.network import lines, neighbours


def test_a_line_break_ends_a_line_and_blanks_are_passed_over() -> None:
    doc = spacy.blank(NAME)("Bonn  ist\n\nalt. \n 中国 人")
    found = [[doc[place].text for place in line.places.tolist()] for line in lines(doc)]
    assert found == [["Bonn", "ist"], ["alt", "."], ["中", "国", "人"]]
    assert list(lines(spacy.blank(NAME)(" \n "))) == []


def test_a_character_is_seen_with_those_right_beside_it() -> None:
    nlp = spacy.blank(NAME)

    def seen(text: str) -> tuple[int, ...]:
        return tuple(next(iter(lines(nlp(text)))).features[1].tolist())

    around = {text: seen(text) for text in ("中国人民", "中国人", "美国人民", "中国 人民", "中国大民")}
    assert len(set(around.values())) == len(around)
    assert len({values[0] for values in around.values()}) == 1


def test_a_word_is_seen_alone() -> None:
    nlp = spacy.blank(NAME)
    first, second = (next(iter(lines(nlp(text)))).features[1] for text in ("Erika Muster kam", "Otto Muster blieb"))
    assert (first == second).all()


@pytest.mark.parametrize("distance", [1, 2, 4])
def test_neighbours_end_with_the_line(distance: int) -> None:
    lengths = [1, 3, 7, 2]
    random = np.random.default_rng(1)
    vectors = random.random((sum(lengths), 2), dtype=np.float32)
    wanted = np.zeros((len(vectors), 6), dtype=np.float32)
    start = 0
    for length in lengths:
        for place in range(start, start + length):
            for column, other in enumerate((place - distance, place, place + distance)):
                if start <= other < start + length:
                    wanted[place, 2 * column : 2 * column + 2] = vectors[other]
        start += length
    layer = neighbours(distance)
    joined, backprop = layer.begin_update(Ragged(vectors, np.asarray(lengths)))  # type: ignore[arg-type]
    assert np.array_equal(np.asarray(joined.dataXd), wanted)
    # Of a linear map, the gradient is its transpose: <Jv, g> = <v, J'g>.
    gradient = random.random(wanted.shape, dtype=np.float32)
    back = np.asarray(backprop(Ragged(gradient.copy(), np.asarray(lengths))).dataXd)  # type: ignore[arg-type]
    assert np.isclose((wanted * gradient).sum(), (vectors * back).sum())
