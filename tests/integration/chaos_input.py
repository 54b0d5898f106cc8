"""The input to prove that nothing is lost: good articles in many languages, and every kind of bad one."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import cycle, islice, pairwise

from pipeline import demo
from pipeline.messages.articles import MAX_ARTICLE_CODE_POINTS
from pipeline.messages.rules import WatchRule
from tests.integration.deadly_pipeline import DEADLY_TEXT

CHANNEL = "chaos"
RULES = 40


@dataclass(frozen=True)
class Input:
    """One raw message as any client may send it.

    Attributes:
        rule_id: The one rule that it satisfies; None for a bad one.
        reason: The reason that its dead letter must have; None for a good one.
    """

    article_id: str
    key: bytes | None
    value: bytes | None
    rule_id: str | None = None
    reason: str | None = None


def marker(number: int) -> str:
    """A word that no language has, of letters only, so that it is one token in all of them."""
    return "qzx" + "".join(chr(ord("a") + int(digit)) for digit in f"{number:04d}") + "vj"


def rules() -> list[WatchRule]:
    """One rule a marker; every other one has a channel."""
    return [WatchRule(id=f"chaos-{n}", when=f"={marker(n)}", channel=CHANNEL if n % 2 else None) for n in range(RULES)]


def good_articles(count: int, random_: random.Random) -> Iterator[Input]:
    """Articles that each satisfy one rule, by its marker in the title or in a line of the body."""
    texts = [json.loads(line) for line in demo.articles()]
    for number in range(count):
        rule = random_.randrange(RULES)
        text = random_.choice(texts)
        title, body = text["title"], text["body"]
        if random_.random() < 0.3:
            title = f"{title} {marker(rule)}"
        else:
            paragraphs = body.split("\n")
            # Never the last line, and never the same twice: a line that a source repeats at the end is an aside.
            paragraphs.insert(random_.randrange(len(paragraphs)), f"{marker(rule)} {number}")
            body = "\n".join(paragraphs)
        article = {"id": f"good-{number:05d}", "title": title, "body": body, "source": "chaos"}
        value = json.dumps(article, ensure_ascii=bool(number % 2))
        if number % 50 == 0:
            # NUL and half a surrogate pair are odd, but valid.
            value = value.replace('"body": "', '"body": "\\u0000 \\ud83d ', 1)
        key = random_.choice([None, article["id"].encode(), b"\xff\x00other"])
        yield Input(article["id"], key, value.encode(), rule_id=f"chaos-{rule}")


def _json(**fields: object) -> bytes:
    return json.dumps(fields).encode()


_POISON: tuple[tuple[str, Callable[[str], bytes | None]], ...] = (
    ("undecodable", lambda _id: None),
    ("undecodable", lambda _id: b""),
    ("undecodable", lambda id_: f'{{"id": "{id_}", "title": "cut'.encode()),
    ("undecodable", lambda id_: f'{{"id": "{id_}", "title": "Latin-1: '.encode() + b'caf\xe9"}'),
    ("undecodable", lambda id_: f"<article>{id_}</article>".encode()),
    ("schema", lambda id_: json.dumps([id_]).encode()),
    ("schema", lambda id_: _json(id=id_, title=7)),
    ("schema", lambda id_: _json(id=id_, title="No date", published_at="yesterday")),
    ("schema", lambda id_: _json(id=id_, title="No such day", published_at="2026-02-30T12:00:00Z")),
    ("schema", lambda id_: _json(id=id_, title="Number", attributes={"words": 900})),
    ("schema", lambda id_: _json(id=id_, title="Status", status="retracted")),
    ("schema", lambda id_: _json(id=id_ + "-" * 512, title="A long id")),
    ("empty", lambda id_: _json(id=id_)),
    ("empty", lambda id_: _json(id=id_, title=" ", body="\n\t")),
    ("schema", lambda id_: _json(source=id_, status="withdrawn")),
)


def poison(count: int) -> Iterator[Input]:
    """Messages that no step can use, of every kind in turn."""
    for number, (reason, make) in enumerate(islice(cycle(_POISON), count)):
        article_id = f"poison-{number:05d}"
        yield Input(article_id, article_id.encode(), make(article_id), reason=reason)


def too_large_articles(count: int) -> Iterator[Input]:
    """Articles one code point over the limit; the topic itself takes them."""
    for number in range(count):
        article_id = f"large-{number:05d}"
        title = "Слишком длинная статья"
        body = ("слово " * MAX_ARTICLE_CODE_POINTS)[: MAX_ARTICLE_CODE_POINTS + 1 - len(title)]
        value = json.dumps({"id": article_id, "title": title, "body": body}, ensure_ascii=False).encode()
        yield Input(article_id, article_id.encode(), value, reason="too-large")


def deadly_article() -> Input:
    """The article that ends every process that extracts its entities."""
    value = _json(id="deadly", title="An ordinary headline", body=f"Some words, {DEADLY_TEXT}, and some more words.")
    return Input("deadly", b"deadly", value, reason="crash")


def spread(parts: int, inputs: Iterable[Input]) -> list[list[Input]]:
    """Divide into portions of about the same size."""
    everything = list(inputs)
    bounds = [len(everything) * part // parts for part in range(parts + 1)]
    return [everything[start:end] for start, end in pairwise(bounds)]
