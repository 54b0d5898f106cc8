"""A user's own file of concepts, laid over the knowledge base: it adds concepts and names, and takes names away."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from pipeline.concepts.compiling.assemble import assemble
from pipeline.concepts.compiling.compile_names import compile_contents
from pipeline.concepts.compiling.offices import english_names, with_offices
from pipeline.concepts.compiling.reviewed_files import ReviewedConcept, read_reviewed
from pipeline.concepts.compiling.spelled_people import with_spelled_names
from pipeline.concepts.concept import Concept, Contents, Name, NameVia, Source
from pipeline.concepts.knowledge_base import KnowledgeBase
from pipeline.errors import InstallationError


class OverlayError(InstallationError):
    """An overlay cannot be read, or asks for what cannot be.

    Attributes:
        path: The overlay.
    """

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path


def read_overlay(path: Path, concepts: Mapping[str, Concept]) -> list[ReviewedConcept]:
    """Read an overlay.

    Args:
        path: YAML of the form of the reviewed files.
        concepts: Those it is laid over.

    Raises:
        ReviewedFileError: It breaks the form; the message says file, line and column.
        OverlayError: It cannot be read, or a concept is neither known nor named in English.
    """
    try:
        parts = list(read_reviewed(path, str(path)))
    except OSError as error:
        raise OverlayError(path, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise OverlayError(path, "is not UTF-8") from None
    ids = {part.id for part in parts}
    for part in parts:
        if part.id not in concepts and not part.label and not {"en", "mul"} & set(part.lines):
            raise OverlayError(path, f"{part.id} is new: give it a `label:` or an English name (`en:`)")
        for relation in part.relations:
            if relation.target not in concepts and relation.target not in ids:
                raise OverlayError(path, f"{part.id} is {relation.type} {relation.target}, which is no concept")
    return parts


def overlaid(contents: Contents, parts: Sequence[ReviewedConcept]) -> Contents:
    """Lay the concepts of an overlay over others.

    A line's names are added to those that the concept has; one with ``<drop>`` is taken away from its language. A label
    or role replaces the old one; relations are added. New people are spelled across scripts like all others.
    """
    concepts = {concept.id: concept for concept in contents.concepts}
    named = english_names(contents.concepts)
    for part in parts:
        known = concepts.get(part.id)
        labelled = part if part.label or known is None else msgspec.structs.replace(part, label=known.label)
        made = with_offices(assemble(part.id, [labelled]), named)
        concepts[part.id] = with_spelled_names(made) if known is None else _merged(known, made, part)
    sources = {source.id: source for source in contents.sources}
    for part in parts:
        sources.setdefault(part.source, Source(id=part.source, title="an overlay", licence="LicenseRef-overlay"))
    return Contents(
        sources=tuple(sources[source_id] for source_id in sorted(sources)),
        concepts=tuple(concepts[concept_id] for concept_id in sorted(concepts)),
    )


def load_with_overlay(overlay: Path, cache: Path) -> KnowledgeBase:
    """The knowledge base with an overlay, compiled when either has changed and kept for all processes to map.

    Args:
        overlay: The user's file.
        cache: Folder for the compiled files, made if it is not there.

    Raises:
        ReviewedFileError: The overlay breaks its form.
        OverlayError: It, or the cache, cannot be used.
        KnowledgeBaseFileError: The knowledge base is not built.
    """
    base = KnowledgeBase.load()
    parts = read_overlay(overlay, base.concepts)
    digest = hashlib.sha256(base.version.encode() + overlay.read_bytes()).hexdigest()[:16]
    built = cache / f"concepts-{digest}.kb"
    if not built.exists():
        contents = Contents(sources=tuple(base.sources.values()), concepts=tuple(base.concepts.values()))
        _write_whole(built, compile_contents(overlaid(contents, parts)), overlay)
    return KnowledgeBase.load(built)


def _write_whole(path: Path, data: bytes, overlay: Path) -> None:
    """Write a file atomically: another process sees the old file or the new one."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise OverlayError(overlay, f"cannot be compiled into {path.parent}: {error.strerror}") from None


def _merged(known: Concept, made: Concept, part: ReviewedConcept) -> Concept:
    dropped = {
        (language, entry.text.replace("|", ""))
        for language, entries in part.lines.items()
        for entry in entries
        if "drop" in entry.flags
    }
    kept = [name for old in known.names if (name := _without(old, dropped)) is not None]
    written = {entry.text.replace("|", "") for entries in part.lines.values() for entry in entries}
    new = [name for name in made.names if name.text in written and name not in kept]
    return msgspec.structs.replace(
        known,
        label=part.label or known.label,
        role=part.role or known.role,
        names=(*kept, *(msgspec.structs.replace(name, via=_via_beside(name, kept)) for name in new)),
        relations=tuple(
            sorted({*known.relations, *made.relations}, key=lambda relation: (relation.type, relation.target))
        ),
    )


def _without(name: Name, dropped: set[tuple[str, str]]) -> Name | None:
    languages = tuple(
        tag
        for tag in name.languages
        if (tag, name.text) not in dropped and (tag.partition("-")[0], name.text) not in dropped
    )
    return msgspec.structs.replace(name, languages=languages) if languages else None


def _via_beside(name: Name, kept: Sequence[Name]) -> NameVia:
    """A further name of a language is an alias where the language has a usual one."""
    if name.via == "name" and any(old.via == "name" and set(old.languages) & set(name.languages) for old in kept):
        return "alias"
    return name.via
