"""Build the knowledge base: ``python -m pipeline.concepts.build`` writes the built file, as ``make concepts`` does."""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from pipeline.concepts.built_file import BUILT_FILE
from pipeline.concepts.compiling import cldr
from pipeline.concepts.compiling.assemble import assemble, key_of
from pipeline.concepts.compiling.compile_names import compile_contents
from pipeline.concepts.compiling.offices import english_names, with_offices
from pipeline.concepts.compiling.reviewed_files import REVIEWED_FOLDER, ReviewedConcept, read_reviewed
from pipeline.concepts.compiling.spelled_people import TRANSLITERATION, with_spelled_names
from pipeline.concepts.concept import ANY_LANGUAGE, Concept, Contents, Name, Source, primary_subtag
from pipeline.errors import WirewatchError

REVIEWED_LANGUAGES = ("ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "tr", "uk", "zh")
"""The languages that people have read the names of: there, a name of two concepts must say so in the reviewed files."""

WIREWATCH = Source(id="wirewatch", title="Wirewatch's reviewed files", licence="Apache-2.0")


class UnflaggedNameError(WirewatchError):
    """Two concepts are called the same in a reviewed language and the files do not say so.

    Attributes:
        conflicts: One line each: language, surface form, concept ids.
    """

    def __init__(self, conflicts: Sequence[str]) -> None:
        super().__init__(f"mark these with <also ...> in the reviewed files: {'; '.join(conflicts)}")
        self.conflicts = conflicts


def build() -> Contents:
    """Read CLDR and the reviewed files.

    Raises:
        ReviewedFileError: A reviewed file breaks its form.
        UnflaggedNameError: Two concepts share a name of a reviewed language unmarked.
    """
    parts: dict[str, list[ReviewedConcept]] = defaultdict(list)
    for file in sorted(REVIEWED_FOLDER.glob("*.yaml")):
        for part in read_reviewed(file):
            parts[part.id].append(part)
    concepts: dict[str, Concept] = {}
    for concept_id in sorted({*parts, *(f"country/{code}" for code in cldr.country_codes())}, key=_countries_first):
        countries = [relation.target for part in parts[concept_id] for relation in part.relations]
        taken = [concepts[target] for target in countries if concept_id.startswith("city/") and target in concepts]
        concepts[concept_id] = assemble(concept_id, parts[concept_id], taken)
    named = english_names(concepts.values())
    related = [with_offices(concepts[concept_id], named) for concept_id in sorted(concepts)]
    flagged = flag_shared_names(related)
    _check_relations(flagged)
    spelled = tuple(map(with_spelled_names, flagged))
    return Contents(sources=(cldr.CLDR, TRANSLITERATION, WIREWATCH), concepts=spelled)


def _countries_first(concept_id: str) -> tuple[bool, str]:
    return not concept_id.startswith("country/"), concept_id


def flag_shared_names(concepts: Sequence[Concept]) -> list[Concept]:
    """Handle names that two concepts share: ambiguous in languages that are not reviewed, an error in the others."""
    owners: dict[tuple[str, tuple[str, ...]], set[str]] = defaultdict(set)
    for concept in concepts:
        for name in concept.names:
            for language in name.languages:
                for surface in name.surfaces:
                    owners[language, key_of(surface)].add(concept.id)
    labels = {concept.id: concept.label for concept in concepts}
    conflicts: set[str] = set()

    def flagged(concept: Concept, name: Name) -> list[Name]:
        meanings: dict[str, list[str]] = defaultdict(list)
        for language in name.languages:
            others = {other for surface in name.surfaces for other in owners[language, key_of(surface)]} - {concept.id}
            if others and not name.also and primary_subtag(language) in {*REVIEWED_LANGUAGES, ANY_LANGUAGE}:
                conflicts.add(f"{language} {name.text!r} ({', '.join(sorted({concept.id, *others}))})")
            meanings[name.also or ", ".join(sorted(labels[other] for other in others))].append(language)
        return [
            msgspec.structs.replace(name, languages=tuple(tags), also=also) for also, tags in sorted(meanings.items())
        ]

    result = [
        msgspec.structs.replace(
            concept, names=tuple(marked for name in concept.names for marked in flagged(concept, name))
        )
        for concept in concepts
    ]
    if conflicts:
        raise UnflaggedNameError(sorted(conflicts))
    return result


def _check_relations(concepts: Sequence[Concept]) -> None:
    known = {concept.id for concept in concepts}
    for concept in concepts:
        for relation in concept.relations:
            if relation.target not in known:
                message = f"{concept.id} is {relation.type} {relation.target}, which is no concept"
                raise ValueError(message)


def main(arguments: Sequence[str] | None = None, *, make: Callable[[], Contents] = build) -> int:
    """Write the built file; return 0 when it is written, 1 when a reviewed file is at fault."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.concepts.build", description="Build the knowledge base.")
    parser.add_argument("--output", type=Path, default=BUILT_FILE, help="the built file (default: in the package)")
    options = parser.parse_args(arguments)
    try:
        contents = make()
    except WirewatchError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    names = sum(len(concept.names) for concept in contents.concepts)
    summary = f"{len(contents.concepts)} concepts, {names} names"
    data = compile_contents(contents)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_bytes(data)
    sys.stdout.write(f"{options.output}: {summary}, {len(data):,} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
