"""Find the passages of an article that are in different languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.language.detectors import Guess, Reading, letters_in
from pipeline.messages.articles import Field
from pipeline.text.language_tags import UNDETERMINED
from pipeline.text.sentences import sentence_ends

# For a name or a title CLD2 reports a few percent of a text; a quoted sentence has more.
_LEAST_SHARE = 0.08
# A sentence with fewer letters or a lower confidence joins its neighbour.
_LEAST_LETTERS = 40
_LEAST_CONFIDENCE = 0.9
# Bounds the time for the longest article: text beyond joins the last passage.
_MOST_SENTENCES = 400

# Languages so close that one sentence does not tell a change of language.
_KIN = (
    frozenset({"sr-Latn", "hr", "bs", "sl"}),
    frozenset({"sr", "mk", "bg"}),
    frozenset({"id", "ms"}),
    frozenset({"nb", "nn", "da"}),
    frozenset({"cs", "sk"}),
    frozenset({"zh-Hans", "zh-Hant", "ja"}),
    frozenset({"pt", "gl", "es"}),
    frozenset({"zu", "xh", "nd", "ss"}),
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one field in one language; ``confidence`` is that of its surest sentence."""

    field: Field
    start: int
    end: int
    tag: str
    confidence: float


def may_be_mixed(reading: Reading) -> bool:
    """Whether CLD2 sees more than one language in a text, close relatives aside; else there is no need to look."""
    tags = [guess.tag for guess in reading.guesses if guess.confidence >= _LEAST_SHARE]
    return any(not _are_kin(tags[0], tag) for tag in tags[1:])


def find_parts(title: str, body: str, identify: Callable[[str], Guess]) -> list[Passage]:
    """Cut an article where its language changes.

    Args:
        title: As received.
        body: As received.
        identify: Names the language of a sentence.

    Returns:
        Passages that cover both fields without a gap, none empty, neighbours in different languages; empty where the
        whole article is in one language.
    """
    sure = [*_sure_sentences("title", title, identify), *_sure_sentences("body", body, identify)]
    parts = [*_passages("title", title, sure), *_passages("body", body, sure)]
    return parts if len({part.tag for part in parts}) > 1 else []


def _sure_sentences(field: Field, text: str, identify: Callable[[str], Guess]) -> Iterator[Passage]:
    ends = sentence_ends(text)[:_MOST_SENTENCES]
    if not ends or ends[-1] < len(text):
        ends.append(len(text))
    for start, end in pairwise([0, *ends]):
        sentence = text[start:end]
        if letters_in(sentence, _LEAST_LETTERS) < _LEAST_LETTERS:
            continue
        tag, confidence = identify(sentence)
        if tag != UNDETERMINED and confidence >= _LEAST_CONFIDENCE:
            yield Passage(field, start, end, tag, confidence)


def _passages(field: Field, text: str, sure: list[Passage]) -> list[Passage]:
    """The confident sentences of a field, joined where neighbours agree, and extended over the text between them."""
    joined: list[Passage] = []
    for sentence in sure:
        if sentence.field != field:
            continue
        if joined and (joined[-1].tag == sentence.tag or _are_kin(joined[-1].tag, sentence.tag)):
            last = joined[-1]
            joined[-1] = replace(last, end=sentence.end, confidence=max(last.confidence, sentence.confidence))
        else:
            joined.append(sentence)
    if not joined:
        # A field without a confident sentence, such as a short headline, joins the rest of the article.
        return [Passage(field, 0, len(text), sure[0].tag, 0.0)] if sure and text else []
    starts = [0, *(passage.start for passage in joined[1:])]
    ends = [*starts[1:], len(text)]
    return [replace(passage, start=start, end=end) for passage, start, end in zip(joined, starts, ends, strict=True)]


def _are_kin(one: str, other: str) -> bool:
    return one == other or any(one in kin and other in kin for kin in _KIN)
