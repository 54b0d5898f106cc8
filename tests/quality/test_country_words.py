"""Every state has its name, its adjective and the word for its people in the 30 largest languages of news."""

from __future__ import annotations

import pytest

from pipeline.concepts import Concept, KnowledgeBase
from pipeline.entities import Linker
from pipeline.text.inflection import inflection_of
from pipeline.text.word_lists import read_word_list

# The members of the United Nations, and Kosovo, Palestine, Taiwan and the Vatican.
# fmt: off
STATES = (
    "ad", "ae", "af", "ag", "al", "am", "ao", "ar", "at", "au", "az", "ba", "bb", "bd", "be", "bf", "bg", "bh", "bi",
    "bj", "bn", "bo", "br", "bs", "bt", "bw", "by", "bz", "ca", "cd", "cf", "cg", "ch", "ci", "cl", "cm", "cn", "co",
    "cr", "cu", "cv", "cy", "cz", "de", "dj", "dk", "dm", "do", "dz", "ec", "ee", "eg", "er", "es", "et", "fi", "fj",
    "fm", "fr", "ga", "gb", "gd", "ge", "gh", "gm", "gn", "gq", "gr", "gt", "gw", "gy", "hn", "hr", "ht", "hu", "id",
    "ie", "il", "in", "iq", "ir", "is", "it", "jm", "jo", "jp", "ke", "kg", "kh", "ki", "km", "kn", "kp", "kr", "kw",
    "kz", "la", "lb", "lc", "li", "lk", "lr", "ls", "lt", "lu", "lv", "ly", "ma", "mc", "md", "me", "mg", "mh", "mk",
    "ml", "mm", "mn", "mr", "mt", "mu", "mv", "mw", "mx", "my", "mz", "na", "ne", "ng", "ni", "nl", "no", "np", "nr",
    "nz", "om", "pa", "pe", "pg", "ph", "pk", "pl", "pt", "pw", "py", "qa", "ro", "rs", "ru", "rw", "sa", "sb", "sc",
    "sd", "se", "sg", "si", "sk", "sl", "sm", "sn", "so", "sr", "ss", "st", "sv", "sy", "sz", "td", "tg", "th", "tj",
    "tl", "tm", "tn", "to", "tr", "tt", "tv", "tz", "ua", "ug", "us", "uy", "uz", "va", "vc", "ve", "vn", "vu", "ws",
    "xk", "ye", "za", "zm", "zw", "ps", "tw",
)
# fmt: on
# By language, the fewest further forms that the fullest of the words of a state has: genders, numbers, cases.
LISTED = {
    "ar": 1,
    "bg": 7,
    "bn": 0,
    "cs": 10,
    "da": 2,
    "de": 5,
    "el": 10,
    "en": 0,
    "es": 1,
    "fa": 0,
    "fr": 1,
    "he": 2,
    "hi": 0,
    "it": 1,
    "nb": 2,
    "nl": 0,
    "pl": 11,
    "pt": 1,
    "ro": 2,
    "ru": 12,
    "sv": 2,
    "uk": 14,
    "ur": 0,
}  # fmt: skip
# There the word for the people is another one than the adjective.
OF_TWO_WORDS = ("bg", "cs", "da", "de", "el", "nb", "pl", "ru", "sv", "uk")
# There both are made from the name by an ending.
BY_ENDING = ("fi", "hu", "tr")
# There the name itself is the adjective.
BY_NAME = ("id", "ja", "ko", "th", "vi", "zh-Hans", "zh-Hant")
# A German or a Swede is called by the adjective; of the Vatican there is no people.
ADJECTIVE_ONLY = {("country/de", "de"), ("country/de", "sv"), ("country/se", "sv"), ("country/dk", "da")} | {
    ("country/va", language) for language in OF_TWO_WORDS
}


@pytest.fixture(scope="module")
def linker(kb: KnowledgeBase) -> Linker:
    return Linker(kb)


def states(kb: KnowledgeBase) -> list[Concept]:
    return [kb.concept(f"country/{code}") for code in STATES]


def test_these_are_the_states_and_the_languages() -> None:
    assert len(STATES) == len(set(STATES)) == 193 + 4
    assert len({language.partition("-")[0] for language in (*LISTED, *BY_ENDING, *BY_NAME)}) >= 30


@pytest.mark.parametrize("language", LISTED)
def test_no_state_lacks_its_adjective(kb: KnowledgeBase, language: str) -> None:
    empty, poor = [], []
    for state in states(kb):
        words = [name for name in state.adjectives if language in name.languages]
        if not words and state.name(language) not in {name.text for name in state.names if language in name.languages}:
            empty.append(state.id)
        elif max((len(name.forms) for name in words), default=0) < LISTED[language]:
            poor.append(state.id)
    assert (empty, poor) == ([], [])


@pytest.mark.parametrize("language", OF_TWO_WORDS)
def test_no_state_lacks_the_word_for_its_people(kb: KnowledgeBase, language: str) -> None:
    assert [
        state.id
        for state in states(kb)
        if sum(language in name.languages for name in state.adjectives) < 2
        and (state.id, language) not in ADJECTIVE_ONLY
    ] == []


@pytest.mark.parametrize("language", BY_ENDING)
def test_an_ending_makes_the_adjective_where_none_is_listed(kb: KnowledgeBase, language: str) -> None:
    assert inflection_of(language).adjectival
    assert [
        state.id
        for state in states(kb)
        if not any(language in name.languages for name in state.adjectives)
        and not any(name.via == "name" and not name.forms and language in name.languages for name in state.names)
    ] == []


@pytest.mark.parametrize("language", [*LISTED, *BY_ENDING, *BY_NAME])
def test_no_state_lacks_its_name(kb: KnowledgeBase, language: str) -> None:
    assert [
        state.id
        for state in states(kb)
        if not any(name.via == "name" and language in name.languages for name in state.names)
    ] == []


@pytest.mark.parametrize(
    ("language", "text", "code"),
    [
        ("en", "Cameroonian troops crossed the border", "cm"),
        ("en", "Congolese army advances", "cd"),
        ("en", "Congolese president hosts summit in Congo-Brazzaville", "cg"),
        ("en", "Dominican officials protest", "do"),
        ("de", "Zwei Ivorerinnen wurden verhaftet", "ci"),
        ("de", "Die kongolesische Armee rückt vor", "cd"),
        ("fr", "La présidente centrafricaine", "cf"),
        ("fr", "L'armée congolaise avance", "cd"),
        ("es", "las autoridades beninesas", "bj"),
        ("it", "i camerunensi votano", "cm"),
        ("pt", "os marfinenses votam", "ci"),
        ("nl", "de Ivorianen stemmen", "ci"),
        ("pl", "wczoraj Togijczycy głosowali", "tg"),
        ("pl", "głosy Kamerunek", "cm"),
        ("ru", "победа тоголезки на выборах", "tg"),
        ("uk", "заява івуарійського уряду", "ci"),
        ("cs", "kamerunští vojáci", "cm"),
        ("cs", "vítězství Kamerunky", "cm"),
        ("bg", "камерунските войници", "cm"),
        ("el", "ο στρατός των Κογκολέζων", "cd"),
        ("ro", "trupele camerunezilor", "cm"),
        ("sv", "den kamerunska regeringen", "cm"),
        ("da", "den togolesiske regering", "tg"),
        ("nb", "den kamerunske hæren", "cm"),
        ("fi", "kamerunilaisten joukkojen", "cm"),
        ("fi", "keskiafrikkalaiset sotilaat", "cf"),
        ("hu", "csádi csapatok", "td"),
        ("tr", "Kamerunlu askerler", "cm"),
        ("ar", "المواطنين الإيفواريين", "ci"),
        ("fa", "ارتش کامرونی", "cm"),
        ("he", "הנשיאה הטוגולזית", "tg"),
        ("hi", "कैमरूनियों की सेना", "cm"),
        ("ur", "فلسطینیوں پر حملہ", "ps"),
        ("bn", "ফিলিস্তিনিদের ওপর হামলা", "ps"),
        ("id", "pemerintah Kamerun", "cm"),
        ("vi", "chính phủ Cameroon", "cm"),
        ("th", "รัฐบาลแคเมอรูน", "cm"),
        ("ja", "カメルーンの大統領", "cm"),
        ("ko", "카메룬 대통령", "cm"),
        ("zh-Hans", "喀麦隆总统", "cm"),
    ],
)
def test_a_form_names_its_state(linker: Linker, language: str, text: str, code: str) -> None:
    assert f"country/{code}" in {mention.entity.id for mention in linker.link("", text, language) if mention.entity}


def countries_in(linker: Linker, language: str, text: str) -> list[str]:
    return [
        mention.entity.id.removeprefix("country/")
        for mention in linker.link("", text, language)
        if mention.entity is not None and mention.entity.kind == "country"
    ]


@pytest.mark.parametrize(
    ("language", "text", "codes"),
    [
        ("ja", "日韓首脳会談", "jp kr"),
        ("ja", "米中対立が深まる", "us cn"),
        ("ja", "日中首脳会談", "jp cn"),
        ("ja", "日米韓の連携", "jp us kr"),
        ("zh-Hans", "中俄领导人会晤", "cn ru"),
        ("zh-Hans", "中美关系紧张", "cn us"),
        ("zh-Hant", "美日韓三邊會談", "us jp kr"),
        ("ko", "한일 정상회담", "kr jp"),
        ("ko", "미중갈등 심화", "us cn"),
        ("ko", "한미일이 모였다", "kr us jp"),
        ("en", "US-China trade talks", "us cn"),
        ("en", "the Franco-German brigade", "fr de"),
        ("de", "das deutsch-französische Verhältnis", "de fr"),
        ("fr", "un traité anglo-franco-allemand", "gb fr de"),
        ("es", "la frontera hispano-portuguesa", "es pt"),
        ("it", "i rapporti italo-francesi", "it fr"),
        ("ru", "франко-германский диалог", "fr de"),
        ("ru", "российско-китайские отношения", "ru cn"),
        ("uk", "польсько-український кордон", "pl ua"),
        ("pl", "stosunki polsko-niemieckie", "pl de"),
        ("cs", "americko-čínské vztahy", "us cn"),
        ("bg", "българо-турски отношения", "bg tr"),
        ("el", "ελληνοτουρκικές σχέσεις", "gr tr"),
        ("sv", "det svensk-finska samarbetet", "se fi"),
    ],
)
def test_each_country_of_a_pair_is_named(linker: Linker, language: str, text: str, codes: str) -> None:
    assert countries_in(linker, language, text) == codes.split()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ja", "毎日英語を勉強する"),
        ("ja", "日中の気温は上がる"),
        ("ja", "首相は訪米中"),
        ("zh-Hans", "高中英语考试"),
        ("zh-Hans", "集中日程安排"),
        ("ko", "한미약품 주가"),
        ("es", "Franco murió en 1975"),
        ("fr", "il est franco de port"),
    ],
)
def test_what_looks_like_a_pair_names_no_country(linker: Linker, language: str, text: str) -> None:
    assert countries_in(linker, language, text) == []


def test_pairs_are_of_countries_that_there_are(kb: KnowledgeBase) -> None:
    written = read_word_list("pipeline.entities.linking.surroundings", "country-pairs")
    codes = {entry.partition("=")[2] for key, entries in written.items() for entry in entries if "=" in entry}
    assert {code for code in codes if f"country/{code}" not in kb.concepts} == set()
    for language in ("ja", "ko", "zh"):
        letters = {entry.partition("=")[0] for entry in written[f"letters-{language}"]}
        pairs = {*written[f"pairs-{language}"], *written.get(f"doubtful-{language}", ())}
        assert {pair for pair in pairs if not set(pair) <= letters} == set()
