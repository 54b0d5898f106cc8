"""Settle what each unit of a rule means: a concept, words, exact characters, or what the article is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from pipeline.concepts import Concept, Sense, UnknownConceptError
from pipeline.errors import RuleError
from pipeline.messages.articles import EntityRef, Label
from pipeline.rules.advice.misspellings import either, misspelling_warning, names_meant
from pipeline.rules.advice.plain_words import name_inside_warning, operator_warning, same_capitals
from pipeline.rules.meaning.clauses import (
    ANYWHERE,
    Clause,
    ConceptClause,
    MentionClause,
    NearClause,
    PhraseClause,
    Scope,
    TermClause,
    WithinClause,
    spell,
)
from pipeline.rules.meaning.languages import doubt_about
from pipeline.rules.meaning.lookup import ConceptLookup
from pipeline.rules.meaning.metadata import metadata_clause
from pipeline.rules.meaning.remembered_units import RememberedUnits
from pipeline.rules.meaning.terms import raw_clause, sequence_of, stemmed
from pipeline.rules.meaning.unlisted_names import inflected_clause, is_unlisted_name, name_clause
from pipeline.rules.meaning.unlisted_people import spelled_clauses
from pipeline.rules.meaning.word_forms import NAME_STEM
from pipeline.rules.syntax.expressions import Proximity, Term, Unit
from pipeline.rules.syntax.origin import Origin, RuleWarning
from pipeline.rules.syntax.vocabulary import (
    COVERED_LANGUAGES,
    KIND_FIELDS,
    LANGUAGE_FIELDS,
    METADATA_FIELDS,
    TEXT_FIELDS,
    TextField,
)
from pipeline.text.folding import fold

_KINDS: dict[str, tuple[str, ...]] = {
    "person": ("person",),
    "org": ("org",),
    "place": ("country", "region", "city"),
}
_LABELS: dict[str, Label] = {"person": "PER", "org": "ORG", "place": "LOC"}

_MOST_SEARCHED = 20
_MOST_CALLED_ALIKE = 3

# A placeholder for a term with an error; the tree is then not returned.
_UNSETTLED = PhraseClause(text="", sequence=(), scope=ANYWHERE)


class _UnitFields(NamedTuple):
    """The fields before a unit, by their sort; at most one of each."""

    scope: Scope
    meaning: str | None


class UnitResolver:
    """Settles the units of one rule.

    Args:
        concepts: Where names are looked up.
        languages: The rule's languages, in which names are looked up first.
        origin: Where the condition stands.
        doubts: What is doubtful is added; None: it is not looked for.
        remembered: See ``resolve``.
        metonyms: See ``resolve``.
        transliteration: See ``resolve``.
        reads_names: See ``resolve``.

    Attributes:
        errors: What is wrong with the units.
    """

    def __init__(
        self,
        concepts: ConceptLookup,
        languages: Sequence[str],
        origin: Origin,
        doubts: list[RuleWarning] | None,
        remembered: RememberedUnits | None,
        *,
        metonyms: bool,
        transliteration: bool,
        reads_names: bool,
    ) -> None:
        self.errors: list[RuleError] = []
        self._concepts = concepts
        self._languages = tuple(languages)
        self._origin = origin
        self._doubts = doubts
        self._remembered = remembered
        self._setting = (
            0 if remembered is None else remembered.setting(self._languages, metonyms, transliteration, reads_names)
        )
        self._metonyms = metonyms
        self._transliteration = transliteration
        self._reads_names = reads_names

    def clause(self, term: Term) -> Clause:
        """What a term asks an article for."""
        try:
            if isinstance(term, Proximity):
                clause = self._near(term)
            elif isinstance(term, Unit):
                clause = self._unit(term)
            else:
                raise TypeError(f"no clause is defined for {type(term).__name__}")
        except RuleError as error:
            self.errors.append(error)
            return _UNSETTLED
        return clause if term.weight == 1 else msgspec.structs.replace(clause, weight=term.weight)

    def _near(self, term: Proximity) -> Clause:
        left, right = (tuple(map(self._operand, operand)) for operand in (term.left, term.right))
        fields = [{clause.scope.field for clause in operand} for operand in (left, right)]
        if None not in fields[0] | fields[1] and fields[0].isdisjoint(fields[1]):
            one, other = (" or ".join(sorted(filter(None, each))) for each in fields)
            raise self._origin.error(
                f"these can never be near: one stands in the {one}, one in the {other}", term.start
            )
        return NearClause(left=left, right=right, ordered=term.operator == "ONEAR", reach=term.reach)

    def _operand(self, unit: Unit) -> ConceptClause | TermClause:
        try:
            clause = self._unit(unit)
            if not isinstance(clause, (ConceptClause, TermClause)):
                raise self._origin.error(
                    f"NEAR takes terms that stand in the text: put a + before {unit.fields[0]}:", unit.start
                )
        except RuleError as error:
            self.errors.append(error)
            return _UNSETTLED
        return clause

    def _unit(self, unit: Unit) -> Clause:
        # What is remembered raises no doubt again.
        if self._remembered is None or self._doubts is not None:
            return self._settle(unit)
        key = (unit.identity, self._setting)
        clause = self._remembered.get(key)
        if clause is None:
            clause = self._settle(unit)
            # Words and names come again and again, phrases hardly.
            if len(unit.words) == 1 or isinstance(clause, ConceptClause):
                self._remembered.add(key, clause)
        return clause

    def _settle(self, unit: Unit) -> Clause:
        scope, meaning = self._fields(unit)
        if unit.exact and meaning not in {None, *KIND_FIELDS}:
            raise self._origin.error(f"{meaning}: and = do not go together: leave the = out", unit.start)
        if unit.concept is not None:
            return self._annotated(unit, unit.concept, scope, meaning)
        if meaning is not None and meaning in METADATA_FIELDS:
            return self._metadata(unit, scope, meaning)
        if meaning == "raw":
            return raw_clause(unit, scope, self._origin)
        if meaning == "entity":
            return self._concept_clause(self._entity(unit), scope)
        if meaning == "within":
            return self._within_clause(unit, scope)
        sense = None if unit.exact or any(word.is_prefix for word in unit.words) else self._sense(unit, scope, meaning)
        if sense is not None:
            return self._concept_clause(sense.concept, scope)
        return self._words(unit, scope, meaning)

    def _fields(self, unit: Unit) -> _UnitFields:
        place: TextField | None = None
        language: str | None = None
        meaning: str | None = None
        for name in unit.fields:
            clash: str | None
            if name in TEXT_FIELDS:
                clash, place = place, TEXT_FIELDS[name]
            elif name in LANGUAGE_FIELDS:
                clash, language = language, name
            else:
                clash, meaning = meaning, name
            if clash is not None:
                raise self._origin.error(f"{clash}: and {name}: do not go together on one term", unit.start)
        return _UnitFields(Scope(place, language) if place or language else ANYWHERE, meaning)

    def _metadata(self, unit: Unit, scope: Scope, field: str) -> Clause:
        if scope.canonical:
            raise self._origin.error(
                f"{field}: is about the whole article: write it alone, without {scope.canonical}", unit.start
            )
        clause = metadata_clause(METADATA_FIELDS[field], unit, self._origin)
        doubt = doubt_about(clause.value) if clause.field == "lang" else None
        if doubt is not None:
            self._warn(doubt, unit)
        if len(unit.words) > 1:
            self._warn(
                f"{field}: takes all of {clause.text}: quote it if that is the value, or put a + in between", unit
            )
        return clause

    def _entity(self, unit: Unit) -> Concept:
        first, *rest = unit.words
        if rest:
            field = unit.fields[-1]
            raise self._origin.error(
                f"{field}: takes one id, as in {field}:country/kp: put a + before {rest[0].text}", rest[0].start
            )
        if first.is_prefix:
            raise self._origin.error(f"{unit.fields[-1]}: takes a whole id and no star", first.start + len(first.text))
        return self._concept(unit.text, first.start)

    def _annotated(self, unit: Unit, concept_id: str, scope: Scope, meaning: str | None) -> Clause:
        """``Georgia[country/ge]``: the author, or the canonical form, has said which."""
        if unit.exact or meaning not in {None, *KIND_FIELDS, "within"}:
            raise self._origin.error("[…] says which concept a name means: take the field or = away", unit.start)
        concept = self._concept(concept_id, unit.start)
        if meaning == "within":
            return self._all_within(concept, unit, scope)
        self._check_kind(concept, meaning, unit)
        known = [sense.concept.id for sense in self._concepts.senses(unit.text)]
        if unit.text != concept.label and concept_id not in known:
            self._warn(f"{unit.text} is no name of {concept.label}: {concept_id} is what counts", unit)
        return self._concept_clause(concept, scope)

    def _concept_clause(self, concept: Concept, scope: Scope) -> ConceptClause:
        standing = self._concepts.standing_for(concept.id) if self._metonyms and concept.kind == "country" else ()
        return ConceptClause(
            concept=EntityRef(id=concept.id, name=concept.label, kind=concept.kind),
            scope=scope,
            metonyms=tuple(metonym.id for metonym in standing),
            transliterated=self._transliteration or concept.kind != "person",
        )

    def _within_clause(self, unit: Unit, scope: Scope) -> WithinClause:
        """``within:country/in`` or, by a name, ``within:India``."""
        if "/" in unit.text:
            return self._all_within(self._entity(unit), unit, scope)
        sense = None if any(word.is_prefix for word in unit.words) else self._sense(unit, scope, None)
        if sense is None:
            raise self._origin.error(
                f"within: takes a place or an organisation of the knowledge base, and {unit.text} is none: "
                "find it with `wirewatch concepts search NAME`",
                unit.words[0].start,
            )
        return self._all_within(sense.concept, unit, scope)

    def _all_within(self, concept: Concept, unit: Unit, scope: Scope) -> WithinClause:
        if concept.kind == "person":
            raise self._origin.error(f"nothing lies in {concept.id}: write entity:{concept.id}", unit.start)
        return WithinClause(
            concept=EntityRef(id=concept.id, name=concept.label, kind=concept.kind),
            scope=scope,
            parts=tuple(self._concepts.within(concept.id)),
        )

    def _check_kind(self, concept: Concept, meaning: str | None, unit: Unit) -> None:
        if meaning is not None and concept.kind not in _KINDS[meaning]:
            raise self._origin.error(f"{concept.id} is not what {meaning}: asks for: take the field away", unit.start)

    def _concept(self, concept_id: str, at: int) -> Concept:
        try:
            return self._concepts.concept(concept_id)
        except UnknownConceptError as error:
            raise self._origin.error(str(error), at) from error

    def _sense(self, unit: Unit, scope: Scope, meaning: str | None) -> Sense | None:
        """The one concept that a unit names, or None.

        Raises:
            RuleError: It may name several things.
        """
        preferred = _lookup_languages(scope, self._languages)
        wrong_kind: list[Sense] = []
        lower_case: list[Sense] = []
        for languages in (preferred, ()):
            known = self._concepts.senses(unit.text, languages)
            if not known:
                # A lookup in some languages falls back to all, so no language has this name.
                break
            senses = [sense for sense in known if same_capitals(unit.text, sense)]
            lower_case = lower_case or [
                sense for sense in known if sense not in senses and _is_in_any(sense, preferred)
            ]
            fitting = [sense for sense in senses if meaning is None or sense.concept.kind in _KINDS[meaning]]
            if len(fitting) > 1 or (fitting and fitting[0].name.ambiguous and meaning is None):
                raise self._origin.error(_which(unit.text, fitting, preferred), unit.words[0].start)
            if fitting:
                self._warn_of_other_meaning(fitting[0], unit)
                return fitting[0]
            wrong_kind = wrong_kind or senses
        if meaning is not None and self._doubts is not None:
            meant = names_meant(unit.text, self._concepts, preferred)
            meant = tuple(one for one in meant if one.concept.kind in _KINDS[meaning])
            other = f"{wrong_kind[0].concept.id}, and " if wrong_kind else ""
            self._warn(
                f"the knowledge base has {other}no {meaning} called {unit.text}: "
                f"what counts is a mention labelled {_LABELS[meaning]} that holds these words"
                + (", or the name with capitals" if meaning == "person" and self._counts_unlabelled(unit) else "")
                + (", or the name as another script spells it" if self._is_spelled(unit, meaning) else "")
                + (f"; did you mean {either(meant)}?" if meant else self._called_alike(unit, meaning)),
                unit,
            )
        elif lower_case:
            name = lower_case[0].name.text
            self._warn(f"{unit.text} is a plain word here: for {lower_case[0].concept.label} write {name}", unit)
        return None

    def _called_alike(self, unit: Unit, meaning: str) -> str:
        """The concepts of which the words are a part of the name: Orange (company) for Orange."""
        words = fold(unit.text)
        found = [
            concept
            for concept in self._concepts.search(unit.text, _MOST_SEARCHED)
            if concept.kind in _KINDS[meaning] and fold(concept.label).startswith(words)
        ]
        listed = " or ".join(f"entity:{concept.id} for {concept.label}" for concept in found[:_MOST_CALLED_ALIKE])
        return f"; write {listed}" if listed else ""

    def _warn_of_other_meaning(self, sense: Sense, unit: Unit) -> None:
        """Warn that a field has chosen one meaning of an ambiguous name."""
        if sense.name.ambiguous:
            concept = sense.concept
            self._warn(
                f"{unit.text} is taken for {concept.label}, and not for {sense.name.also}: "
                f"{spell(unit.text)}[{concept.id}] says so for sure",
                unit,
            )

    def _words(self, unit: Unit, scope: Scope, meaning: str | None) -> Clause:
        words_inflect = not unit.exact and meaning is None
        inflected = stemmed((scope.language,) if scope.language else self._languages) if words_inflect else ()
        is_name = meaning == "person" and not unit.exact
        sequence = sequence_of(unit, self._origin, (NAME_STEM,) if is_name else inflected)
        text = " ".join(word.text + "*" * word.is_prefix for word in unit.words)
        text = " ".join(text.split()) if unit.quoted else text
        if words_inflect and self._doubts is not None:
            languages = _lookup_languages(scope, self._languages)
            doubt = (
                operator_warning(unit, self._origin)
                or misspelling_warning(unit, self._concepts, languages, self._origin)
                or name_inside_warning(unit, self._concepts, languages, self._origin)
            )
            if doubt is not None:
                self._doubts.append(doubt)
        if meaning is None:
            phrase = PhraseClause(text=text, sequence=sequence, exact=unit.exact, scope=scope)
            is_unlisted = self._reads_names and not unit.exact and is_unlisted_name(unit)
            return name_clause(phrase, transliteration=self._transliteration) if is_unlisted else phrase
        kind = KIND_FIELDS[meaning]
        spelled = spelled_clauses(text, scope) if is_name and self._transliteration and "*" not in text else ()
        if is_name and self._counts_unlabelled(unit):
            spelled = (inflected_clause(text, scope), *spelled)
        return MentionClause(
            kind=kind,
            label=_LABELS[kind],
            text=text,
            sequence=sequence,
            exact=unit.exact,
            scope=scope,
            spelled=spelled,
        )

    def _counts_unlabelled(self, unit: Unit) -> bool:
        """Whether a person's name counts wherever it stands with capitals: first and last name do."""
        return self._reads_names and len(unit.text.split()) > 1 and not any(word.is_prefix for word in unit.words)

    def _is_spelled(self, unit: Unit, meaning: str) -> bool:
        return meaning == "person" and self._transliteration and bool(spelled_clauses(unit.text, ANYWHERE))

    def _warn(self, problem: str, unit: Unit) -> None:
        if self._doubts is not None:
            self._doubts.append(self._origin.warning(problem, unit.start))


def _lookup_languages(scope: Scope, languages: tuple[str, ...]) -> tuple[str, ...]:
    """Where a name is looked up first."""
    if scope.language is None:
        return languages
    return COVERED_LANGUAGES.get(scope.language, (scope.language,))


def _is_in_any(sense: Sense, languages: tuple[str, ...]) -> bool:
    return any(sense.name.in_language(language) for language in languages)


def _which(text: str, senses: list[Sense], languages: tuple[str, ...]) -> str:
    candidates = [f"{sense.concept.label} (entity:{sense.concept.id})" for sense in senses]
    if len(senses) == 1:
        candidates.append(senses[0].name.also)
    listed = ", ".join(candidates[:-1]) + f" or {candidates[-1]}"
    # Without its capitals a name such as IS is another word.
    mark, what = ("raw:", "these letters") if any(sense.name.case_sensitive for sense in senses) else ("=", "the word")
    word = f'{mark}"{text}"' if " " in text else f"{mark}{text}"
    elsewhere = (
        "" if any(_is_in_any(sense, languages) for sense in senses) else f", but not in {' or '.join(languages)}"
    )
    entity = f"entity:{senses[0].concept.id}"
    return f"{text} may mean {listed}{elsewhere}: write {entity} or the like, or {word} for {what} alone"
