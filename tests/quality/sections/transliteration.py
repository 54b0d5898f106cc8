"""How often a name that was never learned from is spelled right in another script, and what that finds in news."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from random import Random
from typing import NamedTuple, get_args

from anyascii import anyascii

from pipeline.concepts import KnowledgeBase
from pipeline.entities.linking.linker import Linker
from pipeline.text.folding import fold
from pipeline.text.tokens import words_of
from pipeline.transliteration.model_files import ModelScript, weights_file
from pipeline.transliteration.writings import Writing, romanise_word, spell_word
from tests.quality.measuring_data import news_documents
from tests.quality.report import percent, table
from training.transliteration.corpus import read_pairs, split

MARKS: Mapping[ModelScript, float] = {"cyrillic": 85, "arabic": 70, "hebrew": 75, "han": 40, "kana": 75, "hangul": 70}
# Languages of which the knowledge base lists few names of people, by the data's code.
UNLISTED = {
    "heb": "he", "fas": "fa", "ell": "el", "hin": "hi", "tha": "th", "bul": "bg", "srp-Cyrl": "sr", "mkd": "mk",
    "kat": "ka", "hye": "hy", "kaz": "kk", "bel": "be", "mar": "mr",
}  # fmt: skip
NAMES_MEASURED = 2_000
NAMES_READ_BACK = 400
_MOST = 10
_SEED = 11


class Accuracy(NamedTuple):
    """Shares of names in percent.

    Attributes:
        names: How many were asked for.
        first: The first spelling is one that people use.
        ten: One of the first ten is.
        baseline: A plain romanisation of a spelling that people use is the Latin name, accents apart.
        back_first: Of the first few hundred, one spelling read back: the first Latin name is right, accents apart.
        back_ten: One of the first ten is.
    """

    names: int
    first: float
    ten: float
    baseline: float
    back_first: float
    back_ten: float


def held_out_names(data: Path, script: ModelScript, count: int = NAMES_MEASURED) -> dict[str, set[str]]:
    """Latin names that the model never saw, drawn at random, each with the spellings that people use."""
    _, held_out = split(read_pairs(data / "names", script))
    by_name: dict[str, set[str]] = defaultdict(set)
    for pair in held_out:
        by_name[pair.latin].add(pair.spelled)
    drawn = Random(_SEED).sample(sorted(by_name), min(count, len(by_name)))
    return {name: by_name[name] for name in drawn}


def accuracy(names: Mapping[str, set[str]], script: ModelScript) -> Accuracy:
    """Spell each name, and read one of its spellings back."""
    first = ten = baseline = 0
    for latin, used in names.items():
        spelled = _spelled(latin, script)
        first += bool(spelled) and spelled[0] in used
        ten += not used.isdisjoint(spelled)
        baseline += any(_plain(anyascii(word)) == _plain(latin) for word in used)
    back_first, back_ten = _read_back(dict(islice(names.items(), NAMES_READ_BACK)), script)
    return Accuracy(
        names=len(names),
        first=percent(first, len(names)),
        ten=percent(ten, len(names)),
        baseline=percent(baseline, len(names)),
        back_first=back_first,
        back_ten=back_ten,
    )


def _spelled(latin: str, script: ModelScript) -> list[str]:
    """The first ten spellings; of the two Chinese scripts, which the data mixes, in turn."""
    writings: tuple[Writing, ...] = ("han", "han-traditional") if script == "han" else (script,)
    lists = [[spelling.text for spelling in spell_word(latin, writing, _MOST)] for writing in writings]
    return list(dict.fromkeys(chain.from_iterable(zip(*lists, strict=True))))[:_MOST]


def _read_back(names: Mapping[str, set[str]], script: ModelScript) -> tuple[float, float]:
    first = ten = 0
    for latin, used in names.items():
        read = [_plain(spelling.text) for spelling in romanise_word(min(used), script, _MOST)]
        first += bool(read) and read[0] == _plain(latin)
        ten += _plain(latin) in read
    return percent(first, len(names)), percent(ten, len(names))


class InNews(NamedTuple):
    """What a language's news holds of the people whom the English articles name in full.

    Attributes:
        named: How often an English article names somebody in full.
        found: How often the translation is linked to that person.
        only_spelled: How often by nothing but spellings.
        wrong: How often a spelling is linked to somebody whose last name the English article does not hold.
    """

    named: int
    found: int
    only_spelled: int
    wrong: int


def in_news(data: Path, linker: Linker, code: str, tag: str) -> InNews:
    """Link the translations into one language, and the English articles that they are made from."""
    documents = news_documents(data)
    named = found = only_spelled = wrong = 0
    for english, translation in zip(documents["eng"], documents[code], strict=True):
        wanted = {person for person, vias in _people(linker, english, "en").items() if vias != {"short-name"}}
        there = _people(linker, translation, tag)
        named += len(wanted)
        found += len(wanted & there.keys())
        only_spelled += sum(there.get(person) == {"transliteration"} for person in wanted)
        words = set(map(fold, words_of(" ".join(english))))
        wrong += sum(
            "transliteration" in vias and fold(person.rpartition("-")[2]) not in words for person, vias in there.items()
        )
    return InNews(named, found, only_spelled, wrong)


def _people(linker: Linker, lines: list[str], tag: str) -> dict[str, set[str]]:
    """The ids of the people whom an article names, each with how it was found."""
    people: dict[str, set[str]] = defaultdict(set)
    for mention in linker.link(lines[0], "\n".join(lines[1:]), tag):
        if mention.entity is not None and mention.entity.kind == "person":
            people[mention.entity.id].add(mention.via)
    return people


def _plain(word: str) -> str:
    return "".join(letter for letter in fold(word) if letter.isalpha())


def measure(data: Path) -> str:
    """The section."""
    return "\n\n".join(_paragraphs(data))


def _paragraphs(data: Path) -> Iterator[str]:
    yield "## Names across scripts"
    found = {script: accuracy(held_out_names(data, script), script) for script in get_args(ModelScript)}
    size = sum(weights_file(script).stat().st_size for script in get_args(ModelScript))
    yield (
        f"Names of one word from Wikidata (Merhav and Ash, 2018), a random tenth of which is held out; "
        f"{NAMES_MEASURED:,} of those, drawn at random, for each script. A spelling is right if somebody of that "
        f"name has it, letter for letter. The baseline romanises that spelling (anyascii) and compares with the "
        f"Latin name without accents. Back: from a spelling to the Latin name. The six models are {size / 1e6:.2f} MB."
    )
    yield table(
        ["script", "names", "first of 1", "one of 10", "mark", "anyascii", "back, of 1", "back, of 10"],
        [
            [script, a.names, a.first, a.ten, MARKS[script], a.baseline, a.back_first, a.back_ten]
            for script, a in found.items()
        ],
    )
    linker = Linker(KnowledgeBase.load())
    yield (
        "In news: 61 articles in languages for which the knowledge base lists few names of people or none "
        "(development). How often the English article names somebody of the knowledge base in full, how often the "
        "translation is linked to that person, how often by spellings alone, and how often a spelling is linked to "
        "somebody whose last name is not in the English article."
    )
    yield table(
        ["language", "named", "linked", "by spellings alone", "wrong"],
        [[tag, *in_news(data, linker, code, tag)] for code, tag in UNLISTED.items()],
    )
