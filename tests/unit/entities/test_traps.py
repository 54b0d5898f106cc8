"""The real knowledge base against the traps that matching by names falls into, and the forms that it must not miss."""

from __future__ import annotations

import pytest

from pipeline.concepts import KnowledgeBase
from pipeline.entities import Linker


@pytest.fixture(scope="module")
def linker() -> Linker:
    return Linker(KnowledgeBase.load())


@pytest.mark.parametrize(
    ("language", "text", "concept"),
    [
        ("de", "Das Schwein lief über den Hof.", "country/ch"),
        ("it", "Francesco ha parlato ieri.", "country/fr"),
        ("en", "Then Jordan Spieth won the trophy.", "country/jo"),
        ("en", "The drummer Chad Smith played on.", "country/td"),
        ("en", "In Georgia, Atlanta voted early.", "country/ge"),
        ("fa", "وضعیت مالی شرکت خوب است", "country/ml"),
        ("he", "הוא הלך בכיוון הנכון", "country/gr"),
        ("he", "כיוון שהוא לא בא", "country/gr"),
        ("tr", "Hindi eti pahalı oldu.", "country/in"),
        ("en", "Nigeria won the match.", "country/ne"),
        ("en", "The Bank of England raised rates.", "region/england"),
        ("de", "Die Bank of England erhöht die Zinsen.", "region/england"),
        ("en", "The Romans and a Roman road.", "country/om"),
        ("en", "They told us and only us.", "country/us"),
        ("en", "LET US GO HOME NOW, HE SHOUTED", "country/us"),
        ("en", "The man who said it is here.", "org/who"),
        ("ja", "マリアさんが来た", "country/ml"),
        ("zh-Hans", "印度洋的海啸", "country/in"),
        ("de", "Hunter Biden schwieg.", "person/joe-biden"),
        ("en", "Kerry Washington smiled on the red carpet.", "city/washington"),
        ("en", "A bowl of chili and turkey for us.", "country/tr"),
        ("fr", "Il a mangé une dinde au jambon.", "country/tr"),
        ("ar", "أدت السيول إلى أضرار", "city/seoul"),
        ("fr", "Pendant la réunion de lundi", "country/re"),
        ("es", "Los pueblos de América del Sur", "country/us"),
        ("ko", "인도·태평양 전략을 발표했다", "country/in"),
        ("ar", "قال بروس ويليس إنه متعب", "country/ru"),
        ("ar", "حقق نجاحا كبيرا", "city/beira"),
        ("cs", "Dává toho mnohem víc.", "city/davao"),
        ("de", "Das Essen war gut.", "city/essen"),
        ("de", "Der FC Bayern gewann klar.", "region/bavaria"),
        ("en", "Nice work, they said.", "city/nice"),
        ("en", "The singer Whitney Houston sang that night.", "city/houston"),
        ("hr", "Nisam mogao hodati.", "city/nis"),
        ("ko", "대구 요리를 먹었다", "city/daegu"),
        ("pl", "Federacja Przemysłu Niemieckiego", "city/przemysl"),
        ("ro", "Mâine trebuie să jucăm.", "region/maine"),
        ("ru", "Форд дала показания", "city/fordow"),
        ("sv", "Medan han var upptagen", "city/medan"),
        ("zh-Hans", "隆重庆祝国庆节", "city/chongqing"),
        ("zh-Hans", "全国最大连锁超市", "city/dalian"),
    ],
)
def test_a_trap_stays_silent(linker: Linker, language: str, text: str, concept: str) -> None:
    assert concept not in {m.entity.id for m in linker.link("", text, language) if m.entity is not None}


@pytest.mark.parametrize(
    ("language", "text", "surface", "concept"),
    [
        ("de", "Die Schweiz und die Truppen Russlands", "Russlands", "country/ru"),
        ("de", "Das nordkoreanische Regime", "nordkoreanische", "country/kp"),
        ("de", "mit nordkoreanischen Raketen", "nordkoreanischen", "country/kp"),
        ("de", "ein nordkoreanisches Schiff", "nordkoreanisches", "country/kp"),
        ("de", "ein nordkoreanischer Soldat", "nordkoreanischer", "country/kp"),
        ("de", "der NATO-Generalsekretär", "NATO", "org/nato"),
        ("ru", "испытание северокорейского оружия", "северокорейского", "country/kp"),
        ("ru", "власти Северной Кореи", "Северной Кореи", "country/kp"),
        ("ru", "слова Столтенберга о НАТО", "Столтенберга", "person/jens-stoltenberg"),
        ("fr", "une fusée nord-coréenne", "nord-coréenne", "country/kp"),
        ("pl", "rakiety Korei Północnej", "Korei Północnej", "country/kp"),
        ("uk", "війна проти України", "України", "country/ua"),
        ("fi", "Naton pääsihteeri", "Naton", "org/nato"),
        ("hu", "az oroszországi hadsereg", "oroszországi", "country/ru"),
        ("cs", "rakety Severní Koreje", "Severní Koreje", "country/kp"),
        ("he", "נשיא ארה״ב ביידן", "ארה״ב", "country/us"),
        ("fr", "sur l'île de La Réunion", "La Réunion", "country/re"),
        ("ar", "الأمين العام للناتو", "للناتو", "org/nato"),
        ("ar", "الرئيس الروسي فلاديمير بوتين", "فلاديمير بوتين", "person/vladimir-putin"),
        ("zh-Hans", "北约秘书长访问朝鲜", "朝鲜", "country/kp"),
        ("zh-Hant", "北約秘書長", "北約", "org/nato"),
        ("ja", "北朝鮮がミサイルを発射", "北朝鮮", "country/kp"),
        ("ko", "북한이 미사일을 발사했다", "북한이", "country/kp"),
        ("ko", "UN의 결의", "UN의", "org/un"),
        ("en", "Talks in Papua New Guinea failed.", "Papua New Guinea", "country/pg"),
        ("en", "US officials told us", "US", "country/us"),
        ("en", "American troops left", "American", "country/us"),
        ("tr", "Kuzey Kore'nin füzesi", "Kuzey Kore", "country/kp"),
        ("es", "la OTAN y Corea del Norte", "OTAN", "org/nato"),
        ("it", "La Nato e la Corea del Nord", "Corea del Nord", "country/kp"),
        ("de", "Kämpfe um Charkiw und Bachmut", "Charkiw", "city/kharkiv"),
        ("de", "Die Wahl in Sachsen und Bayern", "Bayern", "region/bavaria"),
        ("en", "Floods in Houston have closed roads.", "Houston", "city/houston"),
        ("fr", "Macron a reçu ses ministres à l'Élysée", "Élysée", "org/elysee"),
        ("pl", "ostrzał Charkowa", "Charkowa", "city/kharkiv"),
        ("ru", "в Нижнем Новгороде", "Нижнем Новгороде", "city/nizhny-novgorod"),
        ("uk", "удар по Кривому Розі", "Кривому Розі", "city/kryvyi-rih"),
        ("uk", "під Запоріжжям", "Запоріжжям", "city/zaporizhzhia"),
        ("tr", "Gazze'nin güneyindeki Refah kentinde", "Refah kentinde", "city/rafah"),
        ("ar", "قصف على خان يونس", "خان يونس", "city/khan-younis"),
        ("zh-Hans", "重庆和深圳", "重庆", "city/chongqing"),
        ("ja", "広島で式典", "広島", "city/hiroshima"),
        ("ko", "부산에서 열린 회의", "부산에서", "city/busan"),
    ],
)
def test_a_form_is_found(linker: Linker, language: str, text: str, surface: str, concept: str) -> None:
    assert (surface, concept) in {
        (m.text, m.entity.id) for m in linker.link("", text, language) if m.entity is not None
    }


def test_no_meaning_is_outweighed_that_the_knowledge_base_does_not_know(linker: Linker) -> None:
    from pipeline.entities.linking.doubts import outweighed_meanings

    known = {sense.name.also for sense in KnowledgeBase.load().names()}
    assert known >= outweighed_meanings()


def test_two_countries_of_one_name_are_told_apart_by_what_else_is_named(linker: Linker) -> None:
    def ids(text: str) -> list[str]:
        return [m.entity.id for m in linker.link("", text, "en") if m.entity is not None]

    assert ids("Fighting went on in Congo.") == []
    assert "country/cd" in ids("Fighting went on in Congo. Aid reached Kinshasa.")
    assert "country/ge" in ids("Georgia protested. In Tbilisi thousands marched.")
