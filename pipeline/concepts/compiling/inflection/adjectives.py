"""Spell out the forms of a country's adjective, or of the word for its people, from the dictionary form."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pipeline.concepts.compiling.inflection import polish, russian, ukrainian
from pipeline.concepts.compiling.inflection.cases import Paradigm, ends

# Ending of the dictionary form, what stands in its place; the first that fits is taken.
_Rules = tuple[tuple[str, str], ...]

_ENGLISH: _Rules = (
    ("ish", "ish"), ("ese", "ese"), ("ch", "ch"), ("s", "s"), ("men", "men"), ("man", "man mans"), ("", " s"),
)  # fmt: skip
_GERMAN_NOUN: _Rules = (("er", "er ers ern erin erinnen"), ("e", "e en in innen"), ("i", "i is"), ("", " s"))
_FRENCH: _Rules = (
    ("en", "en enne ens ennes"), ("on", "on onne one ons onnes ones"), ("ec", "ec ecque ecs ecques"),
    ("rc", "rc rque rcs rques"), ("s", "s se ses"), ("al", "al ale aux ales"), ("e", "e es"), ("", " e s es"),
)  # fmt: skip
_SPANISH: _Rules = (
    ("ón", "ón ona ones onas"), ("és", "és esa eses esas"), ("án", "án ana anes anas"), ("o", "o a os as"),
    ("ol", "ol ola oles olas"), ("í", "í íes ís"), ("ú", "ú úes ús"), ("s", "s"), ("a", "a as"), ("e", "e es"),
    ("", " es"),
)  # fmt: skip
_ITALIAN: _Rules = (
    ("co", "co ca ci chi che"), ("io", "io ia i ie"), ("o", "o a i e"), ("e", "e i"), ("a", "a i e"), ("", ""),
)  # fmt: skip
_PORTUGUESE: _Rules = (
    ("ês", "ês esa eses esas"), ("eu", "eu eia eus eias"), ("ão", "ão ã ães ãs ões ãos oa oas"), ("o", "o a os as"),
    ("ol", "ol ola óis olas"), ("s", "s"), ("z", "z zes"), ("", " s"),
)  # fmt: skip
_GALICIAN: _Rules = (
    ("és", "és esa eses esas"), ("ol", "ol ola ois olas"), ("o", "o a os as"), ("a", "a as"), ("e", "e es"),
    ("í", "í ís íes"), ("", ""),
)  # fmt: skip
# In these three the words for the people are written small too.
_SWEDISH: _Rules = (
    ("sk", "sk skt ska ske skes sken skens skar skars skarna skarnas"), ("are", "are ares aren arens arna arnas"),
    ("er", "er ers ern erns erna ernas"), ("", " s en ens er ers erna ernas ar ars arna arnas"),
)  # fmt: skip
_DANISH: _Rules = (("sk", "sk ske skes"), ("e", "e en ens er ers erne ernes"), ("", " s en ens e es ne nes"))
_ICELANDIC: _Rules = (("skur", "skur sk skt skan ska skir skar skum skri skrar skra ski sku sks"), ("", ""))
_FINNISH_CASES = (
    "nen set sen sten sta sia seen siin ssa sessa sissa sesta sista sella silla selta silta selle sille sena sina "
    "seksi siksi"
)
_FINNISH: _Rules = (("nen", _FINNISH_CASES), ("", ""))
_GREEK: _Rules = (("ός", "ός ού ό έ ή ής οί ών ούς ές ά"), ("ος", "ος ου ο ε η ης οι ων ους ες α"), ("", ""))
_BULGARIAN: _Rules = (
    ("ки", "ки ка ко ките кия кият ката кото"), ("иец", "иец иеца иецът ийци ийците"),
    ("ец", "ец еца ецът ци ците"), ("ин", "ин ина инът и ите"),
    ("к", "к ка кът ци ците"), ("", ""),
)  # fmt: skip
_TURKISH_PLURAL = "ler lar leri ları lere lara lerin ların lerden lardan lerde larda lerle larla"
_TURKISH_SINGULAR = "in ın un ün i ı u ü e a den dan nin nın nun nün yi yı yu yü ye ya"
_TURKISH: _Rules = (("", f" {_TURKISH_PLURAL} {_TURKISH_SINGULAR}"),)
_HEBREW: _Rules = (("י", "י ית ים יים יות"), ("", ""))
_DUTCH: _Rules = (("e", "e"), ("n", "n"), ("", " e"))
_ROMANIAN: _Rules = (
    ("ian", "ian iană iene ieni ianul ianului ienii ienilor iana ienei ienele ienelor"),
    ("yan", "yan yană yene yeni yanul yanului yenii yenilor yana yenei yenele yenelor"),
    ("ean", "ean eană eene ene eeni eni eanul eanului eenii enii eenilor enilor eana enele enelor"),
    ("s", "s să și se sul sului sa sei șii șilor sele selor"),
    ("t", "t tă ți te tul tului ta tei ții ților tele telor"),
    ("", " ă i e ul ului a ei ii ilor ele elor"),
)  # fmt: skip
_SLOVAK: _Rules = (
    ("ý", "ý á é ého ej ému ú ou om í ých ým ými"), ("y", "y a e eho ej emu u ou om i ych ym ymi"),
    ("ec", "ec ca covi com ci cov com cami coch"), ("ka", "ka ky ke ku kou iek kám kách kami"),
    ("an", "an ana anovi anom ania anov anmi anoch"), ("ch", "ch cha chovi chom si chov chmi choch"),
    ("k", "k ka kovi kom ci kov kmi koch"), ("", " a ovi om i ia ov mi och"),
)  # fmt: skip
_SLOVENE: _Rules = (
    ("ki", "ki ka ko kega kemu kem kim ke kih kima kimi"), ("ec", "ec ca cu cem ci cev ce cih"),
    ("ka", "ka ke ki ko kam kah kami"), ("", " a u om em i ov ev e ih ji jev"),
)  # fmt: skip
# Croatian, Bosnian and Serbian.
_SERBO_CROATIAN: _Rules = (
    ("ki", "ki ka ko koga kog kome kom komu koj ku kim kih ke kima"), ("ac", "ac ca cu cem ci aca cima ce"),
    ("anin", "anin anina aninu aninom ani ana anima ane"), ("in", "in ina inu inom i a ima e"),
    ("k", "k ka ku kom ci cima ke"), ("h", "h ha hu hom si sima he"), ("", " a u om em i ima e"),
)  # fmt: skip
# The nominative of the plural is the dictionary form here, as news has it, and its genitive the adjective.
_LITHUANIAN: _Rules = (
    ("iečiai", "iečiai iečių iečiams iečius iečiais iečiuose ietis iečio iečiui ietį iečiu"),
    ("iai", "iai ių iams ius iais is io iui į iu"), ("ai", "ai ų ams us ais as o ui ą u"), ("", ""),
)  # fmt: skip
_LATVIAN: _Rules = (
    ("ietis", "ietis ieša ietim ieti ieši iešu iešiem iešus"), ("is", "is a im i u iem us"),
    ("s", "s a am i u iem us"), ("", ""),
)  # fmt: skip
_ESTONIAN: _Rules = (("lane", "lane lase last lasele lasega lased laste lasi lastele lastega lastest lastel"), ("", ""))
_CATALAN: _Rules = (
    ("ès", "ès esa esos eses"), ("à", "à ana ans anes"), ("í", "í ina ins ines"), ("c", "c ca cs ques"),
    ("a", "a es"), ("", " a s es"),
)  # fmt: skip
_RUSSIAN_NOUN: _Rules = (
    ("аец", "аец айца айцу айцем айце айцы айцев айцам айцами айцах"),
    ("еец", "еец ейца ейцу ейцем ейце ейцы ейцев ейцам ейцами ейцах"),
    ("иец", "иец ийца ийцу ийцем ийце ийцы ийцев ийцам ийцами ийцах"),
    ("ец", "ец ца цу цем цом це цы цев цов цам цами цах"),
    ("анин", "анин анина анину анином анине ане ан анам анами анах"),
    ("янин", "янин янина янину янином янине яне ян янам янами янах"),
    ("к", "к ка ку ком ке ки ков кам ками ках"), ("х", "х ха ху хом хе хи хов хам хами хах"),
    ("ш", "ш ша шу шом ше ши шей шам шами шах"),
    ("", " а у ом е ы ов ам ами ах"),
)  # fmt: skip
_UKRAINIAN_NOUN: _Rules = (
    ("аєць", "аєць айця айцю айцем айцеві айці айців айцям айцями айцях"),
    ("еєць", "еєць ейця ейцю ейцем ейцеві ейці ейців ейцям ейцями ейцях"),
    ("ієць", "ієць ійця ійцю ійцем ійцеві ійці ійців ійцям ійцями ійцях"),
    ("ець", "ець ця цю цем цеві ці ців цям цями цях"),
    ("анин", "анин анина анину анином ани ан анам анами анах"),
    ("янин", "янин янина янину янином яни ян янам янами янах"),
    ("", " а у ом ові и ів ам ами ах"),
)  # fmt: skip
_POLISH_NOUN: _Rules = (
    ("anin", "anin anina aninowi aninem aninie anie an anom anami anach"),
    ("czyk", "czyk czyka czykowi czykiem czyku czycy czyków czykom czykami czykach"),
    ("ec", "ec ca cowi cem cu cy ców com cami cach"),
    ("k", "k ka kowi kiem ku cy ków kom kami kach"), ("r", "r ra rowi rem rze rzy rów rom rami rach"),
    ("g", "g ga gowi giem gu dzy gów gom gami gach"), ("n", "n na nowi nem nie ni nów nom nami nach"),
    ("z", "z za zowi zem zie zi zów zom zami zach"), ("t", "t ta towi tem cie ci tów tom tami tach"),
    ("d", "d da dowi dem dzie dzi dów dom dami dach"), ("b", "b ba bowi bem bie bowie bów bom bami bach"),
    ("sz", "sz sza szowi szem szu sze szów szom szami szach"), ("s", "s sa sowi sem sie si sów som sami sach"),
    ("", ""),
)  # fmt: skip


def _by_rules(rules: _Rules) -> Callable[[str], Iterable[str]]:
    def spell(word: str) -> Iterable[str]:
        for ending, replacements in rules:
            if word.endswith(ending):
                stem = word[: len(word) - len(ending)]
                return [stem + replacement for replacement in replacements.split(" ")]
        return [word]

    return spell


def _german(word: str) -> Iterable[str]:
    if word.islower() or word.startswith("US-a"):
        return [word + ending for ending in ("", "e", "en", "er", "es", "em")]
    return _by_rules(_GERMAN_NOUN)(word)


def _cases(paradigms: Iterable[Paradigm]) -> Iterable[str]:
    return [form for paradigm in paradigms for form in paradigm]


def _russian(word: str) -> Iterable[str]:
    if ends(word, ("ий", "ый")):
        stem = word[:-2]
        genders = (word, stem + "ая", stem + "ое", stem + ("ие" if ends(word, ("ий",)) else "ые"))
        return [form for gender in genders for form in _cases(russian.adjective(gender))]
    return _by_rules(_RUSSIAN_NOUN)(word)


def _ukrainian(word: str) -> Iterable[str]:
    if ends(word, ("ий",)):
        stem = word[:-2]
        return [form for ending in ("ий", "а", "е", "і") for form in _cases(ukrainian.adjective(stem + ending))]
    return _by_rules(_UKRAINIAN_NOUN)(word)


def _polish(word: str) -> Iterable[str]:
    if ends(word, ("ski", "cki", "dzki")):
        genders = (word, word[:-1] + "a", word + "e")
        # Of men in the plural: polscy, niemieccy.
        return [word[:-2] + "cy", *(form for gender in genders for form in _cases(polish.adjective(gender)))]
    if ends(word, ("ni",)):
        return _cases([*polish.adjective(word), *polish.adjective(word + "a"), *polish.adjective(word + "e")])
    return _by_rules(_POLISH_NOUN)(word)


def _arabic(phrase: str) -> Iterable[str]:
    # Of جنوب أفريقي the second word is the adjective, and the first takes the article: الجنوب أفريقية.
    first, *rest = phrase.split(" ")
    if first in {"جنوب", "شرق"}:
        return [f"{article}{first} {form}" for article in ("", "ال") for form in _arabic_genders(rest, "")]
    return [form for article in ("", "ال") for form in _arabic_genders([first, *rest], article)]


def _arabic_genders(words: list[str], article: str) -> list[str]:
    endings = ("", "ة", "ين", "ون", "ا") if all(word.endswith("ي") for word in words) else ("",)
    return [" ".join(article + word + ending for word in words) for ending in endings]


_SPELLERS: dict[str, Callable[[str], Iterable[str]]] = {
    "ar": _arabic,
    "bg": _by_rules(_BULGARIAN),
    **dict.fromkeys(("bs", "hr", "sr"), _by_rules(_SERBO_CROATIAN)),
    "ca": _by_rules(_CATALAN),
    "da": _by_rules(_DANISH),
    "de": _german,
    "el": _by_rules(_GREEK),
    "en": _by_rules(_ENGLISH),
    "es": _by_rules(_SPANISH),
    "et": _by_rules(_ESTONIAN),
    "fi": _by_rules(_FINNISH),
    "fr": _by_rules(_FRENCH),
    "gl": _by_rules(_GALICIAN),
    "he": _by_rules(_HEBREW),
    "is": _by_rules(_ICELANDIC),
    "it": _by_rules(_ITALIAN),
    "lt": _by_rules(_LITHUANIAN),
    "lv": _by_rules(_LATVIAN),
    "nb": _by_rules(_DANISH),
    "nl": _by_rules(_DUTCH),
    "pl": _polish,
    "pt": _by_rules(_PORTUGUESE),
    "ro": _by_rules(_ROMANIAN),
    "ru": _russian,
    "sk": _by_rules(_SLOVAK),
    "sl": _by_rules(_SLOVENE),
    "sv": _by_rules(_SWEDISH),
    "tr": _by_rules(_TURKISH),
    "uk": _ukrainian,
}


def adjective_forms(word: str, language: str) -> tuple[str, ...]:
    """Spell out the other forms of an adjective or of a word for a people.

    Args:
        word: The dictionary form: masculine singular; in German an adjective is lower case and a noun is not.
        language: Primary subtag.

    Returns:
        The forms that differ from ``word``, in the order of the rules; empty where the language has no rules.
    """
    speller = _SPELLERS.get(language)
    if speller is None:
        return ()
    return tuple(form for form in dict.fromkeys(speller(word)) if form != word)
