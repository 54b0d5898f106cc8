"""Properties of reading articles: text keeps its length, and what is read can be written and read again."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ArticleError
from pipeline.messages.articles import RawArticle
from pipeline.messages.codec import decode, encode
from pipeline.messages.intake import read_article

NOW = datetime(2026, 3, 2, tzinfo=UTC)
any_text = st.text(st.characters(categories=None), max_size=40)


@given(title=any_text, body=any_text)
def test_text_survives_with_lone_surrogates_replaced_one_for_one(title: str, body: str) -> None:
    payload = json.dumps({"title": title, "body": f"x{body}"}).encode()
    article, replaced, _ = read_article(payload, read_at=NOW)
    # Escapes of two halves that stand side by side are one character in JSON.
    expected = json.loads(payload)
    repaired = [
        "".join("\ufffd" if 0xD800 <= ord(c) < 0xE000 else c for c in expected[field]) for field in ("title", "body")
    ]
    assert [article.title, article.body] == repaired
    assert replaced == sum(0xD800 <= ord(c) < 0xE000 for field in ("title", "body") for c in expected[field])
    assert decode(encode(article), RawArticle) == article


@given(st.binary(max_size=60))
def test_any_bytes_are_an_article_or_an_article_error(payload: bytes) -> None:
    try:
        article = read_article(payload, read_at=NOW).article
    except ArticleError:
        return
    else:
        assert article.id
