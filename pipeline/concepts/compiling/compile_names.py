"""Compile concepts into the file that processes map: records to look up, and one trie of all names of all languages."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence

import msgspec

from pipeline.concepts.built_file import to_bytes
from pipeline.concepts.concept import Contents
from pipeline.concepts.concept_records import KEY_SEPARATOR, NO_NAME, VIAS, ConceptRecord, encode_name
from pipeline.concepts.homographs import phrases_by_language
from pipeline.concepts.name_filing import FiledName, NameFiling, NameToken
from pipeline.concepts.usage import Usage
from pipeline.text.frozen_trie import FrozenTrie
from pipeline.text.frozen_words import FrozenWords


def compile_contents(contents: Contents) -> bytes:
    """Return the built file's bytes; equal for equal contents, whatever the process.

    Args:
        contents: Concepts sorted by id, each with its names in all languages.
    """
    names = [(concept, name) for concept in contents.concepts for name in concept.names]
    usage = Usage(names)
    filing = NameFiling(usage.languages)
    masks = _Masks()
    spellings = _SpellingTable(masks)
    for number, (concept, name) in enumerate(names):
        for filed in filing.file(concept.kind, name, usage.masks[number]):
            spellings.add(number, filed)
    for phrase, languages in phrases_by_language():
        for filed in filing.whole(phrase, "name", usage.mask_of(languages)):
            spellings.add(NO_NAME, filed)
    return to_bytes(
        {
            **_records(contents),
            **spellings.sections(),
            **_tokens(spellings.filed, filing, masks),
            "languages": msgspec.msgpack.encode(usage.languages),
            "language-sets": masks.table(len(usage.languages)),
        }
    )


class _Masks:
    """Numbers for sets of languages."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}

    def number(self, mask: int) -> int:
        return self._numbers.setdefault(mask, len(self._numbers))

    def table(self, languages: int) -> bytes:
        """A row a language, a byte a set: 1 where the language is in it."""
        return b"".join(bytes(mask >> bit & 1 for mask in self._numbers) for bit in range(languages))


class _SpellingTable:
    """Every way of writing a name, numbered."""

    def __init__(self, masks: _Masks) -> None:
        self._masks = masks
        self.filed: list[FiledName] = []
        self._names, self._vias, self._sets = array("I"), array("B"), array("H")
        self._surfaces, self._keys = _Blob("surface"), _Blob("key")

    def add(self, name: int, filed: FiledName) -> None:
        self.filed.append(filed)
        self._names.append(name)
        self._vias.append(VIAS.index(filed.via))
        self._sets.append(self._masks.number(filed.mask))
        self._surfaces.add(filed.surface.encode())
        self._keys.add((KEY_SEPARATOR + KEY_SEPARATOR.join(token.word for token in filed.tokens) + "\n").encode())

    def sections(self) -> dict[str, bytes]:
        return {
            "spelling.name": self._names.tobytes(),
            "spelling.via": self._vias.tobytes(),
            "spelling.set": self._sets.tobytes(),
            **self._surfaces.sections(),
            **self._keys.sections(),
        }


def _records(contents: Contents) -> dict[str, bytes]:
    concepts, names = _Blob("concept"), _Blob("name")
    name_concepts, first_names = array("I"), array("I")
    for number, concept in enumerate(contents.concepts):
        first_names.append(len(name_concepts))
        concepts.add(msgspec.msgpack.encode(ConceptRecord.of(concept)))
        for name in concept.names:
            names.add(encode_name(name))
            name_concepts.append(number)
    first_names.append(len(name_concepts))
    relations = [
        (concept.id, relation.type, relation.target) for concept in contents.concepts for relation in concept.relations
    ]
    return {
        "sources": msgspec.msgpack.encode(contents.sources),
        "ids": msgspec.msgpack.encode([concept.id for concept in contents.concepts]),
        "relations": msgspec.msgpack.encode(relations),
        **concepts.sections(),
        "concept.first-name": first_names.tobytes(),
        **names.sections(),
        "name.concept": name_concepts.tobytes(),
    }


def _tokens(filed: Sequence[FiledName], filing: NameFiling, masks: _Masks) -> dict[str, bytes]:
    """Build the trie, and for each word the tokens that it may match."""
    languages: dict[NameToken, int] = {}
    for spelling in filed:
        for token in spelling.tokens:
            languages[token] = languages.get(token, 0) | spelling.mask
    starting = {spelling.tokens[0] for spelling in filed}
    ordered = sorted(languages, key=lambda token: (token not in starting, token))
    numbers = {token: number for number, token in enumerate(ordered)}
    trie = FrozenTrie.of(
        (tuple(numbers[token] for token in spelling.tokens), number) for number, spelling in enumerate(filed)
    )
    readings = _readings(ordered, languages, filing)
    first_readings, reading_tokens, hows, sets = array("I"), array("I"), array("B"), array("H")
    for _, found in readings:
        first_readings.append(len(reading_tokens))
        for number, how, mask in found:
            reading_tokens.append(number)
            hows.append(how)
            sets.append(masks.number(mask))
    first_readings.append(len(reading_tokens))
    words = FrozenWords.of([word for word, _ in readings])
    return {
        "word.key": array("Q", words.keys).tobytes(),
        "word.end": array("I", words.ends).tobytes(),
        "word.parent": array("I", words.parents).tobytes(),
        "word.letters": words.letters,
        "word.first-reading": first_readings.tobytes(),
        "reading.token": reading_tokens.tobytes(),
        "reading.how": hows.tobytes(),
        "reading.set": sets.tobytes(),
        "trie.first-edge": array("I", trie.first_edges).tobytes(),
        "trie.edge-token": array("I", trie.edge_tokens).tobytes(),
        "trie.first-value": array("I", trie.first_values).tobytes(),
        "trie.value": array("I", trie.values).tobytes(),
    }


def _readings(
    ordered: Sequence[NameToken], languages: Mapping[NameToken, int], filing: NameFiling
) -> list[tuple[str, list[tuple[int, int, int]]]]:
    """By word, sorted: the numbers of its tokens, each with how and for which languages it stands for them."""
    found: dict[str, dict[tuple[int, int], int]] = {}
    for number, token in enumerate(ordered):
        for word, how, mask in filing.words_for(token, languages[token]):
            tokens = found.setdefault(word, {})
            tokens[number, how] = tokens.get((number, how), 0) | mask
    return [
        (word, [(token, how, mask) for (token, how), mask in sorted(found[word].items())]) for word in sorted(found)
    ]


class _Blob:
    """Byte strings one behind the other, with the end of each."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._bytes = bytearray()
        self._ends = array("I")

    def add(self, record: bytes) -> None:
        self._bytes += record
        self._ends.append(len(self._bytes))

    def sections(self) -> dict[str, bytes]:
        return {f"{self._name}.end": self._ends.tobytes(), f"{self._name}.bytes": bytes(self._bytes)}
