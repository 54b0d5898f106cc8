"""Whether characters of a text can be a name at all: what stands between words, letter case, borders of scripts."""

from __future__ import annotations

import re
import unicodedata

from pipeline.entities.lexicon import Entry
from pipeline.text.folding import fold
from pipeline.text.tokens import tokenize

# Between two words of a name: a space or line break, a hyphen, an apostrophe, a dot with or without a space, the middle
# dots of transcribed names; quotes only where they are glued to both sides, as in Hebrew ארה״ב. Never a comma.
_GAP = re.compile(
    r"[ \t\u00a0\u202f\u200a\u2009]{0,2}\n?[ \t\u00a0]{0,2}|\s?[-‐‑‒–]\s?|['’‘ʼ`´״׳\"]|\.[ \u00a0]?|[·・‧•･.=＝]|\u200c"
)
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
        tokens: Its tokens.
        is_small: It has letters of two cases, and none is a capital.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.is_small = text.islower()

    def can_be(self, entry: Entry, first: int, end: int) -> bool:
        """Whether tokens ``first`` to ``end`` can be this way of writing a name, meaning left aside."""
        return (
            self._is_joined(first, end)
            and self._has_borders(entry, first, end)
            and (entry.name is None or self._case_fits(entry, first, end))
            and not (entry.is_short_demonym and not self.is_exact(entry, first, end))
            and not self._adds_an_article(entry, first)
            and not self._adds_a_direction(entry, first)
        )

    def is_in_title_case(self, token: int) -> bool:
        """Whether the line around a token writes most words with a capital, as headlines do: it says nothing."""
        start, end = self.tokens.spans[token]
        before = self.text[max(0, start - _SENTENCE_REACH) : start].rpartition("\n")[2]
        after = self.text[end : end + _SENTENCE_REACH].partition("\n")[0]
        longer = [word for word in (*before.split(), *after.split()) if len(word) >= _TITLE_CASE_LETTERS]
        capitals = sum(word[0].isupper() for word in longer)
        return len(longer) >= _TITLE_CASE_WORDS and capitals >= _TITLE_CASE_SHARE * len(longer)

    def starts_sentence(self, token: int) -> bool:
        """Whether a token is the first of a sentence, a line or a quotation, so that its capital says nothing."""
        start = self.tokens.spans[token][0]
        before = self.text[max(0, start - _SENTENCE_REACH) : start].rstrip(" \t\u00a0'’‘")
        return not before or before[-1] in _BEFORE_SENTENCES

    def is_capital_inside(self, token: int, language: str) -> bool:
        """Whether a capital letter tells that a token is a name: inside a sentence, where not every noun has one."""
        return (
            self.tokens.words[token][0].isupper()
            and not self.is_in_title_case(token)
            and not writes_nouns_with_capital(language)
            and not self.starts_sentence(token)
            and not self.is_shouted(token, token + 1)
        )

    def is_exact(self, entry: Entry, first: int, end: int) -> bool:
        """Whether the tokens are the name without anything added at its ends."""
        return entry.folded == tuple(map(fold, self.tokens.words[first:end]))

    def is_shouted(self, first: int, end: int) -> bool:
        """Whether the sentence around writes every letter as a capital, so that capitals say nothing."""
        start, stop = self.tokens.spans[first][0], self.tokens.spans[end - 1][1]
        before = _SENTENCE_END.split(self.text[max(0, start - _SENTENCE_REACH) : start])[-1]
        after = _SENTENCE_END.split(self.text[stop : stop + _SENTENCE_REACH])[0]
        around = f"{before} {after}"
        return around.isupper() and len(around.split()) >= _SHOUTED_WORDS

    def _is_joined(self, first: int, end: int) -> bool:
        spans = self.tokens.spans
        return all(
            spans[place][1] == spans[place + 1][0] or _GAP.fullmatch(self.text, spans[place][1], spans[place + 1][0])
            for place in range(first, end - 1)
        )

    def _has_borders(self, entry: Entry, first: int, end: int) -> bool:
        """Scripts without spaces: a katakana word ends where katakana ends, and no sign is torn from its letter."""
        if entry.script not in {"kana", "thai", "other"}:
            return True
        start, stop = self.tokens.spans[first][0], self.tokens.spans[end - 1][1]
        after = self.text[stop : stop + 1]
        if after and unicodedata.category(after) == "Mn":
            return False
        if entry.script != "kana":
            return True
        before = self.text[start - 1 : start]
        return not (_is_katakana(before) and _is_katakana(self.text[start])) and not (
            _is_katakana(after) and _is_katakana(self.text[stop - 1])
        )

    def _adds_an_article(self, entry: Entry, first: int) -> bool:
        """Whether a name would stand behind the Arabic article, as only adjectives do: ``السيول`` are floods."""
        if entry.script != "arabic" or entry.via == "adjective":
            return False
        added = fold(self.tokens.words[first]).removesuffix(entry.folded[0])
        return added.endswith(("ال", "لل"))

    def _adds_a_direction(self, entry: Entry, first: int) -> bool:
        """Whether a name of no place would stand behind a direction: Nordmann is nobody called Mann."""
        if entry.script != "latin" or entry.ref is None or entry.ref.kind not in {"org", "person"}:
            return False
        return fold(self.tokens.words[first])[:1] != entry.folded[0][:1]

    def _case_fits(self, entry: Entry, first: int, end: int) -> bool:
        surface = self.tokens.words[first:end]
        name = entry.name
        if name is not None and name.case_sensitive:
            if all(word.isupper() or not word.isalpha() for word in surface):
                shouted = self.is_shouted(first, end)
                if name.text.isupper():
                    return not shouted or not _is_word_when_small(entry)
                if shouted:
                    return True
            return all(map(_same_capitals, entry.words, surface))
        if entry.via == "adjective" and name is not None and name.via != "adjective":
            return True
        for wanted, word in zip(entry.words, surface, strict=True):
            if wanted[0].isupper():
                return word[0].isupper() or self.is_small or not _has_case(word)
        return True


def writes_nouns_with_capital(language: str) -> bool:
    """Whether every noun of a language is written with a capital, as in German."""
    return language.partition("-")[0] in _NOUNS_WITH_CAPITAL


def _is_word_when_small(entry: Entry) -> bool:
    """Whether capitals are all that tells an acronym from a word: it is written without dots."""
    return len(entry.words) == 1


def _same_capitals(name_word: str, word: str) -> bool:
    """Whether two words have the same capitals as far as they have the same letters."""
    for wanted, letter in zip(name_word, word, strict=False):
        if fold(wanted) != fold(letter):
            return True
        if wanted.isupper() != letter.isupper():
            return False
    return True


def _is_katakana(letter: str) -> bool:
    return letter != "" and ("\u30a1" <= letter <= "\u30fa" or letter in "ー\u31f0" or "\uff66" <= letter <= "\uff9d")


def _has_case(word: str) -> bool:
    return word.lower() != word.upper()
