"""What rules find in sentences of 40 languages: names, homonyms, titles before names, and people of no list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.concepts import KnowledgeBase
from tests.quality.asked_rules import Asked, RuleTrial, read_homonyms, read_names, read_possessives, read_unlisted
from tests.quality.report import percent, table

INFLECTED = frozenset({"cs", "et", "fi", "hr", "hu", "lt", "lv", "pl", "ro", "sk", "sl", "tr"})
"""The languages of unlisted people that are written in Latin letters; the others have scripts of their own."""


class Answers(NamedTuple):
    """What rules asked of sentences did.

    Attributes:
        asked: All that was asked.
        fired: What of it fired.
        unasked: What fired beside: on sentences that do not hold the name.
    """

    asked: tuple[Asked, ...]
    fired: frozenset[Asked]
    unasked: tuple[Asked, ...] = ()

    def of(self, wanted: Callable[[Asked], bool]) -> Answers:
        """The part of the answers that is wanted."""
        return Answers(
            tuple(filter(wanted, self.asked)),
            frozenset(filter(wanted, self.fired)),
            tuple(filter(wanted, self.unasked)),
        )

    @property
    def share(self) -> float:
        """How much of what was asked fired, in percent: recall where it must fire."""
        return percent(len(self.fired), len(self.asked))

    @property
    def precision(self) -> float:
        """How much of what fired was asked, in percent."""
        return percent(len(self.fired), len(self.fired) + len(self.unasked))


class UnlistedAnswers(NamedTuple):
    """People of no list.

    Attributes:
        answers: By their names alone.
        as_person: With ``person:`` before the name.
        texts: How many sentences the rules were run over.
        wrong: The sentences on which a rule fires that names nobody there, with the rules.
    """

    answers: Answers
    as_person: Answers
    texts: int
    wrong: dict[str, set[str]]

    @property
    def share_of_wrong(self) -> float:
        """Sentences with a wrong find, in percent."""
        return percent(len(self.wrong), self.texts)


def ask_names(trial: RuleTrial) -> Answers:
    """All rules over all sentences; a rule that fires on a sentence that it is not asked of counts as unasked."""
    read = read_names()
    right = {(one.text, one.rule) for one in read}
    asked = [one for one in read if one.mark != "unsure"]
    fired = trial.fired((one.rule for one in asked), (one.text for one in asked))
    kinds = {one.rule: one.kind for one in asked}
    languages = {one.text: one.language for one in asked}
    return Answers(
        tuple(asked),
        frozenset(one for one in asked if one.rule in fired[one.text]),
        tuple(
            Asked(languages[text], kinds[rule], rule, text, "concept")
            for text, rules in fired.items()
            for rule in sorted(rules)
            if (text, rule) not in right
        ),
    )


def ask_pairs(trial: RuleTrial, asked: Sequence[Asked], *, as_titles: bool = False) -> Answers:
    """Each rule over its own sentences alone."""
    fired = trial.fired((one.rule for one in asked), (one.text for one in asked), as_titles=as_titles)
    return Answers(tuple(asked), frozenset(one for one in asked if one.rule in fired[one.text]))


def ask_unlisted(trial: RuleTrial) -> UnlistedAnswers:
    """Every name over every sentence, also over those that name other people."""
    strangers = read_unlisted()
    plain = [
        Asked(tag, "person", name, text, "unlisted") for tag, own in strangers.items() for name, text in own.people
    ]
    as_person = [Asked(one.language, "person", f'person:"{one.rule}"', one.text, one.mark) for one in plain]
    texts = [one.text for one in plain] + [text for own in strangers.values() for text in own.others]
    fired = trial.fired((one.rule for one in plain + as_person), texts)
    right = {(one.text, one.rule) for one in plain + as_person}
    wrong = {text: {rule for rule in rules if (text, rule) not in right} for text, rules in fired.items()}
    return UnlistedAnswers(
        Answers(tuple(plain), frozenset(one for one in plain if one.rule in fired[one.text])),
        Answers(tuple(as_person), frozenset(one for one in as_person if one.rule in fired[one.text])),
        len(fired),
        {text: rules for text, rules in wrong.items() if rules},
    )


def is_silent(one: Asked) -> bool:
    """A homonym on which its rule must not fire."""
    return one.mark == "silent"


def must_fire(one: Asked) -> bool:
    """A name, or a homonym's counterpart."""
    return one.mark != "silent"


def measure(data: Path) -> str:
    """The section."""
    return "\n\n".join(_paragraphs())


def _paragraphs() -> Iterator[str]:
    kb = KnowledgeBase.load()
    trial, bare = RuleTrial(kb), RuleTrial(kb, with_model=False)
    yield "## Rules asked of sentences"
    yield (
        "Sentences of our own in `tests/quality/asked`, with the English rules that must fire on them or be silent, "
        "written from general knowledge before any run and without a look at the knowledge base. Each is an article "
        "of one sentence, whose language is identified from it. All in percent; the shipped model is on, and off in "
        "the columns that say so."
    )
    yield "### Names"
    names, bare_names = ask_names(trial), ask_names(bare)
    held = trial.held(one.rule for one in names.asked)
    yield (
        "Recall: rules that fire on the sentences that hold their names. Precision: of all firings, those on such "
        "sentences, every rule being run over every sentence."
    )
    yield table(
        ["names", "asked", "recall", "model off", "precision", "model off"],
        [
            _row("all", names, bare_names, must_fire),
            _row("held by the knowledge base", names, bare_names, lambda one: one.rule in held),
            _row("not held", names, bare_names, lambda one: one.rule not in held),
            _row("that it should hold", names, bare_names, lambda one: one.mark == "concept"),
            _row("that it may lack", names, bare_names, lambda one: one.mark == "unlisted"),
            *(_row(kind, names, bare_names, _is(kind=kind)) for kind in _each(one.kind for one in names.asked)),
        ],
    )
    yield table(
        ["language", "asked", "recall", "model off", "precision", "model off"],
        [_row(tag, names, bare_names, _is(language=tag)) for tag in _each(one.language for one in names.asked)],
    )
    yield "### Homonyms"
    homonyms = ask_pairs(trial, read_homonyms())
    held = trial.held(one.rule for one in homonyms.asked)
    yield (
        "Pairs of a sentence in which the name is something else and one in which it is meant. Of a name that the "
        "knowledge base does not hold, the rule is its word."
    )
    yield table(
        ["", "pairs", "fire wrongly", "counterparts found"],
        [
            _pairs("all", homonyms, lambda _: True),
            _pairs("held by the knowledge base", homonyms, lambda one: one.rule in held),
            _pairs("not held", homonyms, lambda one: one.rule not in held),
            *(_pairs(kind, homonyms, _is(kind=kind)) for kind in _each(one.kind for one in homonyms.asked)),
            *(_pairs(tag, homonyms, _is(language=tag)) for tag in _each(one.language for one in homonyms.asked)),
        ],
    )
    yield "### Titles before names"
    possessives, bare_possessives = (ask_pairs(own, read_possessives(), as_titles=True) for own in (trial, bare))
    yield "Headlines of a title or possessive, a country and a person."
    yield table(
        ["", "asked", "recall", "model off"],
        [
            [kind, len(own.asked), own.share, bare_possessives.of(_is(kind=kind)).share]
            for kind in ("country", "person")
            if (own := possessives.of(_is(kind=kind)))
        ],
    )
    yield "### Unlisted people"
    people = ask_unlisted(trial)
    yield (
        f"Rules of {len({one.rule for one in people.answers.asked})} names that the knowledge base lacks, by the name "
        f"alone and with `person:`. {len(people.wrong)} of {people.texts} sentences ({people.share_of_wrong:.1f} %) "
        "have a find that names nobody there."
    )
    yield table(
        ["", "asked", "recall", "with `person:`"],
        [
            _people("scripts of their own", people, lambda one: one.language not in INFLECTED),
            _people("inflected in Latin letters", people, lambda one: one.language in INFLECTED),
            *(_people(tag, people, _is(language=tag)) for tag in _each(one.language for one in people.answers.asked)),
        ],
    )


def _row(name: str, answers: Answers, bare: Answers, wanted: Callable[[Asked], bool]) -> list[object]:
    own, without = answers.of(wanted), bare.of(wanted)
    return [name, len(own.asked), own.share, without.share, own.precision, without.precision]


def _pairs(name: str, answers: Answers, wanted: Callable[[Asked], bool]) -> list[object]:
    own = answers.of(wanted)
    return [name, len(own.asked) // 2, own.of(is_silent).share, own.of(must_fire).share]


def _people(name: str, people: UnlistedAnswers, wanted: Callable[[Asked], bool]) -> list[object]:
    own = people.answers.of(wanted)
    return [name, len(own.asked), own.share, people.as_person.of(wanted).share]


def _is(*, kind: str = "", language: str = "") -> Callable[[Asked], bool]:
    return lambda one: kind in {"", one.kind} and language in {"", one.language}


def _each(values: Iterable[str]) -> list[str]:
    return sorted(set(values))
