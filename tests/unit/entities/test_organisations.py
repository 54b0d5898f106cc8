"""Organisations in running text: the forms that must be found, and the words that only look like one."""

from __future__ import annotations

import pytest

from pipeline.concepts import KnowledgeBase
from pipeline.entities import Linker


@pytest.fixture(scope="module")
def linker() -> Linker:
    return Linker(KnowledgeBase.load())


def linked(linker: Linker, text: str, language: str) -> set[tuple[str, str]]:
    return {(m.text, m.entity.id) for m in linker.link("", text, language) if m.entity is not None}


@pytest.mark.parametrize(
    ("language", "text", "surface", "concept"),
    [
        ("sv", "Nya sanktioner från EU väntas.", "EU", "org/eu"),
        ("cs", "Vláda podporuje Evropskou unii.", "Evropskou unii", "org/eu"),
        ("de", "Ein Sprecher des Auswärtigen Amtes schwieg.", "Auswärtigen Amtes", "org/german-foreign-office"),
        ("de", "die AfD im Bundestag", "Bundestag", "org/bundestag"),
        ("en", "Senators in the US Congress objected.", "US Congress", "org/us-congress"),
        ("en", "He told Reuters on Monday.", "Reuters", "org/reuters"),
        ("fr", "le Rassemblement national de Marine Le Pen", "Rassemblement national", "org/rassemblement-national"),
        ("es", "el Partido Comunista de China", "Partido Comunista de China", "org/ccp"),
        ("it", "il Movimento 5 Stelle ha votato", "Movimento 5 Stelle", "org/five-star-movement"),
        ("pl", "posłowie Prawa i Sprawiedliwości", "Prawa i Sprawiedliwości", "org/pis"),
        ("pl", "wystąpienie w Sejmie", "Sejmie", "org/sejm"),
        ("ru", "депутаты Госдумы приняли закон", "Госдумы", "org/state-duma"),
        ("ru", "заявление Роскосмоса", "Роскосмоса", "org/roscosmos"),
        ("ru", "в Верховной раде обсудили", "Верховной раде", "org/verkhovna-rada"),
        ("uk", "голосування у Верховній Раді", "Верховній Раді", "org/verkhovna-rada"),
        ("uk", "втрати Збройних Сил України", "Збройних Сил України", "org/armed-forces-of-ukraine"),
        ("ar", "قال الجيش الإسرائيلي إن", "الجيش الإسرائيلي", "org/israel-defense-forces"),
        ("zh-Hans", "字节跳动否认报道", "字节跳动", "org/bytedance"),
        ("zh-Hant", "民進黨與國民黨", "國民黨", "org/kuomintang"),
        ("ja", "自民党の総裁選", "自民党", "org/ldp-japan"),
        ("ko", "국민의힘이 반대했다", "국민의힘이", "org/people-power-party"),
    ],
)
def test_an_organisation_is_found(linker: Linker, language: str, text: str, surface: str, concept: str) -> None:
    assert (surface, concept) in linked(linker, text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Über die Lage sprach er lange."),
        ("de", "Die Zeit drängt. Das Bild hing neben dem Spiegel. Eine Allianz entstand."),
        ("de", "Bayer ist, wer in Bayern wohnt."),
        ("en", "Shell fragments hit the house, and heavy shell fire went on."),
        ("en", "Labour costs rose, and the Christian Democrats won."),
        ("en", "Orange juice is a target. Ice melts. Arm wrestling. Visa rules changed."),
        ("fr", "Le monde est grand, dit-il."),
        ("es", "El país crece. Podemos ir. Esa mujer habló."),
        ("it", "Moderna e bella, la lega di metallo dura. La barca affonda."),
        ("ru", "Сони спят. Право есть право. Новая демократия в стране."),
        ("ar", "فتح الباب في شهر نيسان وقال بأسف إن السيارة توقفت"),
        ("zh-Hans", "在合作中共同发展，以军事手段承担共同社会责任，高通胀。"),
        ("zh-Hans", "小米粥，奔驰而过，松下问童子，图片报道。"),
        ("ja", "アルファベットの文字。国会で議論した。民主党が勝った。"),
        ("ko", "나사를 조인다. 알파벳을 배운다. 비자를 받았다."),
        ("pt", "Moderna e ampla. O Irã respondeu."),
    ],
)
def test_a_word_is_no_organisation(linker: Linker, language: str, text: str) -> None:
    assert {pair for pair in linked(linker, text, language) if pair[1].startswith("org/")} == set()


@pytest.mark.parametrize(
    ("language", "text", "surface", "concept"),
    [
        ("de", "Der Fahrdienst Uber wächst. Der Gewinn von Uber stieg.", "Uber", "org/uber"),
        ("fr", "Il lit Le Monde chaque jour.", "Le Monde", "org/le-monde"),
        (
            "en",
            "The Labour Party of Norway met; in London a Labour MP resigned, and Labour denied it.",
            "Labour",
            "org/labour-party-uk",
        ),
        ("zh-Hans", "中国共产党召开会议，中共表示", "中共", "org/ccp"),
    ],
)
def test_a_doubtful_name_is_linked_where_the_article_supports_it(
    linker: Linker, language: str, text: str, surface: str, concept: str
) -> None:
    assert (surface, concept) in linked(linker, text, language)


def test_what_a_language_marks_as_doubtful_is_not_lent_by_english(linker: Linker) -> None:
    assert ("Moderna", "org/moderna") in linked(linker, "Moderna shares rose.", "en")
    assert ("Moderna", "org/moderna") not in linked(linker, "Moderna es la casa.", "es")


@pytest.mark.parametrize(
    ("language", "text", "organ", "state"),
    [
        (
            "en",
            "The Israeli army attacked.",
            ("Israeli army", "org/israel-defense-forces"),
            ("Israeli", "country/il"),
        ),
        ("en", "The Bank of Japan met.", ("Bank of Japan", "org/bank-of-japan"), ("Japan", "country/jp")),
        ("ru", "МИД России против.", ("МИД России", "org/russian-foreign-ministry"), ("России", "country/ru")),
    ],
)
def test_the_state_whose_organ_it_is_counts_as_named_too(
    linker: Linker, language: str, text: str, organ: tuple[str, str], state: tuple[str, str]
) -> None:
    assert linked(linker, text, language) == {organ, state}


def test_a_firm_is_no_organ_of_a_state(linker: Linker) -> None:
    assert linked(linker, "Die Deutsche Bank verlor.", "de") == {("Deutsche Bank", "org/deutsche-bank")}
