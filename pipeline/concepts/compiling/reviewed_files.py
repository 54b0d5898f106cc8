"""Read the reviewed files: one line a language, names parted by semicolons, remarks in angle brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, cast, get_args

import msgspec
import yaml

from pipeline.concepts.concept import Kind, Relation, RelationType
from pipeline.errors import InstallationError

REVIEWED_FOLDER = Path(__file__).parents[1] / "reviewed"
# Files whose names begin so hold adjectives and words for the people, not names.
ADJECTIVES = "adjectives"

_FIELDS = {"label", "role", "tz", "cldr-territory"}
_ID = re.compile(r"[a-z]+/[a-z0-9]+(-[a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")
_ENTRY = re.compile(r"(?P<text>[^<>=]+?)(?:\s+=\s+(?P<forms>[^<>=]+?))?(?:\s+<(?P<remarks>[^<>]+)>)?")
_REMARKS = re.compile(r"(?P<flags>[a-z, ]*?)(?:also (?P<also>.+))?")
_FLAGS = {"case", "drop", "short", "usual"}


class _Mark(NamedTuple):
    line: int
    column: int


class _Key(NamedTuple):
    """What stands before a colon; an error about it is said there, and not where its value begins."""

    text: str
    mark: yaml.Mark


class ReviewedFileError(InstallationError):
    """A reviewed file, or an overlay, breaks its form.

    Attributes:
        file: The file as it was named.
        line: From 1.
        column: From 1.
    """

    def __init__(self, file: str, line: int, column: int, problem: str) -> None:
        super().__init__(f"{file}:{line}:{column}: {problem}")
        self.file = file
        self.line = line
        self.column = column


class ReviewedEntry(msgspec.Struct, frozen=True, kw_only=True):
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
    lines: Mapping[str, tuple[ReviewedEntry, ...]]
    label: str = ""
    role: str = ""
    time_zone: str = ""
    territory: str = ""
    relations: tuple[Relation, ...] = ()
    adjectives: bool = False


def read_reviewed(file: Path, name: str = "") -> Iterator[ReviewedConcept]:
    """Read one reviewed file.

    Args:
        file: To be read.
        name: What errors call it; its own name when empty.

    Raises:
        ReviewedFileError: Something in it cannot be understood; the message says where.
        OSError: It cannot be read.
    """
    reader = _ReviewedReader(name or file.name, file.name.startswith(ADJECTIVES))
    yield from reader.concepts(file.read_text(encoding="utf-8"))


class _ReviewedReader:
    def __init__(self, file: str, adjectives: bool) -> None:  # noqa: FBT001 - one caller
        self._file = file
        self._adjectives = adjectives

    def concepts(self, text: str) -> Iterator[ReviewedConcept]:
        try:
            document = yaml.compose(text, yaml.CSafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            raise self._error(mark, f"is no YAML: {error.problem or error.context}") from None
        fields = {key.text: value for key, value in self._mapping(document)} if document is not None else {}
        if "source" not in fields or "concepts" not in fields:
            raise self._error(None, "a file of concepts holds `source:` and `concepts:`")
        source = self._text(fields["source"])
        for concept, node in self._mapping(fields["concepts"]):
            yield self._concept(source, concept, node)

    def _concept(self, source: str, concept: _Key, node: yaml.Node) -> ReviewedConcept:
        concept_id = concept.text
        if concept_id.partition("/")[0] not in get_args(Kind) or not _ID.fullmatch(concept_id):
            kinds = ", ".join(get_args(Kind))
            raise self._error(concept.mark, f"{concept_id}: an id begins with one of {kinds}, then / and a slug")
        lines: dict[str, tuple[ReviewedEntry, ...]] = {}
        values: dict[str, str] = {}
        relations: list[Relation] = []
        for key, value in self._mapping(node):
            if key.text in get_args(RelationType):
                type_ = cast("RelationType", key.text)
                relations += [Relation(type_, target) for target in self._text(value).split(" ; ")]
            elif key.text in _FIELDS:
                values[key.text] = self._text(value)
            else:
                self._line(concept_id, key, value, lines)
        return ReviewedConcept(
            id=concept_id,
            source=source,
            lines=lines,
            label=values.get("label", ""),
            role=values.get("role", ""),
            time_zone=values.get("tz", ""),
            territory=values.get("cldr-territory", ""),
            relations=tuple(relations),
            adjectives=self._adjectives,
        )

    def _line(self, concept_id: str, key: _Key, value: yaml.Node, lines: dict[str, tuple[ReviewedEntry, ...]]) -> None:
        for language in key.text.split(", "):
            if not _LANGUAGE.fullmatch(language):
                raise self._error(key.mark, f"{concept_id}: {language!r} is no language tag and no field")
            entries: list[ReviewedEntry] = []
            offset = 0
            for part in self._text(value).split(" ; "):
                place = self._mark_inside(value, offset)
                entries.append(self._entry(place, f"{concept_id}, {language}", part))
                if entries[-1].text.replace("|", "") in {
                    entry.text.replace("|", "") for entry in (*lines.get(language, ()), *entries[:-1])
                }:
                    raise self._error(place, f"{concept_id}, {language}: {entries[-1].text!r} stands twice")
                offset += len(part) + len(" ; ")
            lines[language] = lines.get(language, ()) + tuple(entries)

    def _entry(self, place: _Mark, owner: str, written: str) -> ReviewedEntry:
        match = _ENTRY.fullmatch(written.strip())
        remarks = _REMARKS.fullmatch(match["remarks"] or "") if match else None
        if match is None or remarks is None:
            problem = f"{owner}: {written!r} is not of the form `text = form, form <remarks>`"
            raise self._error(place, problem)
        flags = {flag.strip() for flag in remarks["flags"].split(",") if flag.strip()}
        if unknown := sorted(flags - _FLAGS):
            raise self._error(place, f"{owner}: unknown remark {unknown[0]!r}")
        forms = tuple(form.strip() for form in (match["forms"] or "").split(",") if form.strip())
        return ReviewedEntry(text=match["text"], forms=forms, flags=frozenset(flags), also=remarks["also"] or "")

    def _mapping(self, node: yaml.Node) -> list[tuple[_Key, yaml.Node]]:
        """Keys and values of a mapping; a key that stands twice is an error, not the last one's victory."""
        if not isinstance(node, yaml.MappingNode):
            raise self._error(node.start_mark, "expected a block of `key: value`")
        found: dict[str, tuple[_Key, yaml.Node]] = {}
        for key, value in node.value:
            name = self._text(key)
            if name in found:
                raise self._error(key.start_mark, f"{name!r} stands twice")
            found[name] = _Key(name, key.start_mark), value
        return list(found.values())

    def _text(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode) or not node.value:
            raise self._error(node.start_mark, "expected text")
        return str(node.value)

    def _mark_inside(self, node: yaml.Node, offset: int) -> _Mark:
        quote = 1 if isinstance(node, yaml.ScalarNode) and node.style else 0
        return _Mark(node.start_mark.line, node.start_mark.column + quote + offset)

    def _error(self, mark: _Mark | yaml.Mark | None, problem: str) -> ReviewedFileError:
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
        return ReviewedFileError(self._file, line, column, problem)
