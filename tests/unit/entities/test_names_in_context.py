"""Names that their neighbours and the article settle: shared words, parties, surnames that many people have."""

from __future__ import annotations

import unicodedata

import pytest

from pipeline.concepts import Concept, Contents, KnowledgeBase, Name
from pipeline.entities import Linker
from tests.unit.entities.linking import ids, linked

_KIM, _PUTIN = "person/kim-jong-un", "person/vladimir-putin"


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "North and South Korea agreed.", {"country/kp": "North", "country/kr": "South Korea"}),
        ("de", "Nord- und Südkorea einigen sich.", {"country/kp": "Nord", "country/kr": "Südkorea"}),
        ("ru", "Северная и Южная Корея договорились.", {"country/kp": "Северная", "country/kr": "Южная Корея"}),
        ("es", "Corea del Norte y del Sur hablan.", {"country/kp": "Corea del Norte", "country/kr": "Sur"}),
        (
            "en",
            "He met Bill and Hillary Clinton.",
            {"person/bill-clinton": "Bill", "person/hillary-clinton": "Hillary Clinton"},
        ),
    ],
)
def test_a_name_shares_a_word_with_its_neighbour(
    linker: Linker, language: str, text: str, expected: dict[str, str]
) -> None:
    assert {concept: written for written, concept in linked(linker, text, language)} == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "From Berlin and New York they came.", {"city/berlin", "city/new-york"}),
        # Another sentence.
        ("en", "They all headed North. And South Korea said nothing.", {"country/kr"}),
        ("es", "Corea del Norte y, del Sur, nada.", {"country/kp"}),
        # A conjunction of another language.
        ("en", "It lies North of South Korea.", {"country/kr"}),
        ("pt", "Coreia do Norte a Sul.", {"country/kp"}),
        # Words that are no directions.
        ("en", "From New Delhi and York they came.", {"city/new-delhi"}),
        ("en", "North Korea and Dakota Johnson.", {"country/kp"}),
        ("en", "Manchester City and United Airlines.", {"org/manchester-city"}),
        ("en", "West Virginia and Bank.", {"region/west-virginia"}),
        ("es", "El Salvador y Paso.", {"country/sv"}),
        ("en", "San Diego and Marino.", {"city/san-diego"}),
        # Part of another name.
        ("es", "Corea del Norte y del Sur Grande.", {"country/kp"}),
    ],
)
def test_names_side_by_side_share_nothing_else(linker: Linker, language: str, text: str, expected: set[str]) -> None:
    assert ids(linker, text, language) == expected


@pytest.mark.parametrize("text", ["Ost- und Westafrika leiden.", "Ost- und Westösterreich leiden."])
def test_a_direction_alone_is_not_the_whole_continent(linker: Linker, text: str) -> None:
    assert "Ost" not in [mention.text for mention in linker.link("", text, "de")]


def test_a_shared_name_is_read_from_decomposed_letters(linker: Linker) -> None:
    text = unicodedata.normalize("NFD", "Gespräche von Nord- und Südkorea")
    assert [(m.text, m.entity.id) for m in linker.link("", text, "de") if m.entity] == [
        ("Nord", "country/kp"),
        (unicodedata.normalize("NFD", "Südkorea"), "country/kr"),
    ]


def test_a_shared_name_asks_for_the_case_of_the_whole_one() -> None:
    exact = Name(text="North Acme", languages=("en",), via="name", case_sensitive=True, source="test")
    usual = Name(text="South Acme", languages=("en",), via="name", source="test")
    kb = KnowledgeBase.of(
        Contents(
            sources=(),
            concepts=(
                Concept(id="region/north", kind="region", label="North Acme", names=(exact,)),
                Concept(id="region/south", kind="region", label="South Acme", names=(usual,)),
            ),
        )
    )
    found = [
        [mention.text for mention in Linker(kb).link("", text, "en")]
        for text in ("They saw North and South Acme.", "They saw NORTH and SOUTH ACME.")
    ]
    assert found == [["North", "South Acme"], ["SOUTH ACME"]]


@pytest.mark.parametrize(
    ("language", "text", "known"),
    [
        ("en", "China and Congo agreed.", {"country/cn"}),
        ("en", "Japan and Korea signed a trade deal.", {"country/jp", "country/kr"}),
        ("de", "Japan und Korea unterzeichnen ein Abkommen.", {"country/jp", "country/kr"}),
        ("ru", "Япония и Корея подписали соглашение.", {"country/jp", "country/kr"}),
        ("en", "Seoul will host the games. Korea is ready.", {"city/seoul", "country/kr"}),
        ("en", "He studied in Korea for a year.", set()),
        ("en", "Pyongyang fired a missile. Japan and Korea protested.", {"city/pyongyang", "country/jp"}),
        ("en", "North Korea and South Korea met. Korea stays divided.", {"country/kp", "country/kr"}),
        ("en", "Putin welcomes Kim Jong Un. Russia and Korea signed a treaty.", {"country/ru", _PUTIN, _KIM}),
        ("en", "Russia and Korea signed a treaty, state media KCNA says.", {"country/ru", "org/kcna"}),
        ("en", "Russia and Korea's leader Kim Jong Un met.", {"country/ru", _KIM}),
        ("en", "So it was in Japan, Korea Times reports.", {"country/jp"}),
        ("en", "Japan and Korea University agreed.", {"country/jp"}),
    ],
)
def test_of_countries_of_one_name_the_usual_one_is_beside_another_where_no_other_is_named(
    linker: Linker, language: str, text: str, known: set[str]
) -> None:
    assert ids(linker, text, language) == known


def test_a_name_of_two_countries_that_are_both_named_is_neither(linker: Linker) -> None:
    text = "North Korea and South Korea met. Korea stays divided."
    assert [mention.text for mention in linker.link("", text, "en")] == ["North Korea", "South Korea"]


@pytest.mark.parametrize(
    ("language", "text", "known"),
    [
        (
            "en",
            "Soviet tanks left East Germany, Czechoslovakia and Yugoslavia; the USSR and the GDR were no more.",
            {"su", "dd", "cs", "yu"},
        ),
        ("de", "Die UdSSR, die DDR, die Tschechoslowakei und Jugoslawien.", {"su", "dd", "cs", "yu"}),
        ("fr", "L'URSS et la RDA, la Yougoslavie et la Tchécoslovaquie.", {"su", "dd", "cs", "yu"}),
        ("es", "La Unión Soviética, Alemania Oriental, Yugoslavia y Checoslovaquia.", {"su", "dd", "cs", "yu"}),
        ("it", "L'Unione Sovietica, la Germania Est, la Jugoslavia e la Cecoslovacchia.", {"su", "dd", "cs", "yu"}),
        ("pl", "W Związku Radzieckim, NRD, Jugosławii i Czechosłowacji.", {"su", "dd", "cs", "yu"}),
        ("ru", "В СССР, Восточной Германии, Югославии и Чехословакии.", {"su", "dd", "cs", "yu"}),
        ("uk", "У СРСР, Східній Німеччині, Югославії та Чехословаччині.", {"su", "dd", "cs", "yu"}),
        ("ar", "الاتحاد السوفيتي وألمانيا الشرقية ويوغوسلافيا وتشيكوسلوفاكيا", {"su", "dd", "cs", "yu"}),
        ("zh", "苏联和东德,南斯拉夫和捷克斯洛伐克", {"su", "dd", "cs", "yu"}),
        ("ja", "ソ連と東ドイツ、ユーゴスラビア、チェコスロバキア", {"su", "dd", "cs", "yu"}),
        ("ko", "소련과 동독, 유고슬라비아와 체코슬로바키아는", {"su", "dd", "cs", "yu"}),
        ("de", "In Ostdeutschland wählt man anders.", {"de"}),
        ("en", "He grew up in eastern Germany.", {"de"}),
        # Where nothing says that the state of the past is meant, its east today is.
        ("en", "AfD wins in East Germany, ahead of CDU.", {"de"}),
        ("en", "East German voters turn to AfD.", {"de"}),
        ("en", "In the German Democratic Republic, later only East Germany, he was a judge.", {"dd"}),
        ("fr", "L'AfD gagne en Allemagne de l'Est.", {"de"}),
        ("es", "La AfD gana en Alemania Oriental.", {"de"}),
        ("it", "L'AfD vince nella Germania Est.", {"de"}),
        ("nl", "De AfD wint in Oost-Duitsland.", {"de"}),
        ("pl", "AfD wygrywa w Niemczech Wschodnich.", {"de"}),
        ("ru", "АдГ побеждает в Восточной Германии.", {"de"}),
        ("tr", "AfD, Doğu Almanya seçimini kazandı.", {"de"}),
        ("id", "AfD menang di Jerman Timur.", {"de"}),
        ("ja", "AfDが東ドイツで勝利", {"de"}),
        ("sv", "AfD vinner i Östtyskland.", {"de"}),
        ("da", "AfD vinder i Østtyskland.", {"de"}),
        ("de", "Die Mauer teilte Berlin, die DDR zerfiel.", {"dd"}),
        ("sv", "Sovjetunionen och DDR skrev på.", {"su", "dd"}),
        # What only looks like such a state.
        ("en", "The bank prepares a GDR listing in London.", set()),
        ("en", "He bought DDR memory.", set()),
        ("de", "Er kaufte DDR-RAM und DDR-Speicher.", set()),
        ("nl", "Hij kocht DDR-geheugen.", set()),
        ("sv", "Han köpte DDR-minne.", set()),
        ("fr", "Le PDCI-RDA de Tidjane Thiam.", set()),
        ("cs", "Stanice NDR v Hamburku.", set()),
        ("de", "Die Tagesschau im NDR.", set()),
        ("ro", "Compania RDG SRL.", set()),
        ("vi", "Cháy ở quận Nam Từ Liêm, Hà Nội.", set()),
        ("vi", "Ông Đồng Đức Bình nói.", set()),
        ("zh-Hant", "屏東德文部落重建。", set()),
        ("zh-Hans", "山东德州的企业。", set()),
    ],
)
def test_states_of_the_past_are_concepts_of_their_own(
    linker: Linker, language: str, text: str, known: set[str]
) -> None:
    found = {concept_id for concept_id in ids(linker, text, language) if concept_id.startswith("country/")}
    assert {concept_id.removeprefix("country/") for concept_id in found} == known


@pytest.mark.parametrize(
    ("language", "text", "is_american"),
    [
        ("fr", "Le candidat du Parti républicain promet une baisse.", True),
        ("fr", "Au Chili, la candidate du Parti démocrate promet une baisse.", False),
        ("es", "El Partido Demócrata elige a su candidata.", True),
        ("en", "A democrat at heart, he taught in a village.", False),
    ],
)
def test_a_party_is_the_best_known_one_where_no_country_is_named(
    linker: Linker, language: str, text: str, *, is_american: bool
) -> None:
    parties = {"org/republican-party-us", "org/democratic-party-us"}
    assert bool(parties & ids(linker, text, language)) is is_american


@pytest.mark.parametrize(
    ("language", "text", "person", "is_named"),
    [
        ("de", "Clinton gilt als erfahren.", "person/hillary-clinton", True),
        ("de", "Bill Clinton sprach; Clinton lachte.", "person/hillary-clinton", False),
        ("en", "Johnson told Britain to wait.", "person/boris-johnson", True),
        ("en", "Johnson sold the farm.", "person/boris-johnson", False),
        ("en", "Kevin Harris lives in America, and Harris likes it.", "person/kamala-harris", False),
        ("tr", "Erdoğan Arıca maçı yorumladı.", "person/recep-tayyip-erdogan", False),
        ("zh-Hans", "米歇尔·奥巴马出版了回忆录。", "person/barack-obama", False),
        ("ja", "ミシェル・オバマ氏が語る。", "person/barack-obama", False),
    ],
)
def test_a_surname_is_whose_the_article_says(
    linker: Linker, language: str, text: str, person: str, *, is_named: bool
) -> None:
    assert (person in ids(linker, text, language)) is is_named


@pytest.mark.parametrize(
    ("language", "text", "concept"),
    [
        # Who and what belongs to it.
        ("en", "Georgia suspends EU accession talks, says Kobakhidze", "country/ge"),
        ("en", "Amazon shares fall as AWS growth slows", "org/amazon"),
        ("en", "Amazon shares fall, Andy Jassy says", "org/amazon"),
        ("en", "Meta cuts jobs, Zuckerberg tells staff", "org/meta"),
        # Its neighbour.
        ("en", "Georgia said so. Later Armenia agreed to it.", "country/ge"),
        # What only states have.
        ("en", "Chad leader wins vote", "country/td"),
        ("en", "Jordan's king warns", "country/jo"),
        ("en", "King Abdullah of Jordan meets them", "country/jo"),
        ("it", "Il presidente della Georgia firma", "country/ge"),
        ("es", "El presidente de Georgia firma", "country/ge"),
    ],
)
def test_what_belongs_to_a_concept_or_lies_beside_it_supports_it(
    linker: Linker, language: str, text: str, concept: str
) -> None:
    assert concept in ids(linker, text, language)


@pytest.mark.parametrize(
    ("language", "text", "concept"),
    [
        ("en", "Turkey recipe for Thanksgiving", "country/tr"),
        ("en", "Apple pie is best with cinnamon", "org/apple"),
        ("en", "Georgia votes as Trump and Russia watch", "country/ge"),
        ("en", "Prince Jordan wins", "country/jo"),
        ("en", "Jordan Spieth visits Syria", "country/jo"),
        ("en", "Meta is the word", "org/meta"),
        ("pt", "Peru assado para a ceia de Natal", "country/pe"),
    ],
)
def test_what_stands_beside_a_name_contradicts_it(linker: Linker, language: str, text: str, concept: str) -> None:
    assert concept not in ids(linker, text, language)


@pytest.mark.parametrize(
    ("language", "text", "concept", "needed"),
    [
        ("en", "Georgia votes today", "country/ge", "may be the US state: needs Georgia by a name that is sure"),
        ("en", "Jordan Spieth wins", "country/jo", "may be a given name and surname"),
        ("en", "Meta is the word", "org/meta", "may be a common word (a common word): needs a capital inside"),
        ("en", "Turkey recipe for Thanksgiving", "country/tr", "needs Turkey by a name that is sure"),
    ],
)
def test_a_name_that_is_held_back_says_what_it_needs(
    linker: Linker, language: str, text: str, concept: str, needed: str
) -> None:
    (name,) = linker.held_back("", text, language)
    assert (name.concept_id, text[name.start : name.end]) == (concept, name.text)
    assert needed in name.needed


def test_what_is_linked_is_not_held_back(linker: Linker) -> None:
    assert linker.held_back("Georgia and Armenia agree", "The NATO met.", "en") == ()
