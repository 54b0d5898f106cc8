from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from msgspec import structs

from pipeline.language import LanguageIdentifier, identify_language
from pipeline.messages.articles import RawArticle
from pipeline.messages.identity import revision

NOW = datetime(2024, 6, 18, 9, 30, tzinfo=UTC)

SAMPLES = {
    "de": "Der Bundestag hat am Donnerstag nach langer Debatte über den Haushalt für das kommende Jahr abgestimmt.",
    "en": "The parliament voted on Thursday after a long debate about the budget for the coming year.",
    "fr": "Le parlement a voté jeudi après un long débat sur le budget de l'année prochaine.",
    "es": "El parlamento votó el jueves tras un largo debate sobre el presupuesto del próximo año.",
    "ru": "Парламент в четверг после долгих споров проголосовал за бюджет на следующий год.",
    "uk": "Парламент у четвер після довгих суперечок проголосував за бюджет на наступний рік.",
    "he": "הכנסת הצביעה ביום חמישי לאחר דיון ארוך על התקציב לשנה הבאה.",
    "nb": "Stortinget stemte torsdag over budsjettet for neste år etter en lang debatt, sier regjeringen.",
    "ja": "国会は木曜日、長い議論の末に来年度の予算案を採決しました。",
    "ko": "국회는 목요일 긴 토론 끝에 내년도 예산안을 표결에 부쳤다.",
    "zh-Hans": "议会周四经过长时间辩论后，对明年的预算进行了表决，总统说这是国家的机会。",
    "zh-Hant": "議會週四經過長時間辯論後，對明年的預算進行了表決，總統說這是國家的機會。",
    "sr": "Скупштина је у четвртак после дуге расправе гласала о буџету за следећу годину.",
    "sr-Latn": "Skupština je u četvrtak posle duge rasprave glasala o budžetu za sledeću godinu, ministar je uvek tu.",
    "hr": "Sabor je u četvrtak nakon duge rasprave glasovao o proračunu za sljedeću godinu, priopćila je tvrtka.",
}


@pytest.fixture(scope="module")
def identifier() -> LanguageIdentifier:
    return LanguageIdentifier()


@pytest.mark.parametrize("tag", SAMPLES)
def test_a_sentence_of_news(identifier: LanguageIdentifier, tag: str) -> None:
    language = identifier.identify("", SAMPLES[tag])
    assert language.tag == tag
    assert 0.3 <= language.confidence <= 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "😀🚀 🇩🇪",
        "12.5 % (2024) — 7:3",
        "https://example.org/news/2024/06?id=12",
        "@wire @desk",
        "\x00\x01\ufffe",
    ],
)
def test_nothing_to_tell_is_und(identifier: LanguageIdentifier, text: str) -> None:
    language = identifier.identify(text, text)
    assert (language.tag, language.confidence, language.alternatives) == ("und", 0.0, ())


def test_gibberish_is_und(identifier: LanguageIdentifier) -> None:
    assert identifier.identify("", "Zgrmpf blorb quux narf fnord").tag == "und"
    assert identifier.identify("", "qwertyuiop asdfghjkl zxcvbnm " * 40).tag == "und"


def test_title_and_body_are_read_together(identifier: LanguageIdentifier) -> None:
    assert identifier.identify(SAMPLES["fr"], "").tag == "fr"
    assert identifier.identify("Putin", SAMPLES["fr"]).tag == "fr"


def test_a_declared_language_never_overrides(identifier: LanguageIdentifier) -> None:
    language = identifier.identify("", SAMPLES["de"], declared="fr")
    assert language.tag == "de"
    assert [(guess.tag, guess.declared) for guess in language.alternatives if guess.declared] == [("fr", True)]

    untold = identifier.identify("", "12 345", declared="pt_BR")
    assert untold.tag == "und"
    assert [(guess.tag, guess.declared) for guess in untold.alternatives] == [("pt-BR", True)]

    right = identifier.identify("", SAMPLES["de"], declared="de")
    assert all(guess.tag != "de" for guess in right.alternatives)
    assert identifier.identify("", SAMPLES["de"], declared="German!").tag == "de"


def test_a_mixed_article_names_its_parts(identifier: LanguageIdentifier) -> None:
    body = "\n".join([SAMPLES["ru"]] * 6 + [SAMPLES["en"]] * 3)
    language = identifier.identify(SAMPLES["en"], body)
    assert language.tag == "ru"
    assert "en" in [guess.tag for guess in language.alternatives]
    switch = body.index(SAMPLES["en"])
    assert [(part.field, part.start, part.end, part.tag) for part in language.parts] == [
        ("title", 0, len(SAMPLES["en"]), "en"),
        ("body", 0, switch, "ru"),
        ("body", switch, len(body), "en"),
    ]


def test_a_quoted_sentence_is_a_part(identifier: LanguageIdentifier) -> None:
    body = f"{SAMPLES['de']} {SAMPLES['de']} {SAMPLES['en']} {SAMPLES['de']}"
    parts = identifier.identify("", body).parts
    assert [part.tag for part in parts] == ["de", "en", "de"]
    assert body[parts[1].start : parts[1].end].strip() == SAMPLES["en"]
    assert (parts[0].start, parts[-1].end) == (0, len(body))
    assert all(before.end == after.start for before, after in pairwise(parts))


@pytest.mark.parametrize("tag", SAMPLES)
def test_an_article_in_one_language_has_no_parts(identifier: LanguageIdentifier, tag: str) -> None:
    assert identifier.identify(SAMPLES[tag], "\n".join([SAMPLES[tag]] * 4)).parts == ()


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("Nigeria don enter recession, the president said in Abuja on Monday as naira fell again.", "en"),
        ("Gunmen kidnap Lagos traders; Nigeria police say dem go find suspects soon.", "en"),
        ("Le Sénat adopte la loi.", "fr"),
        ("La grève continue à Lyon.", "fr"),
    ],
)
def test_unusual_english_and_short_french_are_no_creole(identifier: LanguageIdentifier, text: str, tag: str) -> None:
    assert identifier.identify("", text).tag == tag


def test_control_characters_do_not_disturb(identifier: LanguageIdentifier) -> None:
    text = SAMPLES["de"].replace(" ", "\x00 \x0b\x85\ufdd0\U0010ffff ")
    assert identifier.identify("\x00", text).tag == "de"


def test_the_longest_article_is_read_in_bounded_time(identifier: LanguageIdentifier) -> None:
    for text in (
        SAMPLES["de"] * 1_900,
        "a" * 200_000,
        "я@" * 100_000,
        "http" * 50_000,
        "Sabor je predsjednik " * 9_500,
    ):
        started = time.perf_counter()
        identifier.identify("", text)
        # Tens of milliseconds on an idle machine; a quadratic pattern would take minutes.
        assert time.perf_counter() - started < 10


def test_threads_agree(identifier: LanguageIdentifier) -> None:
    texts = [text[:cut] for text in SAMPLES.values() for cut in (30, 60, 200)]
    alone = [identifier.identify("", text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: identifier.identify("", text), texts * 4)) == alone * 4


def test_the_identified_article_keeps_everything_else(identifier: LanguageIdentifier) -> None:
    raw = RawArticle(
        id="a1", url="https://example.org/1", title="Haushalt", body=SAMPLES["de"], source="Beispiel", published_at=NOW,
        revised_at=NOW, declared_language="de", tags=("politik",), attributes={"desk": "x"},
    )  # fmt: skip
    article = identify_language(raw, identifier, ingested_at=None, now=NOW)
    assert article.language.tag == "de"
    assert article.revision == revision(raw.title, raw.body)
    assert (article.times.ingested_at, article.times.identified_at) == (None, NOW)
    assert all(getattr(article, field) == getattr(raw, field) for field in RawArticle.__struct_fields__)


def test_asides_are_looked_for_where_the_source_marks_none(identifier: LanguageIdentifier) -> None:
    body = f"{SAMPLES['de']}\nMehr zum Thema – Gipfel in Rom"
    raw = RawArticle(id="a1", body=body, revised_at=NOW)
    found = identify_language(raw, identifier, ingested_at=None, now=NOW)
    assert [body[start:end] for start, end in found.asides] == ["Mehr zum Thema – Gipfel in Rom"]
    marked = identify_language(structs.replace(raw, asides=((0, 3),)), identifier, ingested_at=None, now=NOW)
    assert marked.asides == ((0, 3),)
