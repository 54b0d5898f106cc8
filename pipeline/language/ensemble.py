"""What the detectors say together: every language that one of them names, and how probable it is."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log

import numpy as np

from pipeline.language.chinese import chinese_script
from pipeline.language.detectors import Guess, Reading, letters_in, rank_with_langid
from pipeline.language.ngrams import NgramModel, NgramReading
from pipeline.text.language_tags import UNDETERMINED
from pipeline.text.scripts import is_mostly

# Where CLD2 alone is believed: it vouches for one language, for most of a text that is long enough, with a score that a
# language which it does not know seldom reaches, and there are no close kin that it mixes up.
_CLEAR_LETTERS = 400
_CLEAR_SHARE = 0.75
_CLEAR_SCORE = 450
_MIXED_UP = frozenset({"sr", "sr-Latn", "hr", "bs", "ku", "mi", "st", "tn", "xh", "zu"})
# The share of such texts of the development documents for which it was right.
_CLEAR_CONFIDENCE = 0.998

# Serbian, Croatian and Bosnian in Latin letters are one to the other detectors; the n-grams tell which.
_SOUTH_SLAVIC = ("sr-Latn", "hr", "bs")
_SOUTH_SLAVIC_GROUP = "sr-Latn+"
# Bosnian news is a tenth of Croatian and Serbian: what could be any of the three is not taken for it.
_BOSNIAN_PRIOR = -1.5

_FLOOR = -8.0
_LIKELY = 0.01


@dataclass(frozen=True, slots=True)
class Weights:
    """The coefficients of the multinomial logit, one for each thing that speaks for a language or for none.

    Attributes:
        ngrams: Of the log probability by our n-grams, above a floor.
        langid: Of langid's, above the same floor.
        share: Of the share of the text that CLD2 gives to the language.
        vouched: CLD2 vouches for it.
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
    """CLD2, langid and our n-grams; holds nothing that changes, so that threads may share it."""

    def __init__(self, ngrams: NgramModel, weights: Weights = WEIGHTS) -> None:
        self._ngrams = ngrams
        self._weights = weights
        self._south_slavic = [ngrams.tags.index(tag) for tag in _SOUTH_SLAVIC]

    def guess(self, reading: Reading) -> list[Guess]:
        """Name the languages that a text may be in: by CLD2 alone where it is clear, else by all detectors.

        Args:
            reading: The text, and what CLD2 says of it.

        Returns:
            Languages with their probability, likeliest first, down to one in a hundred; ``und`` may be among them.
            Empty where there is not one letter.
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
        """Sum what speaks for each language that a detector names, and for none: linear in the weights.

        Args:
            reading: The text, with at least one letter, and what CLD2 says of it.
            found: What the n-grams say of it.

        Returns:
            By tag; Serbian, Croatian and Bosnian in Latin letters are one group. ``und`` stands only against what the
            n-grams cover: other scripts name their language.
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
        for guess in rank_with_langid(text):
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
        """The languages with their close kin told apart, likeliest first."""
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
        """Serbian, Croatian and Bosnian in the place of their group, likeliest first."""
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
    """Whether a text is clearly in one of the three that CLD2 mixes up, by the share of all of them together."""
    share = sum(guess.confidence for guess in reading.guesses if guess.tag in _SOUTH_SLAVIC)
    return reading.score >= _CLEAR_SCORE and share >= _CLEAR_SHARE


def written(guess: Guess, text: str) -> Guess:
    """The guess with the writing in its tag where a language has two: Chinese and Kurdish."""
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
