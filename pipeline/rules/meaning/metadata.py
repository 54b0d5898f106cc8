"""Clauses on what the article is: its language, source, site and tags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from pipeline.messages.articles import EnrichedArticle
from pipeline.rules.meaning.clauses import MetadataClause
from pipeline.rules.meaning.languages import article_tag, told_apart
from pipeline.rules.syntax.expressions import Unit
from pipeline.rules.syntax.origin import Origin
from pipeline.rules.syntax.vocabulary import COVERED_LANGUAGES, MetadataField

_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
# Source: RFC 1035, section 2.3.4. A longer one is no host, and has more sites than an article can be searched for.
_LONGEST_HOST = 253
_HOST = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")


def metadata_clause(field: MetadataField, unit: Unit, origin: Origin) -> MetadataClause:
    """The clause of ``lang:``, ``source:``, ``site:`` or ``tag:``.

    Raises:
        RuleError: The value is none of that field.
    """
    for word in unit.words:
        if word.is_prefix:
            raise origin.error(f"{field}: takes a whole value and no star", word.start + len(word.text))
    text = unit.text.strip()
    at = unit.words[0].start
    if not text:
        raise origin.error(f"expected a value behind {field}:", at)
    if field == "lang":
        if not _LANGUAGE_TAG.fullmatch(text):
            raise origin.error(f"{text} is no language tag: expected one such as de, zh or zh-Hant{_several(unit)}", at)
        return _language_clause(text, at, origin)
    if field == "site":
        host = _ascii_host(text)
        if not _HOST.fullmatch(host):
            raise origin.error(f"{text} is no host name: expected one such as example.org{_several(unit)}", at)
        return MetadataClause(field=field, value=host, text=text)
    return MetadataClause(field=field, value=_folded(text), text=text)


def _language_clause(text: str, at: int, origin: Origin) -> MetadataClause:
    tag = article_tag(text)
    told = told_apart(tag)
    if told != tag:
        raise origin.error(f"articles are told apart by language, not as {text}: write lang:{told}", at)
    return MetadataClause(field="lang", value=tag.lower(), text=tag)


def metadata_of(article: EnrichedArticle) -> Iterator[tuple[MetadataField, str, str]]:
    """Every (field, value, text) of an article that a clause can ask for, the text as the article has it."""
    tag = article.language.tag
    subtags = tag.lower().split("-")
    for count in range(1, len(subtags) + 1):
        yield "lang", "-".join(subtags[:count]), tag
    for language, covered in COVERED_LANGUAGES.items():
        if subtags[0] in covered and subtags[0] != language:
            yield "lang", language, tag
    if article.source.strip():
        yield "source", _folded(article.source), article.source
    host = _host_of(article.url)
    labels = host.split(".") if host else []
    for first in range(len(labels) - 1):
        yield "site", ".".join(labels[first:]), host
    for subject in article.tags:
        yield "tag", _folded(subject), subject


def _several(unit: Unit) -> str:
    """What to do when the field has swallowed the term behind it."""
    return f"; put a + before {unit.words[1].text}" if len(unit.words) > 1 else ""


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _host_of(url: str) -> str:
    try:
        host = urlsplit(url.strip()).hostname or ""
    except ValueError:
        # What a source writes into ``url`` is its own affair: no host is no site.
        return ""
    return _ascii_host(host) if len(host) <= _LONGEST_HOST else ""


def _ascii_host(host: str) -> str:
    """The host in lower case and, where it is not ASCII, in its ASCII form."""
    host = host.strip().lower().rstrip(".")
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host
