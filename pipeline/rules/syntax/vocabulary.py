"""The words of the rule language: operators, fields and signs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pipeline.messages.articles import Field

KindField = Literal["person", "org", "place"]
MetadataField = Literal["lang", "source", "site", "tag"]

TextField = Field | Literal["aside"]
"""Where a term may be asked for: a rule means the article's own text unless it says ``aside``."""

TEXT_FIELDS: Mapping[str, TextField] = {"title": "title", "body": "body", "aside": "aside"}
KIND_FIELDS: Mapping[str, KindField] = {"person": "person", "org": "org", "place": "place"}
METADATA_FIELDS: Mapping[str, MetadataField] = {"lang": "lang", "source": "source", "site": "site", "tag": "tag"}
NAMED_FIELDS = (*TEXT_FIELDS, *KIND_FIELDS, "entity", "within", "raw", *METADATA_FIELDS)

# Source: ISO 639-1, as the Library of Congress lists it.
_ISO_639_1 = """
aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en
eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja
jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb
nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq
sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
LANGUAGE_FIELDS = frozenset(_ISO_639_1.split())

# Operators that look like words; only in capitals.
OPERATOR_WORDS = ("AND", "OR", "NOT", "NEAR")

# Norwegian is written in two ways, each with a tag of its own, and ``no`` covers both; Tagalog and Twi are tagged by
# the codes that CLDR has for them.
COVERED_LANGUAGES: Mapping[str, tuple[str, ...]] = {"no": ("no", "nb", "nn"), "tl": ("tl", "fil"), "tw": ("tw", "ak")}

# Operators that take a number and then their parts in brackets, as ATLEAST/2(A, B, C).
COUNTED = ("ATLEAST",)
# A whole bare word of this form is an operator, or a slip in writing one.
COUNTING_OPERATORS = rf"(?:O?NEAR|{'|'.join(COUNTED)})(?:/.*)?"
PROXIMITY = r"(?P<operator>O?NEAR)/(?P<reach>\d{1,3}|[sp])"
COUNTED_OPERATOR = rf"(?:{'|'.join(COUNTED)})/[1-9]\d{{0,2}}"
WEIGHT = r"\^(?P<weight>-?\d{1,3}(?:\.\d{1,2})?)"

# Signs that end a bare word. Those without a meaning of their own must be quoted.
MEANINGFUL_SIGNS = '()|"+=:*[],^'
UNUSED_SIGNS = ";~{}<>\\?!"

# Signs that look like ours on other keyboards and in word processors, and the one to type.
LOOK_ALIKES = {
    "“": '"',
    "”": '"',
    "„": '"',
    "‟": '"',
    "«": '"',
    "»": '"',
    "「": '"',
    "」": '"',
    "＂": '"',
    "（": "(",
    "）": ")",
    "＋": "+",
    "｜": "|",
    "：": ":",
    "＝": "=",
    "＊": "*",
}
DASHES = "‐‑‒–—―−－"
