"""Small words joined to a name: Arabic and Hebrew proclitics, Korean particles, Germanic directions."""

from __future__ import annotations

import re
from itertools import product

from pipeline.text.scripts import script_of

# A shorter remainder could be any word: Hebrew "לו" (to him) is not Laos.
_SHORTEST_REST = 3

# And, so; then in, for, like; then the article, which merges with "for": لل is ل and ال.
_ARABIC = re.compile(r"(?P<before>[وف]?)(?P<preposition>[بلك]?)(?P<article>ال|(?<=ل)ل)?")
_ARABIC_ARTICLE = "ال"
_LONGEST_ARABIC = 4

_WITHOUT_PROCLITICS = frozenset({"fa", "ur", "ps", "ckb", "ku", "sd", "ug", "pnb", "azb"})

# And, that, when; in, to, from, like; the. At most three stand together.
_HEBREW = (
    "ו",
    "ש",
    "כש",
    "וש",
    "שה",
    "וה",
    "ה",
    "ב",
    "ל",
    "מ",
    "כ",
    "וב",
    "ול",
    "ומ",
    "וכ",
    "שב",
    "של",
    "שמ",
    "מה",
    "ומה",
    "כשה",
)

_PARTICLES = (
    "은 는 이 가 을 를 의 에 에서 에게 에는 에도 에서는 에서도 에선 엔 와 과 와의 과의 와는 과는 도 만 "
    "만이 만을 로 으로 로의 으로의 로부터 으로부터 "
    "로서 으로서 로써 까지 부터 보다 처럼 나 이나 라고 이라고 라는 이라는 라며 이라며 이다 다 였다 이었다 "
    "이며 이고 측 측은 측이 등 등이 등을 등의 "
    "에게는 에게서 께서 한테 인 이란 란 이라 라 마저 조차 뿐 밖에 이든 든"
)  # fmt: skip
_COMPOUNDS = (
    "군 인 인들 산 어 계 발 행 형 판 령 내 대 전 당국 정부 대사 대사관 대통령 총리 외교부 외무부 국방부 "
    "의회 국민 사회 시장 기업 경제 국적 "
    "출신 주재 제 식 언론 매체 여행 관광 영토 국경 전역 본토 남부 북부 동부 서부 씨 장관 국무장관 위원장 "
    "주석 사무총장 주 시 현 섬 강 조약 협정 회담 정상 점령 "
)
_KOREAN_TAILS = frozenset(
    compound + particle for compound, particle in product(["", *_COMPOUNDS.split()], ["", *_PARTICLES.split()])
) - {""}
_LONGEST_KOREAN_TAIL = max(map(len, _KOREAN_TAILS))


def without_proclitics(word: str, language: str = "") -> tuple[str, ...]:
    """The words that remain when proclitics are removed.

    Args:
        word: One folded Arabic or Hebrew word.
        language: BCP 47 tag of the text; Persian, Urdu and the like write Arabic letters and have no proclitics.

    Returns:
        Each at least three letters, with the Arabic article restored where it merged with a preposition (``للصين``
        gives ``الصين`` and ``صين``). Empty for other scripts.
    """
    script = script_of(word[0])
    if script == "hebrew":
        return tuple(
            word[len(clitic) :]
            for clitic in _HEBREW
            if word.startswith(clitic) and len(word) - len(clitic) >= _SHORTEST_REST
        )
    if script != "arabic" or language.partition("-")[0] in _WITHOUT_PROCLITICS:
        return ()
    found: list[str] = []
    for length in range(1, min(_LONGEST_ARABIC, len(word) - _SHORTEST_REST) + 1):
        match = _ARABIC.fullmatch(word[:length])
        if match is not None:
            rest = word[length:]
            found.extend((rest, _ARABIC_ARTICLE + rest) if match["article"] else (rest,))
    return tuple(found)


def without_particles(word: str) -> tuple[str, ...]:
    """The words that remain when Korean particles, and nouns joined to a name, are removed.

    Returns:
        Each at least two letters, be they Hangul or the Latin ones of ``UN의``; empty for words of other scripts.
    """
    if script_of(word[-1]) != "hangul":
        return ()
    return tuple(
        word[:-length]
        for length in range(1, min(_LONGEST_KOREAN_TAIL, len(word) - 2) + 1)
        if word[-length:] in _KOREAN_TAILS
    )


# Folded, the longest first. "Südkorea" is a name of its own; "Ostukraine" is Ukraine.
_DIRECTIONS = {
    "de": re.compile(r"(?:(?:nord|sud)(?:ost|west)?|ost|west|zentral|mittel|kontinental)"),
    "sv": re.compile(r"(?:(?:nord|syd)(?:ost|ostra|vast|vastra)?|norra|sodra|ost|vast|central|mellan)"),
    "da": re.compile(r"(?:(?:nord|syd)(?:ost|vest)?|ost|vest|central|mellem)"),
    "nb": re.compile(r"(?:(?:nord|sor)(?:ost|vest)?|ost|vest|sentral|mellom)"),
}
_SHORTEST_PLACE = 4


def without_direction(word: str, language: str) -> str:
    """The rest of a folded compound that begins with a direction: ``sudlibanon`` gives ``libanon``; else nothing."""
    directions = _DIRECTIONS.get(language.partition("-")[0])
    match = directions.match(word) if directions else None
    return word[match.end() :] if match and len(word) - match.end() >= _SHORTEST_PLACE else ""
