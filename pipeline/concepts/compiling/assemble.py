"""Put concepts together from CLDR and the reviewed files: which name is usual, what is flagged, what is said twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import cast

import msgspec

from pipeline.concepts.compiling import cldr
from pipeline.concepts.compiling.derived_spellings import in_cyrillic, other_spellings
from pipeline.concepts.compiling.inflection import DECLINED_LANGUAGES, adjective_forms, decline_name
from pipeline.concepts.compiling.reviewed_files import ReviewedConcept, ReviewedEntry
from pipeline.concepts.concept import (
    ANY_LANGUAGE,
    VIA_ORDER,
    Concept,
    Kind,
    Name,
    NameVia,
    Relation,
    folded_key,
    primary_subtag,
)

# The build asks for each name's key again and again.
key_of = cache(folded_key)

# At most so many letters make a single word of a cased script count only with its capitals: Oman, Mali, Man.
_SHORT_WORD = 4
_LONGEST_ACRONYM = 6


class Draft(msgspec.Struct, kw_only=True):
    """One name in one language, before equal names of several languages become one."""

    language: str
    text: str
    via: NameVia
    forms: tuple[str, ...] = ()
    stems: tuple[str | None, ...] = ()
    case_sensitive: bool = False
    also: str = ""
    source: str

    def folded_surfaces(self) -> set[tuple[str, ...]]:
        """The folded tokens of the text and of each form."""
        return {key_of(surface) for surface in (self.text, *self.forms)}


def assemble(concept_id: str, parts: Sequence[ReviewedConcept], taken: Iterable[Concept] = ()) -> Concept:
    """Make one concept.

    Args:
        concept_id: Its id.
        parts: What each reviewed file says of it; adjectives come in parts whose ``adjectives`` is set.
        taken: Concepts whose names CLDR's names of this one must not repeat: the country of a capital called alike.
    """
    kind = cast("Kind", concept_id.partition("/")[0])
    drafts: list[Draft] = []
    lines: dict[str, list[ReviewedEntry]] = defaultdict(list)
    for part in parts:
        if not part.adjectives:
            for language, entries in part.lines.items():
                lines[language].extend(entries)
    if "zh" in lines:
        chinese = lines.pop("zh")
        lines["zh-Hans"] = chinese + lines["zh-Hans"]
        if "zh-Hant" not in lines:
            lines["zh-Hant"] = chinese
    from_cldr = _cldr_names(concept_id, parts, taken)
    for language in sorted({*lines, *from_cldr}):
        drafts.extend(_drafts(kind, language, lines.get(language, []), from_cldr.get(language)))
    drafts.extend(_adjectives(concept_id, parts))
    drafts.extend([_in_cyrillic(draft) for draft in drafts if draft.language == "sr-Latn"])
    labels = [part.label for part in parts if part.label]
    english = [draft.text for draft in drafts if draft.via == "name" and draft.language in {"en", ANY_LANGUAGE}]
    if not labels and not english:
        message = f"{concept_id} has neither a label nor an English name"
        raise ValueError(message)
    return Concept(
        id=concept_id,
        kind=kind,
        label=(labels or english)[0],
        names=_merged(_without_repeats(drafts)),
        relations=_relations(parts),
        role=next((part.role for part in parts if part.role), ""),
    )


def _cldr_names(concept_id: str, parts: Sequence[ReviewedConcept], taken: Iterable[Concept]) -> dict[str, str]:
    territory = "".join(part.territory for part in parts)
    time_zone = "".join(part.time_zone for part in parts)
    if time_zone:
        found = dict(cldr.city_names(time_zone))
    elif territory:
        found = dict(cldr.territory_names(territory))
    elif concept_id.startswith("country/"):
        found = dict(cldr.territory_names(concept_id.removeprefix("country/").upper()))
    else:
        found = {}
    for other in taken:
        for name in other.names:
            if name.via != "adjective":
                keys = {key_of(surface) for surface in name.surfaces}
                for language in name.languages:
                    if language in found and key_of(found[language]) in keys:
                        del found[language]
    return found


def _drafts(kind: Kind, language: str, entries: Sequence[ReviewedEntry], from_cldr: str | None) -> list[Draft]:
    if any("drop" in entry.flags and entry.text == from_cldr for entry in entries):
        from_cldr = None
    entries = [entry for entry in entries if "drop" not in entry.flags]
    written = {entry.text.replace("|", "") for entry in entries}
    usual = next((entry.text for entry in entries if "usual" in entry.flags), None)
    if usual is None and from_cldr is None:
        usual = next((entry.text for entry in entries if "short" not in entry.flags), None)
    drafts: list[Draft] = []
    if from_cldr is not None and from_cldr not in written:
        via: NameVia = "name" if usual is None else "alias"
        drafts.append(_draft(kind, language, ReviewedEntry(text=from_cldr), via, cldr.CLDR.id))
    for entry in entries:
        plain = entry.text.replace("|", "")
        is_usual = entry.text == usual or (usual is None and plain == from_cldr)
        via = "short-name" if "short" in entry.flags else "name" if is_usual else "alias"
        source = cldr.CLDR.id if plain == from_cldr else "wirewatch"
        drafts.append(_draft(kind, language, entry, via, source))
    return drafts


def _draft(kind: Kind, language: str, entry: ReviewedEntry, via: NameVia, source: str) -> Draft:
    text = entry.text.replace("|", "")
    forms = entry.forms
    if not forms and language in DECLINED_LANGUAGES:
        forms = decline_name(entry.text, language, only_marked=kind == "person")
        if not forms and kind in {"city", "region"} and not text.isupper():
            # "Fordo" has no other form: with an open ending it would be found in "Ford" and in "Forda".
            forms = (text,)
    if language == "hi" and not entry.also:
        forms += other_spellings(text)
    if "'" in text and language == "uk":
        # Ukrainian writes its apostrophe as a letter too, U+02BC, and then the word is one token.
        forms += tuple(surface.replace("'", "ʼ") for surface in (text, *forms))
    return Draft(
        language=language,
        text=text,
        via=via,
        forms=forms,
        case_sensitive="case" in entry.flags or _needs_its_capitals(text),
        also=entry.also,
        source=source,
    )


def _needs_its_capitals(text: str) -> bool:
    """Whether a name is so short, or an acronym, that it is a common word of some language in other capitals."""
    if len(key_of(text)) != 1 or text.lower() == text.upper() or text == text.lower():
        return False
    return len(text) <= (_LONGEST_ACRONYM if text.isupper() else _SHORT_WORD)


def _adjectives(concept_id: str, parts: Sequence[ReviewedConcept]) -> list[Draft]:
    drafts: list[Draft] = []
    for part in parts:
        if part.adjectives:
            for language, entries in part.lines.items():
                for tag in ("zh-Hans", "zh-Hant") if language == "zh" else (language,):
                    drafts.extend(_adjective(tag, entry) for entry in entries)
    reviewed = {primary_subtag(draft.language) for draft in drafts}
    if concept_id.startswith("country/"):
        for language, text, forms, stems in cldr.currency_adjectives(concept_id.removeprefix("country/").upper()):
            if primary_subtag(language) not in reviewed:
                is_name = language in cldr.GENITIVE_LANGUAGES
                drafts.append(
                    Draft(
                        language=language,
                        text=text,
                        via="alias" if is_name else "adjective",
                        forms=forms,
                        stems=() if is_name else stems,
                        source=cldr.CLDR.id,
                    )
                )
    return drafts


def _adjective(language: str, entry: ReviewedEntry) -> Draft:
    return Draft(
        language=language,
        text=entry.text,
        via="adjective",
        forms=entry.forms or adjective_forms(entry.text, primary_subtag(language)),
        case_sensitive="case" in entry.flags or _needs_its_capitals(entry.text),
        also=entry.also,
        source="wirewatch",
    )


def _in_cyrillic(serbian: Draft) -> Draft:
    return msgspec.structs.replace(
        serbian, language="sr", text=in_cyrillic(serbian.text), forms=tuple(map(in_cyrillic, serbian.forms))
    )


def _without_repeats(drafts: Sequence[Draft]) -> list[Draft]:
    """Leave out what an earlier name of the same language matches anyway."""
    kept: list[Draft] = []
    seen: dict[str, list[Draft]] = defaultdict(list)
    for draft in sorted(drafts, key=lambda draft: VIA_ORDER[draft.via]):
        key = key_of(draft.text)
        if not any(_covers(earlier, draft, key) for earlier in seen[draft.language]):
            kept.append(draft)
            seen[draft.language].append(draft)
    return kept


def _covers(earlier: Draft, draft: Draft, key: tuple[str, ...]) -> bool:
    if earlier.case_sensitive and earlier.text != draft.text:
        return False
    if draft.forms and draft.via == "adjective":
        return False
    return key == key_of(earlier.text) or (not draft.forms and key in earlier.folded_surfaces())


def _merged(drafts: Iterable[Draft]) -> tuple[Name, ...]:
    languages: dict[Name, set[str]] = defaultdict(set)
    for draft in drafts:
        name = Name(
            text=draft.text,
            languages=(),
            via=draft.via,
            forms=draft.forms,
            stems=draft.stems,
            case_sensitive=draft.case_sensitive,
            also=draft.also,
            source=draft.source,
        )
        languages[name].add(draft.language)
    names = [msgspec.structs.replace(name, languages=tuple(sorted(tags))) for name, tags in languages.items()]
    return tuple(sorted(names, key=lambda name: (VIA_ORDER[name.via], name.text, name.languages)))


def _relations(parts: Sequence[ReviewedConcept]) -> tuple[Relation, ...]:
    found = {(relation.type, relation.target) for part in parts for relation in part.relations}
    return tuple(Relation(type_, target) for type_, target in sorted(found))
