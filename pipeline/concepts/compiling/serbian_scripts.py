"""Serbian is written in two alphabets, letter for letter: what a file lists in Latin is known in Cyrillic too."""

from __future__ import annotations

import re

_LATIN = "a b v g d đ e ž z i j k l lj m n nj o p r s t ć u f h c č dž š"
_CYRILLIC = "а б в г д ђ е ж з и ј к л љ м н њ о п р с т ћ у ф х ц ч џ ш"
_LETTERS = dict(zip(_LATIN.split(), _CYRILLIC.split(), strict=True))
_OWN = re.compile("[čćđšž]", re.IGNORECASE)
# The digraphs come first.
_LETTER = re.compile("|".join(sorted(_LETTERS, key=len, reverse=True)), re.IGNORECASE)


def in_cyrillic(text: str) -> str:
    """Serbian text in Latin letters as Cyrillic has it; letters that Serbian does not have stay as they are."""
    return _LETTER.sub(lambda letter: _cyrillic(letter[0]), text)


def is_serbian_spelling(latin: str) -> bool:
    """Whether a Latin name has letters of Serbian's own and none that it lacks: ``Babiš``, not ``Nausėda``."""
    return _OWN.search(latin) is not None and _LETTER.sub("", latin).replace(" ", "") == ""


def _cyrillic(letter: str) -> str:
    written = _LETTERS[letter.lower()]
    return written.upper() if letter[0].isupper() else written
