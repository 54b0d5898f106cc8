"""Parse a condition by recursive descent: NEAR binds tightest, then NOT, AND, OR.

The grammar is tests/property/watch_rules.lark; both read every condition alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from pipeline.rules.syntax.expressions import (
    And,
    AtLeast,
    Counted,
    Expression,
    Not,
    Or,
    Proximity,
    Term,
    Unit,
    Word,
    map_leaves,
)
from pipeline.rules.syntax.lexer import RuleToken, scan
from pipeline.rules.syntax.limits import Limits
from pipeline.rules.syntax.origin import Origin, RuleWarning
from pipeline.text.tokens import words_of

_BARE_WORDS = frozenset({"word", "prefix"})
_ENDS_WORD = frozenset({"and", "or", "not", "close", "comma", "end"})
# The operator of each word in ``COUNTED``.
_COUNTED: Mapping[str, type[Counted[Term]]] = {
    "ATLEAST": AtLeast,
}
_STARTS_TERM = frozenset({"word", "prefix", "quoted", "field", "exact", "open", "counted"})


class Parsed(NamedTuple):
    """A condition as written.

    Attributes:
        expression: Its tree.
        warnings: What is doubtful in how it is written.
        is_plain: Whether it has neither NOT nor ATLEAST nor weights, so that there is little to check.
    """

    expression: Expression[Term]
    warnings: list[RuleWarning]
    is_plain: bool


def parse(text: str, origin: Origin | None = None, limits: Limits | None = None) -> Parsed:
    """Read a condition.

    Args:
        text: What stands behind ``when:``.
        origin: Where it stands, for errors; by default the text itself.
        limits: Its bounds.

    Raises:
        RuleError: It is not of the language, or over a limit; says where and what was expected.
    """
    origin = origin or Origin(text=text)
    limits = limits or Limits()
    if len(text) > limits.max_length:
        raise origin.error(
            f"the condition has {len(text):,} characters, max_length allows {limits.max_length:,}: split the rule", 0
        )
    return _Parser(scan(text, origin), origin, limits).condition()


class _Chain(NamedTuple):
    """What stands between two ORs; ``operator`` is the place of its first AND, or None."""

    expression: Expression[Term]
    operator: int | None


class _Parser:
    """The state of one parse."""

    def __init__(self, tokens: list[RuleToken], origin: Origin, limits: Limits) -> None:
        self._tokens = tokens
        self._at = 0
        self._token = tokens[0]
        self._origin = origin
        self._limits = limits
        self._nodes = 0
        self._prefixes = 0
        self._is_plain = True
        self._warnings: list[RuleWarning] = []

    def condition(self) -> Parsed:
        """The whole text."""
        expression = self._alternatives(0)
        token = self._token
        if token.kind == "close":
            raise self._origin.error("this bracket was never opened", token.start)
        self._refuse_comma(token)
        return Parsed(expression, self._warnings, self._is_plain)

    def _take(self) -> RuleToken:
        token = self._token
        self._at += 1
        self._token = self._tokens[self._at]
        return token

    def _count(self, token: RuleToken) -> None:
        self._nodes += 1
        if self._nodes > self._limits.max_nodes:
            raise self._origin.error(
                f"the rule has more than max_nodes = {self._limits.max_nodes:,} terms and operators: split it",
                token.start,
            )

    def _deeper(self, depth: int, token: RuleToken) -> int:
        if depth >= self._limits.max_nesting:
            raise self._origin.error(
                f"brackets and NOT are nested deeper than max_nesting = {self._limits.max_nesting}: flatten the rule",
                token.start,
            )
        return depth + 1

    def _alternatives(self, depth: int) -> Expression[Term]:
        """``chain (OR chain)*``, after a ``+`` that Google's and Lucene's users write first."""
        first = self._token
        if first.spelling == "+" and self._tokens[self._at + 1].start == first.end:
            self._take()
        chains = [self._chain(depth)]
        while self._token.kind == "or":
            self._count(self._take())
            chains.append(self._chain(depth))
        if len(chains) == 1:
            return chains[0].expression
        mixed = next((chain.operator for chain in chains if chain.operator is not None), None)
        if mixed is not None:
            self._warnings.append(
                self._origin.warning(
                    "AND binds tighter than OR: put brackets around what belongs together, as in A + (B OR C)", mixed
                )
            )
        return Or(tuple(chain.expression for chain in chains))

    def _chain(self, depth: int) -> _Chain:
        """Negations joined by AND, by ``+``, or by standing side by side."""
        parts = [self._negation(depth)]
        operator: int | None = None
        while True:
            token = self._token
            if token.kind == "and":
                self._take()
            elif token.kind not in _STARTS_TERM and token.kind != "not":
                break
            self._count(token)
            operator = token.start if operator is None else operator
            parts.append(self._negation(depth))
        return _Chain(And(tuple(parts)) if len(parts) > 1 else parts[0], operator)

    def _negation(self, depth: int) -> Expression[Term]:
        # Most parts are a single word without a field, sign or weight.
        if self._token.kind == "word" and self._tokens[self._at + 1].kind in _ENDS_WORD:
            return self._word_alone()
        negations = 0
        while self._token.kind == "not":
            token = self._take()
            depth = self._deeper(depth, token)
            self._count(token)
            negations += 1
            self._is_plain = False
        expression = self._proximity(depth)
        for _ in range(negations):
            expression = Not(expression)
        return expression

    def _proximity(self, depth: int) -> Expression[Term]:
        """One operand, or two with NEAR in between; no chains."""
        first = self._token
        left = self._primary(depth)
        operator = self._token
        if operator.kind != "near":
            return left
        self._count(self._take())
        second = self._token
        right = self._primary(depth)
        if self._token.kind == "near":
            raise self._origin.error(
                "NEAR takes two terms and no chain: write (A NEAR/8 B) + (B NEAR/8 C)", self._token.start
            )
        name, _, reach = operator.text.partition("/")
        return Proximity(
            left=self._operand(left, first),
            right=self._operand(right, second),
            operator=name,
            reach=int(reach) if reach.isdigit() else reach,
            start=first.start,
        )

    def _operand(self, expression: Expression[Term], at: RuleToken) -> tuple[Unit, ...]:
        """The alternatives of one side of NEAR."""
        parts = expression.parts if isinstance(expression, Or) else (expression,)
        units: list[Unit] = []
        for part in parts:
            if isinstance(part, Or):
                units += self._operand(part, at)
            elif not isinstance(part, Unit):
                raise self._origin.error("NEAR stands between terms, or brackets of terms with OR in between", at.start)
            elif part.weight != 1:
                raise self._origin.error(
                    "NEAR is weighed as a whole: put brackets around it, as in (A NEAR/8 B)^3", part.start
                )
            else:
                units.append(part)
        return tuple(units)

    def _primary(self, depth: int) -> Expression[Term]:
        token = self._token
        expression: Expression[Term]
        if token.kind == "open":
            self._take()
            expression = self._alternatives(self._deeper(depth, token))
            self._close(token)
        elif token.kind == "counted":
            expression = self._counted(depth)
        elif token.kind in _STARTS_TERM:
            self._count(token)
            expression = self._unit()
        else:
            raise self._unexpected(token)
        if self._token.kind == "weight":
            return self._weighed(expression, self._take())
        return expression

    def _weighed(self, expression: Expression[Term], token: RuleToken) -> Expression[Term]:
        """The weight behind a bracket is that of every term in it."""
        self._is_plain = False
        weight = float(token.text) + 0.0

        def weigh(term: Term) -> Term:
            if term.weight != 1:
                raise self._origin.error("a term in this bracket has a weight already: keep one of them", token.start)
            return msgspec.structs.replace(term, weight=weight)

        return map_leaves(expression, weigh)

    def _counted(self, depth: int) -> Expression[Term]:
        self._is_plain = False
        token = self._take()
        self._count(token)
        bracket = self._token
        if bracket.kind != "open":
            raise self._origin.error(
                f"{token.spelling} takes clauses in brackets, as in {token.spelling}(A, B, C)", token.start
            )
        self._take()
        deeper = self._deeper(depth, bracket)
        parts = [self._alternatives(deeper)]
        while self._token.kind == "comma":
            self._take()
            parts.append(self._alternatives(deeper))
        self._close(bracket)
        name, _, number = token.text.partition("/")
        expression = _COUNTED[name](int(number), tuple(parts))
        if expression.needed > len(parts):
            raise self._origin.error(
                f"{token.spelling} can never be satisfied: there are {len(parts)} clauses, with commas in between",
                token.start,
            )
        return expression

    def _close(self, opened: RuleToken) -> None:
        self._refuse_comma(self._token)
        if self._token.kind != "close":
            raise self._origin.error("this bracket is never closed: expected a )", opened.start)
        self._take()

    def _refuse_comma(self, token: RuleToken) -> None:
        if token.kind == "comma":
            raise self._origin.error(
                ", has no meaning outside quotes and ATLEAST/2(A, B, C): quote the term that it belongs to", token.start
            )

    def _unit(self) -> Unit:
        start = self._token.start
        fields: tuple[str, ...] = ()
        while self._token.kind == "field":
            fields = (*fields, self._take().text)
        exact = self._token.kind == "exact"
        if exact:
            self._take()
        token = self._token
        if token.kind == "open":
            behind = f"{fields[-1]}:" if fields and not exact else "="
            raise self._origin.error(
                f"{behind} takes one term, not a bracket: repeat it, as in ({behind}A OR {behind}B)", token.start
            )
        words = self._words()
        if not words:
            raise self._unexpected(token)
        self._check_length(words)
        concept = self._take().text if self._token.kind == "concept" else None
        return Unit(
            words=words, quoted=token.kind == "quoted", fields=fields, exact=exact, concept=concept, start=start
        )

    def _word_alone(self) -> Unit:
        token = self._take()
        self._count(token)
        words = (Word(token.text, token.start),)
        self._check_length(words)
        return Unit(words=words, quoted=False, fields=(), exact=False, concept=None, start=token.start)

    def _words(self) -> tuple[Word, ...]:
        """The bare words that stand together here, or the one text in quotes."""
        token = self._token
        if token.kind == "quoted":
            self._take()
            return (Word(token.text, token.start),)
        words: list[Word] = []
        while token.kind in _BARE_WORDS:
            is_prefix = token.kind == "prefix"
            if is_prefix:
                self._count_prefix(token)
            words.append(Word(token.text, token.start, is_prefix))
            self._take()
            token = self._token
        return tuple(words)

    def _check_length(self, words: Sequence[Word]) -> None:
        most = self._limits.max_phrase_words
        if len(words) == 1 and len(words[0].text) <= most:
            return
        # Every word of a text has a letter at least.
        if sum([len(word.text) for word in words]) <= most:
            return
        if sum(len(words_of(word.text)) for word in words) > most:
            raise self._origin.error(
                f"this phrase has more than max_phrase_words = {most} words (characters, where words are not spaced): "
                "watch for its rarest part",
                words[0].start,
            )

    def _count_prefix(self, token: RuleToken) -> None:
        self._prefixes += 1
        if self._prefixes > self._limits.max_prefixes:
            raise self._origin.error(
                f"the rule has more than max_prefixes = {self._limits.max_prefixes} words with a star: split it",
                token.start,
            )

    def _unexpected(self, token: RuleToken) -> Exception:
        before = self._tokens[self._at - 1].spelling if self._at else ""
        after = f" after {before}" if before else ""
        if token.kind == "end":
            found = "the end of the rule" if before else "nothing"
            return self._origin.error(f"expected a term{after}, found {found}", token.start)
        hint = " (|| is no operator: write OR)" if token.spelling == before == "|" else ""
        return self._origin.error(f"expected a term{after}, found {token.spelling}{hint}", token.start)
