"""Serbian, Croatian and Bosnian in Latin letters, told apart by words that each standard writes in its own way."""

from __future__ import annotations

import re

LATIN_STANDARDS = frozenset({"sr-Latn", "hr", "bs"})

# Whole words, and stems with a star. Ekavian spellings and international months are Serbian; ijekavian ones with
# Croatian vocabulary are Croatian; ijekavian ones with the vocabulary that Serbian has too are Bosnian.
_EKAVIAN = (
    "gde negde nigde svuda ovde pre posle uvek dve obe vreme mesto mesta mestu mestima reč reči rečima deo dela delu "
    "ceo cela celu svet sveta svetu lepo lep bela belo beloj sledeć* posled* nedelj* ponedelj* ubed* zahtev* sreć* "
    "bezbednost* obezbed* mesec* ček* verov* primer* mera mere merama promen* zamen* smen* reš* dete deca devoj* "
    "čovek* uspe* potpred* predsed* sedišt* takođe"
)
_IJEKAVIAN = (
    "gdje negdje nigdje ovdje prije poslije uvijek dvije obje vrijeme mjesto mjesta mjestu mjestima riječ riječi "
    "dio dijela cijel* svijet* lijep* bijel* sljedeć* posljed* nedjelj* ponedjelj* uvjer* zahtjev* mjesec* vjer* "
    "primjer* mjera mjere promjen* zamjen* smjen* rješ* dijete djeca djece djevoj* čovjek* uspje* potpredsjed* "
    "predsjed* sjedišt* djel* htje* vidje* cijen*"
)
_CROATIAN = (
    "tko netko nitko tisuć* europ* opć* također tjedan tjedn* glazb* sveučiliš* zrakoplov* tvrtk* nogomet* vlak* "
    "siječnj* veljač* ožujk* travnj* svibnj* lipnj* srpnj* kolovoz* rujn* listopad* studen* prosinc* prosinac "
    "priopć* izvješ* tajnik* udrug* zaklad* nazočn* glede postotak uopće kazališ* povijest* stoljeć* otok* otoc* "
    "točk* točn* financi* organiziran* unatoč"
)
_SHARED_EAST = (
    "ko neko niko hiljad* evrop* opšt* uopšte sedmic* muzik* univerzitet* avion* kompanij* fudbal* januar* februar* "
    "mart* april* maj* juni* jun* juli* jul* avgust* septembar septembr* oktobar oktobr* novembar novembr* decembar "
    "decembr* saopšt* saopć* izvještaj* sekretar* procenat procent* histor* istorij* vijek* vek* ostrv* tačk* tačn* "
    "finansij* organizov* uprkos šta"
)


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(word.replace("*", r"\w*") for word in words.split()) + r")\b", re.IGNORECASE)


_PATTERNS = tuple(_pattern(words) for words in (_EKAVIAN, _IJEKAVIAN, _CROATIAN, _SHARED_EAST))
_READ_CODE_POINTS = 2_000
# A quotation or a name brings a word of the neighbour's; twice as many is a text's own habit.
_MARGIN = 2


def tell_standard(text: str) -> str:
    """Name the standard that a text in one of the three languages is written in.

    Args:
        text: In Latin letters; the first 2,000 code points are read.

    Returns:
        ``sr-Latn``, ``hr`` or ``bs``; empty when its words do not decide.

    Source: the orthographies of the three standards; the word lists are our own.
    """
    ekavian, ijekavian, croatian, eastern = (len(pattern.findall(text[:_READ_CODE_POINTS])) for pattern in _PATTERNS)
    if ekavian > _MARGIN * ijekavian:
        return "sr-Latn"
    if ijekavian > _MARGIN * ekavian or croatian > eastern:
        if croatian > eastern:
            return "hr"
        if eastern > croatian:
            return "bs"
    return ""
