"""Token sequences in flat arrays, for names, which do not change at run time."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pipeline.text.frozen_words import Numbers

_ROOT = 0


class FrozenTrie(NamedTuple):
    """States numbered breadth first, so that the edge with number ``e`` leads to state ``e + 1``.

    Tokens are numbered so that those that begin a sequence come first: token ``t`` leads from the root to ``t + 1``.

    Attributes:
        first_edges: By state, its first edge; its last one ends where the next state's first begins.
        edge_tokens: By edge, ascending among those of one state.
        first_values: By state, its first value.
        values: By state, ascending.
    """

    first_edges: Numbers
    edge_tokens: Numbers
    first_values: Numbers
    values: Numbers

    @classmethod
    def of(cls, sequences: Iterable[tuple[Sequence[int], int]]) -> FrozenTrie:
        """Freeze sequences of at least one token, each with a value.

        Raises:
            ValueError: The tokens that begin sequences are not the lowest numbers.
        """
        # One level of states at a time: each state is the list of the remainders of its sequences.
        level: list[list[tuple[Sequence[int], int]]] = [list(sequences)]
        first_edges, edge_tokens, first_values, values = array("I"), array("I"), array("I"), array("I")
        depth = 0
        while level:
            following: list[list[tuple[Sequence[int], int]]] = []
            for state in level:
                first_edges.append(len(edge_tokens))
                first_values.append(len(values))
                children: dict[int, list[tuple[Sequence[int], int]]] = {}
                here: set[int] = set()
                for sequence, value in state:
                    if len(sequence) == depth:
                        here.add(value)
                    else:
                        children.setdefault(sequence[depth], []).append((sequence, value))
                values.extend(sorted(here))
                for token in sorted(children):
                    edge_tokens.append(token)
                    following.append(children[token])
            if depth == 0 and list(edge_tokens) != list(range(len(edge_tokens))):
                raise ValueError("tokens that begin a sequence must have the lowest numbers")
            level = following
            depth += 1
        first_edges.append(len(edge_tokens))
        first_values.append(len(values))
        return cls(first_edges, edge_tokens, first_values, values)

    def step(self, state: int, token: int) -> int:
        """The state that a token leads to from a state other than the root, or 0."""
        low, high = self.first_edges[state], self.first_edges[state + 1]
        place = bisect_left(self.edge_tokens, token, low, high)
        return place + 1 if place < high and self.edge_tokens[place] == token else _ROOT

    def edges(self, state: int) -> dict[int, int]:
        """The states that lead on from a state, by their tokens."""
        low, high = self.first_edges[state], self.first_edges[state + 1]
        return {self.edge_tokens[edge]: edge + 1 for edge in range(low, high)}

    def start(self, token: int) -> int:
        """The state that a token leads to from the root, or 0."""
        return token + 1 if token < self.first_edges[1] else _ROOT

    def values_at(self, state: int) -> tuple[int, ...]:
        """The values of the sequences that end in a state."""
        return tuple(self.values[self.first_values[state] : self.first_values[state + 1]])
