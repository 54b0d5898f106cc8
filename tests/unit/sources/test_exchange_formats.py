"""NewsML-G2, NITF, mails and web archives as articles: what is read, what is refused, and in which words."""

from __future__ import annotations

import gzip
import io
import random
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ArticleError, UndecodableError
from pipeline.messages.articles import RawArticle
from pipeline.sources.exchange_formats import read_mail, read_news_items, read_web_archive
from pipeline.sources.pages import Page, PageError

NEWS_MESSAGE = """<?xml version="1.0" encoding="UTF-8"?>
<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/">
 <header><sent>2026-03-01T10:00:00Z</sent></header>
 <itemSet>
  <newsItem guid="urn:newsml:agency.example:20260301:flood" version="2" xml:lang="de">
   <itemMeta>
    <itemClass qcode="ninat:text"/>
    <provider literal="agency"><name>Agentur Beispiel</name></provider>
    <firstCreated>2026-03-01T08:00:00+01:00</firstCreated>
    <versionCreated>2026-03-01T09:30:00+01:00</versionCreated>
    <pubStatus qcode="stat:usable"/>
    <link rel="irel:seeAlso" href="https://agency.example/flood"/>
   </itemMeta>
   <contentMeta>
    <by>Maria Muster</by>
    <dateline>PASSAU</dateline>
    <language tag="de-AT"/>
    <subject qcode="medtop:20000150"><name>Hochwasser</name></subject>
    <subject qcode="medtop:20000150"><name>Hochwasser</name></subject>
    <headline>Donau steigt über die Ufer</headline>
   </contentMeta>
   <contentSet>
    <inlineXML contenttype="application/nitf+xml">
     <nitf><body>
      <body.head><hedline><hl1>Anderer Titel</hl1></hedline></body.head>
      <body.content>
       <p>Die <em>Donau</em> stieg&#160;am Sonntag.</p>
       <media media-type="image"><media-caption>Ein Bild</media-caption></media>
       <p>Passau war betroffen.</p>
      </body.content>
     </body></nitf>
    </inlineXML>
   </contentSet>
  </newsItem>
  <newsItem guid="urn:gone"><itemMeta><pubStatus qcode="stat:canceled"/></itemMeta></newsItem>
  <newsItem guid="urn:later">
   <itemMeta><pubStatus qcode="stat:withheld"/><embargoed>2026-03-02T00:00:00Z</embargoed></itemMeta>
  </newsItem>
  <newsItem guid="urn:picture">
   <contentMeta><headline>A picture</headline></contentMeta>
   <contentSet><remoteContent href="https://agency.example/1.jpg"/></contentSet>
  </newsItem>
  <newsItem guid="urn:html">
   <contentMeta><headline>In HTML</headline></contentMeta>
   <contentSet>
    <inlineXML contenttype="application/xhtml+xml">
     <html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body><h2>Sub</h2><p>One<br/>two</p></body></html>
    </inlineXML>
   </contentSet>
  </newsItem>
 </itemSet>
</newsMessage>
""".encode()

NITF = b"""<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE nitf SYSTEM "nitf-3-6.dtd">
<nitf>
 <head>
  <title>Budget</title>
  <docdata management-status="usable">
   <doc-id id-string="AG-17"/>
   <date.issue norm="20260301T143000Z"/>
   <key-list><keyword key="budget"/><keyword key="parliament"/></key-list>
  </docdata>
  <pubdata name="The Gazette" ex-ref="https://gazette.example/17"/>
 </head>
 <body xml:lang="fr">
  <body.head><hedline><hl1>Le budget adopt\xe9</hl1></hedline><byline>Par Anne Duval</byline></body.head>
  <body.content><p>Les d\xe9put\xe9s ont vot\xe9.</p><p>Le S\xe9nat suit.</p></body.content>
 </body>
</nitf>
"""


def test_an_item_of_newsml_is_read_whole() -> None:
    article = next(iter(read_news_items(NEWS_MESSAGE)))
    assert article == RawArticle(
        id="urn:newsml:agency.example:20260301:flood",
        url="https://agency.example/flood",
        title="Donau steigt über die Ufer",
        body="Die Donau stieg am Sonntag.\nPassau war betroffen.",
        source="Agentur Beispiel",
        published_at=datetime(2026, 3, 1, 7, tzinfo=UTC),
        revised_at=datetime(2026, 3, 1, 8, 30, tzinfo=UTC),
        declared_language="de-AT",
        tags=("Hochwasser",),
        attributes={"author": "Maria Muster", "place": "PASSAU", "version": "2"},
    )


def test_the_other_items_of_a_message_go_on() -> None:
    _, gone, later, picture, in_html = read_news_items(NEWS_MESSAGE)
    assert gone == RawArticle(id="urn:gone", status="withdrawn")
    assert isinstance(later, ArticleError)
    assert "withholds it until 2026-03-02T00:00:00Z" in str(later)
    assert isinstance(picture, ArticleError)
    assert "holds no text" in str(picture)
    assert isinstance(in_html, RawArticle)
    assert in_html.body == "Sub\nOne\ntwo"


def test_a_document_of_nitf_is_read_in_its_own_charset() -> None:
    assert list(read_news_items(NITF)) == [
        RawArticle(
            id="AG-17",
            url="https://gazette.example/17",
            title="Le budget adopté",
            body="Les députés ont voté.\nLe Sénat suit.",
            source="The Gazette",
            published_at=datetime(2026, 3, 1, 14, 30, tzinfo=UTC),
            declared_language="fr",
            tags=("budget", "parliament"),
            attributes={"author": "Par Anne Duval"},
        )
    ]


@pytest.mark.parametrize("data", [b"", b"no xml", b"<rss><channel/></rss>", b"\xff\xfe\x00"])
def test_what_is_no_news_item_is_told(data: bytes) -> None:
    with pytest.raises(UndecodableError, match="no news item"):
        list(read_news_items(data))


@given(st.binary(max_size=200))
def test_no_bytes_break_the_readers(data: bytes) -> None:
    for read in (lambda: list(read_news_items(data)), lambda: [read_mail(data)]):
        try:
            read()
        except ArticleError:
            continue


def mail(**headers: str) -> EmailMessage:
    message = EmailMessage()
    for name, value in ({"From": "Press Office <press@ministry.example>", "Subject": "Tariffs"} | headers).items():
        message[name.replace("_", "-")] = value
    return message


def test_a_mail_is_an_article() -> None:
    message = mail(
        Subject="Zölle auf Stahl",
        Date="Sun, 01 Mar 2026 09:30:00 +0100",
        Message_ID="<abc@ministry.example>",
        Keywords="trade, steel",
        Archived_At="<https://ministry.example/17>",
    )
    message.set_content("Die Regierung erhöht die Zölle.\n\nSie gelten ab Mai.\n", charset="iso-8859-1")
    message["Content-Language"] = "de"
    message.add_alternative("<p>HTML</p>", subtype="html")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="x.pdf")
    assert read_mail(message.as_bytes()) == RawArticle(
        id="abc@ministry.example",
        url="https://ministry.example/17",
        title="Zölle auf Stahl",
        body="Die Regierung erhöht die Zölle.\nSie gelten ab Mai.",
        source="Press Office",
        published_at=datetime(2026, 3, 1, 8, 30, tzinfo=UTC),
        declared_language="de",
        tags=("trade", "steel"),
    )


def test_broken_lines_of_a_mail_are_paragraphs_again() -> None:
    message = mail()
    message.set_content(
        "The government of the island raised its tariffs on imports of\nsteel and aluminium, the ministry said.\n"
        "Its reasons are these:\n- prices\n- the harbour\n\nNo more.\n"
    )
    assert read_mail(message.as_bytes()).body.split("\n") == [
        "The government of the island raised its tariffs on imports of steel and aluminium, the ministry said.",
        "Its reasons are these:",
        "- prices",
        "- the harbour",
        "No more.",
    ]


def test_a_mail_in_html_alone_is_plain_text() -> None:
    message = mail()
    message.set_content("<h1>One</h1><p>Two &amp; <b>three</b></p><script>no()</script>", subtype="html")
    assert read_mail(message.as_bytes()).body == "One\nTwo & three"


def test_what_is_no_mail_is_told() -> None:
    with pytest.raises(UndecodableError, match="no mail"):
        read_mail(b"Just a text.\n\nAnother line.")


def record(kind: str, url: str, content: bytes, content_type: str = "application/http;msgtype=response") -> bytes:
    head = (
        f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{abs(hash((kind, url))):032x}>\r\n"
        f"WARC-Date: 2026-03-01T00:00:00Z\r\nWARC-Target-URI: {url}\r\nContent-Type: {content_type}\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content + b"\r\n\r\n"


def answer(body: bytes, status: str = "200 OK", headers: str = "Content-Type: text/html; charset=utf-8") -> bytes:
    return f"HTTP/1.1 {status}\r\n{headers}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def read_page(data: bytes, *, url: str | None = None, content_type: str | None = None) -> Page:
    assert content_type is not None
    text = data.decode()
    if text == "broken":
        raise PageError("no page: broken")
    return Page(kind="listing" if text == "list" else "article", text=text, title=url, asides=((0, 1),))


@pytest.mark.parametrize("is_compressed", [False, True])
def test_the_pages_of_an_archive_are_articles(is_compressed: bool) -> None:
    records = [
        record("request", "https://www.paper.example/1", b"GET / HTTP/1.1\r\n\r\n", "application/http;msgtype=request"),
        record("response", "https://www.paper.example/1", answer(b"first")),
        record("response", "https://www.paper.example/2", answer(b"second", "404 Not Found")),
        record("response", "https://www.paper.example/3", answer(b"list")),
        record("response", "https://www.paper.example/4", answer(b"broken")),
        record("response", "https://www.paper.example/5", answer(b"\x89PNG", headers="Content-Type: image/png")),
        record(
            "response",
            "https://www.paper.example/6",
            answer(gzip.compress(b"sixth"), headers="Content-Type: text/html\r\nContent-Encoding: gzip"),
        ),
        record("resource", "https://www.paper.example/7", b"seventh", "text/html"),
    ]
    data = b"".join(map(gzip.compress, records)) if is_compressed else b"".join(records)
    pages = list(read_web_archive(io.BytesIO(data), read_page))
    assert [page.url[-1] for page in pages] == ["1", "3", "4", "6", "7"]
    first, listing, broken, *others = (page.article for page in pages)
    assert first == RawArticle(
        url="https://www.paper.example/1",
        title="https://www.paper.example/1",
        body="first",
        source="paper.example",
        asides=((0, 1),),
    )
    assert listing is None
    assert isinstance(broken, UndecodableError)
    assert str(broken) == "https://www.paper.example/4: no page: broken"
    assert [other.body for other in others if isinstance(other, RawArticle)] == ["sixth", "seventh"]
    assert pages[-1].read_bytes == len(data)


@pytest.mark.parametrize("data", [b"", b"no archive at all", gzip.compress(b"nothing")])
def test_what_is_no_archive_is_told(data: bytes) -> None:
    with pytest.raises(UndecodableError, match="web archive"):
        list(read_web_archive(io.BytesIO(data), read_page))


@pytest.mark.parametrize("is_compressed", [False, True])
def test_an_archive_that_breaks_off_says_so(is_compressed: bool) -> None:
    noise = random.Random(1).randbytes(9000)
    records = [
        record("response", f"https://paper.example/{n}", answer(text)) for n, text in enumerate((b"first", noise))
    ]
    data = b"".join(map(gzip.compress, records)) if is_compressed else b"".join(records)
    first, cut = read_web_archive(io.BytesIO(data[:-2000]), read_page)
    assert isinstance(first.article, RawArticle)
    assert isinstance(cut.article, UndecodableError)
    assert str(cut.article) == "https://paper.example/1: the archive breaks off within the page"
