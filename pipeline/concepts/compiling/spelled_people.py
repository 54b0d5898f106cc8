"""Spell names of people in scripts without a listed spelling, when the knowledge base is built."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from pipeline.concepts.compiling.derived_spellings import in_cyrillic, is_serbian_spelling
from pipeline.concepts.concept import Concept, Name, Source, folded_key, primary_subtag
from pipeline.transliteration import LANGUAGES, Spelling, Writing, name_words, spell_name

TRANSLITERATION = Source(id="transliteration", title="Wirewatch's transliteration models", licence="Apache-2.0")

# Spellings of a person's name, and the least confidence of one. Chosen by what they find, and find wrongly, in news.
_SPELLINGS = 5
_LEAST_CONFIDENCE = 0.02
_LISTED_CONFIDENCE = 0.9

# Found wrongly more often than rightly in news: names are short rows of characters there, inside longer words.
_NOT_TRUSTED: frozenset[Writing] = frozenset({"thai"})
# Where a surname that Russian uses alone is spelled by rule with hardly a doubt: Serbian Путин, Greek Πούτιν.
_SPELLED_SURNAMES: frozenset[Writing] = frozenset({"cyrillic", "bulgarian", "serbian", "greek", "georgian", "armenian"})
_SHORTEST_SURNAME = 5
_SURNAME_CONFIDENCE = 0.5
# Scripts whose languages take a name over letter by letter from another one's.
_TAKEN_OVER: dict[Writing, tuple[str, ...]] = {"persian": ("ar",), "cyrillic": ("ru",)}


def with_spelled_names(concept: Concept) -> Concept:
    """A person with the names that languages without a listed one are likely to write; other concepts as they are.

    First and last name are spelled together: one of them alone says too little, unless Russian lists the surname for
    itself. What Russian lists says how the name sounds, and the writings without a model of their own are spelled from
    it.
    """
    if concept.kind != "person" or len(name_words(concept.label)) < 2:
        return concept
    listed = {
        primary_subtag(language) for name in concept.names if name.via != "short-name" for language in name.languages
    }
    added: dict[tuple[str, ...], Name] = {}
    for writing, languages in LANGUAGES.items():
        missing = tuple(sorted({*languages} - listed))
        if not missing or writing in _NOT_TRUSTED:
            continue
        for spelling in (*_spellings(concept, writing), *_surnames(concept, writing)):
            added.setdefault(
                (writing, *folded_key(spelling.text)),
                Name(
                    text=spelling.text,
                    languages=missing,
                    via="transliteration",
                    confidence=round(spelling.confidence, 2),
                    source=TRANSLITERATION.id,
                ),
            )
    return msgspec.structs.replace(concept, names=(*concept.names, *added.values()))


def _spellings(concept: Concept, writing: Writing) -> list[Spelling]:
    taken_over = [
        Spelling(text, _LISTED_CONFIDENCE)
        for language in _TAKEN_OVER.get(writing, ())
        for text in _full_names(concept, language)
    ]
    if writing == "cyrillic":
        return taken_over
    if writing == "serbian":
        latin = (text for text in _full_names(concept, "en") if is_serbian_spelling(text))
        taken_over = [Spelling(in_cyrillic(text), _LISTED_CONFIDENCE) for text in latin]
    # A writing without a model is spelled from the Russian name, and from the Latin one by way of the Russian model:
    # nobody else has taken over the Portuguese Криштиану.
    found: dict[str, Spelling] = {}
    for source in (*_full_names(concept, "ru")[:1], concept.label):
        for spelling in spell_name(source, writing, _SPELLINGS, _LEAST_CONFIDENCE):
            found.setdefault(spelling.text, spelling)
    likely = sorted(found.values(), key=lambda spelling: (-spelling.confidence, spelling.text))
    return [*taken_over, *likely[:_SPELLINGS]]


def _surnames(concept: Concept, writing: Writing) -> Iterator[Spelling]:
    if writing not in _SPELLED_SURNAMES:
        return
    for name in concept.names:
        if name.via != "short-name" or name.ambiguous or " " in name.text or len(name.text) < _SHORTEST_SURNAME:
            continue
        if writing == "serbian" and name.in_language("en") and is_serbian_spelling(name.text):
            yield Spelling(in_cyrillic(name.text), _LISTED_CONFIDENCE)
        elif name.in_language("ru") and writing == "cyrillic":
            yield Spelling(name.text, _LISTED_CONFIDENCE)
        elif name.in_language("ru"):
            yield from spell_name(name.text, writing, 1, _SURNAME_CONFIDENCE)


def _full_names(concept: Concept, language: str) -> list[str]:
    """What a language lists that is more than a surname; the usual name first."""
    return [
        name.text
        for name in concept.names
        if name.via in {"name", "alias"} and name.in_language(language) and len(name_words(name.text)) > 1
    ]
