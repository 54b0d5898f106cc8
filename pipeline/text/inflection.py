"""The endings of proper names, by language: a bounded list of tails that may follow the stem."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from pipeline.text.folding import fold

# A shorter stem says too little: "Chi" of China, "Ira" of Iran.
_SHORTEST_STEM = 3


class NameInflection(NamedTuple):
    """The endings of names in one language, in folded letters.

    Attributes:
        dropped: Endings of the nominative that a tail replaces; the longest that fits is dropped.
        tails: What may follow the stem or the whole name.
        adjectival: Tails that make the adjective, written small: Hungarian ``kínai`` of ``Kína``.
        adjectival_from: Fewest letters of a name that makes an adjective: Russian ``римский`` also means the Church.
        every_word: Whether every word of a name is inflected, not only the last.
        grades: Consonants before the last vowel that weaken: Finnish ``Englanti``, ``Englannin``.
    """

    dropped: tuple[str, ...] = ()
    tails: frozenset[str] = frozenset()
    adjectival: frozenset[str] = frozenset()
    adjectival_from: int = 1
    every_word: bool = False
    grades: tuple[tuple[str, str], ...] = ()


def _tails(*groups: str) -> frozenset[str]:
    """Every combination of one ending of each group in order; ``-`` stands for none."""
    parts = [[ending.strip("-") for ending in group.split()] for group in groups]
    return frozenset(fold("".join(choice)) for choice in product(*parts)) - {""}


_GENITIVE_S = NameInflection(tails=frozenset({"s"}))


def _compounds(heads: str, links: str = "- s") -> NameInflection:
    """The nouns that news joins to a name, as in ``Ukrainekrieg``: after the name or its genitive."""
    return NameInflection(tails=frozenset({"s"}) | _tails(links, heads))


_WEST_AND_SOUTH_SLAVIC = (
    "a u e i y o ou em om um im ym ech ich ych ach ih am ama ami ima imi ymi mi ov ove ovi ho eho ega ego emu omu "
    "ej oj og oga jo ja je ji ju jou jom jem ii iu iou ie ia iji ijo ijom "
    "ova ovo ovu ovy ovou ovych ovym ovymi ovoj ovog"
)
# The adjective of a city: londýnský, londonski, londyński.
_WEST_AND_SOUTH_SLAVIC_ADJECTIVES = _tails(
    "sk", "y a e o i eho ega oga og em emu ega om omu oj u ou ych im ih ym ymi imi iej iego iemu ie"
)
_EAST_SLAVIC = (
    "а у ы и і е є я ю ї ом ем єм ой ей ою ею єю ьою ам ям ами ями ах ях ов ев ів їв аў оў еў ого его ому "
    "ему ым им "
    "ых их ую юю ая яя ое ее ої ій ым ымі аю яю ай яй"
)
_SERBIAN_CYRILLIC = "а у е и о ом ем ама има ој ог ога ому јом ју ји је ја их им"
_TURKIC_LATIN = "- lar ler"
_TURKIC_CASES = (
    "- in un nin nun i u ni nu yi yu a e ya ye na ne da de ta te dan den tan ten ning ni ga ka qa dagi daki la le"
)


def _west_or_south_slavic(*dropped: str) -> NameInflection:
    return NameInflection(
        dropped=dropped,
        tails=_tails(_WEST_AND_SOUTH_SLAVIC),
        adjectival=_WEST_AND_SOUTH_SLAVIC_ADJECTIVES,
        adjectival_from=6,
        every_word=True,
    )


_INFLECTIONS: Mapping[str, NameInflection] = {
    "de": _compounds(
        "krieg kriegs krieges krise politik reise gipfel konflikt konflikts frage experte experten expertin "
        "wahl wahlen abkommen "
        "abkommens vertrag vertrags konferenz einsatz einsatzes mission sanktionen beauftragte beauftragter "
        "beauftragten korrespondent korrespondentin verhandlungen geschaft handel strategie kurs front kenner hilfe"
    ),
    "nl": _compounds("oorlog beleid reis crisis top verdrag akkoord conflict kwestie kenner"),
    "af": _GENITIVE_S,
    "sv": _compounds(
        "fordraget fordrag avtalet avtal konventionen kanalen fronten regeringen polisen motet konferensen kriget krig "
        "krisen konflikten politiken bukten kusten regionen omradet naset bo bon bor borna bornas"
    ),
    "da": _compounds(
        "traktaten aftalen aftale konventionen kanalen fronten regeringen krigen krig krisen konflikten politik "
        "topmodet kysten regionen omradet borger borgere borgerne"
    ),
    "nb": _compounds(
        "traktaten avtalen avtale konvensjonen kanalen fronten regjeringen krigen krig krisen konflikten politikk "
        "toppmotet kysten regionen omradet borger borgere borgerne"
    ),
    "nn": _compounds("traktaten avtalen avtale kanalen krigen krig krisa konflikten politikk regionen omradet"),
    "fo": _GENITIVE_S,
    "lb": _GENITIVE_S,
    "is": NameInflection(
        dropped=("in", "ir", "a", "i", "ur"),
        tails=_tails("s i u a ar um ur ni num in inu inni janna junum jum")
        | _tails(
            "- s a ar u ja na",
            "bui bua buar buum bunna mann mannsins madur madurinn manninn manninum manni menn mennirnir monnum manna "
            "samkomulag samkomulagid samkomulaginu samkomulagsins samkomulags sattmali sattmalinn sattmalann "
            "sattmalanum sattmalans samningur samningurinn samninginn samningnum samningsins skurdur skurdurinn "
            "skurdinn skurdinum fjallgardur fjallgardurinn fjallgardsins fjallgardinum skagi skaginn skaga skaganum "
            "eid eidid eidinu stridid stridinu stridsins",
        ),
        every_word=True,
    ),
    "fi": NameInflection(
        dropped=("i", "at", "t"),
        tails=_tails(
            "- i e", "n a ta ssa sta lla lta lle na ksi tta an en in on un han hin hon hun seen t", "- kin kaan ko han"
        )
        | _tails("jen oissa oista oihin oja ojen ain"),
        adjectival=_tails(
            "- i",
            "lai",
            "nen sen set sten sta sia seen siin sessa sesta sella selle selta silla sille silta seksi sena "
            "sissa sista s",
        )
        | _tails(
            "lais", "yhtio yhtion yhtiota mies miehen sotilas joukot joukkojen johtaja yritys pankki lehti lehden"
        ),
        grades=(
            ("kk", "k"),
            ("pp", "p"),
            ("tt", "t"),
            ("nt", "nn"),
            ("nk", "ng"),
            ("mp", "mm"),
            ("lt", "ll"),
            ("rt", "rr"),
        ),
    ),
    "et": NameInflection(
        tails=_tails("- i e", "- l lt le s st sse ga ni ta ks na d de", "- ki gi"), dropped=("id",), every_word=False
    ),
    "hu": NameInflection(
        tails=_tails(
            "- t ot at et ban ben bol ba be ra re rol nak nek val vel gal gel kal kel nal nel tol hoz hez "
            "on en an n ig ert "
            "kent ok ek ak k a e ja je aval evel anak enek"
        ),
        adjectival=_tails("i", "- ak t ek nak nek val akat ben ban"),
    ),
    "tr": NameInflection(
        tails=_tails("in un nin nun ya ye yi yu da de ta te dan den tan ten la le dir tir daki deki taki teki"),
        adjectival=_tails("li lu", "- lar ler", "- i in e den de ya dan da"),
    ),
    "az": NameInflection(tails=_tails(_TURKIC_LATIN, _TURKIC_CASES) | _tails("nın ının ın ə də dən nı ı yə")),
    "uz": NameInflection(tails=_tails(_TURKIC_LATIN, _TURKIC_CASES)),
    "tk": NameInflection(tails=_tails(_TURKIC_LATIN, _TURKIC_CASES)),
    "kk": NameInflection(
        tails=_tails(
            "ның нің дың дің тың тің ға ге қа ке да де та те дан ден тан тен нан нен ды ді ты ті ны ні мен "
            "бен пен лық лік дық дік тық тік"
        )
    ),
    "ky": NameInflection(
        tails=_tails(
            "нын нин дын дин тын тин га ге ка ке да де та те до то дан ден тан тен ды ди ты ти ны ни лык "
            "лик дык дик тык тик"
        )
    ),
    "cs": _west_or_south_slavic("ie", "a", "o", "e", "i", "y"),
    "sk": _west_or_south_slavic("a", "o", "e", "i", "y"),
    **dict.fromkeys(("sl", "hr", "bs", "sr-Latn"), _west_or_south_slavic("a", "o", "e", "i")),
    "sr": NameInflection(dropped=("а", "о", "е", "и"), tails=_tails(_SERBIAN_CYRILLIC), every_word=True),
    "mk": NameInflection(tails=_tails("та то те от")),
    "bg": NameInflection(tails=_tails("та то те ът а")),
    "pl": NameInflection(
        dropped=("a", "o", "e", "y", "i"),
        tails=_tails("a u e i y o ie ia em iem om ą ę ami ach ow owi ego emu ej iej im ym ich ych imi ymi ii ji je"),
        adjectival=_WEST_AND_SOUTH_SLAVIC_ADJECTIVES,
        adjectival_from=6,
        every_word=True,
    ),
    "ru": NameInflection(
        dropped=("ия", "ий", "ый", "а", "я", "о", "е", "ь", "й", "ы", "и"),
        tails=_tails(_EAST_SLAVIC),
        adjectival=_tails("ск", "ий ая ое ие ого ому им ом ой ую их ими"),
        adjectival_from=6,
        every_word=True,
    ),
    "uk": NameInflection(
        dropped=("ія", "ий", "а", "я", "о", "е", "ь", "й", "и", "і"), tails=_tails(_EAST_SLAVIC), every_word=True
    ),
    "be": NameInflection(
        dropped=("ія", "а", "я", "о", "е", "ь", "й", "ы", "і"), tails=_tails(_EAST_SLAVIC), every_word=True
    ),
    "lt": NameInflection(
        dropped=("as", "is", "us", "os", "es", "a", "e"),
        tails=_tails("os ai a oje o ui u e es ei eje iu iui io yje use ose ese omis oms emis ems ais as is us"),
        every_word=True,
    ),
    "lv": NameInflection(
        dropped=("is", "us", "as", "a", "e", "s", "i"),
        tails=_tails("as ai u a am os e es ei i iem is im um us s o ajam"),
        every_word=True,
    ),
    "ro": NameInflection(
        dropped=("ele", "ea", "a", "e"),
        tails=_tails("ul ului ei a elor ilor lor ele ele ii iei i lui le"),
        every_word=True,
    ),
    "el": NameInflection(
        dropped=("οσ", "ον", "οι", "εσ", "ησ", "α", "η", "ο", "σ"),
        tails=_tails("ασ α ησ η ου ο ον οσ ων εσ ουσ οι εων"),
        every_word=True,
    ),
    "sq": NameInflection(dropped=("a", "e", "i"), tails=_tails("a e es se s n ne in it i ja je"), every_word=True),
    "eu": NameInflection(tails=_tails("- r", "n k ko ren tik ra ri rekin an en ak etan etako kin aren")),
    "hy": NameInflection(tails=_tails("ի ն ը ում ից ին ով ից ն յի յում յից ների ը")),
    "ka": NameInflection(
        dropped=("ი", "ა", "ე"),
        tails=_tails("ის ს მა მ ში ზე დან თან ით ად ი ის იდან ისთვის სთვის სთან ისთან ისგან სა თვის"),
    ),
    "bn": NameInflection(tails=_tails("র ের কে তে ে য় ও ই রা দের")),
    "ta": NameInflection(
        dropped=("்",),
        tails=_tails("ின் ில் ை ுக்கு ிடம் ிலிருந்து ுடன் ும் ால் ினர் ிலும்")
        | _tails("வ ய", "ின் ில் ை ிடம் ிலிருந்து ுடன் ும் ால் ினர் ிலும்")
        | _tails("வுக்கு க்கு"),
    ),
    "mn": NameInflection(tails=_tails("ын ийн ны ний ыг ийг д т аас оос ээс тай той тэй")),
}


def inflection_of(language: str) -> NameInflection:
    """The endings of names in a language, by its tag; none if it does not inflect or is unknown."""
    return _INFLECTIONS.get(language) or _INFLECTIONS.get(language.partition("-")[0]) or NameInflection()


@lru_cache(maxsize=65_536)
def name_stems(word: str, language: str) -> tuple[str, ...]:
    """The stems that a tail may follow, apart from the word itself.

    Args:
        word: One folded word of a name, in the nominative.
        language: BCP 47 tag.

    Returns:
        Stems of at least three letters, none equal to the word; empty if no ending is replaced.
    """
    rules = inflection_of(language)
    stems: list[str] = []
    for ending in rules.dropped:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            stems.append(word[: -len(ending)])
            break
    for strong, weak in rules.grades:
        if word[:-1].endswith(strong):
            stems.append(word[: -1 - len(strong)] + weak + word[-1])
            break
    return tuple(stems)
