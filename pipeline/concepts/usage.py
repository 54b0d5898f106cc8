"""Which names the texts of a language use: its own, those of any language, and what English lends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pipeline.concepts.concept import ANY_LANGUAGE, Concept, Name, NameVia, folded_key, primary_subtag

UNDETERMINED = "und"
OTHER_LANGUAGE = "*"
"""Stands for every language that the knowledge base has no name in."""

# Of several scripts of one language, the one whose names end differently.
_SCRIPT_VARIANTS = {"sr": ("sr-Latn",)}

# Latin-script languages write most foreign names as English does where they have no form of their own.
_LENT_BY = "en"
# Of places only the usual name and acronyms: "America" is the continent to others, "Britain" a part of France.
_LENT_VIAS: Mapping[str, frozenset[NameVia]] = {
    "country": frozenset({"name"}),
    "region": frozenset({"name"}),
    "city": frozenset({"name"}),
    "org": frozenset({"name", "alias", "short-name"}),
    "person": frozenset({"name", "alias", "short-name"}),
}
# Norwegian's codes name one language to CLDR and another to newsrooms.
_ALSO = {"nb": ("no",), "nn": ("nb", "no")}


class Usage:
    """The languages that use each name, as the bits of one integer a name.

    Attributes:
        languages: What each bit stands for: primary subtags, script variants, ``und`` and ``*``, in order.
        masks: By number of the name.
    """

    def __init__(self, names: Sequence[tuple[Concept, Name]]) -> None:
        by_language: dict[str, list[int]] = {}
        for number, (_, name) in enumerate(names):
            for language in dict.fromkeys(map(primary_subtag, name.languages)):
                by_language.setdefault(language, []).append(number)
        known = sorted({*by_language} - {ANY_LANGUAGE})
        variants = [variant for language in known for variant in _SCRIPT_VARIANTS.get(language, ())]
        self.languages: tuple[str, ...] = (*known, *variants, UNDETERMINED, OTHER_LANGUAGE)
        self.masks: list[int] = [0] * len(names)
        keys = [(concept.id, folded_key(name.text)) for concept, name in names]
        lendable = [
            number
            for number in by_language.get(_LENT_BY, ())
            if not (name := names[number][1]).ambiguous
            and (name.via in _LENT_VIAS[names[number][0].kind] or name.text.isupper())
        ]
        for bit, language in enumerate(self.languages):
            if language == UNDETERMINED:
                used: Iterable[int] = _each_spelling_once(names)
            else:
                primary = primary_subtag(language)
                used = [
                    number
                    for tag in (ANY_LANGUAGE, primary, *_ALSO.get(primary, ()))
                    for number in by_language.get(tag, ())
                ]
                # What a language has itself, with its own remarks, English need not lend: "Moderna" is an Italian word.
                has = {keys[number] for number in used if names[number][1].via != "adjective"}
                if primary != _LENT_BY:
                    used = [*used, *(number for number in lendable if keys[number] not in has)]
            for number in used:
                self.masks[number] |= 1 << bit

    def mask_of(self, languages: Iterable[str]) -> int:
        """The bits of some languages and their variants; of every language where ``mul`` is among them."""
        wanted = set(languages)
        if ANY_LANGUAGE in wanted:
            return (1 << len(self.languages)) - 1
        return sum(1 << bit for bit, language in enumerate(self.languages) if primary_subtag(language) in wanted)


def language_known_as(tag: str, languages: Mapping[str, int]) -> int:
    """The number of a language by its BCP 47 tag: the tag itself, its primary subtag, or that of other languages."""
    for known in (tag or UNDETERMINED, primary_subtag(tag)):
        if known in languages:
            return languages[known]
    return languages[OTHER_LANGUAGE]


def _each_spelling_once(names: Sequence[tuple[Concept, Name]]) -> Iterable[int]:
    """Names of all languages but adjectives, for texts whose language is not known."""
    spellings: dict[tuple[str, str], int] = {}
    for number, (concept, name) in enumerate(names):
        if name.via != "adjective":
            spellings.setdefault((concept.id, name.text), number)
    return spellings.values()
