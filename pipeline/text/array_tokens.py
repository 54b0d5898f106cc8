"""Cut a long text into tokens with arrays, all characters at once, in a third of the time.

The regular expression in ``tokens`` defines tokens. Here every code point has a kind, and the kinds tell where a token
begins; the few texts that need more go to the expression.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.text.scripts import UNSEGMENTED
from pipeline.text.tokens import MOST_MARKS, RARE_LETTER, SIGN, VANISHING, basic_plane, token_expressions

# The rare kinds last: the highest kind in a text tells which of them it does not hold.
_GAP, _LETTER, _UNSEGMENTED, _JOINED, _SIGN, _OTHER_PLANE = range(6)
_ENCODING = "utf-32-le"
_BLANK = ord(" ")
_GLUED_SIGN = re.compile(SIGN)


@cache
def _kinds() -> npt.NDArray[np.uint8]:
    """The kind of each code point of the Basic Multilingual Plane; the last entry is for all others."""
    kinds = np.zeros(len(basic_plane()) + 1, np.uint8)
    for kind, letters in (
        (_LETTER, rf"[^\W_{UNSEGMENTED}]"),
        (_UNSEGMENTED, f"[{UNSEGMENTED}]"),
        (_JOINED, f"[{token_expressions().joined}{VANISHING}]"),
        (_SIGN, "[+#&]"),
    ):
        for run in re.finditer(f"{letters}+", basic_plane()):
            kinds[run.start() : run.end()] = kind
    kinds[-1] = _OTHER_PLANE
    return kinds


class Cut(NamedTuple):
    """One text, cut.

    Attributes:
        codes: Its code points.
        kinds: The kind of each; a code point in no token is a gap.
        is_first: For each, whether a token begins there.
        is_last: For each, whether a token ends there.
        may_touch: Whether tokens may touch without a gap, since not all of them are words.
    """

    codes: npt.NDArray[np.uint32]
    kinds: npt.NDArray[np.uint8]
    is_first: npt.NDArray[np.bool_]
    is_last: npt.NDArray[np.bool_]
    may_touch: bool

    def words(self) -> list[str]:
        """Each token as written."""
        # With blanks for all gaps, `split` gives the words; a blank is inserted between tokens that may touch.
        spaced = np.where(self.kinds, self.codes, np.uint32(_BLANK))
        if self.may_touch:
            apart = np.full(len(spaced) + np.count_nonzero(self.is_first), _BLANK, np.uint32)
            apart[np.arange(len(spaced)) + np.cumsum(self.is_first)] = spaced
            spaced = apart
        return spaced.tobytes().decode(_ENCODING).split()

    def bounds(self) -> tuple[memoryview, memoryview]:
        """The first code point of each token and one past its last, as raw arrays, since few are looked up."""
        return self.is_first.nonzero()[0].data, (self.is_last.nonzero()[0] + 1).data

    def letters(self) -> npt.NDArray[np.uint32] | None:
        """For each token its code point where it is a letter of an unsegmented script, else 0; None if all are 0."""
        if not self.may_touch or _UNSEGMENTED not in self.kinds:
            return None
        return np.where(self.kinds == _UNSEGMENTED, self.codes, np.uint32(0))[self.is_first]


def cut(text: str) -> Cut | None:
    """The tokens of a non-empty text, or None if it needs the expression."""
    codes = np.frombuffer(text.encode(_ENCODING, "surrogatepass"), np.uint32)
    kinds = _kinds().take(codes, mode="clip")
    rarest = kinds.max()
    if rarest == _OTHER_PLANE:
        if RARE_LETTER.search(text):
            return None
        kinds[kinds == _OTHER_PLANE] = _GAP
    if rarest >= _SIGN:
        for place in np.flatnonzero(kinds == _SIGN).tolist():
            if not _GLUED_SIGN.match(text, place):
                kinds[place] = _GAP
    if rarest >= _JOINED:
        is_joined = kinds == _JOINED
        if np.count_nonzero(is_joined) > MOST_MARKS and token_expressions().many_marks.search(text):
            return None
        # A combining mark or a letter that folds to nothing continues a word; after anything else it is in no token.
        kinds[is_joined] = _LETTER
        begins = is_joined.copy()
        begins[1:] &= kinds[:-1] != _LETTER
        for place in begins.nonzero()[0].tolist():
            # Few texts have any: a loop costs less than what would find their ends for all of the text.
            end = place
            while end < len(kinds) and is_joined[end]:
                end += 1
            kinds[place:end] = _GAP
    is_letter = kinds == _LETTER
    goes_on = is_letter[1:] & is_letter[:-1]
    is_first = kinds != _GAP
    is_last = is_first.copy()
    is_first[1:] &= ~goes_on
    is_last[:-1] &= ~goes_on
    return Cut(codes, kinds, is_first, is_last, may_touch=rarest > _LETTER and bool((kinds > _LETTER).any()))
