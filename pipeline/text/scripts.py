"""The script of a character, as far as matching treats scripts differently."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from typing import Literal

# Scripts written without spaces between words: one character is one token.
# Source: Unicode 15.1 block ranges of Han, kana, Bopomofo, Thai, Lao, Myanmar, Khmer, Tai.
UNSEGMENTED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\uaa60-\uaa7f\ua9e0-\ua9ff"  # Myanmar
    "\u1780-\u17ff\u19e0-\u19ff"  # Khmer
    "\u1950-\u19df\u1a20-\u1aaf"  # Tai Le, New Tai Lue, Tai Tham
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c"  # Han radicals and marks
    "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # kana, with halfwidth
    "\u3100-\u312f\u31a0-\u31bf"  # Bopomofo
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
)
"""Ranges for a regular expression's character class."""

Script = Literal["latin", "cyrillic", "greek", "arabic", "hebrew", "hangul", "han", "kana", "thai", "other"]

# First and last code point, in order. Source: Unicode 15.1, Blocks.txt and Scripts.txt; letters in use today.
_RANGES: tuple[tuple[int, int, Script], ...] = (
    (0x0041, 0x005A, "latin"),
    (0x0061, 0x007A, "latin"),
    (0x00AA, 0x00AA, "latin"),
    (0x00BA, 0x00BA, "latin"),
    (0x00C0, 0x02AF, "latin"),
    (0x0370, 0x03FF, "greek"),
    (0x0400, 0x052F, "cyrillic"),
    (0x0591, 0x05F4, "hebrew"),
    (0x0600, 0x06FF, "arabic"),
    (0x0750, 0x077F, "arabic"),
    (0x08A0, 0x08FF, "arabic"),
    (0x0E00, 0x0E7F, "thai"),
    (0x1100, 0x11FF, "hangul"),
    (0x1C80, 0x1C8F, "cyrillic"),
    (0x1E00, 0x1EFF, "latin"),
    (0x1F00, 0x1FFF, "greek"),
    (0x2C60, 0x2C7F, "latin"),
    (0x2DE0, 0x2DFF, "cyrillic"),
    (0x2E80, 0x2FDF, "han"),
    (0x3005, 0x3007, "han"),
    (0x3041, 0x30FF, "kana"),
    (0x3130, 0x318F, "hangul"),
    (0x31F0, 0x31FF, "kana"),
    (0x3400, 0x4DBF, "han"),
    (0x4E00, 0x9FFF, "han"),
    (0xA640, 0xA69F, "cyrillic"),
    (0xA720, 0xA7FF, "latin"),
    (0xA960, 0xA97F, "hangul"),
    (0xAC00, 0xD7FF, "hangul"),
    (0xF900, 0xFAFF, "han"),
    (0xFB1D, 0xFB4F, "hebrew"),
    (0xFB50, 0xFDFF, "arabic"),
    (0xFE70, 0xFEFC, "arabic"),
    (0xFF21, 0xFF3A, "latin"),
    (0xFF41, 0xFF5A, "latin"),
    (0xFF66, 0xFF9F, "kana"),
    (0xFFA0, 0xFFDC, "hangul"),
    (0x20000, 0x3FFFF, "han"),
)
_FIRSTS = [first for first, _, _ in _RANGES]


@lru_cache(maxsize=16_384)
def script_of(letter: str) -> Script:
    """The script of one character; ``other`` for digits, signs, and scripts that matching treats alike."""
    code = ord(letter)
    place = bisect_right(_FIRSTS, code) - 1
    if place < 0:
        return "other"
    _, last, script = _RANGES[place]
    return script if code <= last else "other"


def is_mostly(text: str, script: Script) -> bool:
    """Whether more than half of a text's letters are of one script; the first 20,000 code points are read."""
    scripts = [script_of(letter) for letter in text[:20_000] if letter.isalpha()]
    return 2 * scripts.count(script) > len(scripts)
