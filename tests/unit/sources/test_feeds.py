"""Feeds of every format, written here: what they say, however they say it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.sources.feeds import Feed, FeedEntry, FeedError, read_feed

NEWS = "<rss><channel><title>Новости</title></channel></rss>"
BASE = "https://news.example.org/feeds/all.xml"
AT_NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def feed(text: str, **options: str) -> Feed:
    return read_feed(text.encode(), base=options.pop("base", BASE), **options)


def entry(inside: str, namespaces: str = "") -> FeedEntry:
    (found,) = feed(f"<rss version='2.0' {namespaces}><channel><item>{inside}</item></channel></rss>").entries
    return found


def test_rss() -> None:
    found = feed("""<?xml version="1.0"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
     xmlns:atom="http://www.w3.org/2005/Atom" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"
     xmlns:media="http://search.yahoo.com/mrss/">
<channel>
  <title>Nordwind &amp;amp; Partner</title><link>/</link><language>de-de</language>
  <atom:link rel="self" href="all.xml"/><atom:link rel="hub" href="https://hub.example.org/"/>
  <sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>
  <image><title>Bild</title><link>https://elsewhere.example.org/</link></image>
  <item>
    <title><![CDATA[Eins <em>und</em> zwei]]></title><link>../a?x=1&amp;y=2</link><guid isPermaLink="false">nw-1</guid>
    <description>Kurz &lt;b&gt;gesagt&lt;/b&gt;</description>
    <content:encoded><![CDATA[<p>Ganz <a href="/b">lang</a></p><script>track()</script>]]></content:encoded>
    <dc:creator>Ada Berg</dc:creator><dc:creator>Udo Tal</dc:creator>
    <category>Politik</category><category>Politik</category><category>Welt</category>
    <media:thumbnail url="/pic.jpg"/>
    <pubDate>Mon, 02 Mar 2026 10:00:00 +0100</pubDate>
  </item>
</channel></rss>""")
    assert found == Feed(
        kind="rss",
        title="Nordwind & Partner",
        link="https://news.example.org/",
        language="de-de",
        self_url="https://news.example.org/feeds/all.xml",
        hub="https://hub.example.org/",
        interval_seconds=900,
        entries=(
            FeedEntry(
                id="nw-1",
                url="https://news.example.org/a?x=1&y=2",
                title="Eins und zwei",
                summary="Kurz <b>gesagt</b>",
                content='<p>Ganz <a href="https://news.example.org/b">lang</a></p>',
                author="Ada Berg, Udo Tal",
                categories=("Politik", "Welt"),
                published_at=AT_NINE,
                image="https://news.example.org/pic.jpg",
            ),
        ),
    )


def test_atom() -> None:
    found = feed("""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr" xml:base="https://fr.example.org/">
<title type="html">L&amp;#8217;info</title><link href="accueil"/><link rel="self" href="atom.xml"/>
<entry xml:lang="en"><id>tag:example.org,2026:1</id><title type="text">A &lt; B</title>
<link rel="enclosure" href="a.mp3"/><link href="1"/><author><name>Zoé Roux</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Un &amp; <b>deux</b></p></div></content>
<published>2026-03-02T09:00:00Z</published><updated>2026-03-02T10:00:00.5+01:00</updated></entry></feed>""")
    assert (found.kind, found.title, found.language) == ("atom", "L’info", "fr")
    assert found.link == "https://fr.example.org/accueil"
    (item,) = found.entries
    assert item == FeedEntry(
        id="tag:example.org,2026:1",
        url="https://fr.example.org/1",
        title="A < B",
        content="<p>Un &amp; <b>deux</b></p>",
        summary="<p>Un &amp; <b>deux</b></p>",
        author="Zoé Roux",
        published_at=AT_NINE,
        updated_at=AT_NINE,
        language="en",
    )


def test_rdf() -> None:
    found = feed("""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://r.example.org/"><title>R</title><link>https://r.example.org/</link></channel>
<item rdf:about="https://r.example.org/1"><title>Eins</title><link>https://r.example.org/1</link>
<dc:date>2026-03-02T10:00+01:00</dc:date></item></rdf:RDF>""")
    assert (found.kind, found.title) == ("rdf", "R")
    assert found.entries == (
        FeedEntry(id="https://r.example.org/1", url="https://r.example.org/1", title="Eins", published_at=AT_NINE),
    )


def test_json_feed() -> None:
    found = feed("""{"version": "https://jsonfeed.org/version/1.1", "title": "J",
 "home_page_url": "/", "language": "nl",
 "hubs": [{"type": "WebSub", "url": "https://hub.example.org/"}], "items": [
 {"id": 7, "url": "/7", "title": "Zeven", "content_text": "1 < 2", "authors": [{"name": "Jan"}, {"name": "Piet"}],
  "tags": ["a", "a", 3], "date_published": "2026-03-02T10:00:00+01:00", "image": "/7.png"}, "no item",
 {"id": "8", "external_url": "https://other.example.org/8", "content_html": "<a href='/x'>x</a>"}]}""")
    assert (found.kind, found.link, found.hub, found.language) == (
        "json",
        "https://news.example.org/",
        "https://hub.example.org/",
        "nl",
    )
    first, second = found.entries
    assert first == FeedEntry(
        id="7",
        url="https://news.example.org/7",
        title="Zeven",
        content="1 &lt; 2",
        summary="1 &lt; 2",
        author="Jan, Piet",
        categories=("a", "3"),
        published_at=AT_NINE,
        image="https://news.example.org/7.png",
    )
    assert (second.url, second.content) == (
        "https://other.example.org/8",
        '<a href="https://news.example.org/x">x</a>',
    )


def test_news_sitemap_and_index() -> None:
    found = feed("""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc> https://s.example.org/1 </loc><lastmod>2026-03-02</lastmod>
<news:news><news:publication><news:name>S</news:name>
<news:language>pl</news:language></news:publication><news:publication_date>2026-03-02T10:00:00+01:00</news:publication_date>
<news:title>Raz</news:title></news:news>
<image:image><image:loc>https://s.example.org/1.jpg</image:loc></image:image></url>
<url><lastmod>2026-03-02</lastmod></url></urlset>""")
    assert found.kind == "sitemap"
    assert found.entries == (
        FeedEntry(
            url="https://s.example.org/1",
            title="Raz",
            published_at=AT_NINE,
            updated_at=datetime(2026, 3, 2, tzinfo=UTC),
            language="pl",
            image="https://s.example.org/1.jpg",
        ),
    )
    index = feed("<sitemapindex><sitemap><loc>/news.xml</loc></sitemap></sitemapindex>")
    assert (index.kind, index.entries) == ("sitemap-index", (FeedEntry(url="https://news.example.org/news.xml"),))
    assert feed("https://s.example.org/1\nhttps://s.example.org/2\n").entries[1].url == "https://s.example.org/2"


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        ("Caf&eacute; &nbsp; &undefined; &amp; Bar", "Café &undefined; & Bar"),
        ("R&D at AT&T", "R&D at AT&T"),
        ("<![CDATA[Caf&eacute;]]>", "Café"),
        ("don&#146;t", "don’t"),
        ("1 &lt; 2 and 3 &gt; 2", "1 < 2 and 3 > 2"),
        ("&lt;p&gt;One&lt;/p&gt;&lt;p&gt;two&lt;/p&gt;", "One two"),
        ("wo<b>r</b>d", "word"),
        ("a\x0bb", "ab"),
        ("line\n  end", "line end"),
        ("&amp;amp;quot;x&amp;amp;quot;", '"x"'),
    ],
)
def test_titles_are_plain_text(markup: str, title: str) -> None:
    assert entry(f"<title>{markup}</title>").title == title


def test_entities_of_the_document_type_are_read_and_cannot_grow() -> None:
    doctype = (
        '<!DOCTYPE rss [<!ENTITY house "Ours"><!ENTITY big "&house;&house;"><!ENTITY f SYSTEM "file:///etc/hostname">]>'
    )
    body = "<rss><channel><title>&house; &big; &f;</title></channel></rss>"
    assert feed(doctype + body).title == "Ours &big; &f;"


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (f'<?xml version="1.0" encoding="windows-1251"?>{NEWS}'.encode("cp1251"), None),
        (NEWS.encode("koi8-r"), "text/xml; charset=koi8-r"),
        # A server that names a default, and a document that is something else.
        (NEWS.encode(), "text/xml; charset=iso-8859-1"),
        (NEWS.encode("utf-16"), None),
        (NEWS.encode("utf-16-le"), None),
        (b'<?xml version="1.0" encoding="rot13"?>' + NEWS.encode(), "x"),
        (NEWS.encode() + b"\xff", "text/xml; charset=utf-8"),
    ],
)  # fmt: skip
def test_encodings(data: bytes, content_type: str | None) -> None:
    assert read_feed(data, content_type=content_type).title == "Новости"


@pytest.mark.parametrize(
    "broken",
    [
        "<rss><channel><item><title>first</title></item><item><title>second",
        "<rss><channel><item><title>first</title></item><item><b></i></item></channel></rss>",
        "  \n<?xml version='1.0'?><rss><channel><item><title>first</title></channel></rss>",
        "<rss><channel><item><media:title>first</media:title></item></channel></rss>",
        "<!-- x --><!DOCTYPE rss SYSTEM 'http://x/'><rss><channel><item><title>first</title></item></channel></rss>junk",
        "<feed><entry><title>first</title></entry></feed>",
        "<wrapped><rss><channel><item><title>first</title></item></channel></rss></wrapped>",
    ],
)
def test_broken_feeds_give_what_can_be_read(broken: str) -> None:
    assert feed(broken).entries[0].title == "first"


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("", "the document is empty"),
        ("<!DOCTYPE html><html><body>x</body></html>", "it is an HTML page"),
        ("Not found", "it begins with 'Not found'"),
        ('{"error": 404}', "has no list 'items'"),
        ("[1, 2]", "JSON that is no object"),
        ('{"items": [', "is none"),
    ],
)
def test_what_is_no_feed_is_told(document: str, said: str) -> None:
    with pytest.raises(FeedError, match=said):
        feed(document)


def test_other_xml_is_no_error_and_has_no_entries() -> None:
    assert feed("<service xmlns='http://www.w3.org/2007/app'><workspace/></service>") == Feed(kind="other")


def test_a_link_is_found_wherever_it_stands() -> None:
    assert entry("<guid>https://x.example.org/1</guid>").url == "https://x.example.org/1"
    assert entry("<guid isPermaLink='false'>https://x.example.org/1</guid>").url is None
    assert (
        entry("<link/><atom:link href='/2'/>", "xmlns:atom='http://www.w3.org/2005/Atom'").url
        == "https://news.example.org/2"
    )
    assert entry("<enclosure url='/3.mp3'/>").url == "https://news.example.org/3.mp3"
    assert entry("<link>http://[::1</link>").url == "http://[::1"
