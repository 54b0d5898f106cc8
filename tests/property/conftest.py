"""Property tests have no deadline: a loaded machine, or a first call that loads data, must not fail them.

``PROPERTY_TIMES=100 pytest tests/property/...`` draws a hundred times as many examples, and ``make check`` a
quarter.
"""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.property.scale import CHECKS, examples

settings.register_profile("untimed", deadline=None, max_examples=examples(100))
settings.load_profile("untimed")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much was compared."""
    for what, count in CHECKS.items():
        terminalreporter.write_line(f"{count:,} {what}")
