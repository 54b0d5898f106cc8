"""Learn which words that the linker takes for a name are everyday words: the word list ``misread-words.yaml``.

Run with ``python -m training.everyday_words FOLDER`` on the measuring data (CONTRIBUTING.md). A word counts if the
texts write it small at least twice as often as with a capital inside a sentence, and if the linker takes it for a name
when it begins a sentence. In scripts without case, a word counts if the linker finds it outside labelled names at least
three times as often as within. Of the parallel sentences only the odd lines are read; the even ones are for judging.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.concepts import KnowledgeBase
from pipeline.entities import Linker
from pipeline.text.folding import fold
from pipeline.text.tokens import tokenize
from tests.quality.concept_truth import TAGS
from tests.quality.measuring_data import read_rows

OUTPUT = Path(__file__).parents[1] / "pipeline" / "entities" / "linking" / "word_lists" / "misread-words.yaml"
_HEAD = "# Written by training/everyday_words.py: by language, words that are everyday words there, small.\n\n"
_LABELLED = ("train", "train-more", "dev", "dev-more")
# Tweets and transcripts write names small.
_CARELESS = {"btc", "wnut17", "nergrit", "nerp", "idner2k", "klue-nsmc", "ku-wiki"}
_MORE_LANGUAGES = {
    "slk": "sk", "slv": "sl", "hrv": "hr", "srp-Cyrl": "sr", "srp-Latn": "sr-Latn", "lit": "lt", "lav": "lv",
    "est": "et", "cat": "ca", "glg": "gl", "isl": "is", "mkd": "mk", "bel": "be", "nno": "nn", "swa": "sw",
    "bos": "bs", "sqi": "sq", "aze-Latn": "az",
}  # fmt: skip
# Languages without capitals whose labels leave few names out.
_WITHOUT_CASE = {"fa", "th", "bn"}
# The data's Indonesian writes names small; Kazakh's adjectives of places are names with an ending.
_LEFT_OUT = {"id", "ms", "kk"}
_ENDS = frozenset(".!?:…–—-\"“”„«»'’([{|/*•>")
_ADJECTIVE = re.compile("(?:sk|ck|цк|ск|чк)[^ ]{0,3}$")
_SMALL_TO_CAPITAL, _OUTSIDE_TO_WITHIN, _OFTEN, _LONGEST = 2, 3, 5, 6
# Written by hand, since the texts are too few: words that begin sentences in these languages.
_KNOWN = {
    "bg": "мали бари пари сам мека ница крит лима самара",
    "bs": "mali male mala lima nisam nisu nisi naše naši našu našoj našim naših malo puno nikoga boje piše",
    "cs": "malí malými malých malým prahy prahu prahem nora nory noru norek řek němec čech polák slovák turek "
    "charvát dán nice řeka řeky řece řeku řekou dani komory skot skotů skota skotem činy čin daň naše naši "
    "naší našich našeho málo malá malého boj boje bojů píše",
    "da": "lille nice bild",
    "de": "posen",
    "el": "γεώργιος γεωργίου αθηνά σοφία μαλλιά μάλι ρίγα λίμα ειρηνικός ειρηνικό ειρηνικού σύρε",
    "en": "cork split nice buffalo canton tyre perm cleverly sturgeon gallant hawking renaissance chevron bowie "
    "biles orange target",
    "es": "cali lagos toledo asunción concepción colonia colombo goma juba riga rosario sacramento salvador "
    "sucre tiro victoria palmira rodas brujas granada reunión honda moderna morena podemos pis volvo "
    "grillo efe temer almagro colorado indiana java",
    "et": "näha palus",
    "fi": "turkit oman lahti lahden perun peru lima nauru naurun malta nora",
    "fr": "orange renaissance béni berne cannes calais canton grenade roseau sucre manille tigre java corse "
    "oracle marles thune gallant séjourné tyr capitole salvador",
    "hr": "mali male mala lima nora nisam nisu nisi naše naši našu našoj našim naših malo puno nikoga boje piše",
    "hu": "ír írok lett nora lima",
    "id": "goa malang lima medan padang roma mali",
    "is": "vín vínið belgi finna mön gana",
    "it": "male lima bari beni cali colonia colombo medina orlando rosario rodi tiro valletta spalato riunione "
    "camera moderna cavoli dea corriere fauci grillo florida montana manica mulino messi indo",
    "lt": "rodo aukų lašas balo",
    "lv": "bērnu bērni bērniem bērnus bērns bērnam pāris pāri jūtas gāzes tīrs tīri",
    "nb": "hamar alger lille muskat nice",
    "nl": "nice essen assen oss roemen gent kano porto split bergen wenen pis kast noem streep haspel banga chili",
    "pl": "mali łódź hel piła czad czadu turek niemiec czech rusin oman lima cali dary dili fez kom sumy sum "
    "sumom sumami sumach sumów sana susy tuła tuły tyr tyra tyrze warny kanton kolonia kolonii medyna "
    "perm winnica winnicy komory kajmany son sony sonów moderna tule",
    "pt": "lima chade lagos amã beira porto goma fortaleza granada recife sacramento reunião honda moderna "
    "podemos pis temer banga colorado bucha calais fez colombo medina",
    "ro": "georgiana georgianei romanul romane grecu turcu rusu neamțu mari nice soci chinul chinuri chinului",
    "ru": "того мала китайцев нора бари ром буча бучи корка корки корку корке дерна дерну доха доху флинт "
    "грозный грозного грозному грозным хама хаму хамы изюм изюма изюму изюмом кидали лиман кум кума куму "
    "нишу ниши нише ниша сум сумам сумами сумах сумов сумы тир тира тиру тиром вена вены вене вену веной "
    "чад чада чаду чадом путина орёл орел",
    "sk": "malí malých malým malými nora nory nemec čech poliak turek maďar slovák naše naši našej našich nášho našu "
    "naša našim mali málo boj boja boje píše",
    "sl": "mali male mala lima nora nisam nisu nisi niso nisem naše naša naših našo naši našega našem malo suma "
    "sanje boj boju",
    "sr": "мали мала мале лима нора",
    "sr-Latn": "mali mala male lima nora nisam nisu nisi naše naši našu našoj našim naših malo puno nikoga boje piše "
    "našem niko punu",
    "sv": "bergen muskat nice bild",
    "tr": "türkü türküsü roman romanı romanın ordu van batman hindi ağrı almanın beni nice oran sana kum humus "
    "gence tiran refah midilli çekler çekleri çeklerin çekin çeki bari",
    "uk": "того малі нора чад чаду чадом ніша нішу ніші сум суму сумом сумам корка корку кум кума куму порту "
    "сана сани маска маски маску маскою масці мале кале калі лиман лиману",
    "vi": "mali",
}
# In this many different words a single occurrence may be an error.
_LARGE_VOCABULARY = 15_000
_KIN_LETTERS = 5

_Text = tuple[str, str]


def main() -> None:
    """Learn, and write the file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="the measuring data (CONTRIBUTING.md)")
    folder = parser.parse_args().folder
    kb = KnowledgeBase.load()
    linker = Linker(kb)
    found = {**_cased(folder, kb, linker), **_caseless(folder, linker)}
    for language, words in _KNOWN.items():
        found.setdefault(language, set()).update(words.split())
    lines = [
        f"{json.dumps(language)}: {json.dumps(sorted(words), ensure_ascii=False)}\n"
        for language, words in sorted(found.items())
        if words
    ]
    OUTPUT.write_text(_HEAD + "".join(lines), encoding="utf-8")


def _cased(folder: Path, kb: KnowledgeBase, linker: Linker) -> dict[str, set[str]]:
    small: dict[str, Counter[str]] = defaultdict(Counter)
    capital: dict[str, Counter[str]] = defaultdict(Counter)
    for language, text in _texts(folder):
        tokens = tokenize(text)
        for word, (start, _) in zip(tokens.words, tokens.spans, strict=True):
            if word.islower():
                small[language][word] += 1
            elif word[0].isupper() and (before := text[:start].rstrip()) and before[-1] not in _ENDS:
                capital[language][word.lower()] += 1
    return {
        language: {
            word
            for word, count in words.items()
            if count >= max(_SMALL_TO_CAPITAL * capital[language][word], 1 + (len(words) > _LARGE_VOCABULARY))
            and _is_taken_for_another(word, language, kb, linker)
        }
        for language, words in small.items()
        if language not in _LEFT_OUT
    }


def _is_taken_for_another(word: str, language: str, kb: KnowledgeBase, linker: Linker) -> bool:
    """Whether a word that begins a sentence is linked to a concept other than a country's adjective."""
    surface = word[0].upper() + word[1:]
    mentions = linker.link("", f"{surface} x", language)
    if not mentions or mentions[0].text != surface or linker.link("", f"Xx {word} Xx", language):
        return False
    entity, folded = mentions[0].entity, fold(word)
    if entity is None or entity.kind == "person":
        return entity is not None
    if mentions[0].via == "adjective" and folded.endswith("i"):
        return False
    if entity.kind == "org":
        return len(folded) < _KIN_LETTERS or not folded.startswith(fold(entity.name)[:-1])
    kin = {fold(name.text)[:_KIN_LETTERS] for name in kb.concept(entity.id).names if name.in_language(language)}
    return not (entity.kind in {"country", "region"} and (_ADJECTIVE.search(folded) or folded[:_KIN_LETTERS] in kin))


def _caseless(folder: Path, linker: Linker) -> dict[str, set[str]]:
    outside: dict[str, Counter[str]] = defaultdict(Counter)
    within: dict[str, Counter[str]] = defaultdict(Counter)
    for row in _labelled(folder):
        language = row["lang"]
        if language not in _WITHOUT_CASE:
            continue
        named = [(start, end) for start, end, *_ in (*row["ents"], *(row.get("ignore") or ()))]
        for mention in linker.link("", row["text"], language):
            if mention.via != "adjective":
                is_within = any(start < mention.end and mention.start < end for start, end in named)
                (within if is_within else outside)[language][mention.text] += 1
    return {
        language: {
            surface
            for surface, count in surfaces.items()
            if count >= max(_OFTEN, _OUTSIDE_TO_WITHIN * within[language][surface])
            and len(surface) <= _LONGEST
            and not surface.isascii()
        }
        for language, surfaces in outside.items()
    }


def _texts(folder: Path) -> Iterator[_Text]:
    tags = {**TAGS["ntrex-dev"], **_MORE_LANGUAGES}
    for row in read_rows(folder / "parallel" / "ntrex-dev.jsonl.xz"):
        yield from ((tags[code], line) for code, lines in row["text"].items() if code in tags for line in lines)
    for number, row in enumerate(read_rows(folder / "parallel" / "pud.jsonl.xz"), start=1):
        if number % 2:
            yield from row["text"].items()
    yield from ((row["lang"], row["text"]) for row in _labelled(folder))


def _labelled(folder: Path) -> Iterator[dict[str, Any]]:
    for name in _LABELLED:
        yield from (row for row in read_rows(folder / "ner" / f"{name}.jsonl.xz") if row["src"] not in _CARELESS)


if __name__ == "__main__":
    main()
