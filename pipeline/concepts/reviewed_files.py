"""Read the reviewed files: one line a language, names parted by semicolons, remarks in angle brackets."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path
from typing import cast, get_args

import msgspec
import yaml

from pipeline.concepts.concept import Kind, Relation, RelationType
from pipeline.errors import WirewatchError

REVIEWED_FOLDER = Path(__file__).with_name("reviewed")
ADJECTIVES_FILE = "adjectives.yaml"

_FIELDS = {"label", "role", "tz", "cldr-territory"}
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")
_ENTRY = re.compile(r"(?P<text>[^<>=]+?)(?:\s+=\s+(?P<forms>[^<>=]+?))?(?:\s+<(?P<remarks>[^<>]+)>)?")
_REMARKS = re.compile(r"(?P<flags>[a-z, ]*?)(?:also (?P<also>.+))?")
_FLAGS = {"case", "drop", "short", "usual"}


class ReviewedFileError(WirewatchError):
    """A reviewed file breaks its own form.

    Attributes:
        file: The file's name.
        place: Concept and language.
    """

    def __init__(self, file: str, place: str, problem: str) -> None:
        super().__init__(f"{file}: {place}: {problem}")
        self.file = file
        self.place = place


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One name on a line.

    Attributes:
        text: With the bars that mark stems.
        forms: The other forms, where they are spelled out by hand.
        flags: Of ``case``, ``drop`` (CLDR's name is not used), ``short``, ``usual``.
        also: What else it may mean.
    """

    text: str
    forms: tuple[str, ...] = ()
    flags: frozenset[str] = frozenset()
    also: str = ""


class ReviewedConcept(msgspec.Struct, frozen=True, kw_only=True):
    """What one file says of one concept.

    Attributes:
        id: Such as ``org/nato``.
        source: The file's ``source``.
        lines: The entries of each language, in their order.
        label: English label, where it is not the first English name.
        role: What a person is known for, or empty.
        time_zone: CLDR's time zone whose city this is, or empty.
        territory: CLDR's territory code, or empty.
        relations: As written.
        adjectives: Whether the lines hold adjectives and words for the people, not names.
    """

    id: str
    source: str
    lines: Mapping[str, tuple[Entry, ...]]
    label: str = ""
    role: str = ""
    time_zone: str = ""
    territory: str = ""
    relations: tuple[Relation, ...] = ()
    adjectives: bool = False


class _Loader(yaml.CSafeLoader):
    """YAML in which a key that stands twice is an error, not the last one's victory."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:  # noqa: FBT001, FBT002
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                mark = key.start_mark
                raise ReviewedFileError(Path(mark.name).name, f"line {mark.line + 1}", f"{key.value!r} stands twice")
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


def read_reviewed(file: Path) -> Iterator[ReviewedConcept]:
    """Read one reviewed file.

    Raises:
        ReviewedFileError: Something in it cannot be understood; the message says where.
    """
    with file.open(encoding="utf-8") as stream:
        document = yaml.load(stream, _Loader)  # noqa: S506  (derives from SafeLoader)
    for concept_id, fields in document["concepts"].items():
        yield _read_concept(file.name, document["source"], concept_id, fields)


def _read_concept(file: str, source: str, concept_id: str, fields: Mapping[str, str]) -> ReviewedConcept:
    if concept_id.partition("/")[0] not in get_args(Kind):
        raise ReviewedFileError(file, concept_id, f"an id begins with one of {', '.join(get_args(Kind))}")
    lines: dict[str, tuple[Entry, ...]] = {}
    relations: list[Relation] = []
    for key, value in fields.items():
        if key in get_args(RelationType):
            relations.append(Relation(cast("RelationType", key), value))
        elif key not in _FIELDS:
            for language in key.split(", "):
                if not _LANGUAGE.fullmatch(language):
                    raise ReviewedFileError(file, concept_id, f"{language!r} is no language tag and no field")
                entries = tuple(_read_entry(file, f"{concept_id}, {language}", part) for part in value.split(" ; "))
                lines[language] = lines.get(language, ()) + entries
    for language, entries in lines.items():
        texts = [entry.text.replace("|", "") for entry in entries]
        if repeated := sorted({text for text in texts if texts.count(text) > 1}):
            raise ReviewedFileError(file, f"{concept_id}, {language}", f"{repeated[0]!r} stands twice")
    return ReviewedConcept(
        id=concept_id,
        source=source,
        lines=lines,
        label=fields.get("label", ""),
        role=fields.get("role", ""),
        time_zone=fields.get("tz", ""),
        territory=fields.get("cldr-territory", ""),
        relations=tuple(relations),
        adjectives=file == ADJECTIVES_FILE,
    )


def _read_entry(file: str, place: str, written: str) -> Entry:
    match = _ENTRY.fullmatch(written.strip())
    remarks = _REMARKS.fullmatch(match["remarks"] or "") if match else None
    if match is None or remarks is None:
        raise ReviewedFileError(file, place, f"{written!r} is not of the form `text = form, form <remarks>`")
    flags = {flag.strip() for flag in remarks["flags"].split(",") if flag.strip()}
    if unknown := sorted(flags - _FLAGS):
        raise ReviewedFileError(file, place, f"unknown remark {unknown[0]!r}")
    forms = tuple(form.strip() for form in (match["forms"] or "").split(",") if form.strip())
    return Entry(text=match["text"], forms=forms, flags=frozenset(flags), also=remarks["also"] or "")
