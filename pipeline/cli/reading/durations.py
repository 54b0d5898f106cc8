"""Lengths of time as people write them: ``30m``, ``24h``, ``7d``, ``1h30m``."""

from __future__ import annotations

import re
from datetime import timedelta

import click

MOST = timedelta(days=3650)

_FORM = re.compile(r"(?:(?P<days>\d+)d)?(?:(?P<hours>\d+)h)?(?:(?P<minutes>\d+)m)?(?:(?P<seconds>\d+)s)?", re.ASCII)
_MOST_DIGITS = 12


class DurationParameter(click.ParamType):
    """A click type that reads ``2h`` as a ``timedelta``; more than nothing and at most ten years."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read one; click shows the message of what fails."""
        if isinstance(value, timedelta):
            return value
        found = _FORM.fullmatch(value) if isinstance(value, str) and len(value) <= _MOST_DIGITS else None
        if not value or found is None:
            self.fail(f"{value!r} is no length of time: expected such as 30m, 24h, 7d or 1h30m", param, ctx)
        length = timedelta(**{unit: int(number) for unit, number in found.groupdict().items() if number})
        if not timedelta(0) < length <= MOST:
            self.fail(f"{value!r}: expected more than nothing and at most {MOST.days}d", param, ctx)
        return length


DURATION = DurationParameter()
