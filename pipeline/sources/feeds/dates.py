"""Read the dates of feeds, which follow RFC 822, RFC 3339 or neither, in any language that CLDR knows."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache

from babel import Locale

_LONGEST = 100

_ISO = re.compile(
    r"(?P<year>\d{4})-?(?:(?P<month>\d\d)-?(?P<day>\d\d)?|W(?P<week>\d\d)-?(?P<weekday>\d)?)?"
    r"(?:(?:\s*[T,_]\s*|\s+)(?P<hour>\d{1,2}):?(?P<minute>\d\d)(?::?(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?"
    r"(?:\s*(?P<half>[AaPp]\.?[Mm]\.?))?)?\s*(?P<zone>.*)"
)
_CLOCK = re.compile(r"\b(\d{1,2})[:.hH](\d{2})(?::(\d{2}))?(?:[.,]\d+)?(?:\s*([AaPp])\.?[Mm]\b\.?)?")
_OFFSET = re.compile(r"(?:GMT|UTC|UT|Z)?\s*([+-]|\u2212)(\d{1,2}):?(\d{2})?\b")
_NUMERIC = re.compile(r"\b(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})\b")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"(?<!\d)\d{1,4}(?!\d)")
_ZONE_NAME = re.compile(r"\b[A-Z]{1,5}\b")
_CJK_DATE = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
_CJK_CLOCK = re.compile(r"(오전|오후|上午|下午|午前|午後)?\s*(\d{1,2})\s*[时時시:]\s*(\d{1,2})?")

# Hours east of UTC. Where a name is used in several places, the one of the larger press.
_ZONES = {
    "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "BST": 1, "IRISH": 1,
    "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "MET": 1, "MEST": 2, "EET": 2, "EEST": 3, "SAST": 2, "CAT": 2, "EAT": 3,
    "WAT": 1, "MSK": 3, "MSD": 4, "TRT": 3, "IRST": 3.5, "GST": 4, "PKT": 5, "IST": 5.5, "NPT": 5.75, "WIB": 7,
    "ICT": 7, "HKT": 8, "SGT": 8, "AWST": 8, "PHT": 8, "JST": 9, "KST": 9, "ACST": 9.5, "AEST": 10, "AEDT": 11,
    "NZST": 12, "NZDT": 13, "NST": -3.5, "ADT": -3, "AST": -4, "EDT": -4, "EST": -5, "CDT": -5, "CST": -6, "MDT": -6,
    "MST": -7, "PDT": -7, "PST": -8, "AKDT": -8, "AKST": -9, "HST": -10, "BRT": -3, "ART": -3, "ET": -5, "CT": -6,
    "MT": -7, "PT": -8,
}  # fmt: skip
_ENGLISH = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "january"), ("feb", "february"), ("mar", "march"), ("apr", "april"), ("may",), ("jun", "june"),
            ("jul", "july"), ("aug", "august"), ("sep", "sept", "september"), ("oct", "october"), ("nov", "november"),
            ("dec", "december"),
        ),
        1,
    )
    for name in names
}  # fmt: skip
# Languages whose feeds write dates in words of their own.
_LOCALES = (
    "de", "fr", "es", "it", "pt", "nl", "sv", "nb", "da", "fi", "is", "pl", "cs", "sk", "hu", "ro", "bg", "ru", "uk",
    "be", "sr", "sr_Latn", "hr", "sl", "lt", "lv", "et", "el", "tr", "az", "id", "ms", "vi", "ar", "fa", "he", "hi",
    "bn", "ur", "th", "ca", "gl", "eu", "sq", "mk", "ka", "hy", "kk", "sw", "ta", "te", "mr", "gu",
)  # fmt: skip
_OLDEST = datetime(1980, 1, 1, tzinfo=UTC)


def read_date(text: str | None) -> datetime | None:
    """A date in UTC; None for what is no date. A time without a zone is UTC, a day without a time its beginning."""
    if text is None or not text.strip() or len(text) > _LONGEST:
        return None
    text = " ".join(text.split())
    try:
        found = _iso(text) or _in_words(text) or _numeric(text) or _cjk(text)
    except (ValueError, OverflowError):
        return None
    return found.astimezone(UTC) if found is not None and found >= _OLDEST else None


def _iso(text: str) -> datetime | None:
    match = _ISO.match(text)
    if match is None or (match["month"] is None and match["week"] is None and len(text) > len("2026")):
        return None
    year = int(match["year"])
    if match["week"]:
        day = datetime.fromisocalendar(year, int(match["week"]), int(match["weekday"] or 1)).replace(tzinfo=UTC)
    else:
        day = datetime(year, int(match["month"] or 1), int(match["day"] or 1), tzinfo=UTC)
    if match["hour"] is None:
        return day
    hour = _hour(int(match["hour"]), match["half"])
    return _at(day, hour, int(match["minute"]), int(match["second"] or 0)) - _offset(match["zone"])


def _in_words(text: str) -> datetime | None:
    """Day, month in words and year in any order, as in RFC 822, asctime and newspapers."""
    clock = _CLOCK.search(text)
    rest = text if clock is None else text[: clock.start()] + " " + text[clock.end() :]
    offset = _OFFSET.search(rest) if clock is not None else None
    if offset is not None:
        rest = rest[: offset.start()] + " " + rest[offset.end() :]
    month = _month(rest)
    if month is None:
        return None
    numbers = _NUMBER.findall(rest)
    years = [number for number in numbers if len(number) == 4]
    days = [number for number in numbers if len(number) <= 2]
    if years and days:
        year, day = int(years[0]), int(days[0])
    elif len(days) >= 2:
        day, year = int(days[0]), int(days[1])
        year += 2000 if year < 70 else 1900
    else:
        return None
    date = datetime(year, month, day, tzinfo=UTC)
    if clock is None:
        return date
    hour = _hour(int(clock[1]), clock[4])
    zone = text[clock.end() :]
    return _at(date, hour, int(clock[2]), int(clock[3] or 0)) - _offset(zone)


def _month(text: str) -> int | None:
    words = [word.casefold() for word in _WORD.findall(text)]
    for word in words:
        if word in _ENGLISH:
            return _ENGLISH[word]
    names = _month_names()
    for word in words:
        if word in names:
            return names[word]
    return None


@cache
def _month_names() -> dict[str, int]:
    """Months in many languages, wide and abbreviated; a word of two months in two languages is left out."""
    names: dict[str, int | None] = {}
    for tag in _LOCALES:
        months = Locale.parse(tag).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in months[context][width].items():
                    for word in _WORD.findall(name.casefold())[:1]:
                        if not word.isdigit() and len(word) > 1:
                            names[word] = number if names.get(word, number) == number else None
    return {name: number for name, number in names.items() if number is not None}


def _numeric(text: str) -> datetime | None:
    match = _NUMERIC.search(text)
    if match is None:
        return None
    first, separator, second, third = int(match[1]), match[2], int(match[3]), int(match[4])
    if len(match[1]) == 4:
        year, month, day = first, second, third
    else:
        year = third + 2000 if len(match[4]) == 2 else third
        # Only American feeds write the month first, and they write it with slashes.
        is_month_first = separator == "/" and first <= 12
        month, day = (first, second) if is_month_first else (second, first)
        if month > 12:
            month, day = day, month
    rest = text[: match.start()] + " " + text[match.end() :]
    clock = _CLOCK.search(rest)
    date = datetime(year, month, day, tzinfo=UTC)
    if clock is None:
        return date
    return _at(date, _hour(int(clock[1]), clock[4]), int(clock[2]), int(clock[3] or 0)) - _offset(rest[clock.end() :])


def _cjk(text: str) -> datetime | None:
    match = _CJK_DATE.search(text)
    if match is None:
        return None
    date = datetime(int(match[1]), int(match[2]), int(match[3]), tzinfo=UTC)
    rest = text[match.end() :]
    clock = _CLOCK.search(rest)
    if clock is None:
        return date
    half = _CJK_CLOCK.search(rest)
    is_afternoon = half is not None and half[1] in {"오후", "下午", "午後"}
    hour = int(clock[1])
    return _at(date, hour + 12 if is_afternoon and hour < 12 else hour, int(clock[2]), int(clock[3] or 0)) - _offset(
        rest[clock.end() :]
    )


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    return hour % 12 + (12 if half[0] in "Pp" else 0)


def _at(day: datetime, hour: int, minute: int, second: int) -> datetime:
    """A time of a day in UTC. The hour 24 and the leap second 60 are the next day's and minute's first."""
    if not (0 <= hour <= 24 and 0 <= minute < 60 and 0 <= second <= 61):
        raise ValueError("no time of day")
    return day + timedelta(hours=hour, minutes=minute, seconds=second)


def _offset(zone: str) -> timedelta:
    """How far east of UTC; nothing where no zone is named or known."""
    match = _OFFSET.search(zone)
    if match is not None:
        east = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        return east if match[1] == "+" else -east
    for name in _ZONE_NAME.findall(zone.upper()):
        if name in _ZONES:
            return timedelta(hours=_ZONES[name])
    return timedelta(0)
