"""Which language an article is in: accuracy over 42 languages, and what becomes of the other languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path
from typing import Literal, NamedTuple

from pipeline.language import LanguageIdentifier
from pipeline.text.language_tags import UNDETERMINED, normalise_tag
from tests.quality.measuring_data import news_documents
from tests.quality.report import percent, table

# The data's code, and the tag that is right for it.
TAGS = {
    "eng": "en", "deu": "de", "fra": "fr", "spa": "es", "ita": "it", "por": "pt", "nld": "nl", "pol": "pl", "rus": "ru",
    "ukr": "uk", "ces": "cs", "swe": "sv", "dan": "da", "nob": "nb", "fin": "fi", "hun": "hu", "ron": "ro", "bul": "bg",
    "ell": "el", "tur": "tr", "arb": "ar", "heb": "he", "fas": "fa", "urd": "ur", "hin": "hi", "ben": "bn", "tam": "ta",
    "zho-CN": "zh-Hans", "zho-TW": "zh-Hant", "jpn": "ja", "kor": "ko", "vie": "vi", "tha": "th", "ind": "id",
    "msa": "ms", "srp-Cyrl": "sr", "srp-Latn": "sr-Latn", "hrv": "hr", "slk": "sk", "slv": "sl", "kat": "ka",
    "swa": "sw",
}  # fmt: skip

Cut = Literal["documents", "sentences", "headlines"]
MARKS: dict[Cut, float] = {"documents": 99.0, "sentences": 97.0, "headlines": 88.0}
HEADLINE_CODE_POINTS = 40

_VARIETIES = frozenset({"fra-CA", "por-BR", "spa-MX", "prs", "mey", "yue"})
_MIXED = ("eng", "deu", "fra", "spa", "rus", "arb", "zho-CN", "tur", "fin", "hin")
_SURE = 0.99
# Their single lines would take longer than all else together.
_MEASURED_OF_OTHERS: tuple[Cut, ...] = ("documents", "headlines")


class Answer(NamedTuple):
    """What the identifier said of one text.

    Attributes:
        document: Its number in the data; odd ones were used to choose and to train, even ones were not.
        tag: The answer.
        confidence: 0..1.
        has_parts: Whether it is taken for an article in several languages.
    """

    document: int
    tag: str
    confidence: float
    has_parts: bool


def texts(lines: list[str], cut: Cut) -> list[str]:
    """What is identified of one document, whose first line is its headline."""
    if cut == "documents":
        return ["\n".join(lines)]
    return lines if cut == "sentences" else [lines[0][:HEADLINE_CODE_POINTS]]


def answers(data: Path, identifier: LanguageIdentifier, codes: Iterable[str], cut: Cut) -> dict[str, list[Answer]]:
    """The answers on every text of these codes."""
    documents = news_documents(data)
    return {
        code: [
            Answer(number, language.tag, language.confidence, bool(language.parts))
            for number, lines in enumerate(documents[code])
            for text in texts(lines, cut)
            for language in (identifier.identify("", text),)
        ]
        for code in codes
    }


def accuracy(by_code: dict[str, list[Answer]], *, held_out_only: bool = False) -> dict[str, float]:
    """The share of right answers in percent by code."""
    shares = {}
    for code, found in by_code.items():
        counted = [answer for answer in found if is_held_out(answer) or not held_out_only]
        shares[code] = percent(sum(answer.tag == TAGS[code] for answer in counted), len(counted))
    return shares


def macro(shares: dict[str, float]) -> float:
    """The mean over the languages."""
    return sum(shares.values()) / len(shares)


def is_held_out(answer: Answer) -> bool:
    """Whether the text was not used to choose or to train."""
    return answer.document % 2 == 0


def measure(data: Path) -> str:
    """The section."""
    return "\n\n".join(_paragraphs(data))


def others(data: Path) -> list[str]:
    """The codes of the data that are neither among the 42 sets nor a variety of one of them."""
    return [code for code in news_documents(data) if code not in TAGS and code not in _VARIETIES]


def right_tag(code: str) -> str:
    """The tag that is right for a code; a table of the data's codes would say the same again."""
    return TAGS.get(code) or normalise_tag(code.partition("-")[0])


def reliability(answers: Iterable[tuple[str, Answer]]) -> list[list[object]]:
    """For each tenth of confidence: how many answers have it, their mean confidence, and how many of them are right."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for code, answer in answers:
        if answer.tag != UNDETERMINED:
            step = min(int(answer.confidence * 10), 9) if answer.confidence < _SURE else 10
            bins.setdefault(step, []).append((answer.confidence, answer.tag == right_tag(code)))
    return [
        [
            f"{step / 10:.1f} to {_SURE if step == 9 else (step + 1) / 10:.2g}" if step < 10 else f"{_SURE} to 1",
            len(found),
            100 * sum(confidence for confidence, _ in found) / len(found),
            percent(sum(is_right for _, is_right in found), len(found)),
        ]
        for step, found in sorted(bins.items())
    ]


def mixed_documents(data: Path) -> Iterator[tuple[str, str, str, int]]:
    """Two tags, an article whose first half is in one and whose second half is in the other, and where it changes."""
    documents = news_documents(data)
    for number, (one, other) in enumerate(product(_MIXED, _MIXED)):
        if one != other:
            place = number % len(documents[one])
            first, second = documents[one][place], documents[other][place]
            middle = len(first) // 2
            start = "\n".join(first[:middle]) + "\n"
            yield TAGS[one], TAGS[other], start + "\n".join(second[middle:]), len(start)


def _paragraphs(data: Path) -> Iterator[str]:
    identifier = LanguageIdentifier()
    found = {cut: answers(data, identifier, TAGS, cut) for cut in MARKS}
    yield "## Language"
    yield (
        "42 sets of 61 news articles each: whole documents, single lines, and the first 40 characters of the headline, "
        "in percent, macro over the sets. Documents with an odd number were used to choose and to train; those with an "
        "even number were held out."
    )
    yield table(
        ["", "all", "held out", "mark"],
        [
            [cut, macro(accuracy(found[cut])), macro(accuracy(found[cut], held_out_only=True)), mark]
            for cut, mark in MARKS.items()
        ],
    )
    yield "Held-out documents by language:"
    by_cut = {cut: accuracy(found[cut], held_out_only=True) for cut in MARKS}
    yield table(["language", *MARKS], [[tag, *(by_cut[cut][code] for cut in MARKS)] for code, tag in TAGS.items()])
    yield "### Confidence"
    yield (
        "The weights that give the confidence were fitted on a quarter of the documents (number 3, 7, 11 …) with a "
        "table that had seen another quarter. Here are the held-out half's documents, lines and headlines of the 42 "
        "sets, by the confidence of the answer:"
    )
    held_out = [
        (code, answer)
        for by_code in found.values()
        for code, some in by_code.items()
        for answer in some
        if is_held_out(answer)
    ]
    yield table(["confidence", "answers", "mean confidence", "right"], reliability(held_out))
    yield "### Other languages"
    yield _other_languages(data, identifier)
    yield "### Articles in several languages"
    yield _mixed_articles(data, identifier, found["documents"])


def _other_languages(data: Path, identifier: LanguageIdentifier) -> str:
    codes = others(data)
    rows = []
    for cut in _MEASURED_OF_OTHERS:
        by_code = answers(data, identifier, codes, cut)
        some = [(right_tag(code), answer) for code, found in by_code.items() for answer in found if is_held_out(answer)]
        wrong = [answer for tag, answer in some if answer.tag not in {tag, UNDETERMINED}]
        undetermined = sum(answer.tag == UNDETERMINED for _, answer in some)
        sure = sum(answer.confidence >= 0.9 for answer in wrong)
        counts = (len(some) - len(wrong) - undetermined, undetermined, len(wrong), sure)
        rows.append([cut, *(percent(count, len(some)) for count in counts)])
    share = table(["", "right", "`und`", "wrong", "wrong, with 0.9 or more"], rows)
    return (
        f"{len(codes)} languages of the file that are not among the 42, held-out documents, in percent. Our table "
        f"learned most of them from the other half, so that few are unknown to all detectors:\n\n{share}"
    )


def _mixed_articles(data: Path, identifier: LanguageIdentifier, documents: dict[str, list[Answer]]) -> str:
    both = exact = total = 0
    for one, other, body, switch in mixed_documents(data):
        parts = identifier.identify("", body).parts
        total += 1
        both += {part.tag for part in parts} == {one, other}
        exact += [(part.tag, part.start) for part in parts] == [(one, 0), (other, switch)]
    single = sum(len(found) for found in documents.values())
    split = sum(answer.has_parts for found in documents.values() for answer in found)
    return (
        f"{total} articles put together of half a document in one language and half in another, out of "
        f"{', '.join(TAGS[code] for code in _MIXED)}: {percent(both, total):.1f} % report these two languages and no "
        f"other, {percent(exact, total):.1f} % also the very place where it changes. Of the {single:,} documents of "
        f"the 42 sets, which are in one language, {percent(split, single):.1f} % are taken for mixed."
    )
