"""A person named in full once is meant by the surname alone in the same article: Matthew Miller, then Miller."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from pipeline.messages.articles import Mention
from pipeline.text.folding import fold
from pipeline.text.tokens import tokenize

# "Millers", "Miller’s": the genitive of German, English and the Nordic languages.
_GENITIVE = "s"
_SHORTEST_WITH_GENITIVE = 4

NameWords = tuple[str, ...]


def resolve_short_forms(mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """Name every unlinked mention: by its own text, or by the full name when it is a person's surname.

    Args:
        mentions: Of one article.

    Returns:
        The same mentions in the same order. An unlinked person of whom only the end of one person's full name is
        written takes over that name, and that person's concept where there is one; a surname of two people named in
        full stays as it is.
    """
    if all(mention.entity is not None for mention in mentions):
        return tuple(mentions)
    full_names = _by_ending(mention for mention in mentions if mention.label == "PER")
    return tuple(mention if mention.entity is not None else _named(mention, full_names) for mention in mentions)


def _by_ending(people: Iterable[Mention]) -> dict[NameWords, list[Mention]]:
    """The mentions of people by more than one word, one a person, under each proper end of their name."""
    one_each: dict[str, Mention] = {}
    for mention in people:
        if len(_words(mention.text)) > 1:
            key = mention.entity.id if mention.entity is not None else " ".join(_words(mention.text))
            one_each.setdefault(key, mention)
    endings: dict[NameWords, list[Mention]] = {}
    for mention in one_each.values():
        words = _words(mention.text)
        for length in range(1, len(words)):
            endings.setdefault(words[-length:], []).append(mention)
    return endings


def _named(mention: Mention, full_names: dict[NameWords, list[Mention]]) -> Mention:
    if mention.label == "PER":
        for words in _readings(_words(mention.text)):
            people = full_names.get(words, ())
            if len(people) == 1:
                (full,) = people
                if full.entity is not None:
                    return msgspec.structs.replace(mention, entity=full.entity)
                return msgspec.structs.replace(mention, name=_spaced(full.text))
            if people:
                break
    return msgspec.structs.replace(mention, name=_spaced(mention.text))


def _readings(words: NameWords) -> Iterator[NameWords]:
    """The words as they are, and without a genitive's ending."""
    yield words
    if words and words[-1] == _GENITIVE:
        yield words[:-1]
    elif words and words[-1].endswith(_GENITIVE) and len(words[-1]) >= _SHORTEST_WITH_GENITIVE:
        yield (*words[:-1], words[-1].removesuffix(_GENITIVE))


def _words(text: str) -> NameWords:
    return tuple(map(fold, tokenize(text).words))


def _spaced(text: str) -> str:
    """The text with one space for every run of blanks."""
    return " ".join(text.split())
