"""Combine the detectors: every language that one of them names, with its probability."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log

import numpy as np
from py3langid.langid import LanguageIdentifier as LangidModel

from pipeline.language.chinese import chinese_script
from pipeline.language.detectors import Guess, Reading, letters_in, rank_with_langid
from pipeline.language.ngrams import NgramModel, NgramReading
from pipeline.text.language_tags import UNDETERMINED
from pipeline.text.scripts import is_mostly

# CLD2 alone decides if it calls one language reliable, for most of a text that is long enough, with a score that an
# unknown language seldom reaches, and if the language has no close relative that CLD2 confuses with it.
_CLEAR_LETTERS = 400
_CLEAR_SHARE = 0.75
_CLEAR_SCORE = 450
_MIXED_UP = frozenset({"sr", "sr-Latn", "hr", "bs", "ku", "mi", "st", "tn", "xh", "zu"})
# The share of such development documents for which CLD2 was right.
_CLEAR_CONFIDENCE = 0.998

# The other detectors cannot tell Serbian, Croatian and Bosnian in Latin letters apart; the n-grams can.
_SOUTH_SLAVIC = ("sr-Latn", "hr", "bs")
_SOUTH_SLAVIC_GROUP = "sr-Latn+"
# There is a tenth as much Bosnian news as Croatian and Serbian, so a text that could be any of the three is not
# Bosnian.
_BOSNIAN_PRIOR = -1.5

_FLOOR = -8.0
_LIKELY = 0.01


@dataclass(frozen=True, slots=True)
class Weights:
    """The coefficients of the multinomial logit, one for each kind of evidence for a language or for ``und``.

    Attributes:
        ngrams: Of the log probability by our n-grams, above a floor.
        langid: Of langid's, above the same floor.
        share: Of the share of the text that CLD2 gives to the language.
        vouched: CLD2 calls the language reliable.
        frequent: The language is one of the most frequent in news.
        unknown: For ``und``.
        unknown_letters: For ``und``, times a third of the logarithm of the letters, at most 400.
        unknown_share: For ``und``, times the share that CLD2 gives to languages.
        unknown_coverage: For ``und``, times the share of sequences that the n-gram table knows.
    """

    ngrams: float
    share: float
    vouched: float
    langid: float
    frequent: float
    unknown: float
    unknown_letters: float
    unknown_share: float
    unknown_coverage: float


# Fitted by ``training/language/fit_weights.py``.
WEIGHTS = Weights(
    ngrams=0.64,
    share=1.43,
    vouched=1.94,
    langid=0.38,
    frequent=0.52,
    unknown=5.81,
    unknown_letters=1.0,
    unknown_share=2.8,
    unknown_coverage=-4.75,
)

_FREQUENT_LANGUAGES = (
    "ar az bg bn ca cs da de el en es et fa fi fr he hi hr hu hy id is it ja ka kk ko lt lv mk ms nb nl pl pt ro ru sk "
    "sl sq sr sv sw ta th tr uk ur uz vi zh"
)
FREQUENT = frozenset({*_FREQUENT_LANGUAGES.split(), _SOUTH_SLAVIC_GROUP})
"""Languages that news is most often in, as a prior."""


class Ensemble:
    """CLD2, langid and our n-grams; immutable, so threads may share it."""

    def __init__(self, ngrams: NgramModel, langid: LangidModel, weights: Weights = WEIGHTS) -> None:
        self._ngrams = ngrams
        self._langid = langid
        self._weights = weights
        self._south_slavic = [ngrams.tags.index(tag) for tag in _SOUTH_SLAVIC]

    def guess(self, reading: Reading) -> list[Guess]:
        """List the languages that a text may be in: by CLD2 alone if the text is clear, else by all detectors.

        Args:
            reading: The text with CLD2's answer.

        Returns:
            Languages with their probability, likeliest first, down to one in a hundred; ``und`` may be among them.
            Empty if the text has no letter.
        """
        text = reading.text
        letters = letters_in(text, _CLEAR_LETTERS)
        if letters == 0:
            return []
        if letters == _CLEAR_LETTERS and _is_clear(reading):
            return [written(Guess(reading.guesses[0].tag, _CLEAR_CONFIDENCE), text)]
        found = self._ngrams.read(text)
        if letters == _CLEAR_LETTERS and found and _is_south_slavic(reading):
            return self._told_apart(Guess(_SOUTH_SLAVIC_GROUP, _CLEAR_CONFIDENCE), found)
        evidence = self.evidence(reading, found)
        return self._settled(_softmax(evidence), text, found) if evidence else [Guess(UNDETERMINED, 0.0)]

    def evidence(self, reading: Reading, found: NgramReading | None) -> dict[str, float]:
        """Sum the evidence for each language that a detector names, and for ``und``: linear in the weights.

        Args:
            reading: The text, with at least one letter, and CLD2's answer.
            found: The n-grams' answer.

        Returns:
            By tag; Serbian, Croatian and Bosnian in Latin letters are one group. ``und`` competes only in scripts that
            the n-grams cover: other scripts determine the language.
        """
        weights = self._weights
        text = reading.text
        evidence: dict[str, float] = {}
        is_latin = found is not None and not is_mostly(text, "cyrillic")

        def add(tag: str, amount: float) -> None:
            tag = grouped(tag, is_latin=is_latin)
            if tag not in evidence:
                evidence[tag] = weights.frequent * (tag in FREQUENT)
            evidence[tag] += amount

        if found is not None:
            for place in np.flatnonzero(found.log_probabilities > _FLOOR):
                tag = self._ngrams.tags[place]
                if tag not in _SOUTH_SLAVIC:
                    add(tag, weights.ngrams * (float(found.log_probabilities[place]) - _FLOOR))
            together = log(sum(exp(float(found.log_probabilities[place])) for place in self._south_slavic) + 1e-12)
            if together > _FLOOR:
                add(_SOUTH_SLAVIC_GROUP, weights.ngrams * (together - _FLOOR))
        for guess in reading.guesses:
            add(guess.tag, weights.share * guess.confidence)
        if reading.is_reliable:
            add(reading.guesses[0].tag, weights.vouched)
        best: dict[str, float] = {}
        for guess in rank_with_langid(text, self._langid):
            tag = grouped(guess.tag, is_latin=is_latin)
            best[tag] = max(best.get(tag, 0.0), log(guess.confidence + 1e-9) - _FLOOR)
        for tag, amount in best.items():
            add(tag, weights.langid * amount)
        if found is not None:
            evidence[UNDETERMINED] = (
                weights.unknown
                + weights.unknown_letters * log(letters_in(text, _CLEAR_LETTERS)) / 3
                + weights.unknown_share * sum(guess.confidence for guess in reading.guesses)
                + weights.unknown_coverage * found.coverage
            )
        return evidence

    def _settled(self, probabilities: dict[str, float], text: str, found: NgramReading | None) -> list[Guess]:
        """The languages with close relatives told apart, likeliest first."""
        guesses: list[Guess] = []
        for tag, probability in sorted(probabilities.items(), key=lambda pair: -pair[1]):
            if probability < _LIKELY:
                break
            if tag == _SOUTH_SLAVIC_GROUP and found is not None:
                guesses += self._told_apart(Guess(tag, probability), found)
            else:
                guesses.append(written(Guess(tag, probability), text))
        return sorted(guesses, key=lambda guess: -guess.confidence)

    def _told_apart(self, group: Guess, found: NgramReading) -> list[Guess]:
        """Replace the group by Serbian, Croatian and Bosnian, likeliest first."""
        scores = {
            tag: float(found.log_probabilities[place]) + (_BOSNIAN_PRIOR if tag == "bs" else 0.0)
            for tag, place in zip(_SOUTH_SLAVIC, self._south_slavic, strict=True)
        }
        shares = sorted(_softmax(scores).items(), key=lambda pair: -pair[1])
        return [Guess(tag, group.confidence * share) for tag, share in shares if share >= _LIKELY]


def _is_clear(reading: Reading) -> bool:
    return (
        reading.is_reliable
        and reading.score >= _CLEAR_SCORE
        and reading.guesses[0].confidence >= _CLEAR_SHARE
        and reading.guesses[0].tag not in _MIXED_UP
    )


def _is_south_slavic(reading: Reading) -> bool:
    """Whether a text is clearly in one of the three languages that CLD2 confuses, by their joint share."""
    share = sum(guess.confidence for guess in reading.guesses if guess.tag in _SOUTH_SLAVIC)
    return reading.score >= _CLEAR_SCORE and share >= _CLEAR_SHARE


def written(guess: Guess, text: str) -> Guess:
    """The guess with the script in its tag for languages with two scripts: Chinese and Kurdish."""
    if guess.tag.startswith("zh"):
        script, share = chinese_script(text)
        return Guess(f"zh-{script}", guess.confidence * share)
    if guess.tag == "ku" and is_mostly(text, "arabic"):
        return Guess("ckb", guess.confidence)
    return guess


def grouped(tag: str, *, is_latin: bool) -> str:
    """The name under which evidence for a language is summed."""
    if tag in {"sr", *_SOUTH_SLAVIC}:
        return _SOUTH_SLAVIC_GROUP if is_latin else "sr"
    return "zh" if tag.startswith("zh") else tag


def _softmax(scores: dict[str, float]) -> dict[str, float]:
    highest = max(scores.values())
    powers = {tag: exp(score - highest) for tag, score in scores.items()}
    total = sum(powers.values())
    return {tag: power / total for tag, power in powers.items()}
