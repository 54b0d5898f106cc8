"""What a page says: JSON-LD first, the text by trafilatura, one address for all variants, and what is no article."""

from __future__ import annotations

import contextlib
import json
from datetime import datetime

import pytest

from pipeline.sources.pages import ExtractionProcess, Page, PageError
from pipeline.sources.pages.canonical import canonical_url
from pipeline.sources.pages.extraction import extract_page

SENTENCES = (
    "The harbour of Nordhaven was closed on Monday after a storm had torn three barges from their moorings.",
    "Nobody was hurt, the harbour master said, but two barges drifted for several hours before tugs reached them.",
    "The council will decide next week whether the breakwater that was built forty years ago has to be raised.",
    "Fishermen had asked for that since the winter, when the same mole was damaged for the second time in a decade.",
)
BODY = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
LINKED_DATA = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "WebSite", "name": "Nordhaven Post"},
        {
            "@type": ["NewsArticle"],
            "headline": "Storm closes harbour &amp; mole",
            "datePublished": "2026-03-02T23:30:00+01:00",
            "dateModified": "2026-03-03T08:00:00Z",
            "author": [{"@type": "Person", "name": "Ada Holm"}, {"name": "Ada Holm"}, "Bo Lind"],
            "articleSection": ["Local", "Sea"],
            "image": [{"@type": "ImageObject", "url": "/lead.jpg"}],
        },
    ],
}


COOKIES = (
    "<p>We and our partners use cookies. With your consent we store data, as our cookie notice says and the policy. "
    "You may withdraw your consent at any time in the privacy settings at the foot of each page.</p>"
)
KEKSE = (
    "<p>Mit Ihrer Zustimmung verwenden wir Cookies. Ihre Einwilligung können Sie jederzeit widerrufen; mehr dazu steht "
    "in der Erklärung zum Datenschutz. Sie können allen Cookies zustimmen oder ein Abo abschließen.</p>"
)
LISTED = "".join(f"<li><a href=/{number}>{sentence}</a></li>" for number, sentence in enumerate(SENTENCES))


def page(body: str = f"<article><h1>Storm</h1>{BODY}</article>", head: str = "", language: str = "en") -> bytes:
    return f"<!doctype html><html lang={language}><head>{head}</head><body>{body}</body></html>".encode()


def linked(data: object = LINKED_DATA) -> str:
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def test_an_article_says_all_by_json_ld() -> None:
    head = linked() + '<link rel="canonical" href="/storm">'
    found = extract_page(page(head=head), url="https://post.example.org/amp/storm?utm_source=x")
    assert found.is_article
    assert found.title == "Storm closes harbour & mole"
    assert found.text.splitlines()[-len(SENTENCES) :] == list(SENTENCES)
    assert found.published_at == datetime.fromisoformat("2026-03-02T23:30:00+01:00")
    # The day is the publisher's.
    assert str(found.published_at)[:10] == "2026-03-02"
    assert found.modified_at == datetime.fromisoformat("2026-03-03T08:00:00+00:00")
    assert found.authors == ("Ada Holm", "Bo Lind")
    assert found.section == "Local"
    assert found.image == "https://post.example.org/lead.jpg"
    assert found.language == "en"
    assert found.canonical_url == "https://post.example.org/storm"


def test_a_line_that_points_to_another_article_is_an_aside() -> None:
    other = "Read more: three barges sank in the harbour of Westhaven"
    body = f"<article>{BODY}<p>{other}</p>{BODY}</article>"
    found = extract_page(page(body))
    assert [found.text[start:end] for start, end in found.asides] == [other]


def test_json_ld_is_read_with_a_comment_around_it_and_a_comma_too_many() -> None:
    text = json.dumps(LINKED_DATA)[:-1] + ",}"
    head = f'<script type="application/ld+json">\n//<![CDATA[\n{text}\n//]]></script>'
    assert extract_page(page(head=head)).title == "Storm closes harbour & mole"


def test_without_json_ld_meta_elements_and_headings_say_it() -> None:
    head = (
        "<title>Storm in the harbour | Nordhaven Post</title>"
        '<meta property="article:published_time" content="2026-03-02T08:05:00Z"><meta name="author" content="Bo Lind">'
    )
    body = f"<h1>Nordhaven Post</h1><article><h1>Storm in the harbour</h1>{BODY}</article>"
    found = extract_page(page(body, head))
    assert found.title == "Storm in the harbour"
    assert found.published_at == datetime.fromisoformat("2026-03-02T08:05:00+00:00")
    assert found.authors == ("Bo Lind",)


def test_the_site_is_no_part_of_a_title() -> None:
    head = '<meta property="og:title" content="Storm – Post"><meta property="og:site_name" content="Post">'
    assert extract_page(page(f"<article>{BODY}</article>", head)).title == "Storm"


def test_the_text_tells_its_language_whatever_the_template_says() -> None:
    assert extract_page(page(language="de-AT")).language == "en"
    assert extract_page(page("<p>Kurz.</p>", language="de-AT")).language == "de"


def test_an_unpaired_surrogate_or_control_character_breaks_nothing() -> None:
    body = f"<article>{BODY}<p>\x00\x01\x7f&#xD800; and so the day ended for the barges and their crews.</p></article>"
    assert extract_page(page(body)).is_article


@pytest.mark.parametrize(
    ("declared", "url", "expected"),
    [
        ([None], "https://a.example/x/amp/", "https://a.example/x"),
        ([None], "https://a.example/x.amp.html", "https://a.example/x.html"),
        ([None], "https://a.example/x?id=3&print=1&utm_medium=m#top", "https://a.example/x?id=3"),
        ([None], "https://a.example/x?outputType=amp", "https://a.example/x"),
        ([None], "https://a.example/list?view=grid", "https://a.example/list?view=grid"),
        (["/x"], "https://a.example/x/amp", "https://a.example/x"),
        (["https://a.example/"], "https://a.example/x", "https://a.example/x"),
        (["javascript:void(0)", "https://a.example/y"], "https://a.example/x", "https://a.example/y"),
        ([], None, None),
    ],
)
def test_variants_have_one_address(declared: list[str | None], url: str | None, expected: str | None) -> None:
    assert canonical_url(declared, url) == expected


@pytest.mark.parametrize(
    ("kind", "title", "body"),
    [
        ("error", "404 - Page not found", "<p>The page that you look for was moved or never was. Try the search.</p>"),
        ("error", "Seite nicht gefunden", "<p>Leider gibt es diese Seite nicht mehr. Zur Startseite geht es hier.</p>"),
        ("error", "Страница не найдена", "<p>Такой страницы нет. Вернитесь на главную страницу сайта.</p>"),
        ("error", "Just a moment...", "<p>Enable JavaScript to continue. We check that you are no machine.</p>"),
        ("consent", "Nordhaven Post", COOKIES),
        ("consent", "Willkommen", KEKSE),
        ("listing", "News", f"<ul>{LISTED}</ul>"),
        ("empty", "Storm", "<p>The harbour is closed.</p>"),
    ],
)
def test_what_is_no_article(kind: str, title: str, body: str) -> None:
    found = extract_page(page(f"<main><h1>{title}</h1>{body}</main>", f"<title>{title}</title>"))
    assert found.kind == kind
    assert not found.is_article


def test_a_beginning_behind_a_paywall_is_no_article_and_a_whole_text_is_one() -> None:
    data = {"@type": "NewsArticle", "headline": "Storm", "isAccessibleForFree": "False"}
    teaser = f"<article><p>{SENTENCES[0]}</p><p>{SENTENCES[1]}</p><p>Subscribe to read on.</p></article>"
    assert extract_page(page(teaser, linked(data))).kind == "paywall"
    assert extract_page(page(f"<article>{BODY * 4}</article>", linked(data))).is_article


@pytest.mark.parametrize("data", [b"", b" \n", b"\x00", b"<!-- -->"])
def test_what_holds_no_html_is_an_error(data: bytes) -> None:
    with pytest.raises(PageError, match="no page"):
        extract_page(data)


def test_a_page_that_takes_too_long_costs_one_error_and_the_next_is_read() -> None:
    with ExtractionProcess(seconds=20) as process:
        assert process.extract(page()).is_article
        impatient = ExtractionProcess(seconds=0.001)
        with impatient, pytest.raises(PageError, match=r"took over 0\.001 s"):
            impatient.extract(page(BODY * 2_000))
        with pytest.raises(PageError, match="empty"):
            process.extract(b"")
        again = process.extract(page())
    assert isinstance(again, Page)
    assert again.is_article


def test_a_page_that_takes_too_much_memory_costs_one_error_and_the_next_is_read() -> None:
    # What is read of it, 5 million characters, is over a million elements.
    nested = b"<article>" + b"<p><b>x<i>y</i></b>" * 400_000
    with ExtractionProcess(seconds=60, memory_bytes=400 * 1024 * 1024) as process:
        with pytest.raises(PageError, match=r"memory|died"):
            process.extract(nested)
        assert process.extract(page()).is_article


def test_twenty_megabytes_of_markup_cost_no_more_than_the_time_for_one_page() -> None:
    large = page(f"<article>{BODY}</article>" + "<div><a href='/x'>link</a><span>word</span></div>" * 420_000)
    assert len(large) > 20_000_000
    with ExtractionProcess(seconds=5) as process:
        with contextlib.suppress(PageError):
            process.extract(large)
        assert process.extract(page()).is_article


@pytest.mark.parametrize(
    "charset",
    ["utf-7", "utf-16", "utf-32", "idna", "rot13", "base64", "zlib", "undefined", "x" * 5_000, "\x00", "mbcs"],
)
def test_a_hostile_charset_is_read_as_what_the_bytes_are_or_is_one_error(charset: str) -> None:
    meta = f'<meta charset="{charset}"><meta http-equiv="Content-Type" content="text/html; charset={charset}">'
    data = page(head=meta)
    for given in (None, f"text/html; charset={charset}"):
        try:
            found = extract_page(data, content_type=given)
        except PageError as error:
            assert "\n" not in str(error)  # noqa: PT017 - either is right
        else:
            assert len(found.text) < len(data)
