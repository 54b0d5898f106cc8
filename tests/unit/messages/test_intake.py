"""Reading raw articles: what is accepted, what is refused, and with which reason."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.errors import (
    ArticleError,
    EmptyArticleError,
    SchemaError,
    TooLargeError,
    UndecodableError,
)
from pipeline.messages.alerts import Match
from pipeline.messages.articles import EnrichedArticle, RawArticle
from pipeline.messages.codec import decode
from pipeline.messages.intake import read_article, read_enriched, read_match

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
EXAMPLES = Path(__file__).parents[3] / "schemas" / "examples"


def read(**fields: object) -> object:
    return read_article(json.dumps(fields).encode(), read_at=NOW).article


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        (b"", UndecodableError),
        (b"{", UndecodableError),
        (b'{"body": "x", "more": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", UndecodableError),
        (b'{"body": "\xff"}', UndecodableError),
        (b"[]", SchemaError),
        (b'"text"', SchemaError),
        (b"{}", EmptyArticleError),
        (b'{"title": " ", "body": "\\n\\t"}', EmptyArticleError),
        (b'{"body": 7}', SchemaError),
        (b'{"body": "x", "published_at": "yesterday"}', SchemaError),
        (b'{"body": "x", "attributes": {"a": 1}}', SchemaError),
        (b'{"status": "withdrawn", "url": " "}', SchemaError),
        (b'{"body": "x", "status": "gone"}', SchemaError),
    ],
)
def test_bad_article_is_refused_with_its_reason(payload: bytes, error: type[ArticleError]) -> None:
    with pytest.raises(error) as caught:
        read_article(payload, read_at=NOW)
    assert "\n" not in str(caught.value)


def test_schema_error_names_the_field() -> None:
    with pytest.raises(SchemaError, match=r"published_at`: write a time with its zone, as 2026-"):
        read(body="x", published_at="yesterday")


def test_limit_of_size_counts_code_points_of_title_and_body() -> None:
    read(title="題" * 100_000, body="文" * 100_000)
    with pytest.raises(TooLargeError, match="200,001"):
        read(title="題" * 100_000, body="文" * 100_001)


def test_id_comes_from_the_canonical_url_else_from_the_text() -> None:
    def made_id(**fields: object) -> str:
        return read_article(json.dumps({"body": "x", **fields}).encode(), read_at=NOW).article.id

    assert made_id(id="given", url="https://example.org/a") == "given"
    same = {
        made_id(url=url)
        for url in (
            "https://example.org/a?b=1&a=2",
            "HTTPS://Example.org:443/a?a=2&b=1&utm_source=x#top",
            " https://example.org/a?a=2&b=1&fbclid=zz ",
        )
    }
    assert len(same) == 1
    assert made_id(url="https://example.org/a?a=3") not in same
    assert made_id() == made_id(body="x") != made_id(body="y")
    assert made_id(title="x", body="") != made_id(title="", body="x")


def test_time_of_revision_is_given_or_that_of_the_message() -> None:
    given = read_article(b'{"body": "x", "revised_at": "2026-01-01T00:00:00+01:00"}', read_at=NOW).article
    assert given.revised_at == datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert read_article(b'{"body": "x"}', read_at=NOW).article.revised_at == NOW


@pytest.mark.parametrize(
    ("minutes", "arrived", "expected"), [(4, 0, 4), (6, 0, 0), (60 * 24 * 365, -1, -1), (90, 60, 0), (None, 60, 0)]
)
def test_a_time_of_revision_in_the_future_becomes_the_time_of_arrival(
    minutes: int | None, arrived: int, expected: int
) -> None:
    revised = None if minutes is None else (NOW + timedelta(minutes=minutes)).isoformat()
    payload = json.dumps({"body": "x", **({"revised_at": revised} if revised else {})}).encode()
    intake = read_article(payload, read_at=NOW + timedelta(minutes=arrived), now=NOW)
    assert intake.article.revised_at == NOW + timedelta(minutes=expected)
    assert intake.was_ahead == (minutes is not None and minutes != expected)


def test_nul_is_kept() -> None:
    assert read_article(b'{"body": "a\\u0000b"}', read_at=NOW).article.body == "a\0b"


@pytest.mark.parametrize(
    ("payload", "body", "replaced"),
    [
        (rb'{"body": "a\ud800b"}', "a\ufffdb", 1),
        (rb'{"body": "\udc00\ud800"}', "\ufffd\ufffd", 2),
        (rb'{"body": "\uD83D\uDE00"}', "😀", 0),
        (rb'{"body": "\\ud800"}', r"\ud800", 0),
        (b'{"body": "a\xed\xa0\x80b"}', "a\ufffdb", 1),
    ],
)
def test_lone_surrogate_becomes_one_replacement_character(payload: bytes, body: str, replaced: int) -> None:
    intake = read_article(payload, read_at=NOW)
    assert (intake.article.body, intake.replaced_surrogates) == (body, replaced)


def enriched(**fields: object) -> bytes:
    article = {"id": "a", "body": "Iran 😀 NATO", "language": {"tag": "en", "confidence": 1.0}, "revision": "0"}
    return json.dumps(article | fields).encode()


def mention(start: int, end: int, text: str) -> dict[str, object]:
    return {"field": "body", "start": start, "end": end, "text": text, "label": "ORG", "via": "name"}


def test_enriched_article_is_read_with_mentions_that_lie_where_they_say() -> None:
    article = read_enriched(enriched(mentions=[mention(7, 11, "NATO")]))
    assert article.mentions[0].text == "NATO"
    assert read_enriched(enriched()).mentions == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"mentions": [mention(8, 12, "NATO")]},
        {"mentions": [mention(11, 7, "")]},
        {"mentions": [mention(99, 103, "NATO")]},
        {"id": ""},
    ],
)
def test_enriched_article_of_another_hand_is_not_trusted(fields: dict[str, object]) -> None:
    with pytest.raises(SchemaError):
        read_enriched(enriched(**fields))


def test_a_withdrawal_needs_nothing_but_the_id_or_the_url_that_it_is_made_of() -> None:
    withdrawn = read_article(b'{"id": "a", "status": "withdrawn"}', read_at=NOW).article
    assert (withdrawn.id, withdrawn.status, withdrawn.revised_at) == ("a", "withdrawn", None)
    url = "https://example.org/1"
    published = read_article(json.dumps({"url": url, "title": "x"}).encode(), read_at=NOW).article
    withdrawn = read_article(json.dumps({"url": url, "status": "withdrawn"}).encode(), read_at=NOW).article
    assert withdrawn.id == published.id


def test_a_match_is_read_and_so_is_a_withdrawal_in_its_place() -> None:
    assert isinstance(read_match((EXAMPLES / "match.v1.quiet.json").read_bytes()), Match)
    withdrawn = read_match((EXAMPLES / "enriched-article.v1.withdrawn.json").read_bytes())
    assert isinstance(withdrawn, EnrichedArticle)
    for payload in ((EXAMPLES / "enriched-article.v1.full.json").read_bytes(), b'{"id": "a", "status": "withdrawn"}'):
        with pytest.raises(SchemaError, match="not a Match"):
            read_match(payload)
    with pytest.raises(UndecodableError):
        read_match(b"{")


@pytest.mark.parametrize(
    ("kind", "said"), [(RawArticle, "not a RawArticle: "), (EnrichedArticle, "not an EnrichedArticle: ")]
)
def test_what_is_no_such_message_is_called_so(kind: type[RawArticle], said: str) -> None:
    with pytest.raises(SchemaError) as caught:
        decode(b'{"title": 7}', kind)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-02-28", "2026-02-28T00:00:00Z"),
        ("2026-02-28T08:30:00", "2026-02-28T08:30:00Z"),
        ("2026-02-28 08:30", "2026-02-28T08:30:00Z"),
        ("2026-02-28T08:30:00.250+02:00", "2026-02-28T06:30:00.250Z"),
    ],
)
@pytest.mark.parametrize("field", ["published_at", "revised_at"])
def test_a_time_that_lacks_its_zone_or_its_hour_is_utc(field: str, written: str, meant: str) -> None:
    article = read_article(json.dumps({"title": "x", field: written}).encode(), read_at=NOW).article
    assert getattr(article, field) == datetime.fromisoformat(meant)


@pytest.mark.parametrize("written", ["yesterday", "2026-02-30", "", 1767225600, [], "02/03/2026"])
def test_a_time_whose_meaning_is_not_plain_is_refused_in_one_line(written: object) -> None:
    payload = json.dumps({"title": None, "body": "x", "published_at": written}).encode()
    with pytest.raises(SchemaError, match=r"\$\.published_at") as caught:
        read_article(payload, read_at=NOW)
    assert "\n" not in str(caught.value)


def test_null_is_a_field_that_is_absent() -> None:
    names = [name for name in RawArticle.__struct_fields__ if name != "body"]
    article = read_article(json.dumps({"body": "x", **dict.fromkeys(names)}).encode(), read_at=NOW).article
    assert article == read_article(b'{"body": "x"}', read_at=NOW).article
    with pytest.raises(EmptyArticleError, match="title and body are blank"):
        read_article(b'{"title": null, "body": null}', read_at=NOW)
    with pytest.raises(SchemaError, match=r"\$\.tags\[0\]"):
        read_article(b'{"title": null, "body": "x", "tags": [null]}', read_at=NOW)


def test_a_byte_order_mark_is_no_part_of_an_article() -> None:
    payload = b'{"title": "Gr\xc3\xb6\xc3\x9fe"}'
    assert read_article(b"\xef\xbb\xbf" + payload, read_at=NOW) == read_article(payload, read_at=NOW)
    with pytest.raises(UndecodableError, match="not JSON in UTF-8: UTF-16: convert it first"):
        read_article(payload.decode().encode("utf-16"), read_at=NOW)


def test_asides_are_sorted_and_joined() -> None:
    article = read_article(b'{"body": "abcdefgh", "asides": [[5, 7], [0, 2], [1, 3]]}', read_at=NOW).article
    assert article.asides == ((0, 3), (5, 7))


@pytest.mark.parametrize(
    "asides", [[[0, 9]], [[3, 3]], [[4, 2]], [[-1, 2]], [[1]], [[0, 1, 2]], ["0-2"], [[0, 1]] * 1_001]
)
def test_bad_asides_are_one_clear_line(asides: list[object]) -> None:
    with pytest.raises(SchemaError) as caught:
        read(id="a7", body="abcdefgh", asides=asides)
    assert "asides" in str(caught.value) or "aside [" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_withdrawal_has_no_asides() -> None:
    payload = b'{"id": "a", "status": "withdrawn", "asides": [[0, 5]]}'
    assert read_article(payload, read_at=NOW).article.asides == ()


def test_enriched_asides_fit_the_body() -> None:
    language = {"tag": "de", "confidence": 1.0}
    article = {"id": "a", "body": "abc", "revision": "r", "language": language, "asides": [[2, 3], [0, 1]]}
    assert read_enriched(json.dumps(article).encode()).asides == ((0, 1), (2, 3))
    with pytest.raises(SchemaError, match=r"article a: the aside \[2, 4\] is no stretch of the body"):
        read_enriched(json.dumps(article | {"asides": [[2, 4]]}).encode())
