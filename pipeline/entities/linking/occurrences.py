"""The surroundings of a text's words: gaps, borders of scripts, capitals, sentences."""

from __future__ import annotations

import re
import unicodedata

from pipeline.text.scripts import Script
from pipeline.text.tokens import places_of

# Between two words of a name: a space or line break, a hyphen, an apostrophe, a dot with or without a space, the middle
# dots of transcribed names; quotes only where they are glued to both sides, as in Hebrew ארה״ב. Never a comma.
_GAP = re.compile(
    r"[ \t\u00a0\u202f\u200a\u2009]{0,2}\n?[ \t\u00a0]{0,2}|\s?[-‐‑‒–]\s?|['’‘ʼ`´״׳\"]|\.[ \u00a0]?|[·・‧•･.=＝]|\u200c"
)
# Most are one of these, or nothing, and need not be looked at any closer.
_PLAIN_GAPS = frozenset({"", " "})
_SENTENCE_END = re.compile(r"[.!?\n]")
_SENTENCE_REACH = 200
_TITLE_CASE_LETTERS = 4
_TITLE_CASE_WORDS = 3
_TITLE_CASE_SHARE = 0.75
_BEFORE_SENTENCES = '.!?:\n…–—•|»«"“”„(['
_NOUNS_WITH_CAPITAL = frozenset({"de", "lb", "gsw", "nds"})
_SHOUTED_WORDS = 2


class FieldText:
    """One field of an article, cut into tokens.

    Attributes:
        text: As received.
        places: Its tokens.
        words: These as written.
        starts: The first code point of each.
        ends: One past the last of each.
        is_small: It has letters of two cases, and none is a capital.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.places = places_of(text)
        self.words, self.starts, self.ends = self.places[:3]
        self.is_small = text.islower()

    def gap_before(self, token: int) -> str:
        """What stands between a token and the one before it."""
        return self.text[self.ends[token - 1] : self.starts[token]]

    def is_joined(self, first: int, end: int) -> bool:
        """Whether nothing stands between tokens but what may stand inside a name."""
        for token in range(first + 1, end):
            gap = self.gap_before(token)
            if gap not in _PLAIN_GAPS and not _GAP.fullmatch(gap):
                return False
        return True

    def has_borders(self, script: Script, first: int, end: int) -> bool:
        """Scripts without spaces: a katakana word ends where katakana ends, and no sign is torn from its letter."""
        if script not in {"kana", "thai", "other"}:
            return True
        start, stop = self.starts[first], self.ends[end - 1]
        after = self.text[stop : stop + 1]
        if after and unicodedata.category(after) == "Mn":
            return False
        if script != "kana":
            return True
        before = self.text[start - 1 : start]
        return not (_is_katakana(before) and _is_katakana(self.text[start])) and not (
            _is_katakana(after) and _is_katakana(self.text[stop - 1])
        )

    def ends_a_clause(self, end: int) -> bool:
        """Whether a comma, a full stop or the text's end stands behind the token before ``end``."""
        stop = self.ends[end - 1]
        after = self.text[stop : stop + 1]
        return not after or after in ",.;)\n"

    def is_in_title_case(self, token: int) -> bool:
        """Whether the line around a token writes most words with a capital, as headlines do: it says nothing."""
        start, end = self.starts[token], self.ends[token]
        before = self.text[max(0, start - _SENTENCE_REACH) : start].rpartition("\n")[2]
        after = self.text[end : end + _SENTENCE_REACH].partition("\n")[0]
        initials = [word[0] for word in f"{before} {after}".split() if len(word) >= _TITLE_CASE_LETTERS]
        capitals = sum(map(str.isupper, initials))
        return len(initials) >= _TITLE_CASE_WORDS and capitals >= _TITLE_CASE_SHARE * len(initials)

    def starts_sentence(self, token: int) -> bool:
        """Whether a token is the first of a sentence, a line or a quotation, so that its capital says nothing."""
        start = self.starts[token]
        before = self.text[max(0, start - _SENTENCE_REACH) : start].rstrip(" \t\u00a0'’‘")
        return not before or before[-1] in _BEFORE_SENTENCES

    def is_capital_inside(self, token: int, language: str) -> bool:
        """Whether a capital letter tells that a token is a name: inside a sentence, where not every noun has one."""
        return (
            self.words[token][0].isupper()
            and not writes_nouns_with_capital(language)
            and not self.starts_sentence(token)
            and not self.is_in_title_case(token)
            and not self.is_shouted(token, token + 1)
        )

    def is_shouted(self, first: int, end: int) -> bool:
        """Whether the sentence around writes every letter as a capital, so that capitals say nothing."""
        start, stop = self.starts[first], self.ends[end - 1]
        # The word before is small nearly always, and then the sentence need not be cut out.
        if (
            first
            and self.words[first - 1].islower()
            and start - self.starts[first - 1] <= _SENTENCE_REACH
            and not _SENTENCE_END.search(self.gap_before(first))
        ):
            return False
        before = _SENTENCE_END.split(self.text[max(0, start - _SENTENCE_REACH) : start])[-1]
        after = _SENTENCE_END.split(self.text[stop : stop + _SENTENCE_REACH])[0]
        around = f"{before} {after}"
        return around.isupper() and len(around.split()) >= _SHOUTED_WORDS


def writes_nouns_with_capital(language: str) -> bool:
    """Whether every noun of a language is written with a capital, as in German."""
    return language.partition("-")[0] in _NOUNS_WITH_CAPITAL


def has_case(word: str) -> bool:
    """Whether a word is in a script that has capitals."""
    return word.lower() != word.upper()


def _is_katakana(letter: str) -> bool:
    return letter != "" and ("\u30a1" <= letter <= "\u30fa" or letter in "ー\u31f0" or "\uff66" <= letter <= "\uff9d")
