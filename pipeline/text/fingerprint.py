"""Know a text again that somebody else has printed: equal letters, whatever their case, width, accents and spaces."""

from __future__ import annotations

import hashlib

from pipeline.text.folding import fold


def fingerprint(*texts: str) -> str:
    """16 hex digits, equal for texts that are equal after folding their words and making one blank of any space.

    Args:
        texts: Such as title and body; where one ends and the next begins makes a difference.
    """
    hasher = hashlib.sha256()
    for text in texts:
        for word in text.split():
            hasher.update(fold(word).encode() + b" ")
        hasher.update(b"\0")
    return hasher.hexdigest()[:16]
