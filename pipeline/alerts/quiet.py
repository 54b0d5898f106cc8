"""How often a rule has alerted: what its ``suppress`` and its ``limit`` go by, and how many alerts they held back.

All of it is by the time of the matches, so that the same matches are held back whenever they are decided on: after a
pause, by another process, or again after it died.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable

from pipeline.alerts.past import PastAlert, takes_back
from pipeline.messages.alerts import HeldBy, MatchedRule
from pipeline.messages.rules import duration_seconds, quota


class RuleHistory:
    """The alerts of one rule; they may be added in any order.

    Attributes:
        rule: As its newest alert has it.
        newest: The time of that alert.
    """

    __slots__ = ("_held", "_raised", "_windows", "newest", "rule")

    def __init__(self, first: PastAlert) -> None:
        self.rule = first.rule
        self.newest = first.matched_at
        # Times, ascending. Of the alerts raised only those that a window or a limit may look back at.
        self._raised: list[float] = []
        self._held: list[float] = []
        self._windows: dict[int, tuple[float, ...]] = {}

    def remember(self, past: PastAlert) -> None:
        """One alert more, which was not told before."""
        at = past.matched_at
        if at >= self.newest:
            self.rule, self.newest = past.rule, at
        if past.is_held:
            insort(self._held, at)
        elif not takes_back(past.kind) and (past.rule.suppress is not None or past.rule.limit is not None):
            insort(self._raised, at)
            if past.rule.suppress is not None:
                # Put in anew, so that the windows stand by their last alert, oldest first.
                self._windows[past.window] = tuple(sorted((*self._windows.pop(past.window, ()), at)))

    def forget_before(self, horizon: float) -> None:
        """Drop all that is older."""
        for times in (self._raised, self._held):
            if times and times[0] < horizon:
                del times[: bisect_left(times, horizon)]
        while self._windows:
            oldest = next(iter(self._windows))
            if self._windows[oldest][-1] >= horizon:
                break
            del self._windows[oldest]

    def is_raised_before(self, at: float, window: int, within: float) -> bool:
        """Whether an alert of that window was raised at a time, or less than so many seconds before."""
        return any(at - within < other <= at for other in self._windows.get(window, ()))

    def is_raised_after(self, at: float, window: int, within: float) -> bool:
        """Whether an alert of that window was raised less than so many seconds after a time."""
        return any(at < other < at + within for other in self._windows.get(window, ()))

    def raised_between(self, after: float, until: float) -> int:
        """How many were raised after one time, and until another."""
        return bisect_right(self._raised, until) - bisect_right(self._raised, after)

    def held_between(self, after: float, until: float) -> int:
        """How many were held back after one time, and until another."""
        return bisect_right(self._held, until) - bisect_right(self._held, after)

    def last_raised(self, before: float) -> float:
        """When the last one before a time was raised; minus infinity where there is none."""
        index = bisect_left(self._raised, before)
        return self._raised[index - 1] if index else float("-inf")


def reason_to_hold(histories: Iterable[RuleHistory], rule: MatchedRule, window: int, at: float) -> HeldBy | None:
    """Whether an alert is to be held back, and why.

    Args:
        histories: All of the rule's, each with alerts of its own.
        rule: Of the match.
        window: The ``window_key`` of the match.
        at: When it was matched, in seconds since 1970.

    Returns:
        ``suppress`` where an alert of its window was raised less than ``suppress.for`` before; ``limit`` where so many
        were raised up to it; ``suppress`` again where one was raised less than that after it: matches of several
        processes may come out of order. This comes last, so that a match which comes again behind others is held back
        for the reason that it was at first.
    """
    histories = tuple(histories)
    within = 0 if rule.suppress is None else duration_seconds(rule.suppress.for_)
    if any(history.is_raised_before(at, window, within) for history in histories):
        return "suppress"
    if rule.limit is not None:
        limit = quota(rule.limit)
        if sum(history.raised_between(at - limit.seconds, at) for history in histories) >= limit.most:
            return "limit"
    if any(history.is_raised_after(at, window, within) for history in histories):
        return "suppress"
    return None


def held_since_last(histories: Iterable[RuleHistory], at: float) -> int:
    """How many of the rule's alerts were held back between the last one raised before that time, and then."""
    histories = tuple(histories)
    last = max((history.last_raised(at) for history in histories), default=float("-inf"))
    return sum(history.held_between(last, at) for history in histories)
