"""Tell articles from what a publisher serves in their place: consent, error, a list, no more than a beginning."""

from __future__ import annotations

import re

from pipeline.sources.pages.page import PageKind
from pipeline.sources.pages.structured_data import StructuredData

# Fewer characters say no news; scripts without spaces say it in a third of them.
_LEAST_TEXT = 200
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_DENSE_WEIGHT = 3
_SHORT = 1_500
_TEASER = 1_000
_MOST_LINKED = 0.5

_ERROR = re.compile(
    r"(?:^|\D)(?:40[0-4]|410|429|50[0-4])(?:$|\D)|not found|no longer (?:available|exists)|access denied|"
    r"forbidden|just a moment|are you (?:a robot|human)|attention required|service unavailable|bad gateway|"
    r"server error|nicht gefunden|zugriff verweigert|introuvable|accès refusé|no encontrad|acceso denegado|non trovat|"
    r"não encontrad|niet gevonden|hittades inte|ikke fundet|ikke funnet|ei löytynyt|nie znaleziono|nenalezen|"
    r"nem található|не найден|не знайден|bulunamadı|tidak ditemukan|không tìm thấy|"
    r"見つかりません|找不到|찾을 수 없|غير موجود|یافت نشد",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"cookies?\b|consent|privacy (?:choices|settings|policy)|datenschutz|einwilligung|zustimmen|"
    r"consentement|confidentialité|consentimiento|privacidad|consenso|privacidade|toestemming|samtyck|samtykke|evästee|ciastecz|"
    r"zgod[aęy]|souhlas|hozzájárul|согласи|çerez|クッキー|同意|쿠키|ملفات تعريف",
    re.IGNORECASE,
)
_SUBSCRIBE = re.compile(
    r"subscri|abonn|abbona|log ?in to (?:read|continue)|anmelden|weiterlesen|suscr|assine|assinante|prenumer|tilaa|"
    r"předplat|előfizet|подпис|передплат|abone|langganan|会員|登録|订阅|구독|اشترك",
    re.IGNORECASE,
)


def kind_of(text: str, title: str | None, data: StructuredData, linked: float) -> PageKind:
    """What a page is.

    Args:
        text: Its main text.
        title: Its headline.
        data: What it says of itself.
        linked: Share of that text that is links, 0 to 1.
    """
    length = len(text) + (_DENSE_WEIGHT - 1) * len(_DENSE.findall(text))
    if length < _SHORT and not data.article and _ERROR.search(title or ""):
        return "error"
    if length < _SHORT and not data.names_an_article and _share(_CONSENT, text) >= 1 / 200:
        return "consent"
    if data.is_free is False and length < _TEASER and _SUBSCRIBE.search(text):
        return "paywall"
    if data.names_a_list or (not data.article and linked > _MOST_LINKED):
        return "listing"
    return "article" if length >= _LEAST_TEXT else "empty"


def _share(phrases: re.Pattern[str], text: str) -> float:
    """How many of such phrases stand in a text, a character."""
    return len(phrases.findall(text)) / max(len(text), 1)
