"""Articles within all limits, made so that pairwise comparison would take quadratic time.

The deadline is many times what a step needs, and a fraction of what such comparing would.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pipeline.entities.nesting import nest
from pipeline.messages.articles import Mention
from pipeline.messages.rules import WatchRule
from pipeline.rules import RuleIndex
from pipeline.text.folding import LONGEST_REMEMBERED, fold
from pipeline.text.language_tags import normalise_tag
from pipeline.text.tokens import tokenize
from tests.unit.rules.world import WORLD, article

DEADLINE_SECONDS = 2.0


@contextmanager
def deadline() -> Iterator[None]:
    start = time.process_time()
    yield
    assert time.process_time() - start < DEADLINE_SECONDS


def test_marks_in_the_wrong_order() -> None:
    with deadline():
        words = tokenize("a" + "\u0315\u0316" * 60_000 + "b").words
        folded = [fold(word) for word in words]
    assert folded == ["a", "b"]


def test_names_beside_a_models_spans() -> None:
    def at(start: int, text: str, via: str) -> Mention:
        return Mention(field="body", start=start, end=start + len(text), text=text, label="PER", via=via)  # type: ignore[arg-type]

    names = [at(place, "Putin", "short-name") for place in range(0, 100_000, 10)]
    spans = [at(place + 6, "Xi", "model") for place in range(0, 100_000, 10)]
    with deadline():
        mentions = nest(names, spans, lambda _span, inside: inside)
    assert [mention.text for mention in mentions] == ["Putin", "Xi"] * 10_000


@pytest.mark.parametrize(
    ("when", "body", "url", "fires"),
    [
        ('raw:"\u0301 NATO"', "a\u0301 NATO " * 10_000, "", False),
        ("person:Kowalska", "Kowalska [[Jens|person/jens-stoltenberg]] " * 10_000, "", False),
        ("site:example.org", "x", "https://" + "a." * 50_000 + "example.org", False),
    ],
)
def test_what_a_rule_looks_for(when: str, body: str, url: str, fires: bool) -> None:
    index = RuleIndex(WORLD)
    index.add(WatchRule(id="r", when=when))
    on = article(body, url=url)
    with deadline():
        assert bool(index.match(on)) is fires


def test_memos_keep_no_long_word() -> None:
    readings = WORLD.gazetteer.in_language("en")
    for word in ("a" * LONGEST_REMEMBERED, "a" * (LONGEST_REMEMBERED + 1)):
        assert readings[word] == ()
    assert [word for word in readings if set(word) == {"a"}] == ["a" * LONGEST_REMEMBERED]
    assert fold("É" * 1000) == "e" * 1000
    assert normalise_tag("de" + " " * 1000) == ""
