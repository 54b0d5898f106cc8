"""Two detectors with one interface: CLD2, which is fast and sees mixed articles, and langid for short text."""

from __future__ import annotations

import re
from typing import NamedTuple

import pycld2
from py3langid.langid import LanguageIdentifier as LangidModel

from pipeline.text.language_tags import normalise_tag

# CLD2 refuses a text that holds one of these (measured over all of Unicode): controls but white space, noncharacters.
_REFUSED_BY_CLD2 = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ud800-\udfff"
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17))
    + "]"
)
# Addresses and handles belong to no language. Lengths are bounded, so that no text takes quadratic time.
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[\w.+-]{1,64}@[\w.-]{1,255}|(?<!\w)[@#]\w+")
# Looking for a hint of the above first is ten times as fast, and most articles have none.
_ADDRESS_SIGNS = ("@", "#", "http", "www.")
_NO_ASCII_LETTERS = bytes(byte for byte in range(256) if not chr(byte).isascii() or not chr(byte).isalpha())

# Left out: constructed and joke languages, which CLD2 reports for gibberish, and creoles and Scots, for which both
# detectors mistake short or unusual French and English. News in these is far rarer than such mistakes.
_NOT_OF_NEWS = frozenset(["ie", "ia", "vo", "tlh", "za", "xxx", "un", "pcm", "crs", "mfe", "gcf", "sco"])

_LANGID_CODE_POINTS = 500


class Guess(NamedTuple):
    """A language that a detector names, by normalised tag, and how sure it is, 0..1."""

    tag: str
    confidence: float


class Reading(NamedTuple):
    """CLD2's answer for a text.

    Attributes:
        text: The text that CLD2 read: without addresses, handles and characters that it refuses.
        is_reliable: CLD2 vouches for its first guess.
        guesses: Up to three languages; confidence is the share of the text.
        score: How well the text fits the first of them; 300 to 4,000, by language.
    """

    text: str
    is_reliable: bool
    guesses: tuple[Guess, ...]
    score: float


def letters_in(text: str, at_most: int) -> int:
    """Count letters of any script, up to ``at_most``."""
    # Most articles have enough ASCII letters in their first lines, and counting these is fifty times as fast.
    beginning = text[: 2 * at_most].encode("utf-8", "replace")
    if len(beginning.translate(None, _NO_ASCII_LETTERS)) >= at_most:
        return at_most
    count = 0
    # Piece by piece, since the first lines of an article are usually enough.
    for start in range(0, len(text), 2 * at_most):
        count += sum(map(str.isalpha, text[start : start + 2 * at_most]))
        if count >= at_most:
            return at_most
    return count


def read_with_cld2(text: str) -> Reading:
    """Ask CLD2.

    Args:
        text: Any text; addresses and handles are skipped.

    Source: Sites, Compact Language Detector 2 (2013); about 80 languages, by quadgrams of letters.
    """
    if any(sign in text for sign in _ADDRESS_SIGNS):
        text = _ADDRESS.sub(" ", text)
    try:
        return _reading(text)
    except (pycld2.error, UnicodeEncodeError):
        # CLD2 finds such characters itself. Looking for them first would add a tenth to the step's time.
        return _reading(_REFUSED_BY_CLD2.sub(" ", text))


def _reading(text: str) -> Reading:
    is_reliable, _, details = pycld2.detect(text, isPlainText=True)
    first_is_known = bool(_tag_of_cld2(details[0][1]))
    if not is_reliable:
        # With "best effort" CLD2 also names a language for a text that it found too short or too mixed.
        _, _, details = pycld2.detect(text, isPlainText=True, bestEffort=True)
    guesses = [Guess(tag, percent / 100) for _, code, percent, _ in details if percent and (tag := _tag_of_cld2(code))]
    return Reading(text, is_reliable and first_is_known, tuple(guesses), details[0][3])


def _tag_of_cld2(code: str) -> str:
    return "" if code in _NOT_OF_NEWS or code.startswith(("xx-", "zz")) else normalise_tag(code)


def rank_with_langid(text: str, langid: LangidModel) -> tuple[Guess, ...]:
    """Ask langid for its five likeliest languages; their confidence is the posterior. Gibberish is left out.

    Args:
        text: As CLD2 has read it; the first 500 code points are read.
        langid: Its model.

    Source: Lui and Baldwin, langid.py (2012), in its maintained fork; naive Bayes over byte n-grams.
    """
    merged: dict[str, float] = {}
    for code, confidence in langid.rank(text[:_LANGID_CODE_POINTS])[:5]:
        tag = "" if code in _NOT_OF_NEWS else normalise_tag(code)
        if tag:
            merged[tag] = merged.get(tag, 0.0) + float(confidence)
    return tuple(Guess(tag, min(confidence, 1.0)) for tag, confidence in merged.items())
