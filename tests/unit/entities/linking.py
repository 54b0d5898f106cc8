"""What a linker finds in a body without a title."""

from __future__ import annotations

from pipeline.entities import Linker


def linked(linker: Linker, text: str, language: str) -> list[tuple[str, str]]:
    """Each linked text with its concept's id, in order; offsets are checked."""
    mentions = linker.link("", text, language)
    assert all(text[mention.start : mention.end] == mention.text for mention in mentions)
    return [(mention.text, mention.entity.id) for mention in mentions if mention.entity is not None]


def ids(linker: Linker, text: str, language: str) -> set[str]:
    """The ids of the concepts named."""
    return {concept_id for _, concept_id in linked(linker, text, language)}
