from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from pipeline.assembly import Enrichment
from pipeline.concepts import KnowledgeBase
from pipeline.errors import RuleError
from pipeline.messages.canary_rule import CANARY_RULE, CANARY_SOURCE, canary_article
from pipeline.messages.codec import encode
from pipeline.messages.intake import read_article
from pipeline.rules import RuleIndex

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_canary_fires_its_rule_through_all_that_the_steps_do() -> None:
    enrichment = Enrichment.without_models(KnowledgeBase.load())
    index = RuleIndex(KnowledgeBase.load())
    index.add(CANARY_RULE)
    raw = read_article(encode(canary_article("canary-1")), read_at=NOW).article
    [article] = enrichment.extract([enrichment.identify(raw)])
    [match] = index.match(article, now=NOW)
    assert (match.rule.id, match.rule.channel) == (CANARY_SOURCE, "canary")
    found = {(each.via, each.entity.id) for each in match.evidence if each.entity is not None}
    assert ("adjective", "country/kp") in found, "a name that only the knowledge base can link"
    assert index.match(msgspec.structs.replace(article, source="Nordwind"), now=NOW) == []


def test_no_other_rule_can_have_the_id_of_the_canary_rule() -> None:
    index = RuleIndex(KnowledgeBase.load())
    with pytest.raises(RuleError, match="id wirewatch-canary is reserved"):
        index.add(msgspec.structs.replace(CANARY_RULE, when="NATO", channel=None))
