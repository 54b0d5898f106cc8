"""Documents of a compacted topic: the record's key is the document's id, its value is the document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeAlias, TypeVar, cast

from pipeline.errors import ArticleError
from pipeline.messages.codec import decode, encode
from pipeline.messages.identity import document_version
from pipeline.topology import Topic

NO_KEY = "(no key)"
"""Stands for the id of a record without a key."""

RecordHeaders: TypeAlias = Iterable[tuple[str, bytes | None]]
"""A record's headers as aiokafka returns them; Kafka has headers without a value, too."""


class Document(Protocol):
    """A ``msgspec.Struct`` that carries its own id."""

    @property
    def id(self) -> str:
        """The key of its record."""
        ...


DocumentT = TypeVar("DocumentT", bound=Document)


@dataclass(frozen=True, slots=True)
class StoredDocument(Generic[DocumentT]):
    """One record of a compacted topic.

    Attributes:
        id: The record's key.
        value: The record's value as it was written; None for a tombstone.
        document: The decoded value; None for a tombstone, and for a record that cannot be used.
        problem: Why the record cannot be used; empty otherwise.
    """

    id: str
    value: bytes | None
    document: DocumentT | None
    problem: str = ""

    @property
    def version(self) -> str:
        """The document's version, or empty where there is no document."""
        return document_version(self.document) if self.document is not None else ""


StoredT = TypeVar("StoredT", bound=StoredDocument[Any])

ReadRecord: TypeAlias = Callable[[bytes | None, bytes | None, RecordHeaders], StoredT]
"""Reads a record from its key, value and headers; returns a bad one with its problem and never raises."""


@dataclass(frozen=True, slots=True)
class DocumentKind(Generic[DocumentT, StoredT]):
    """What is kept in one compacted topic.

    Attributes:
        topic: Where.
        noun: What one document is called in messages, such as ``rule``.
        title: What all of them are called in messages, such as ``watch rules``.
        read: Reads a record.
        encode: Makes a record's value.
    """

    topic: Topic
    noun: str
    title: str
    read: ReadRecord[StoredT]
    encode: Callable[[DocumentT], bytes]


def document_kind(
    topic: Topic, document_type: type[DocumentT], noun: str
) -> DocumentKind[DocumentT, StoredDocument[DocumentT]]:
    """The kind of a topic whose records are documents, such as a ``source``, without headers of their own."""

    def read(key: bytes | None, value: bytes | None, _headers: RecordHeaders) -> StoredDocument[DocumentT]:
        own_id = document_id(key)
        if value is None:
            return StoredDocument(own_id, None, None)
        document, problem = decode_document(value, own_id, document_type, noun)
        return StoredDocument(own_id, value, document, problem)

    return DocumentKind(topic, noun, f"{noun}s", read, encode_document)


def encode_document(document: Document) -> bytes:
    """The document as JSON."""
    return encode(cast("Any", document))


def document_id(key: bytes | None) -> str:
    """The id of a record with this key; ``NO_KEY`` where it has none."""
    return key.decode(errors="replace") if key is not None else NO_KEY


def decode_document(
    value: bytes, expected_id: str, document_type: type[DocumentT], noun: str
) -> tuple[DocumentT | None, str]:
    """The document of a record's value and no problem, or None and the reason why the record cannot be used."""
    try:
        document: DocumentT = decode(value, cast("type[Any]", document_type))
    except ArticleError as error:
        return None, str(error)
    if document.id != expected_id:
        return None, f"its document is of {noun} {document.id}"
    return document, ""


def last_of_each(stored: Iterable[StoredT]) -> Mapping[str, StoredT]:
    """The last record of each id, by id: the others are history."""
    return {one.id: one for one in stored}
