"""Words that nearly every article of a language holds: as a clause alone they say nothing."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.text.folding import fold

# Source: the grammars' closed classes (articles, prepositions, conjunctions, pronouns, auxiliaries), listed by hand.
_BY_LANGUAGE: Mapping[str, str] = {
    "ar": "في من على إلى أن عن مع التي الذي هذا هذه بعد قال ما كان لا بين كما",
    "bg": "на за се да от по че не са това който като през при след",
    "ca": "els les una que per amb del dels han més com aquest són",
    "cs": "se na je že do ve ze pro jako ale od který která která podle po při také jeho",
    "da": "og det den til som på er af med ikke har var der vil efter ved også siger",
    "de": "der die das und den von mit sich dem des ein eine nicht auf für ist im auch an am als aus bei nach wird "
    "sind hat war sie einer einem zum zur über haben wurde dass",
    "el": "και το να του της η ο την για με που από στο των τα θα στην είναι δεν τον",
    "en": "the and for that with was from are his has have this which not but their its were will been who said they "
    "had more after also than about one two when would there first into year new her she",
    "es": "que los las del una con por para como más pero sus este entre sobre desde hasta también fue han sin está",
    "fa": "در به از که این را با برای است آن بر تا های می شده خود کرد",
    "fi": "ja on ei että se oli myös ovat mutta hän sen joka kun kuin mukaan ole",
    "fr": "les des une que qui dans pour par sur avec est pas plus son ses aux mais ont été cette comme leur sont fait "
    "selon entre après également",
    "he": "של את על לא הוא זה עם כי גם היא אל היה כל אך בין יותר",
    "hi": "के में की है को से का ने और पर कि इस यह भी नहीं हैं था लिए एक कर",
    "hu": "az és hogy nem egy is volt meg mint már csak azt ezt után szerint még",
    "id": "yang dan di dengan untuk ini dari itu dalam tidak akan pada juga oleh telah sebagai",
    "it": "che della del per una sono con non gli dei alla nel più anche come dal delle nella dopo stato questo",
    "nl": "het een van dat voor met niet zijn die ook aan door naar maar nog heeft wordt over bij uit worden",
    "no": "og det som på til med ikke har var den av ble også etter fra seg sier men",
    "pl": "się na nie że jest do od przez jak dla oraz po jego został było są tym także który która które",
    "pt": "que uma dos das com para por mais como mas não foi pela pelo sobre entre seu sua também após",
    "ro": "și în la cu pe din care este pentru că mai nu sunt fost prin după această",
    "ru": "что на не по как это для от при был было его из она они также после который которые году время",
    "sr": "je da se na su za od koji nije kao što će bi",
    "sv": "och att det som på är av för med inte har den till var också efter från men säger",
    "tr": "ve bir bu için ile olarak da çok olan daha sonra kadar gibi ise değil",
    "uk": "що на не за до від як це для та є було його або також після який",
    "vi": "của và là các có được cho trong với không những một người này đã",
}

EVERYDAY_WORDS: Mapping[str, frozenset[str]] = {
    language: frozenset(fold(word) for word in words.split()) for language, words in _BY_LANGUAGE.items()
}
"""Folded, by language; ``no`` covers both kinds of Norwegian."""

ANY_EVERYDAY_WORD = frozenset().union(*EVERYDAY_WORDS.values())
"""Those of all languages."""
