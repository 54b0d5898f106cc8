"""No text fails a step: any characters go the whole way, every offset holds, and a plain word is found beside them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import get_args

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.alerts import Replay
from pipeline.assembly import Enrichment
from pipeline.concepts import KnowledgeBase
from pipeline.messages.alerts import Alert, Evidence
from pipeline.messages.articles import EnrichedArticle, Language
from pipeline.messages.codec import decode, encode
from pipeline.messages.intake import read_article
from pipeline.messages.rules import Suppress, SuppressBy, WatchRule
from pipeline.rules import RuleIndex
from pipeline.settings import load_settings
from tests.property.scale import CHECKS, examples

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


@cache
def without_model() -> Enrichment:
    return Enrichment.without_models(KnowledgeBase.load())


@cache
def with_model() -> Enrichment:
    """As a worker has it by default: with the model that comes with Wirewatch."""
    return Enrichment.from_settings(load_settings())


@cache
def languages() -> Sequence[str]:
    """The knowledge base has names in each of them, and some scripts have rules of their own."""
    names = KnowledgeBase.load().names()
    return sorted(
        {tag for sense in names for tag in sense.name.languages if tag != "mul"} | {"und", "xx", "zh-Hant", "fa-AF"}
    )


PLAIN = "zorblatt"
"""A word of no language: each of ``FIND_PLAIN`` must find it wherever it stands between spaces."""
FIND_PLAIN = {
    "plain": PLAIN,
    "plain-exact": f"={PLAIN}",
    "plain-raw": f'raw:"{PLAIN}"',
    "plain-prefix": "zorbl*",
    "plain-body": f"body:{PLAIN}",
    "plain-or": f"{PLAIN} OR qqwwee",
    "plain-least": f"ATLEAST/1({PLAIN}, qqwwee)",
    "plain-weight": f"{PLAIN}^3",
}
HOLLOWAY = 'person:"Garrett Holloway"'
CONDITIONS = (
    "NATO + North Korea",
    "NATO OR Russia",
    "NATO NOT Russia",
    "sanctions -Iran",
    "nuclear test* OR korea*",
    '=Turkey OR raw:"AT&T" OR raw:"C++"',
    "NATO NEAR/8 Russia",
    "NATO ONEAR/8 (Russia OR sanctions)",
    "talks NEAR/s war*",
    "talks ONEAR/p war",
    "ATLEAST/2(NATO, Russia, sanctions, 北京)",
    "NATO^3 OR sanctions^0.5",
    "NATO + rumour^-2",
    "title:NATO OR body:North Korea",
    "person:Putin OR org:NATO OR place:Kyiv",
    HOLLOWAY,
    'person:="Garrett Holloway"',
    'person:"Jan Kowalski" NEAR/8 place:"Lower Wexcombe"',
    'org:"Holloway Mining Corporation" OR place:"Lower Wexcombe"',
    "entity:country/kp OR entity:person/vladimir-putin",
    "de:Sanktionen OR ru:санкции OR ar:عقوبات OR he:סנקציות",
    "tr:depremler OR fi:maanjäristys OR ko:지진 OR ja:地震 OR th:แผ่นดินไหว OR zh:地震",
    "fa:زلزله OR ur:زلزلہ OR hi:भूकंप",
    'lang:de OR source:"ـ" OR site:example.org OR tag:politics',
)


def _rules() -> list[WatchRule]:
    rules = [WatchRule(id=rule_id, when=when) for rule_id, when in FIND_PLAIN.items()]
    rules += [WatchRule(id=f"rule-{number}", when=when) for number, when in enumerate(CONDITIONS)]
    # What is held back reads the text again: its normal form, its entities, its source.
    rules += [
        WatchRule(id=f"quiet-{by}", when=PLAIN, suppress=Suppress(for_="1h", by=by)) for by in get_args(SuppressBy)
    ]
    rules.append(WatchRule(id="metonyms", when="Russia + United States", metonyms=True))
    return rules


@cache
def index() -> RuleIndex:
    rules = RuleIndex(KnowledgeBase.load())
    for rule in _rules():
        rules.add(rule)
    return rules


@cache
def categories() -> Sequence[str]:
    return sorted({unicodedata.category(chr(point)) for point in range(0x110000)} - {"Cs"})


# One character of each of Unicode's categories is as likely as one of another, however few a category has.
any_character = st.deferred(lambda: st.sampled_from(categories())).flatmap(
    lambda category: st.characters(categories=[category])  # type: ignore[list-item]  # it is one of Unicode's
)
SPECIAL = (
    *"\x00\t\n\r\x0b\x85\u2028\u2029\u00ad\u034f\u061c\u0640\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060\u2066\u2069",
    *"\u0300\u0301\u0345\u064e\u0651\u05b0\u0903\u093c\u0e31\u0e47\u1ab0\u20dd\u3099\ufe0f\ufe20\ufe71\ufe7f\ufeff",
    *"\ue000\uf8ff\ufdd0\uffff\U000e0001\U000e0061\U000f0000\U0010ffff\u0378",
    *"’'ʼ״׳-‐–—_.,:;!?()[]{}\"«»„“”…#&@+*/\\|",
    "🇩🇪", "🇺", "👨\u200d👩\u200d👧", "🏴\U000e0067\U000e0062\U000e007f", "ـ" * 40, "\u0301" * 40,
    "ß", "İ", "ı", "ŉ", "ﬁ", "ǆ", "Å", "℻",
)  # fmt: skip
WORDS = (
    "NATO", "North Korea", "nordkoreanische", "Путин", "Россия", "санкции", "朝鲜", "北约", "日本", "대한민국은",
    "ประเทศไทย",
    "الصين", "وللصين", "سلام", "دنیا", "ישראל", "ארה״ב", "Türkiye'nin", "Ελλάδα", "भारत", "Garrett Holloway",
    "Jan Kowalski", "Lower Wexcombe", "AT&T", "C++", "Ukrainekrieg", "talks", "war", "Senate", "President",
)  # fmt: skip
pieces = st.one_of(any_character, st.sampled_from(SPECIAL), st.sampled_from(WORDS), st.just(" "))
texts = st.lists(pieces, max_size=12).map("".join)


def _hold(article: EnrichedArticle, alerts: Iterable[Alert]) -> None:
    text = {"title": article.title, "body": article.body}
    for mention in article.mentions:
        assert mention.start < mention.end
        assert text[mention.field][mention.start : mention.end] == mention.text
    for one in article.mentions:
        for other in article.mentions:
            if one.field == other.field and one.start < other.start < one.end:
                assert other.end <= one.end, (one, other)
    for alert in alerts:
        for evidence in alert.evidence:
            _evidence_holds(evidence, text)
        for span in alert.snippet.highlights:
            assert 0 <= span.start < span.end <= len(alert.snippet.text)


def _evidence_holds(evidence: Evidence, text: dict[str, str]) -> None:
    if evidence.start is not None and evidence.end is not None:
        assert text[evidence.field][evidence.start : evidence.end] == evidence.text


def carried(
    article: Mapping[str, object], language: str, enrichment: Enrichment | None = None
) -> tuple[EnrichedArticle, list[Alert]]:
    """An article through every step as bytes, as the topics hold it between two of them.

    Args:
        article: Of the raw topic.
        language: What the first step is taken to have found; empty: what it does find.
        enrichment: The first two steps; none: without the model.
    """
    raw = read_article(msgspec.json.encode(article), read_at=NOW).article
    enrichment = enrichment or without_model()
    identified = enrichment.identify(raw, now=NOW)
    if language:
        identified = msgspec.structs.replace(identified, language=Language(tag=language, confidence=0.9))
    identified = decode(encode(identified), type(identified))
    enriched = decode(encode(enrichment.extract([identified], now=NOW)[0]), EnrichedArticle)
    matches = index().match(enriched, now=NOW)
    index().near_misses(enriched)
    # The same article again: its alerts are repeats, and those of quiet rules are compared with the first.
    replay = Replay()
    decisions = [decision for match in (*matches, *matches) for decision in replay.decide(match)]
    return enriched, [decode(encode(decision.alert), Alert) for decision in decisions]


any_language = st.deferred(lambda: st.sampled_from(["", *languages()]))
articles = st.fixed_dictionaries(
    {
        "id": st.just("a"),
        "title": texts,
        "body": st.tuples(texts, texts).map(f" {PLAIN} ".join),
        "declared_language": any_language,
        "source": texts,
        "url": st.just("https://news.example.org/1"),
        "tags": st.lists(texts, max_size=2),
    }
)


@settings(max_examples=examples(400))
@given(article=articles, language=any_language)
def test_no_text_fails_a_step_and_a_plain_word_is_found_beside_it(article: Mapping[str, object], language: str) -> None:
    enriched, alerts = carried(article, language)
    _hold(enriched, alerts)
    fired = {alert.rule.id for alert in alerts}
    assert fired >= FIND_PLAIN.keys(), FIND_PLAIN.keys() - fired
    CHECKS["texts carried the whole way"] += 1


@settings(max_examples=examples(60))
@given(article=articles, language=any_language)
def test_no_text_fails_the_shipped_model(article: Mapping[str, object], language: str) -> None:
    enriched, alerts = carried(article, language, with_model())
    _hold(enriched, alerts)
    assert {alert.rule.id for alert in alerts} >= FIND_PLAIN.keys()
    CHECKS["texts carried the whole way with the shipped model"] += 1


def test_the_first_persian_news_with_a_tatweel_fires_beside_an_unlisted_person() -> None:
    enriched, alerts = carried({"id": "a", "title": f"{PLAIN} Garrett Holloway", "body": "سلام ـ دنیا"}, "fa")
    _hold(enriched, alerts)
    assert "plain" in {alert.rule.id for alert in alerts}
    holloway = f"rule-{CONDITIONS.index(HOLLOWAY)}"
    _, found = carried({"id": "b", "body": "Встречу провёл ـ Гарретт Холлоуэй ـ в среду"}, "ru")
    assert holloway in {alert.rule.id for alert in found}
