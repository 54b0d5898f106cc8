"""Recognise a reprinted text: equal letters, whatever their case, width, accents and spaces."""

from __future__ import annotations

import hashlib

from pipeline.text.folding import fold


def fingerprint(*texts: str) -> str:
    """16 hex digits, equal for texts that are equal after folding their words and reducing space to single blanks.

    Args:
        texts: Such as title and body; the border between them counts.
    """
    hasher = hashlib.sha256()
    for text in texts:
        for word in text.split():
            hasher.update(fold(word).encode() + b" ")
        hasher.update(b"\0")
    return hasher.hexdigest()[:16]
