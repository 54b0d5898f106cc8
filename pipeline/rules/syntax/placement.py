"""Find where each character of a YAML scalar stands in its file."""

from __future__ import annotations


def offsets_in_source(value: str, text: str, start: int, end: int) -> list[int]:
    r"""For each offset of a scalar's value, and for its end, the offset in the file.

    Quotes, escapes, folded lines and indentation stand in the file and not in the value; what the value has and the
    file spells otherwise (``\u00fc``) is placed at the last character that was found.

    Args:
        value: The scalar as read.
        text: The file.
        start: Where the scalar begins in the file, its quote or block sign included.
        end: One past its end in the file.
    """
    verbatim = text.find(value, start, end)
    if verbatim >= 0:
        return list(range(verbatim, verbatim + len(value) + 1))
    offsets: list[int] = []
    at = start
    for character in value:
        found = _next(character, text, at, end)
        if found < 0:
            offsets.append(max(start, min(at, end) - 1) if at > start else start)
        else:
            offsets.append(found)
            at = found + 1
    offsets.append(min(at, end))
    return offsets


def _next(character: str, text: str, at: int, end: int) -> int:
    """Where a character of the value comes next in the file, or -1; a folded line break is a blank in the value."""
    if character.isspace():
        return next((position for position in range(at, end) if text[position].isspace()), -1)
    return text.find(character, at, end)
