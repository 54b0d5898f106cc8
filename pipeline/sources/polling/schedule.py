"""When a source is polled next.

The square-root law: with an interval of ``90/sqrt(items a day)`` minutes many sources together wait least for the same
number of requests.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise
from random import Random

from msgspec import Struct

_LAW_SECONDS = 90 * 60.0
_DAY_SECONDS = 86_400.0
# Over how many days the rate is taken: a week has quiet days.
_RATE_DAYS = 5.0
_SILENCE_DAYS = 14.0
# Of a source without any date, or without an entry: polled about three times an hour, until it is known better.
_UNKNOWN_ITEMS_A_DAY = 20.0
# WordPress writes "hourly" into every feed, and others "daily" into feeds that change by the minute.
_LONGEST_HINT_SECONDS = 3600.0
_LONGEST_RETRY_AFTER_SECONDS = 86_400.0
_JITTER = 0.1
_MOST_DOUBLINGS = 10
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_UNCACHED = re.compile(r"\bno-(?:cache|store)\b", re.IGNORECASE)


class PollPace(Struct, frozen=True, kw_only=True):
    """How often sources are polled.

    Attributes:
        shortest_seconds: Between two polls of one source, whatever it says.
        longest_seconds: The same, unless the source fixes more, or asks for more as it refuses.
    """

    shortest_seconds: float = 120.0
    longest_seconds: float = 14_400.0


def usual_interval(
    pace: PollPace,
    items_a_day: float,
    *,
    fixed_seconds: float | None = None,
    hint_seconds: float | None = None,
    fresh_seconds: float = 0.0,
) -> float:
    """Seconds between two polls of a source that answers.

    Args:
        pace: Its bounds.
        items_a_day: How many articles it brings.
        fixed_seconds: What its document says; nothing else counts then.
        hint_seconds: What the feed says (``ttl``, ``sy:updatePeriod``): not more often than this, up to an hour.
        fresh_seconds: How long HTTP says that the answer stays the same.
    """
    if fixed_seconds is not None:
        return max(fixed_seconds, pace.shortest_seconds)
    seconds = _LAW_SECONDS / math.sqrt(items_a_day) if items_a_day > 0 else pace.longest_seconds
    seconds = max(seconds, min(hint_seconds or 0.0, _LONGEST_HINT_SECONDS), fresh_seconds)
    return min(max(seconds, pace.shortest_seconds), pace.longest_seconds)


def interval_after_failure(pace: PollPace, usual_seconds: float, failures: int, retry_after: float | None) -> float:
    """Seconds until a source that failed so many times in a row, at least once, is tried again."""
    doubled = usual_seconds * 2.0 ** min(failures - 1, _MOST_DOUBLINGS)
    seconds = min(max(doubled, pace.shortest_seconds), max(pace.longest_seconds, usual_seconds))
    return max(seconds, min(retry_after or 0.0, _LONGEST_RETRY_AFTER_SECONDS))


def jittered(seconds: float, random: Random) -> float:
    """At most a tenth longer, so that sources that began together part; never shorter, as servers ask for it."""
    return seconds * (1 + _JITTER * random.random())


def fresh_seconds(headers: Mapping[str, str], now: datetime) -> float:
    """How long an answer stays the same by ``Cache-Control``, else by ``Expires``; 0 where it does not say."""
    control = headers.get("cache-control", "")
    if _UNCACHED.search(control):
        return 0.0
    if (found := _MAX_AGE.search(control)) is not None:
        age = headers.get("age", "")
        return max(float(found[1]) - (float(age) if age.isdecimal() and len(age) < 10 else 0.0), 0.0)
    return max(_seconds_until(headers.get("expires", ""), now) or 0.0, 0.0)


def retry_after_seconds(headers: Mapping[str, str], now: datetime) -> float | None:
    """What ``Retry-After`` asks for, as seconds or as a date; None where it says nothing that can be read."""
    written = headers.get("retry-after", "").strip()
    if written.isdecimal() and written.isascii() and len(written) < 10:
        return float(written)
    seconds = _seconds_until(written, now)
    return None if seconds is None else max(seconds, 0.0)


def _seconds_until(written: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(written)
        return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()
    except (ValueError, OverflowError):
        return None


def first_rate(moments: Sequence[datetime], now: datetime) -> float:
    """Items a day of a source that is read for the first time, by the dates of its entries."""
    recent = [moment for moment in moments if now - timedelta(days=7) <= moment <= now]
    if not moments:
        return _UNKNOWN_ITEMS_A_DAY
    reach = (now - min(moments)).total_seconds() / _DAY_SECONDS
    return len(recent) / min(max(reach, 0.25), 7.0)


def later_rate(items_a_day: float, new_items: int, seconds: float) -> float:
    """Items a day, after so many new ones in so many seconds; older times count less and less."""
    days = max(seconds, 1.0) / _DAY_SECONDS
    kept = math.exp(-days / _RATE_DAYS)
    return items_a_day * kept + new_items / days * (1 - kept)


def first_silence(moments: Sequence[datetime]) -> float:
    """The longest time between two entries, in seconds; 0 where it is not known."""
    gaps = (after - before for before, after in pairwise(sorted(moments)))
    return max(gaps, default=timedelta()).total_seconds()


def later_silence(usual_seconds: float, silence_seconds: float) -> float:
    """The longest silence of late, after another one has ended; long past ones are forgotten."""
    return max(silence_seconds, usual_seconds * math.exp(-silence_seconds / (_SILENCE_DAYS * _DAY_SECONDS)))
