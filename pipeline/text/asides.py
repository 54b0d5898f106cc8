"""Find the lines of a text that are not the article's own: what points the reader to other articles.

They are marked and not cut, so that offsets hold. The phrases are a reviewed list of what the press of each language
writes before such links, read without case.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

RELATED_PHRASES = {
    "ar": ("اقرأ أيضا", "اقرأ أيضاً", "إقرأ أيضا", "اقرأ المزيد", "مواضيع ذات صلة", "شاهد أيضا"),
    "bg": ("Прочетете още", "Вижте още", "Още по темата", "Четете още"),
    "bn": ("আরও পড়ুন", "আরো পড়ুন", "আরও দেখুন"),
    "ca": ("Llegeix també", "Llegiu també", "Més informació", "Notícies relacionades"),
    "cs": ("Čtěte také", "Přečtěte si také", "Čtěte též", "Čtěte více", "Více k tématu", "Související články"),
    "da": ("Læs også", "Læs mere", "Se også"),
    "de": (
        "Mehr zum Thema", "Lesen Sie auch", "Lesen Sie hier", "Lesen Sie mehr", "Lies auch", "Auch interessant",
        "Das könnte Sie auch interessieren", "Zum Artikel", "Mehr dazu", "Siehe auch",
        "Weiterführende Links",
    ),
    "el": ("Διαβάστε επίσης", "Διαβάστε ακόμα", "Διαβάστε περισσότερα", "Δείτε επίσης", "Σχετικά άρθρα"),
    "en": (
        "Read more", "Read also", "Also read", "Read next", "See also",
        "Related", "Related stories", "Related articles",
        "Related news", "More on this", "More on this story", "More stories", "More from", "More", "Recommended",
        "Recommended videos", "You may also like", "Don't miss",
        "For more stories like this",
    ),
    "es": (
        "Lea también", "Lee también", "Leer también", "Leer más", "Te puede interesar", "Le puede interesar",
        "Noticia relacionada", "Noticias relacionadas", "Más información", "Ver también", "También te puede interesar",
    ),
    "et": ("Loe ka", "Loe lisaks", "Loe veel"),
    "fa": ("بیشتر بخوانید", "همچنین بخوانید", "مطالب مرتبط", "بخوانید"),
    "fi": ("Lue myös", "Lue lisää", "Katso myös"),
    "fr": (
        "Lire aussi", "À lire aussi", "A lire aussi", "Lire également",
        "À lire également", "Voir aussi", "À voir aussi",
        "Sur le même sujet", "À lire", "Articles liés",
    ),
    "he": ("קראו גם", "קראו עוד", "ראו גם", "עוד בנושא", "כתבות נוספות"),
    "hi": ("यह भी पढ़ें", "ये भी पढ़ें", "इसे भी पढ़ें", "और पढ़ें"),
    "hr": ("Pročitajte i", "Pročitajte još", "Čitajte i", "Čitajte još", "Povezane vijesti"),
    "hu": ("Olvassa el ezt is", "Olvasd el ezt is", "Kapcsolódó cikkek", "Kapcsolódó cikk", "Lásd még"),
    "id": ("Baca juga", "Baca selengkapnya", "Lihat juga", "Simak juga"),
    "it": ("Leggi anche", "Leggi tutto", "Leggi di più", "Vedi anche", "Per approfondire", "Articoli correlati"),
    "ja": ("関連記事", "あわせて読みたい", "合わせて読みたい", "こちらもおすすめ", "関連リンク"),
    "ko": ("관련기사", "관련 기사", "함께 보면 좋은 기사", "더 보기"),
    "nl": ("Lees ook", "Lees meer", "Lees verder", "Bekijk ook", "Zie ook", "Meer over dit onderwerp"),
    "no": ("Les også", "Les mer", "Se også"),
    "pl": (
        "Czytaj też", "Czytaj także", "Czytaj również", "Czytaj więcej",
        "Przeczytaj też", "Zobacz też", "Zobacz także",
    ),
    "pt": ("Leia também", "Leia mais", "Veja também", "Saiba mais", "Notícias relacionadas"),
    "ro": ("Citește și", "Citiți și", "Citeşte şi", "Citește mai mult", "Vezi și", "Articole similare"),
    "ru": (
        "Читайте также", "Читайте ещё", "Читайте еще", "Смотрите также",
        "Подробнее", "Материалы по теме",
    ),
    "sr": ("Прочитајте и", "Pročitajte i", "Читајте још"),
    "sv": ("Läs också", "Läs även", "Läs mer", "Se också"),
    "th": ("อ่านเพิ่มเติม", "ข่าวที่เกี่ยวข้อง", "อ่านข่าวเพิ่มเติม"),
    "tr": ("Ayrıca okuyun", "Bunu da okuyun", "İlgili haberler", "İlgili haber", "Devamını oku"),
    "uk": ("Читайте також", "Дивіться також", "Читайте ще"),
    "ur": ("یہ بھی پڑھیں", "مزید پڑھیں"),
    "vi": ("Xem thêm", "Đọc thêm", "Đọc tiếp", "Tin liên quan"),
    "zh": ("相关阅读", "相关新闻", "延伸阅读", "延伸閱讀", "相關新聞", "推荐阅读", "更多新闻", "更多新聞"),
}  # fmt: skip

_BEFORE = r"[\s\-*•>»▶►→|\[(【#]*"
_ALL = sorted({phrase for phrases in RELATED_PHRASES.values() for phrase in phrases}, key=len, reverse=True)
_PHRASES = "|".join(map(re.escape, _ALL))
_PHRASES_OF_WORDS = "|".join(re.escape(phrase) for phrase in _ALL if " " in phrase)
# Alone, before what separates it from a headline, or before a headline's capital: "read more about it" is a sentence.
_INTRODUCED = re.compile(
    rf"{_BEFORE}(?:{_PHRASES})(?:[\s\])】]*(?:[:：|»>→]|\s[-–—]\s|$))"
    rf"|{_BEFORE}(?:{_PHRASES_OF_WORDS})\b[^.!?]{{0,80}}[:：]\s*$"
    rf"|{_BEFORE}(?:{_PHRASES_OF_WORDS})\s+(?-i:[^\W\d_a-zà-öø-ÿа-яё])[^\n]*(?<![.!?\s])\s*$",
    re.IGNORECASE,
)
_ALONE = re.compile(rf"{_BEFORE}(?:{_PHRASES_OF_WORDS})[\s\])】:：]*$", re.IGNORECASE)
_ARROW = re.compile(r"\s*(?:>>|▶|►|→)")
_LISTED = re.compile(r"\s*(?:[-*•>»▶►→]|\d{1,2}[.)])\s")
_ENDS_SENTENCE = re.compile(r"(?<!\.)[.。][\"”»’')\]]*\s*$")
# A shorter line that is a link is a name or a topic, such as a club in a table.
_LEAST_HEADLINE = 25
_LINKED = 0.8
_LINKED_IN_LIST = 0.5


def find_asides(text: str, linked: Sequence[float] | None = None) -> tuple[tuple[int, int], ...]:
    """Find what points to other articles.

    Args:
        text: The body of an article, a paragraph a line.
        linked: For each line, which share of it is a link, 0 to 1; None where links are not known.

    Returns:
        Half-open spans of code points, one a line, in order.
    """
    lines = text.split("\n")
    spans: list[tuple[int, int]] = []
    start = 0
    in_list = alone = False
    for line, share in zip(lines, linked or [0.0] * len(lines), strict=True):
        introduced = _INTRODUCED.match(line) is not None or _ARROW.match(line) is not None
        listed = _LISTED.match(line) is not None
        headline = len(line) >= _LEAST_HEADLINE and _ENDS_SENTENCE.search(line) is None
        points = headline and (share >= _LINKED or alone or (listed and share >= _LINKED_IN_LIST))
        if introduced or points or (in_list and listed):
            spans.append((start, start + len(line)))
            in_list = introduced or in_list
            alone = _ALONE.match(line) is not None
        elif line.strip():
            in_list = alone = False
        start += len(line) + 1
    return tuple(spans)
