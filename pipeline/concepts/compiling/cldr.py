"""Read what Unicode's CLDR, as babel carries it, knows of places: names, and adjectives in names of currencies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

import babel
from babel import localedata

from pipeline.concepts.compiling.inflection import adjective_forms
from pipeline.concepts.concept import Source
from pipeline.text.folding import fold
from pipeline.text.tokens import is_unsegmented, tokenize

CLDR = Source(
    id="cldr",
    title=f"Unicode Common Locale Data Repository, as carried by babel {babel.__version__}",
    licence="Unicode-3.0",
    url="https://cldr.unicode.org/",
)

# Codes that ISO 3166-1 does not assign to a country, and CLDR's pseudo-locales' and unions' codes.
_NO_COUNTRY = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
# China's special administrative regions have official names there that no news text uses; the city's name does.
_NAMED_AS_CITY = {"HK": "Asia/Hong_Kong", "MO": "Asia/Macau"}
# Deseret and romanised Hindi are no languages of news wires; the others are their base language under another tag.
_LEFT_OUT = {"en_Dsrt", "hi_Latn", "no", "zh", "az_Arab", "yue_Hans"}
_ENOUGH_TERRITORIES = 250
# Regional variants whose names differ from the base language's; a name that does not differ is not repeated.
_VARIANTS = ("pt_PT", "es_MX", "fr_CA", "de_AT", "de_CH", "ar_EG")
# Languages of Latin script in which a city that CLDR does not list is written as in English, by CLDR's own rule.
_FALLBACK_LANGUAGES = ("de", "en", "es", "fr", "it", "nl", "pl", "pt")
# In these, a currency stands with the country's name in the genitive: another form of the name, no adjective.
GENITIVE_LANGUAGES = frozenset({"el", "et", "fi", "lt", "lv"})
_SHORTEST_STEM = 5
_SHORTENED_ISLANDS = (("о-ва ", "острова "), (" о-ва", " острова"), ("о-в ", "остров "))


@cache
def _locales() -> dict[str, str]:
    """Language tag to babel's locale id, for every language with enough names of territories."""
    found: dict[str, str] = {}
    for locale in sorted(localedata.locale_identifiers()):
        language, _, script = locale.partition("_")
        if locale in _LEFT_OUT or (script and len(script) != 4):
            continue
        names = _names(locale, "territories")
        if sum(len(code) == 2 for code in names) < _ENOUGH_TERRITORIES:
            continue
        if script and language != "zh" and names == _names(language, "territories"):
            continue
        found[locale.replace("_", "-")] = locale
    return found


def languages() -> list[str]:
    """The language tags that CLDR has names of countries in."""
    return sorted(_locales())


def country_codes() -> list[str]:
    """ISO 3166-1 alpha-2 codes (and XK) in lower case."""
    codes = _names("en", "territories")
    return sorted(code.lower() for code in codes if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY)


def territory_names(code: str) -> Iterator[tuple[str, str]]:
    """Yield (language, name) of a country by ISO code or of a world region by UN M49 code, fit for running text."""
    if code in _NAMED_AS_CITY:
        yield from city_names(_NAMED_AS_CITY[code])
        return
    for language, locale in _locales().items():
        name = _names(locale, "territories").get(code)
        if name is not None and (text := _as_written(name, language)):
            yield language, text
    for variant in _VARIANTS:
        base = _names(variant.partition("_")[0], "territories").get(code)
        name = _names(variant, "territories").get(code)
        if name is not None and name != base and (text := _as_written(name, variant)):
            yield variant.replace("_", "-"), text


def city_names(time_zone: str) -> Iterator[tuple[str, str]]:
    """Yield (language, name) of the city that a time zone is called after."""
    english = _city("en", time_zone) or time_zone.rpartition("/")[2].replace("_", " ")
    for language, locale in _locales().items():
        name = _city(locale, time_zone) or (english if language in _FALLBACK_LANGUAGES else None)
        if name is not None and (text := _as_written(name, language)):
            yield language, text


def currency_adjectives(code: str) -> Iterator[tuple[str, str, tuple[str, ...], tuple[str | None, ...]]]:
    """Yield (language, adjective, forms, stems) of a country where its currency is called by one.

    The word counts that begins as the country's name does: ``Nordkoreanischer Won``, ``Nordkorea``.
    """
    for language, locale in _locales().items():
        country = _names(locale, "territories").get(code)
        if country is None:
            continue
        for currency, name in _currencies(locale).get(code, ()):
            if word := _kin_word(name, country):
                plurals = localedata.load(locale)["currency_names_plural"].get(currency, {})
                yield language, *_spelled(word, name, [str(plural) for plural in plurals.values()], language)
                break


@cache
def _names(locale: str, field: str) -> Mapping[str, str]:
    return {str(key): str(value) for key, value in localedata.load(locale).get(field, {}).items()}


@cache
def _currencies(locale: str) -> Mapping[str, list[tuple[str, str]]]:
    """By country, the first two letters of a currency's code: the codes and names, sorted."""
    found: dict[str, list[tuple[str, str]]] = {}
    for currency, name in sorted(_names(locale, "currency_names").items()):
        found.setdefault(currency[:2], []).append((currency, name))
    return found


def _city(locale: str, time_zone: str) -> str | None:
    city = localedata.load(locale).get("time_zones", {}).get(time_zone, {}).get("city")
    return None if city is None else str(city)


def _as_written(name: str, language: str) -> str:
    """Turn a name made for lists into one of running text; empty when it has no such form."""
    if re.search(r"[()（）\[\]<>]| [-–] |\d", name):
        return ""
    if language == "en":
        name = name.replace(" & ", " and ")
    for short, whole in _SHORTENED_ISLANDS:
        name = name.replace(short, whole)
    return " ".join(name.replace("ʼ", "'").split())


def _kin_word(currency: str, country: str) -> str:
    """The word of a currency's name that is made from the country's name, or nothing."""
    words = currency.split(" ")
    if len(words) < 2 or re.search(r"[\d()（）–]", currency) or is_unsegmented(currency):
        return ""
    folded = fold(country)
    root = folded.split(" ")[-1][:4]
    for word in words:
        other = fold(word)
        if other.startswith(folded + "-"):
            continue
        shared = len(_common_prefix([folded, other]))
        if " " not in folded:
            if shared >= max(4, (6 * len(folded) + 9) // 10) and other != folded and len(other) > shared:
                return word
        elif len(root) == 4 and other.find(root) >= 3 and len(other) >= 9:
            return word
    return ""


def _spelled(
    word: str, name: str, plurals: list[str], language: str
) -> tuple[str, tuple[str, ...], tuple[str | None, ...]]:
    lemma = _dictionary_form(word, language)
    if forms := adjective_forms(lemma, language):
        return lemma, forms, ()
    position = name.split(" ").index(word)
    inflected = [parts[position] for plural in plurals if len(parts := plural.split(" ")) == len(name.split(" "))]
    inflected = [other for other in inflected if fold(other)[:4] == fold(word)[:4]]
    # CLDR begins some lists with a capital that running text does not have.
    if any(other.islower() for other in inflected):
        word = word.lower()
    stem = _common_prefix([word.lower(), *(other.lower() for other in inflected)])
    tokens = tokenize(stem).words
    known = (
        len(tokens) == len(tokenize(word).words)
        and len(tokens[-1]) >= _SHORTEST_STEM
        and len(stem) * 3 >= len(word) * 2
    )
    return word, (), (*(None for _ in tokens[1:]), tokens[-1]) if known else ()


def _dictionary_form(word: str, language: str) -> str:
    """The masculine singular of an adjective as it stands beside a currency."""
    endings = {
        "de": (("er", ""), ("es", ""), ("e", "")),
        "ar": (("ية", "ي"),),
        "es": (("esa", "és"), ("a", "o")),
        "fr": (("ienne", "ien"), ("enne", "en"), ("aise", "ais"), ("oise", "ois"), ("aine", "ain")),
        "it": (("a", "o"),),
        "pl": (("ska", "ski"), ("cka", "cki"), ("skie", "ski"), ("ckie", "cki")),
        "pt": (("esa", "ês"), ("a", "o")),
        "ru": (("ская", "ский"), ("цкая", "цкий")),
        "uk": (("ська", "ський"), ("цька", "цький")),
    }
    for ending, replacement in endings.get(language, ()):
        if word.endswith(ending):
            word = word.removesuffix(ending) + replacement
            break
    return word.lower() if language == "de" else word


def _common_prefix(words: list[str]) -> str:
    shortest, longest = min(words), max(words)
    for index, letter in enumerate(shortest):
        if index >= len(longest) or longest[index] != letter:
            return shortest[:index]
    return shortest
