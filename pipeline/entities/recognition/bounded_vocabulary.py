"""Keep the vocabulary of a spaCy pipeline from growing over ever new words."""

from __future__ import annotations

from typing import Any

from spacy.vocab import Vocab

# All of a vocabulary but its lexemes, which have no name of their own there.
_ALL_ELSE = ("strings", "vectors", "lookups")


def renew_tables(vocab: Vocab) -> None:
    """Make the hash tables of a vocabulary anew, with no more in them than it always holds.

    ``memory_zone`` takes its words out of the tables, but their places count as filled, and a table doubles as it
    fills: over ever new words it grows without end. Only between two zones, when no document is alive.
    """
    getters: Any = vocab.lex_attr_getters  # type: ignore[attr-defined]
    norm, getter = vocab.strings["NORM"], getters.get(vocab.strings["NORM"])
    vocab.strings.from_bytes(vocab.strings.to_bytes())
    vocab.from_bytes(vocab.to_bytes(exclude=_ALL_ELSE), exclude=_ALL_ELSE)
    if getter is not None:
        # Reading puts another getter around this one each time, which looks into the table of norms again.
        getters[norm] = getter
