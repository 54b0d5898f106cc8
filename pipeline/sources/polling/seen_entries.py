"""Which entries of a source were seen, and with which text: small, since every source has such a memory."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from itertools import islice
from typing import Literal, NamedTuple

_KEY_BYTES = 8
_TEXT_BYTES = 4
_ENTRY_BYTES = _KEY_BYTES + _TEXT_BYTES
# Of those that have left the feed: some feeds bring back what they dropped.
_MOST_GONE = 500

Novelty = Literal["new", "changed", "known"]


class EntryMark(NamedTuple):
    """An entry as it is remembered: which it is, and what it says."""

    key: bytes
    text: bytes


def entry_mark(identity: str, *parts: str) -> EntryMark:
    """The mark of an entry with this identity, which says these things."""
    said = blake2b(digest_size=_TEXT_BYTES)
    for part in parts:
        data = part.encode(errors="replace")
        said.update(len(data).to_bytes(8, "big"))
        said.update(data)
    return EntryMark(blake2b(identity.encode(errors="replace"), digest_size=_KEY_BYTES).digest(), said.digest())


class SeenEntries:
    """The entries that were seen, the newest last.

    Args:
        packed: As ``packed`` gave it; what is not whole at its end is left out.
    """

    def __init__(self, packed: bytes = b"") -> None:
        whole = len(packed) - len(packed) % _ENTRY_BYTES
        self._texts = {
            packed[place : place + _KEY_BYTES]: packed[place + _KEY_BYTES : place + _ENTRY_BYTES]
            for place in range(0, whole, _ENTRY_BYTES)
        }

    def novelty(self, mark: EntryMark) -> Novelty:
        """What an entry is to whoever has seen these."""
        text = self._texts.get(mark.key)
        if text is None:
            return "new"
        return "known" if text == mark.text else "changed"

    def packed_with(self, present: Iterable[EntryMark]) -> bytes:
        """The memory after a reading of the feed: all that is in it, and the last ones that have left it."""
        now = {mark.key: mark.text for mark in present}
        gone = [key for key in self._texts if key not in now]
        kept = [key + self._texts[key] for key in islice(gone, max(len(gone) - _MOST_GONE, 0), None)]
        return b"".join(kept) + b"".join(key + text for key, text in now.items())
