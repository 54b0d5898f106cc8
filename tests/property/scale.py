"""The number of examples: a million texts would take too long for every change of the code."""

from __future__ import annotations

import os
from collections import Counter

_TIMES = float(os.environ.get("PROPERTY_TIMES", "1"))

CHECKS: Counter[str] = Counter()
"""What was compared, counted by the tests themselves."""


def examples(count: int) -> int:
    """So many examples, times ``PROPERTY_TIMES``."""
    return max(1, int(count * _TIMES))
