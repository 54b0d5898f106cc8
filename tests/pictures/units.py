"""Values as a person reads them, by the names that Grafana has for units."""

from __future__ import annotations

import math


def text(value: float, unit: str, *, places: int | None = None) -> str:
    """A value with its unit.

    Args:
        value: In the unit itself: seconds, bytes, a share of 1.
        unit: ``s``, ``bytes``, ``percentunit``, ``suffix:/s`` (a second) or ``short``.
        places: Digits behind the point; None: as many as say something.
    """
    if math.isnan(value):
        return "–"
    match unit:
        case "s":
            return _seconds(value)
        case "bytes":
            return _scaled(value, 1024, ("B", "KiB", "MiB", "GiB"))
        case "percentunit":
            return f"{_digits(value * 100)} %"
        case "suffix:/s":
            return f"{_digits(value)}/s"
        case _:
            return (
                f"{value:.{places}f}"
                if places is not None and abs(value) < 1000
                else _scaled(value, 1000, ("", "k", "M"))
            )


def _seconds(value: float) -> str:
    size = abs(value)
    if size >= 3600:
        return f"{value / 3600:.1f} h"
    if size >= 120:
        return f"{value / 60:.1f} min"
    if size >= 1 or size == 0:
        return f"{_digits(value)} s"
    return f"{_digits(value * 1000)} ms"


def _scaled(value: float, base: int, names: tuple[str, ...]) -> str:
    power = 0
    while abs(value) >= base and power < len(names) - 1:
        value /= base
        power += 1
    return f"{_digits(value)} {names[power]}".strip()


def _digits(value: float) -> str:
    return f"{value:.0f}" if value == round(value) or abs(value) >= 100 else f"{value:.3g}"
