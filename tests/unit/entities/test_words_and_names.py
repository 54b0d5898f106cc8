"""Everyday words that are spelled as names, words torn apart by a name, and places that are people or other places."""

from __future__ import annotations

import pytest

from pipeline.concepts import KnowledgeBase
from pipeline.concepts.compiling.derived_spellings import other_spellings
from pipeline.concepts.compiling.homographs import phrases_by_language
from pipeline.entities import Linker
from pipeline.entities.linking.doubts import is_everyday, tears_a_word
from pipeline.entities.linking.occurrences import FieldText


@pytest.fixture(scope="module")
def linker() -> Linker:
    return Linker(KnowledgeBase.load())


def _found(linker: Linker, text: str, language: str) -> set[str]:
    return {mention.entity.id for mention in linker.link("", text, language) if mention.entity is not None}


@pytest.mark.parametrize(
    ("language", "text", "concept"),
    [
        ("hr", "Samo je jedan došao.", "country/ws"),
        ("fi", "Asia on selvä.", "region/asia"),
        ("cs", "Naše děti spí.", "org/nasa"),
        ("ro", "Puțin câte puțin a înțeles.", "person/vladimir-putin"),
        ("hu", "Német Ilona pékséget nyit.", "country/de"),
        ("el", "Η Αθηνά ήταν θεά.", "city/athens"),
        ("en", "Residents of Lebanon, Pennsylvania, voted on the budget.", "country/lb"),
        ("en", "The novelist Jack London was there.", "city/london"),
        ("zh-Hans", "他站在舞台中央", "city/taichung"),
        ("zh-Hans", "变成都市的一部分", "city/chengdu"),
        ("fa", "این کار فاسد است", "person/bashar-al-assad"),
    ],
)
def test_a_word_is_no_name(linker: Linker, language: str, text: str, concept: str) -> None:
    assert concept not in _found(linker, text, language)


@pytest.mark.parametrize(
    ("language", "text", "concept"),
    [
        ("fi", "Hän matkusti Asiaan.", "region/asia"),
        ("cs", "Londýnský soud rozhodl.", "city/london"),
        ("ru", "Вашингтонский план провалился.", "city/washington"),
        ("tr", "Çinliler bunu bekliyor.", "country/cn"),
        ("de", "Das Parlament berät über den Ukrainekrieg.", "country/ua"),
        ("sv", "Parisavtalet gäller än.", "city/paris"),
        ("is", "Bandaríkjamaðurinn vann.", "country/us"),
        ("ko", "콜로라도주에서 열렸다", "region/colorado"),
        ("hi", "वह स्विट्जरलैंड लौट गए", "country/ch"),
        ("zh-Hans", "台中市政府表示", "city/taichung"),
        ("ro", "Rușii au plecat.", "country/ru"),
        ("pl", "Saudyjczycy oskarżają sąsiada.", "country/sa"),
        ("pl", "Protestują polscy rolnicy.", "country/pl"),
        ("ru", "Индонезийцев ждут на границе.", "country/id"),
        ("cs", "Saúdové obvinili souseda.", "country/sa"),
        ("sv", "Libyerna röstade i går.", "country/ly"),
        ("bg", "Кенийците гласуваха.", "country/ke"),
        ("el", "Οι Μαροκινοί ψήφισαν.", "country/ma"),
        ("sr", "Срби и Немци преговарају.", "country/de"),
        ("sr-Latn", "Francuska i nemačka vlada ćute.", "country/de"),
        ("hr", "Njemačkog ministra čekaju.", "country/de"),
        ("sl", "Govorila je z Američani.", "country/us"),
        ("sk", "Rokovali s Rusmi.", "country/ru"),
        ("lt", "Atvyksta vokiečių brigada.", "country/de"),
        ("lv", "Vācu kanclers klusē.", "country/de"),
        ("et", "Venelased lahkusid.", "country/ru"),
        ("ca", "Les tropes russes van marxar.", "country/ru"),
        ("ta", "இந்தியாவுக்கு வருகை", "country/in"),
        ("ta", "ஜப்பானின் பிரதமர்", "country/jp"),
        ("bn", "প্রধানমন্ত্রী মোদির সঙ্গে", "person/narendra-modi"),
        ("hu", "Putyinnal beszélt.", "person/vladimir-putin"),
        ("lv", "Tikās ar Trampu.", "person/donald-trump"),
        ("sr", "Вучић разговарао са Путином.", "person/aleksandar-vucic"),
        ("sr", "Вучић разговарао са Путином.", "person/vladimir-putin"),
        ("sr", "Бабиш је стигао у Београд.", "person/andrej-babis"),
        ("bg", "Лавров отговори на Рубио.", "person/sergei-lavrov"),
        ("el", "Ο Μητσοτάκης μίλησε με τον Στάρμερ.", "person/keir-starmer"),
        ("en", "Republicans captured the Senate.", "org/us-senate"),
        ("de", "Die Botschaft von Libanon, die Beirut nennt, ist zu.", "country/lb"),
    ],
)
def test_a_form_is_found(linker: Linker, language: str, text: str, concept: str) -> None:
    assert concept in _found(linker, text, language)


def test_an_everyday_word_is_one_of_its_language() -> None:
    assert is_everyday("Asia", "fi")
    assert not is_everyday("Asia", "en")


def test_a_name_tears_a_chinese_word_at_either_end() -> None:
    assert tears_a_word("在舞台中央", 2, 4)
    assert tears_a_word("歐美國家", 1, 3)
    assert not tears_a_word("在中国", 1, 3)


def test_hindi_has_several_spellings_of_a_foreign_name() -> None:
    assert "स्विट्जरलैंड" in other_spellings("स्विट्ज़रलैंड")
    assert other_spellings("रूस"[:2]) == ()


@pytest.mark.parametrize(
    ("language", "text", "concepts"),
    [
        ("en", "American Ben Harlow beat Russian Andrei Lobov in three sets.", {"country/us", "country/ru"}),
        ("en", "Ukrainian Elena Bondar, German Laura Weiss and French Caroline Petit are through.",
         {"country/ua", "country/de", "country/fr"}),
        ("de", "Der Amerikaner Ben Harlow schlug den Russen Andrei Lobow.", {"country/us", "country/ru"}),
        ("de", "Die Deutsche Anna Weiss lief auf Platz zwei.", {"country/de"}),
        ("fr", "L'Américain Tommy Harlow affronte l'Italien Lorenzo Conti.", {"country/us", "country/it"}),
        ("fr", "La Russe Anna Lobova rejoint l'Allemande Laura Weiss.", {"country/ru", "country/de"}),
        ("it", "L'Italiano Matteo Conti ha superato lo Spagnolo Carlos Robles.", {"country/it", "country/es"}),
        ("es", "Francesa Caroline Petit gana, Alemana Laura Weiss abandona.", {"country/fr", "country/de"}),
        ("pt", "Brasileiro Luis Teles vence e Americana Jessica Harlow perde.", {"country/br", "country/us"}),
        ("ru", "Американец Роберт Миллер обошёл соперника.", {"country/us"}),
        ("ru", "Китаец Виктор Чжан стал вторым.", {"country/cn"}),
        ("hu", "Amerikai Ben Harlow a győztes.", {"country/us"}),
    ],
)  # fmt: skip
def test_a_demonym_before_a_given_name_is_a_country(
    linker: Linker, language: str, text: str, concepts: set[str]
) -> None:
    assert _found(linker, text, language) >= concepts


@pytest.mark.parametrize(
    ("language", "text", "concept"),
    [
        ("hu", "Orosz Anna festő volt.", "country/ru"),
        ("hu", "A díjat Lengyel Katalin vette át.", "country/pl"),
        ("hu", "Török Gábor kertész.", "country/tr"),
        ("ru", "Китайцев Пётр чинит часы.", "country/cn"),
        ("ru", "На крыльце стоял Поляков Сергей.", "country/pl"),
        ("uk", "Греків Микола пече хліб.", "country/gr"),
    ],
)
def test_a_demonym_that_is_a_surname_is_no_country(linker: Linker, language: str, text: str, concept: str) -> None:
    assert concept not in _found(linker, text, language)


def test_every_fixed_phrase_is_written_as_a_name_may_be() -> None:
    fields = [FieldText(phrase) for phrase, _ in phrases_by_language()]
    assert [field.text for field in fields if not field.is_joined(0, len(field.words))] == []
