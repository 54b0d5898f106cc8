"""Look at an article now and then for rules that it misses by one clause: what their authors may want to widen."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from pipeline.messages.articles import EnrichedArticle
from pipeline.rules import NearMiss
from pipeline.streaming.observability.log_context import place_of
from pipeline.streaming.steps.rule_counters import RuleCounters

log = logging.getLogger(__name__)

# Many rules are tried on an article that is looked at, where a match tries few: of the time it may take this share.
_SHARE_OF_TIME = 0.01
_LEAST_SECONDS = 1.0
# So many take longer than a batch may be held up.
_MOST_RULES = 10_000


class Rules(Protocol):
    """Rules that tell their near misses; see ``pipeline.rules.RuleIndex``."""

    def __len__(self) -> int:
        """How many there are."""
        ...

    def prepare_near_misses(self) -> None:
        """Do what takes long the first time."""
        ...

    def near_misses(self, article: EnrichedArticle, /) -> Sequence[NearMiss]:
        """Every rule that the article misses by exactly one clause."""
        ...

    def forget_near_misses(self) -> None:
        """Give back the memory that telling them takes."""
        ...


class NearMissSampler:
    """Counts the near misses of at most one article a second; a look that fails is logged and costs the sample alone.

    It is made when the rules are loaded, and prepares them for the first look before articles wait for it.

    Args:
        rules: What is matched.
        counters: Where they are counted.
        clock: Seconds, never going back.
    """

    def __init__(self, rules: Rules, counters: RuleCounters, clock: Callable[[], float] = time.monotonic) -> None:
        self._rules = rules
        self._counters = counters
        self._clock = clock
        self._next_at = clock()
        if len(rules) <= _MOST_RULES:
            try:
                rules.prepare_near_misses()
            except Exception as error:  # noqa: BLE001 - articles are matched without it
                log.error("near misses are not prepared: %s", place_of(error))  # noqa: TRY400 - as below

    def offer(self, article: EnrichedArticle) -> None:
        """Look at this article, if it is time for one."""
        started = self._clock()
        if started < self._next_at:
            return
        # Set before the look: one that fails is not repeated with every try of its batch.
        self._next_at = started + _LEAST_SECONDS
        if len(self._rules) > _MOST_RULES:
            self._rules.forget_near_misses()
            return
        try:
            missed = self._rules.near_misses(article)
        except Exception as error:  # noqa: BLE001 - whatever it is, the article is not at fault for a look at it
            log.error("article %s is no sample, its near misses cannot be told: %s", article.id, place_of(error))  # noqa: TRY400 - an error's text may quote the article
            return
        took = self._clock() - started
        self._next_at = started + max(_LEAST_SECONDS, took / _SHARE_OF_TIME)
        self._counters.count_near_misses(miss.rule_id for miss in missed)
