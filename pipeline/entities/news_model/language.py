"""The spaCy language of the shipped model: its tokenizer, and the features of a word.

spaCy's multi-language class leaves a Chinese sentence one token and keeps the case in prefix and suffix. Here every
Han, kana and Hangul character is a token, so that names have token boundaries, and every Thai one with the vowels and
tones written around it; every punctuation mark is one too (``NATO-Generalsekretär``, ``Ankara'da``, ``EU:n``), and what
Arabic and Hebrew write onto the word behind it (``وبالفلبين``: and, in, the Philippines); and only the shape of a word
tells its case, so that headlines in capitals are read as well.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from spacy.language import BaseDefaults, Language
from spacy.tokenizer import Tokenizer
from spacy.util import registry
from thinc.api import Config

from pipeline.text.scripts import UNSEGMENTED, script_of

NAME = "wirewatch_news"

# Korean particles follow a name without a space: "서울에서".
_CHARACTER_TOKENS = UNSEGMENTED + "\u1100-\u11ff\uac00-\ud7ff"
# A vowel written before its consonant, the consonant, the vowels and tones behind and above it: no name ends within.
_THAI_CLUSTER = "[\u0e40-\u0e44]?[\u0e01-\u0e2e][\u0e30-\u0e3a\u0e45\u0e47-\u0e4e]{0,4}"
# Conjunctions and prepositions of one letter. In Hebrew many words begin so by themselves and are cut all the same: one
# word is always cut in one way. The bounds on the rest keep the cutting of a long token linear.
_PROCLITICS = (
    "\u0648(?=[\u0621-\u0647\u0649-\u064a][\u0621-\u064a]{2,14}(?![\u0621-\u064a]))"
    "|[\u0628\u0641\u0643](?=\u0627\u0644[\u0621-\u064a]{2,14}(?![\u0621-\u064a]))"
    "|[\u05d1\u05d5\u05db\u05dc\u05de\u05e9](?=[\u05d0-\u05ea]{4,12}(?![\u05d0-\u05ea]))"
)
_JOINERS = "\u200c\u200d"  # inside words of Persian and Hindi
_STEM_LENGTH = 6
_PREFIX_LENGTH = 3
_SUFFIX_LENGTH = 3
_ENDING_LENGTH = 6
# What a character is in a word's shape; scripts without case differ by their script.
_SCRIPT_SHAPES = {"han": "h", "kana": "k", "thai": "t", "hangul": "g"}
_LONGEST_SHAPE = 12
CHARACTER_SHAPES = (*_SCRIPT_SHAPES.values(), "n")
"""The shapes of tokens that are one character of a script without word boundaries."""


def _punctuation() -> str:
    """Punctuation, signs and control characters, as ranges for a character class."""
    kinds = [
        unicodedata.category(chr(code))[0] in "PS"
        or (unicodedata.category(chr(code)) in ("Cc", "Cf") and not chr(code).isspace() and chr(code) not in _JOINERS)
        for code in range(0x30000)
    ]
    ranges: list[str] = []
    start: int | None = None
    for code, inside in enumerate([*kinds, False]):
        if inside and start is None:
            start = code
        elif not inside and start is not None:
            ranges.append(f"\\U{start:08x}-\\U{code - 1:08x}")
            start = None
    return "".join(ranges)


@lru_cache(maxsize=1)
def _rules() -> tuple[re.Pattern[str], re.Pattern[str]]:
    signs = _punctuation()
    # Many signs in a row are one token: one by one they take time that grows with the square of it.
    prefix = re.compile(rf"[{signs}]{{8,}}|([{signs}])\1*|{_PROCLITICS}")
    infix = re.compile(rf"{_THAI_CLUSTER}|[{_CHARACTER_TOKENS}]|(?!(?<=\d)[.,:](?=\d))[{signs}]")
    return prefix, infix


class _ShapeTable(dict[int, str]):
    """Translates each character to its sign in a word's shape."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        script = script_of(character)
        if script in _SCRIPT_SHAPES:
            # Hiragana writes what stands between names, katakana names.
            shape = "n" if "\u3041" <= character <= "\u309f" else _SCRIPT_SHAPES[script]
        elif character.isdigit():
            shape = "d"
        elif character.isupper() or character.istitle():
            shape = "X"
        elif character.islower():
            shape = "x"
        elif character.isalpha():
            shape = "a"
        else:
            shape = "" if unicodedata.category(character)[0] == "M" else character
        self[code] = shape
        return shape


_shapes = _ShapeTable()
_RUN = re.compile(r"(.)\1{3,}", re.DOTALL)
_DIGIT = re.compile(r"\d")


def _norm(word: str) -> str:
    return _DIGIT.sub("0", word.lower())


def _stem(word: str) -> str:
    return word[:_STEM_LENGTH].lower()


def _prefix(word: str) -> str:
    return word[:_PREFIX_LENGTH].lower()


def _suffix(word: str) -> str:
    return word[-_SUFFIX_LENGTH:].lower()


def _ending(word: str) -> str:
    return word[-_ENDING_LENGTH:].lower()


def _shape(word: str) -> str:
    """No shape for a blank; at least a letter's for all else; of a Thai cluster its script's."""
    if word.isspace():
        return ""
    if "\u0e00" < word[:1] < "\u0e80":
        return _SCRIPT_SHAPES["thai"]
    return _RUN.sub(r"\1\1\1", word[:40].translate(_shapes))[:_LONGEST_SHAPE] or "a"


_FEATURES: dict[str, Callable[[str], str]] = {
    "NORM": _norm,
    "LOWER": _stem,
    "PREFIX": _prefix,
    "SUFFIX": _suffix,
    "SHAPE": _shape,
    # A word has no room for one string more, and a language of its own it does not need here.
    "LANG": _ending,
}


@registry.tokenizers(f"{NAME}.Tokenizer.v1")  # type: ignore[untyped-decorator]
def create_tokenizer() -> Callable[[Language], Tokenizer]:
    """A tokenizer without exceptions or language data, and a vocabulary that computes nothing but the features."""

    def create(nlp: Language) -> Tokenizer:
        vocab: Any = nlp.vocab
        vocab.lex_attr_getters = {vocab.strings[name]: feature for name, feature in _FEATURES.items()}
        prefix, infix = _rules()
        return Tokenizer(nlp.vocab, prefix_search=prefix.match, infix_finditer=infix.finditer)

    return create


class NewsDefaults(BaseDefaults):
    """No exceptions, no stop words."""

    config = Config({"nlp": {"lang": NAME, "tokenizer": {"@tokenizers": f"{NAME}.Tokenizer.v1"}}})


@registry.languages(NAME)
class NewsLanguage(Language):  # type: ignore[no-untyped-call]
    """News in any language."""

    lang = NAME
    Defaults = NewsDefaults
