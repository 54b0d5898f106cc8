"""Options of the whole suite."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--full-size",
        action="store_true",
        help="run the tests that have one at their full size, for acceptance (minutes)",
    )
    parser.addoption("--seed", type=int, default=None, help="seed of the tests that draw at random; else a new one")
