"""The frozen tree of a rule: AND, OR, ATLEAST, NOT over leaves, which are terms as written or clauses as resolved."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Generic, TypeAlias, TypeVar, Union, cast

from msgspec import Struct

Leaf = TypeVar("Leaf")
Other = TypeVar("Other")
Result = TypeVar("Result")


class Branch(Struct, Generic[Leaf], frozen=True):
    """An operator over its parts. A new operator is a subclass: most are a ``Junction``, which answers all but two."""

    @property
    def parts(self) -> tuple[Expression[Leaf], ...]:
        """The conditions that it joins."""
        raise NotImplementedError

    @property
    def brackets(self) -> tuple[type[Branch[Leaf]], ...]:
        """The operators that stand in brackets among its parts."""
        return ()

    @property
    def name(self) -> str:
        """As a rule writes it; equal for equal operators, whatever their parts."""
        raise NotImplementedError

    def over(self, parts: Sequence[Expression[Other]]) -> Expression[Other]:
        """The same operator over other parts, as many."""
        raise NotImplementedError

    def opposite(self, parts: Sequence[Expression[Leaf]]) -> Expression[Leaf]:
        """What holds exactly when this does not; ``parts`` are the opposites of its parts."""
        raise NotImplementedError

    def holds(self, parts: Iterable[bool]) -> bool:
        """Whether it holds, by whether each part does; asks no further than it must."""
        raise NotImplementedError

    def likelihood(self, parts: Sequence[float]) -> float:
        """How likely it holds, by how likely each part does, independently of the others."""
        raise NotImplementedError

    def write(self, parts: Sequence[str], conjunction: str) -> str:
        """The condition; ``conjunction`` stands for AND."""
        raise NotImplementedError


class Junction(Branch[Leaf], frozen=True):
    """Holds when at least ``needed`` of its parts do: the more parts hold, the better."""

    @property
    def needed(self) -> int:
        """How many parts must hold, 1 to all of them."""
        raise NotImplementedError

    def opposite(self, parts: Sequence[Expression[Leaf]]) -> Expression[Leaf]:
        """See ``Branch``. Source: fewer than n of k is at least k - n + 1 absent."""
        return AtLeast(len(parts) - self.needed + 1, tuple(parts))

    def holds(self, parts: Iterable[bool]) -> bool:
        """See ``Branch``."""
        return next(islice(filter(None, parts), self.needed - 1, None), False)

    def likelihood(self, parts: Sequence[float]) -> float:
        """See ``Branch``: the probability of each number of parts up to ``needed``, one part after the other."""
        most = self.needed
        by_number = [1.0] + [0.0] * most
        for part in parts:
            for number in range(most, -1, -1):
                stays = by_number[number] * (1 - part) if number < most else by_number[number]
                by_number[number] = stays + (by_number[number - 1] * part if number else 0.0)
        return by_number[most]

    def write(self, parts: Sequence[str], conjunction: str) -> str:  # noqa: ARG002 - AND's
        """See ``Branch``: as a function, ``NAME(A, B)``."""
        return f"{self.name}({', '.join(parts)})"


class And(Junction[Leaf], frozen=True):
    """All parts, of which there are at least two."""

    parts: tuple[Expression[Leaf], ...]

    @property
    def brackets(self) -> tuple[type[Branch[Leaf]], ...]:
        """See ``Branch``."""
        return (Or,)

    @property
    def name(self) -> str:
        """See ``Branch``."""
        return "AND"

    @property
    def needed(self) -> int:
        """All."""
        return len(self.parts)

    def over(self, parts: Sequence[Expression[Other]]) -> Expression[Other]:
        """See ``Branch``."""
        return And(tuple(parts))

    def opposite(self, parts: Sequence[Expression[Leaf]]) -> Expression[Leaf]:
        """See ``Branch``. Source: De Morgan's laws."""
        return Or(tuple(parts))

    def write(self, parts: Sequence[str], conjunction: str) -> str:
        """See ``Branch``."""
        return f" {conjunction} ".join(parts)


class Or(Junction[Leaf], frozen=True):
    """At least one part; there are at least two."""

    parts: tuple[Expression[Leaf], ...]

    @property
    def brackets(self) -> tuple[type[Branch[Leaf]], ...]:
        """See ``Branch``."""
        return (And,)

    @property
    def name(self) -> str:
        """See ``Branch``."""
        return "OR"

    @property
    def needed(self) -> int:
        """One."""
        return 1

    def over(self, parts: Sequence[Expression[Other]]) -> Expression[Other]:
        """See ``Branch``."""
        return Or(tuple(parts))

    def opposite(self, parts: Sequence[Expression[Leaf]]) -> Expression[Leaf]:
        """See ``Branch``. Source: De Morgan's laws."""
        return And(tuple(parts))

    def write(self, parts: Sequence[str], conjunction: str) -> str:  # noqa: ARG002 - AND's
        """See ``Branch``."""
        return " OR ".join(parts)


class Counted(Junction[Leaf], frozen=True):
    """A junction that a rule writes with a number: ``ATLEAST/2(A, B, C)``. Parts that mean the same count once."""

    count: int
    parts: tuple[Expression[Leaf], ...]

    @property
    def word(self) -> str:
        """The word of ``vocabulary.COUNTED``."""
        raise NotImplementedError

    @property
    def name(self) -> str:
        """The word with the count."""
        return f"{self.word}/{self.count}"

    def over(self, parts: Sequence[Expression[Other]]) -> Expression[Other]:
        """See ``Branch``; the parts may be fewer too."""
        return cast("type[Counted[Other]]", type(self))(self.count, tuple(parts))


class AtLeast(Counted[Leaf], frozen=True):
    """So many of the parts, of which there are at least as many."""

    @property
    def word(self) -> str:
        """See ``Counted``."""
        return "ATLEAST"

    @property
    def needed(self) -> int:
        """As many as it says."""
        return self.count


class Not(Branch[Leaf], frozen=True):
    """The absence of its part."""

    part: Expression[Leaf]

    @property
    def parts(self) -> tuple[Expression[Leaf], ...]:
        """The one."""
        return (self.part,)

    @property
    def brackets(self) -> tuple[type[Branch[Leaf]], ...]:
        """See ``Branch``."""
        return (And, Or)

    @property
    def name(self) -> str:
        """See ``Branch``."""
        return "NOT"

    def over(self, parts: Sequence[Expression[Other]]) -> Expression[Other]:
        """See ``Branch``."""
        return Not(parts[0])

    def opposite(self, parts: Sequence[Expression[Leaf]]) -> Expression[Leaf]:
        """See ``Branch``."""
        return Not(parts[0])

    def holds(self, parts: Iterable[bool]) -> bool:
        """See ``Branch``."""
        return not any(parts)

    def likelihood(self, parts: Sequence[float]) -> float:
        """See ``Branch``."""
        return 1 - parts[0]

    def write(self, parts: Sequence[str], conjunction: str) -> str:  # noqa: ARG002 - AND's
        """See ``Branch``."""
        return f"NOT {parts[0]}"


Expression: TypeAlias = Union[Leaf, Branch[Leaf]]  # noqa: UP007  # generic, recursive


class Word(Struct, frozen=True):
    """One bare word of a unit, or the whole text in quotes.

    Attributes:
        text: As written, without the star.
        start: Offset in the condition.
        is_prefix: Whether a star follows.
    """

    text: str
    start: int
    is_prefix: bool = False


class Term(Struct, frozen=True, kw_only=True):
    """What the condition asks for at one place, as written: a unit, or two operands of NEAR.

    Attributes:
        start: Offset of its first character in the condition.
        weight: What it adds to the score.
    """

    start: int
    weight: float = 1.0


class Unit(Term, frozen=True, kw_only=True):
    """Words with what stands before and behind them.

    Attributes:
        words: Bare words that stand together, or the one text in quotes.
        quoted: Whether it stands in quotes.
        fields: The fields before it, in order, such as ``("title", "person")``.
        exact: Whether ``=`` stands before it.
        concept: The concept id in square brackets behind it, or None.
    """

    words: tuple[Word, ...]
    quoted: bool
    fields: tuple[str, ...]
    exact: bool
    concept: str | None

    @property
    def text(self) -> str:
        """The words, with single spaces, stars left out."""
        return " ".join([word.text for word in self.words])

    @property
    def identity(self) -> Hashable:
        """Equal for units that are written the same, whatever their place and weight; for one plain word, the word."""
        words = self.words
        if len(words) == 1 and not (
            words[0].is_prefix or self.quoted or self.fields or self.exact or self.concept is not None
        ):
            return words[0].text
        written = tuple([(word.text, word.is_prefix) for word in words])
        return (written, self.quoted, self.fields, self.exact, self.concept)


class Proximity(Term, frozen=True, kw_only=True):
    """Two operands that stand near each other, as written.

    Attributes:
        left: The alternatives of the first operand.
        right: The alternatives of the second.
        operator: ``NEAR`` or, in this order, ``ONEAR``.
        reach: How many words may stand between, ``"s"`` for one sentence, ``"p"`` for one paragraph.
    """

    left: tuple[Unit, ...]
    right: tuple[Unit, ...]
    operator: str
    reach: int | str


def fold_tree(
    expression: Expression[Leaf], leaf: Callable[[Leaf], Result], branch: Callable[[Branch[Leaf], list[Result]], Result]
) -> Result:
    """Reduce a tree from its leaves up: the one recursion that nearly every question about a rule is asked by.

    Args:
        expression: The tree.
        leaf: The result of a leaf.
        branch: The result of an operator, by those of its parts.
    """
    if not isinstance(expression, Branch):
        return leaf(expression)
    # A list, since a generator costs more than what it would run through here.
    return branch(expression, [fold_tree(part, leaf, branch) for part in expression.parts])


def leaves(expression: Expression[Leaf], *, positive: bool = True) -> list[tuple[Leaf, bool]]:
    """Every leaf in order, with whether an even number of NOT stands above it."""
    found: list[tuple[Leaf, bool]] = []
    _collect(expression, positive, found)
    return found


def branches(expression: Expression[Leaf]) -> Iterator[Branch[Leaf]]:
    """Every operator of a tree, each before those inside it."""
    if isinstance(expression, Branch):
        yield expression
        for part in expression.parts:
            yield from branches(part)


def map_leaves(expression: Expression[Leaf], change: Callable[[Leaf], Other]) -> Expression[Other]:
    """The same tree over other leaves."""
    if not isinstance(expression, Branch):
        return change(expression)
    return expression.over([map_leaves(part, change) for part in expression.parts])


def flatten(expression: Expression[Leaf]) -> Expression[Leaf]:
    """The same condition without brackets that change nothing and without double NOT."""
    if not isinstance(expression, Branch):
        return expression
    parts = [flatten(part) for part in expression.parts]
    if isinstance(expression, Not) and isinstance(parts[0], Not):
        return parts[0].part
    if isinstance(expression, (And, Or)):
        kind = type(expression)
        parts = [inner for part in parts for inner in (part.parts if isinstance(part, kind) else (part,))]
    return expression.over(parts)


def push_negation_down(expression: Expression[Leaf], *, negated: bool = False) -> Expression[Leaf]:
    """The negation normal form: NOT stands above leaves only."""
    if not isinstance(expression, Branch):
        return Not(expression) if negated else expression
    if isinstance(expression, Not):
        return push_negation_down(expression.part, negated=not negated)
    parts = [push_negation_down(part, negated=negated) for part in expression.parts]
    return expression.opposite(parts) if negated else expression.over(parts)


def write(expression: Expression[Leaf], leaf: Callable[[Leaf], str], *, conjunction: str = "AND") -> str:
    """A condition as a rule writes it, with brackets where operators would mix."""
    if not isinstance(expression, Branch):
        return leaf(expression)
    parts: list[str] = []
    for part in expression.parts:
        written = write(part, leaf, conjunction=conjunction)
        parts.append(f"({written})" if isinstance(part, expression.brackets) else written)
    return expression.write(parts, conjunction)


def _collect(expression: Expression[Leaf], positive: bool, found: list[tuple[Leaf, bool]]) -> None:  # noqa: FBT001
    if not isinstance(expression, Branch):
        found.append((expression, positive))
        return
    inside = positive is not isinstance(expression, Not)
    for part in expression.parts:
        _collect(part, inside, found)
