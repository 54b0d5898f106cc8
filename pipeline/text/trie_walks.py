"""Find where in a text the sequences of a frozen trie begin, walking from all tokens in parallel.

In a text without spaces nearly every letter may begin a name, and most walks end at the second or third. Walking one by
one takes longer than everything else done with such a text.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipeline.text.frozen_trie import FrozenTrie

NOTHING = -1
"""A token of the text that is in no sequence."""
ANYTHING = -2
"""A token that may stand for several tokens of the trie: every walk may continue at it."""

TokenNumbers = npt.NDArray[np.int32]
"""For each token of a text, its number in the trie or one of the above."""

_TOKEN_BITS = 32


class TrieWalks:
    """The edges of a trie as one sorted list of (state, token), each pair in one number."""

    def __init__(self, trie: FrozenTrie) -> None:
        first_edges = np.asarray(trie.first_edges, np.int64)
        states = np.repeat(np.arange(len(first_edges) - 1), np.diff(first_edges))
        self._edges = states << _TOKEN_BITS | np.asarray(trie.edge_tokens, np.int64)
        first_values = np.asarray(trie.first_values)
        self._has_values = first_values[1:] > first_values[:-1]
        self._starts = int(first_edges[1])

    def beginnings(self, tokens: TokenNumbers, *, few: int = 40) -> list[int]:
        """The places of a text at which sequences begin.

        Args:
            tokens: The tokens of the text.
            few: Stop when this many walks are left: a parallel step takes as long for one walk as for a hundred.

        Returns:
            All such places, ascending, with at most ``few`` false ones, and those that depend on ``ANYTHING``.
        """
        tokens = np.append(tokens.astype(np.int64), NOTHING)
        begins = tokens == ANYTHING
        places = ((tokens >= 0) & (tokens < self._starts)).nonzero()[0]
        # Token t leads from the root to state t + 1.
        states = tokens[places] + 1
        length = 1
        while places.size > few:
            following = tokens.take(places + length, mode="clip")
            is_found = self._has_values[states] | (following == ANYTHING)
            begins[places[is_found]] = True
            goes_on = ~is_found & (following >= 0)
            places = places[goes_on]
            wanted = states[goes_on] << _TOKEN_BITS | following[goes_on]
            edges = self._edges.searchsorted(wanted)
            is_there = self._edges.take(edges, mode="clip") == wanted
            # Edge e leads to state e + 1.
            places, states = places[is_there], edges[is_there] + 1
            length += 1
        begins[places] = True
        return np.flatnonzero(begins).tolist()
