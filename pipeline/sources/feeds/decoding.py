"""Bytes to text: what a feed or a page is encoded in, whatever it says.

Sources: the WHATWG Encoding Standard (labels, and windows-1252 for ISO-8859-1); RFC 7303 for XML over HTTP. This
departs from it: text that is valid UTF-8 is UTF-8, since servers name a default charset more often than they know one.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

# What the web means by these labels; the rest is as Python names it.
_LABELS = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "big5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "x-euc-jp": "euc_jp",
    "unicode": "utf-16",
    "utf8": "utf-8",
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# "<" as the first character, in the encodings in which it is not one byte 3C.
_OPENINGS = (
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00<", "utf-16-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
# These use the bytes of ASCII alone, so that they are valid UTF-8 too.
_SEVEN_BIT = frozenset({"iso2022_jp", "iso2022_kr", "hz", "utf-7"})
_NO_CHARSETS = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem"})
_WIDE = re.compile("utf-?(16|32)|ucs")
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_META = re.compile(rb"""<meta[^>]{0,400}?charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_HEAD_BYTES = 4096

# C1 controls in a text are bytes of windows-1252 that someone took for Latin-1.
_C1 = {code: bytes([code]).decode("cp1252", "ignore") or None for code in range(0x80, 0xA0)}
_HAS_C1 = re.compile("[\x80-\x9f]")


def decode(data: bytes, content_type: str | None = None) -> str:
    """Decode a document; bytes that fit no encoding become U+FFFD.

    Args:
        data: The document as it came.
        content_type: The header of that name, for its charset.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return without_c1(data[len(mark) :].decode(encoding, "replace"))
    for opening, encoding in _OPENINGS:
        if data.startswith(opening):
            return without_c1(data.decode(encoding, "replace"))
    named = list(_named(data, content_type))
    candidates = [*[each for each in named if each in _SEVEN_BIT], "utf-8", *named]
    for encoding in candidates:
        try:
            return without_c1(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    # A few broken bytes in a text of a known encoding: keep the encoding.
    return without_c1(data.decode(_least_broken(data, named), "replace"))


def without_c1(text: str) -> str:
    """A text whose C1 controls are the characters that windows-1252 has there."""
    return text.translate(_C1) if _HAS_C1.search(text) else text


def _named(data: bytes, content_type: str | None) -> Iterator[str]:
    """The encodings that the header and the document name, that one first which is within the document."""
    head = data[:_HEAD_BYTES]
    labels = [match.group(1).decode("ascii") for match in (_DECLARED.search(head), _META.search(head)) if match]
    header = _CHARSET.search(content_type or "")
    if header:
        labels.append(header.group(1))
    for label in labels:
        lower = label.lower()
        # A document whose declaration can be read byte by byte is in no encoding of wider units.
        if _WIDE.match(lower):
            continue
        try:
            name = codecs.lookup(_LABELS.get(lower, lower)).name
            # Python calls more things codecs than encodings of a text, such as compression.
            b"".decode(name)
        except LookupError:
            continue
        if name not in _NO_CHARSETS:
            yield name


def _least_broken(data: bytes, named: list[str]) -> str:
    sample = data[:100_000]
    found = [(sample.decode(each, "replace").count("\ufffd"), each) for each in dict.fromkeys(["utf-8", *named])]
    broken, encoding = min(found, key=lambda pair: pair[0])
    beyond_ascii = sum(byte >= 0x80 for byte in sample)
    return encoding if broken * 4 < beyond_ascii else "cp1252"
