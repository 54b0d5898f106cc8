"""Cut a rule's condition into the tokens of the rule language, each with its place."""

from __future__ import annotations

import difflib
import re
from itertools import pairwise
from typing import Literal, NamedTuple

from pipeline.errors import RuleError
from pipeline.rules.syntax.origin import Origin
from pipeline.rules.syntax.vocabulary import (
    COUNTED,
    COUNTED_OPERATOR,
    COUNTING_OPERATORS,
    DASHES,
    LANGUAGE_FIELDS,
    LOOK_ALIKES,
    MEANINGFUL_SIGNS,
    NAMED_FIELDS,
    PROXIMITY,
    UNUSED_SIGNS,
    WEIGHT,
)
from pipeline.text.tokens import tokenize

TokenKind = Literal[
    "word",
    "prefix",
    "quoted",
    "field",
    "exact",
    "concept",
    "weight",
    "open",
    "close",
    "comma",
    "and",
    "or",
    "not",
    "near",
    "counted",
    "end",
]


class RuleToken(NamedTuple):
    """One token: what it is, what it says, and where it stands in the condition.

    Attributes:
        text: A word without its star, a quoted text without its quotes, a field without its colon, the number of
            a weight.
        spelling: As written, for messages.
        start: Offset of its first character.
        end: One past its last.
    """

    kind: TokenKind
    text: str
    spelling: str
    start: int
    end: int


_SPACE = re.compile(r"\s*")
# Most tokens are a word of letters and digits or a plus between blanks, and need none of the tests of the others.
_PLAIN = re.compile(r"\s*(?:([^\W_]+)(?=[\s)]|\Z)|(?<=\s)(\+)(?=\s))")
_COUNTING_NAMES = frozenset({"NEAR", "ONEAR", *COUNTED})
_WORD = re.compile(rf"[^\s{re.escape(MEANINGFUL_SIGNS + UNUSED_SIGNS + ''.join(LOOK_ALIKES))}]+")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(r'\\(["\\])')
_CONCEPT = re.compile(r"\[([^\[\]\s]+)\]")
_COUNTING = re.compile(COUNTING_OPERATORS)
_PROXIMITY = re.compile(PROXIMITY)
_COUNTED_OPERATOR = re.compile(COUNTED_OPERATOR)
_WEIGHT = re.compile(WEIGHT)
_WORD_OPERATORS: dict[str, TokenKind] = {"AND": "and", "OR": "or", "NOT": "not"}
_SINGLE: dict[str, TokenKind] = {"(": "open", ")": "close", "|": "or", ",": "comma"}
_SIGNS = frozenset("()|+-,")
_AFTER_TERM = " )|,"
_DISTANCE = re.compile(r"\d{1,3}")
_WRITE_OUT = "write the words that you mean with OR, as in (color OR colour)"
_STAR = f"a star stands only at the end of a word, as in korea*: elsewhere {_WRITE_OUT}"
_WEIGHED = frozenset({"word", "prefix", "quoted", "concept", "close"})


def scan(text: str, origin: Origin) -> list[RuleToken]:
    """Cut a condition into tokens; the last one is the end.

    Raises:
        RuleError: A sign stands where it has no meaning.
    """
    return _Lexer(text, origin).tokens()


class _Lexer:
    """The state of one scan."""

    def __init__(self, text: str, origin: Origin) -> None:
        self._text = text
        self._origin = origin
        self._position = 0
        self._tokens: list[RuleToken] = []

    def tokens(self) -> list[RuleToken]:
        """Every token in order."""
        text = self._text
        tokens = self._tokens
        while True:
            position = self._position
            plain = _PLAIN.match(text, position)
            if plain is not None:
                word, plus = plain.groups()
                end = plain.end()
                if plus is not None:
                    self._position = end
                    tokens.append(RuleToken("and", plus, plus, end - 1, end))
                    continue
                start = end - len(word)
                if (start > position or not tokens or tokens[-1].kind == "open") and word not in _COUNTING_NAMES:
                    self._position = end
                    tokens.append(RuleToken(_WORD_OPERATORS.get(word, "word"), word, word, start, end))
                    continue
            self._position = position = _SPACE.match(text, position).end()  # type: ignore[union-attr]  # matches always
            if position == len(text):
                self._add("end", "", position)
                return tokens
            sign = text[position]
            if sign in _SINGLE:
                self._position = position + 1
                tokens.append(RuleToken(_SINGLE[sign], sign, sign, position, position + 1))
            else:
                self._next(sign)

    def _next(self, sign: str) -> None:
        if sign == '"':
            self._quoted()
        elif sign == "+":
            self._plus()
        elif sign == "-":
            self._minus()
        elif sign == "=":
            self._equals()
        elif sign == "[":
            self._concept()
        elif sign == "^":
            self._weight()
        elif word := _WORD.match(self._text, self._position):
            self._word(word.group(), word.end())
        else:
            self._misplaced(sign)

    def _add(self, kind: TokenKind, text: str, end: int) -> None:
        self._tokens.append(RuleToken(kind, text, self._text[self._position : end], self._position, end))
        self._position = end

    def _touching(self) -> RuleToken | None:
        """The token that ends right here, or None after a space and at the start."""
        return self._tokens[-1] if self._tokens and self._tokens[-1].end == self._position else None

    def _sign_at(self, position: int) -> str:
        """The character at an offset; a blank for any kind of space and for the end."""
        sign = self._text[position : position + 1]
        return " " if not sign or _SPACE.fullmatch(sign) else sign

    def _quoted(self) -> None:
        touching = self._touching()
        if touching is not None and touching.spelling not in _SIGNS and touching.kind not in {"field", "exact"}:
            raise self._origin.error(
                "put a space before this quote, or take the whole term into the quotes", self._position
            )
        found = _QUOTED.match(self._text, self._position)
        if found is None:
            raise self._origin.error('this quote is never closed: expected another "', self._position)
        after = self._sign_at(found.end())
        if after not in _AFTER_TERM + "([+^" and after not in UNUSED_SIGNS and after not in LOOK_ALIKES:
            raise self._origin.error("put a space behind this closing quote", found.end() - 1)
        self._add("quoted", _ESCAPE.sub(r"\1", found.group(1)), found.end())

    def _plus(self) -> None:
        touching = self._touching()
        if touching is not None and touching.kind in {"word", "prefix"}:
            word = self._text[touching.start :].split(maxsplit=1)[0]
            raise self._error_to_quote(
                f'a + glued to a word is no operator: quote it ("{_bare(word)}"), or put a space before the +',
                self._position,
            )
        self._add("and", "+", self._position + 1)

    def _minus(self) -> None:
        touching = self._touching()
        if self._sign_at(self._position + 1) == " ":
            raise self._origin.error(
                "a dash between spaces means nothing: write -A for NOT A, or quote it", self._position
            )
        if touching is not None and touching.kind not in {"open", "close", "comma"}:
            raise self._origin.error("put a space before this -, so that it means NOT", self._position)
        self._add("not", "-", self._position + 1)

    def _equals(self) -> None:
        touching = self._touching()
        if touching is not None and touching.spelling not in _SIGNS and touching.kind != "field":
            raise self._error_to_quote(
                "= means the exact word and stands before it: put a space before the =, or quote the whole term",
                self._position,
            )
        if self._sign_at(self._position + 1) == " ":
            raise self._origin.error("expected a word right behind =", self._position)
        self._add("exact", "=", self._position + 1)

    def _concept(self) -> None:
        touching = self._touching()
        if touching is None or touching.kind not in {"word", "quoted"}:
            raise self._origin.error(
                "square brackets hold a concept's id and stand right behind its name: Georgia[country/ge]",
                self._position,
            )
        found = _CONCEPT.match(self._text, self._position)
        if found is None:
            raise self._origin.error("expected a concept's id and ], as in Georgia[country/ge]", self._position)
        self._add("concept", found.group(1), found.end())

    def _weight(self) -> None:
        touching = self._touching()
        if touching is None or touching.kind not in _WEIGHED:
            raise self._origin.error("a weight stands right behind its term: NATO^3", self._position)
        found = _WEIGHT.match(self._text, self._position)
        if found is None or self._sign_at(found.end()) not in _AFTER_TERM:
            raise self._origin.error(
                "expected a weight of at most three digits, as in NATO^3, NATO^0.5 or rumour^-2, and a space behind it",
                self._position,
            )
        self._add("weight", found["weight"], found.end())

    def _word(self, word: str, end: int) -> None:
        touching = self._touching()
        if touching is not None and touching.kind in {"prefix", "concept", "weight"}:
            raise self._origin.error(f"put a space before {word}", self._position)
        if word[0] in DASHES:
            raise self._origin.error("this dash is not the one of the keyboard: write -A for NOT A", self._position)
        after = self._sign_at(end)
        if after == ":":
            self._field(word, end)
            return
        if _COUNTING.fullmatch(word):
            self._counting(word, end)
            return
        if word in _WORD_OPERATORS:
            self._add(_WORD_OPERATORS[word], word, end)
            return
        if not tokenize(word).words:
            hint = (
                "write AND"
                if word == "&&"
                else "quote the term that it belongs to, or leave it out; signs and emoji alone are not searched"
            )
            raise self._error_to_quote(f"{word} holds no letter and no digit: {hint}", self._position)
        if after == "*":
            self._prefix(word, end)
            return
        self._add("word", word, end)

    def _counting(self, word: str, end: int) -> None:
        """NEAR, ONEAR and what is in ``COUNTED``, which carry a number."""
        if _COUNTED_OPERATOR.fullmatch(word):
            self._add("counted", word, end)
        elif _PROXIMITY.fullmatch(word):
            self._add("near", word, end)
        else:
            name = word.partition("/")[0]
            expected = (
                f"how many of its clauses it takes: {name}/2(A, B, C)"
                if name in COUNTED
                else f"how near: {name}/8 (words), {name}/s (one sentence) or {name}/p (one paragraph)"
            )
            raise self._error_to_quote(f"{name} says {expected}; to search for the word, quote it", self._position)

    def _field(self, name: str, end: int) -> None:
        touching = self._touching()
        if touching is not None and touching.kind == "exact":
            raise self._origin.error(f"= stands behind the field: write {name}:=…", touching.start)
        if name not in NAMED_FIELDS and name not in LANGUAGE_FIELDS:
            close = difflib.get_close_matches(name.lower(), NAMED_FIELDS, n=1)
            hint = (
                f"did you mean {close[0]}:?"
                if close
                else f"fields are {', '.join(NAMED_FIELDS)} and two-letter languages"
            )
            raise self._error_to_quote(
                f"{name}: is no field ({hint}); to search for the characters, quote them", self._position
            )
        if self._sign_at(end + 1) == " ":
            raise self._origin.error(f"expected a term right behind {name}:", end)
        self._add("field", name, end + 1)

    def _prefix(self, word: str, end: int) -> None:
        if self._sign_at(end + 1) not in _AFTER_TERM + "+^":
            raise self._origin.error(_STAR, end)
        start = self._position
        self._tokens.append(RuleToken("prefix", word, f"{word}*", start, end + 1))
        self._position = end + 1

    def _misplaced(self, sign: str) -> None:
        at = self._position
        if sign in LOOK_ALIKES:
            raise self._origin.error(f"this sign is not the one of the keyboard: type {LOOK_ALIKES[sign]}", at)
        if sign == "*":
            raise self._origin.error(_STAR, at)
        if sign == "?":
            raise self._origin.error(f"? stands for no letter: {_WRITE_OUT}; a sign of a name stands in quotes", at)
        if sign == "~":
            raise self._origin.error(self._instead_of_tilde(), at)
        if sign == "!":
            raise self._error_to_quote("! is no operator: write -A for NOT A, or quote the term that it belongs to", at)
        if sign == ":":
            raise self._error_to_quote(
                "expected a field before the colon, as in title:NATO; to search for it, quote it", at
            )
        if sign == "]":
            raise self._origin.error("this ] was never opened: a concept's id stands as in Georgia[country/ge]", at)
        raise self._error_to_quote(f"{sign} has no meaning outside quotes: quote the term that it belongs to", at)

    def _instead_of_tilde(self) -> str:
        """What to write for Lucene's ``word~1`` and ``"two words"~5``."""
        touching = self._touching()
        distance = _DISTANCE.match(self._text, self._position + 1)
        if touching is None or touching.kind != "quoted":
            return f"~ finds no similar words: {_WRITE_OUT}"
        reach = distance.group() if distance else "8"
        first, *others = touching.text.split() or [""]
        if not others:
            return f"~ finds no similar words: {_WRITE_OUT}"
        pairs = [f"{one} NEAR/{reach} {other}" for one, other in pairwise([first, *others])]
        return "~ says no distance: write " + (
            pairs[0] if len(pairs) == 1 else " + ".join(f"({pair})" for pair in pairs)
        )

    def _error_to_quote(self, problem: str, at: int) -> RuleError:
        """An error whose way out is to quote something."""
        if self._origin.in_yaml_quotes:
            problem += """ (the quotes around the whole are YAML's: write both kinds, as in when: '"Disney+"')"""
        return self._origin.error(problem, at)


def _bare(word: str) -> str:
    """The word as it can stand in quotes."""
    return word.rstrip(')"|').replace('"', "")
