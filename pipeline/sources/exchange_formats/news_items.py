"""Read what news agencies deliver: items of NewsML-G2, alone or in a message, and documents of NITF."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.errors import ArticleError, RefusedError, UndecodableError
from pipeline.messages.articles import RawArticle
from pipeline.sources.feeds.dates import read_date
from pipeline.sources.feeds.decoding import decode
from pipeline.sources.feeds.feed import FeedError
from pipeline.sources.feeds.fragments import is_web_address, one_line
from pipeline.sources.feeds.plain_text import plain_text
from pipeline.sources.feeds.xml_tree import Element, elements, local_name, parse_xml

_MOST_TAGS = 50
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
# What begins a line of its own; all else stands within one.
_BLOCKS = frozenset(
    {"p", "hl1", "hl2", "h1", "h2", "h3", "h4", "h5", "h6", "li", "dt", "dd", "td", "th", "tr", "pre", "div", "br"}
    | {"block", "blockquote", "bq", "note", "section", "fn"}
)
# Pictures with their captions, and code.
_PASSED_OVER = frozenset({"media", "figure", "figcaption", "script", "style", "object", "nitf-table-metadata"})


def read_news_items(data: bytes) -> Iterator[RawArticle | ArticleError]:
    """Read the items of a document of NewsML-G2 (``newsItem``, ``newsMessage``) or NITF (``nitf``).

    Args:
        data: The XML.

    Yields:
        An article for each item, under the agency's own id, so that a later version replaces it and a cancelled one
        withdraws it; an error for one that is withheld, or holds no text, such as a picture.

    Raises:
        UndecodableError: It is no such document.

    Source: IPTC, NewsML-G2 2.34 and NITF 3.6.
    """
    try:
        root = parse_xml(decode(data)).root
    except FeedError:
        raise UndecodableError("no news item: it is not XML") from None
    items = [root, *_descendants(root, "newsitem")] if local_name(root) != "newsitem" else [root]
    items = [item for item in items if local_name(item) in {"newsitem", "nitf"}]
    if not items:
        raise UndecodableError(f"no news item: <{local_name(root)}> is neither NewsML-G2 nor NITF")
    for item in items:
        try:
            yield _nitf_article(item) if local_name(item) == "nitf" else _news_item_article(item)
        except ArticleError as error:
            yield error


def _news_item_article(item: Element) -> RawArticle:
    about, content = _child(item, "itemmeta"), _child(item, "contentmeta")
    item_id = item.get("guid", "")
    status = _attribute(_child(about, "pubstatus"), "qcode", "uri").rpartition(":")[2].rpartition("/")[2]
    if status == "canceled":
        return RawArticle(id=item_id, status="withdrawn")
    if status == "withheld":
        until = _text(_child(about, "embargoed"))
        raise RefusedError(f"{item_id}: its provider withholds it{f' until {until}' if until else ''}")
    contents = _child(item, "contentset")
    body = next((text for part in _elements(contents) if (text := _content(part))), "")
    title = _text(_child(content, "headline")) or _text(_child(about, "title"))
    if not body and contents is not None:
        raise UndecodableError(f"{item_id}: it holds no text (a picture, a video or a graphic)")
    nitf = next(iter(_descendants(contents, "nitf")), None)
    created = read_date(_text(_child(about, "firstcreated")) or _text(_child(content, "contentcreated")))
    version_created = read_date(_text(_child(about, "versioncreated")))
    return RawArticle(
        id=item_id,
        url=_web_address(_attribute(child, "href") for child in _children(about, "link")),
        title=title or (_title_of(nitf) if nitf is not None else ""),
        body=body,
        source=_named(_child(about, "provider")) or _named(_child(content, "infosource")),
        published_at=created or version_created,
        revised_at=version_created if item.get("version", "1") != "1" else None,
        declared_language=_attribute(_child(content, "language"), "tag")
        or (item.get(_LANGUAGE, "") if contents is None else contents.get(_LANGUAGE, item.get(_LANGUAGE, ""))),
        tags=_tags(_named(subject) for subject in _children(content, "subject")),
        attributes=_given(
            author=_text(_child(content, "by")),
            place=_text(_child(content, "dateline")),
            version=item.get("version", ""),
        ),
    )


def _nitf_article(root: Element) -> RawArticle:
    head, body = _child(root, "head"), _child(root, "body")
    about = _child(head, "docdata")
    document_id = _attribute(_child(about, "doc-id"), "id-string")
    status = _attribute(about, "management-status").lower()
    if status == "canceled":
        return RawArticle(id=document_id, status="withdrawn")
    if status in {"embargoed", "withheld"}:
        raise RefusedError(f"{document_id}: its provider withholds it ({status})")
    body_head = _child(body, "body.head")
    keywords = [_attribute(keyword, "key") for keyword in _descendants(about, "keyword")]
    publication = _child(head, "pubdata")
    text = _lines(_child(body, "body.content"))
    title = _title_of(root)
    if not text and not title:
        raise UndecodableError(f"{document_id or 'the document'}: it holds no text")
    return RawArticle(
        id=document_id,
        url=_web_address([_attribute(publication, "ex-ref"), _attribute(about, "href")]),
        title=title,
        body=text,
        source=_attribute(publication, "name") or _text(_child(body_head, "distributor")),
        published_at=read_date(
            _attribute(_child(about, "date.issue"), "norm")
            or _attribute(_child(about, "date.release"), "norm")
            or _attribute(publication, "date.publication")
        ),
        declared_language=root.get(_LANGUAGE, "") if body is None else body.get(_LANGUAGE, root.get(_LANGUAGE, "")),
        tags=_tags(keywords),
        attributes=_given(author=_text(_child(body_head, "byline")), place=_text(_child(body_head, "dateline"))),
    )


def _title_of(nitf: Element) -> str:
    """The headline, or the document's title."""
    body_head = _child(_child(nitf, "body"), "body.head")
    return _text(_child(_child(body_head, "hedline"), "hl1")) or _text(_child(_child(nitf, "head"), "title"))


def _content(part: Element) -> str:
    """The text of one rendering: XML within, HTML or plain text; empty for what lies elsewhere."""
    match local_name(part):
        case "inlinexml":
            return _lines([part, *_descendants(part, "body"), *_descendants(part, "body.content")][-1])
        case "inlinedata":
            text = "".join(part.itertext())
            is_html = "html" in part.get("contenttype", "")
            return (
                plain_text(text)
                if is_html
                else "\n".join(line for each in text.split("\n") if (line := one_line(each)))
            )
    return ""


def _lines(element: Element | None) -> str:
    """The text of an element, a paragraph a line."""
    if element is None:
        return ""
    lines = [""]

    # By hand, not by recursion: a document may be as deep as the parser allows.
    stack: list[tuple[Element, bool]] = [(element, True)]
    while stack:
        current, is_opening = stack.pop()
        is_block = local_name(current) in _BLOCKS
        if is_opening:
            stack.append((current, False))
            if local_name(current) in _PASSED_OVER:
                continue
            if is_block:
                lines.append("")
            lines[-1] += current.text or ""
            stack.extend((child, True) for child in reversed(list(elements(current))))
        elif current is not element:
            if is_block:
                lines.append("")
            lines[-1] += current.tail or ""
    return "\n".join(line for each in lines if (line := one_line(each)))


def _elements(parent: Element | None) -> Iterator[Element]:
    return iter(()) if parent is None else elements(parent)


def _children(parent: Element | None, name: str) -> Iterator[Element]:
    return (child for child in _elements(parent) if local_name(child) == name)


def _child(parent: Element | None, name: str) -> Element | None:
    return next(_children(parent, name), None)


def _descendants(parent: Element | None, name: str) -> list[Element]:
    """In the order of the document."""
    if parent is None:
        return []
    return [each for each in parent.iter() if isinstance(each.tag, str) and local_name(each) == name]


def _text(element: Element | None) -> str:
    return "" if element is None else one_line("".join(element.itertext()))


def _attribute(element: Element | None, *names: str) -> str:
    """The first of some attributes that is there and not empty."""
    if element is None:
        return ""
    return next((value for name in names if (value := element.get(name))), "")


def _named(element: Element | None) -> str:
    """What a provider or subject is called: by its name, else by its literal or code."""
    return _text(_child(element, "name")) or _attribute(element, "literal", "qcode", "uri")


def _tags(found: Iterator[str] | list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag for tag in found if tag))[:_MOST_TAGS]


def _given(**attributes: str) -> dict[str, str]:
    return {name: value for name, value in attributes.items() if value}


def _web_address(found: Iterator[str] | list[str]) -> str:
    return next((address for address in found if is_web_address(address)), "")
