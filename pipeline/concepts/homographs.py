"""Words and phrases that look like a name with something added, or hold a name, and mean something else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

# A phrase hides the name inside it and links to nothing. One that the knowledge base has as a concept's name of its own
# does no harm: where both are the same characters, the concept wins.
_OTHER_MEANINGS: Mapping[str, tuple[str, ...]] = {
    "mul": (
        "New England", "New Mexico", "Nuevo México", "New Jersey", "Georgia Tech", "Guinea pig", "Jordan River",
        "China Town", "Chinatown", "Little Italy", "Niger Delta", "West Virginia", "Baton Rouge",
        "Lake Victoria", "Paris Hilton", "Paris Saint-Germain", "Real Madrid", "Atlético Madrid", "Inter Milan",
        "AC Milan", "AS Roma", "Boston Tea Party", "Bank of England",
    ),
    "en": (
        "Indian Ocean", "West Indies", "Native American", "Native Americans", "American Indian",
        "American Indians", "Latin American", "Latin Americans", "New France", "New Spain", "British Columbia",
        "guinea fowl", "Panama hat", "India ink", "Turkey Day", "Turkey Trot", "Brazil nut", "Brazil nuts",
        "Jersey City",
    ),
    "zh": (
        "印度洋", "印度太平洋", "印度教", "印度支那", "南中国海", "南中國海", "北京烤鸭", "墨西哥湾",
        "墨西哥灣", "日本海", "阿曼达", "马里兰", "馬里蘭", "马里奥", "马里乌波尔", "馬里烏波爾", "约旦河",
        "約旦河", "新英格兰", "新墨西哥", "波兰尼", "乍得湖", "古巴比伦", "刚果红", "隆重庆祝", "隆重慶祝",
        "大连锁", "大連鎖", "大连续", "大連續", "大连胜", "大連勝", "变成都", "變成都", "舞台中", "平台中", "电台中",
        "電台中", "参加州", "參加州", "赢得州", "贏得州", "取得州", "获得州", "參加奧", "参加奥", "公里海", "这里海",
        "那里海",
    ),
    "ja": (
        "日本海", "インド洋", "インド太平洋", "インド・太平洋", "メキシコ湾", "ヨルダン川", "中国地方",
        "中国山地", "中国電力", "新日本", "ニューメキシコ", "ニューイングランド",
    ),
    "ko": (
        "인도양", "인도·태평양", "인도 태평양", "인도태평양", "인도적", "인도주의", "인도주의적", "멕시코만",
        "요르단강", "뉴멕시코",
    ),
    "de": (
        "Indischer Ozean", "Indischen Ozean", "Indische Ozean", "Indischen Ozeans", "Deutsche Bucht", "FC Bayern",
        "Bayern München",
    ),
    "fr": ("océan Indien", "filer à l'anglaise"),
    "es": ("océano Índico", "Columbia Británica", "Nueva Francia"),
    "it": ("Oceano Indiano",),
    "pt": ("Oceano Índico",),
    "pl": ("Ocean Indyjski", "Oceanu Indyjskiego", "Oceanie Indyjskim"),
    "ru": (
        "Индийский океан", "Индийского океана", "Индийском океане", "Индийскому океану", "Британская Колумбия",
        "Британской Колумбии",
    ),
    "uk": ("Індійський океан", "Індійського океану", "Індійському океані"),
    "ar": ("المحيط الهندي", "جزر الهند الغربية"),
    "th": ("มหาสมุทรอินเดีย",),
    "he": ("כיוון", "מכיוון", "הכיוון", "לכיוון", "בכיוון", "וכיוון", "שכיוון"),
}  # fmt: skip

# Names that are words of the language too, folded, beside those that the knowledge base flags: they need support.
_ALSO_WORDS: Mapping[str, frozenset[str]] = {
    "fa": frozenset({"چاد", "پرو", "توگو"}),
    "ko": frozenset({"가나"}),
}


def phrases_by_language() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each phrase that hides a name inside it, with the languages that it is one in; ``mul`` stands for all."""
    languages: dict[str, list[str]] = {}
    for language, phrases in _OTHER_MEANINGS.items():
        for phrase in phrases:
            languages.setdefault(phrase, []).append(language)
    for phrase, tags in languages.items():
        yield phrase, tuple(tags)


def is_also_a_word(folded: str, language: str) -> bool:
    """Whether a folded name is a word of the language too, so that it links only where the text supports it."""
    return folded in _ALSO_WORDS.get(language.partition("-")[0], ())
