"""Draw a dashboard from its JSON and what Prometheus answers, for the documentation: not Grafana's own rendering."""

from __future__ import annotations

import datetime as dt
import math
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, DateFormatter, date2num
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font, get_font_names
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray
from PIL import Image

from tests.integration.dashboards import Answer, Event, Panel
from tests.integration.prometheus_server import Series
from tests.pictures import units

_WIDTH_INCHES = 16.0
_UNIT_INCHES = 0.34
_COLUMNS = 24
_FOOT_UNITS = 1.4
_DPI = 100
_COLOURS_IN_FILE = 96
# Of Grafana's own classic palette, darkened where a line on white needs it.
_PALETTE = (
    "#5a9e3e", "#d9a400", "#2f9fc4", "#d9722f", "#d6453d", "#1f6fb5", "#a55aa0", "#5d6fc0", "#3f7a2e", "#9c7a00",
    "#0a5f75", "#9a4c12", "#8c2318", "#0a437c", "#6d1f62",
)  # fmt: skip
_NAMED = {
    "green": "#3a8f3a",
    "yellow": "#d9a400",
    "red": "#c4302b",
    "blue": "#1f6fb5",
    "purple": "#8040a0",
    "orange": "#d9722f",
}
_INK, _PALE, _FRAME, _GROUND = "#24292e", "#6a737d", "#d0d7de", "#f4f5f7"
_MOST_LEGENDS = 10
_NARROW_INCHES = 6.0

# The drawing library has no font with East Asian characters; one of these may be installed.
_FONTS = ["DejaVu Sans", *({"WenQuanYi Micro Hei", "Noto Sans CJK JP", "Droid Sans Fallback"} & set(get_font_names()))]
_SIGNS = [get_font(findfont(name)) for name in _FONTS]

Answers = Sequence[Answer]
Draw = Callable[["Frame", Panel, Answers], None]


class Frame:
    """The inside of one panel, in inches from the top left of the picture, and what is marked in it."""

    def __init__(self, figure: Figure, left: float, top: float, width: float, height: float) -> None:
        self.figure = figure
        self.events: Sequence[Event] = ()
        self.left, self.top, self.width, self.height = left, top, width, height

    def axes(self, left: float, top: float, right: float, bottom: float) -> Axes:
        """Axes that leave so many inches free at each side."""
        full_width, full_height = self.figure.get_size_inches()
        width = self.width - left - right
        height = self.height - top - bottom
        bottom_edge = full_height - self.top - self.height + bottom
        return self.figure.add_axes(
            (
                (self.left + left) / full_width,
                bottom_edge / full_height,
                width / full_width,
                height / full_height,
            )
        )

    def text(self, x: float, y: float, text: str, **style: Any) -> None:
        """Text whose upper left corner is so many inches from the frame's."""
        full_width, full_height = self.figure.get_size_inches()
        self.figure.text(
            (self.left + x) / full_width,
            1 - (self.top + y) / full_height,
            text,
            **{"va": "top", "color": _INK, **style},
        )

    def box(self) -> None:
        """The panel's white ground and its frame."""
        full_width, full_height = self.figure.get_size_inches()
        self.figure.add_artist(
            FancyBboxPatch(
                (self.left / full_width, 1 - (self.top + self.height) / full_height),
                self.width / full_width,
                self.height / full_height,
                boxstyle="square,pad=0",
                facecolor="white",
                edgecolor=_FRAME,
                linewidth=0.8,
                zorder=-1,
            )
        )


def draw_board(board: Mapping[str, Any], answered: Mapping[int, Answers], events: Sequence[Event]) -> bytes:
    """Draw a dashboard.

    Args:
        board: Its JSON.
        answered: What each panel's queries gave, by the panel's id.
        events: What is marked in the courses.

    Returns:
        A PNG of 1,600 pixels width.
    """
    mpl.rcParams.update({"font.family": _FONTS, "font.size": 8, "axes.linewidth": 0.6})
    rows = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in board["panels"])
    top = 2.0
    figure = Figure((_WIDTH_INCHES, (rows + top + _FOOT_UNITS) * _UNIT_INCHES), dpi=_DPI, facecolor=_GROUND)
    whole = Frame(figure, 0, 0, *figure.get_size_inches())
    whole.text(0.15, 0.12, board["title"], fontsize=15, fontweight="bold")
    whole.text(0.15, 0.42, board["description"], fontsize=9, color=_PALE)
    for json in board["panels"]:
        place = json["gridPos"]
        column = _WIDTH_INCHES / _COLUMNS
        frame = Frame(
            figure,
            place["x"] * column + 0.06,
            (place["y"] + top) * _UNIT_INCHES + 0.05,
            place["w"] * column - 0.12,
            place["h"] * _UNIT_INCHES - 0.1,
        )
        frame.events = events
        if json["type"] == "row":
            frame.text(0.05, 0.03, json["title"], fontsize=10.5, fontweight="bold")
            continue
        panel = Panel(board["uid"], json)
        frame.box()
        title = "\n".join(textwrap.wrap(panel.title, max(12, int(frame.width * 13)))[:2])
        frame.text(0.1, 0.07, title, fontsize=8.5, fontweight="bold")
        _DRAWN[panel.kind](frame, panel, answered[json["id"]])
    whole.text(
        0.15,
        whole.height - 0.32,
        "Drawn from the dashboard's JSON and a real Prometheus by tests/pictures: this is not Grafana's own rendering. "
        "Dotted lines: " + ", ".join(f"{event.name.lower()} ({event.colour})" for event in events) + ".",
        fontsize=8,
        color=_PALE,
        style="italic",
    )
    return _png(figure)


def _png(figure: Figure) -> bytes:
    drawn = BytesIO()
    figure.savefig(drawn, format="png", facecolor=figure.get_facecolor())
    small = BytesIO()
    Image.open(drawn).convert("RGB").quantize(_COLOURS_IN_FILE).save(small, "PNG", optimize=True)
    return small.getvalue()


def _stat(frame: Frame, panel: Panel, answers: Answers) -> None:
    defaults = panel.json["fieldConfig"]["defaults"]
    values = [(time, value) for each in answers for series in each.series for time, value in series.samples]
    last = values[-1][1] if values else math.nan
    colour = _threshold_colour(defaults, last)
    text = units.text(last, defaults["unit"], places=int(defaults.get("decimals", 0)))
    is_course = panel.json["options"].get("graphMode") == "area"
    if is_course and len(values) > 2:
        axes = frame.axes(0.02, frame.height * 0.62, 0.02, 0.02)
        axes.fill_between([time for time, _ in values], [value for _, value in values], color=colour, alpha=0.18, lw=0)
        axes.plot([time for time, _ in values], [value for _, value in values], color=colour, lw=0.9)
        axes.set_axis_off()
        axes.set_ylim(bottom=0)
        axes.margins(x=0)
    y = frame.height * (0.50 if is_course else 0.62)
    frame.text(frame.width / 2, y, text, fontsize=19, color=colour, ha="center", va="center", fontweight="bold")


def _threshold_colour(defaults: Mapping[str, Any], value: float) -> str:
    colour = "green"
    for step in defaults.get("thresholds", {}).get("steps", ()):
        if step["value"] is None or value >= step["value"]:
            colour = step["color"]
    return _NAMED[colour]


def _time_series(frame: Frame, panel: Panel, answers: Answers) -> None:
    defaults = panel.json["fieldConfig"]["defaults"]
    unit = defaults["unit"]
    named = [(_legend(each.legend, series), series) for each in answers for series in each.series]
    named = [(name, series) for name, series in named if not all(math.isnan(value) for _, value in series.samples)]
    named.sort(key=lambda pair: -max((v for _, v in pair[1].samples if not math.isnan(v)), default=0))
    legend_width = min(3.4, max(2.1, frame.width * 0.42))
    axes = frame.axes(0.62, 0.42, legend_width, 0.32)
    step = _step_seconds(named)
    is_stacked = defaults["custom"].get("stacking", {}).get("mode") == "normal"
    colours = _colours(panel, [name for name, _ in named])
    if is_stacked and named:
        times = sorted({time for _, series in named for time, _ in series.samples})
        layers = [[dict(series.samples).get(time, 0.0) for time in times] for _, series in named]
        axes.stackplot(_dates(times), layers, colors=colours, alpha=0.75, lw=0)
    else:
        for (_, series), colour in zip(named, colours, strict=True):
            for times, values in _unbroken(series.samples, 2 * step):
                axes.plot(_dates(times), values, color=colour, lw=1.3, solid_joinstyle="round")
    _limit_lines(axes, defaults)
    lowest = min((v for _, s in named for _, v in s.samples if not math.isnan(v)), default=0)
    axes.set_ylim(bottom=min(0, lowest))
    if axes.get_ylim()[1] <= 0:
        axes.set_ylim(top=1)
    _time_axis(axes)
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _place: units.text(value, unit)))
    axes.margins(x=0)
    axes.grid(color="#e6e9ec", lw=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    first, last = axes.get_xlim()
    for event in frame.events:
        for date in _dates(event.times):
            if first < date2num(date) < last:  # type: ignore[no-untyped-call]
                axes.axvline(date, color=_NAMED[event.colour], lw=1, ls=":")
    _legend_table(frame, frame.width - legend_width + 0.12, named, colours, unit)


def _colours(panel: Panel, names: Sequence[str]) -> list[str]:
    """The colour of each series: fixed by the dashboard, or the next of the palette."""
    fixed = {
        each["matcher"]["options"]: _NAMED[each["properties"][0]["value"]["fixedColor"]]
        for each in panel.json["fieldConfig"]["overrides"]
    }
    return [fixed.get(name, _PALETTE[number % len(_PALETTE)]) for number, name in enumerate(names)]


def _step_seconds(named: Sequence[tuple[str, Series]]) -> float:
    pauses = [
        after - before
        for _, series in named
        for (before, _), (after, _) in zip(series.samples, series.samples[1:], strict=False)
    ]
    return min(pauses, default=1.0)


def _unbroken(
    samples: Sequence[tuple[float, float]], longest_pause: float
) -> Iterator[tuple[list[float], list[float]]]:
    """The stretches of a series, times and values, between which there was no data."""
    times: list[float] = []
    values: list[float] = []
    for time, value in samples:
        if math.isnan(value) or (times and time - times[-1] > longest_pause):
            if times:
                yield times, values
            times, values = [], []
        if not math.isnan(value):
            times.append(time)
            values.append(value)
    if times:
        yield times, values


def _limit_lines(axes: Axes, defaults: Mapping[str, Any]) -> None:
    if defaults["custom"].get("thresholdsStyle", {}).get("mode") != "dashed":
        return
    top = axes.get_ylim()[1]
    for step in defaults["thresholds"]["steps"]:
        # A limit far above all values would squeeze the series to the bottom.
        if step["value"] is not None and step["value"] < 2.5 * top:
            axes.axhline(step["value"], color=_NAMED[step["color"]], lw=0.9, ls="--", alpha=0.8)


def _legend_table(
    frame: Frame, left: float, named: Sequence[tuple[str, Series]], colours: Sequence[str], unit: str
) -> None:
    right = frame.width - 0.1
    # A narrow panel has room for one of the two.
    last = right if frame.width < _NARROW_INCHES else right - 0.58
    frame.text(last, 0.28, "last", fontsize=6.5, color=_PALE, ha="right")
    if last < right:
        frame.text(right, 0.28, "max", fontsize=6.5, color=_PALE, ha="right")
    most = min(_MOST_LEGENDS, int((frame.height - 0.6) / 0.185))
    length = int((last - 0.62 - left) * 17)
    for number, (name, series) in enumerate(named[:most]):
        y = 0.43 + number * 0.185
        values = [value for _, value in series.samples if not math.isnan(value)] or [math.nan]
        frame.text(left, y, "■", fontsize=7, color=colours[number])
        frame.text(left + 0.13, y, name if len(name) <= length else name[: length - 1] + "…", fontsize=7)
        frame.text(last, y, units.text(values[-1], unit), fontsize=7, ha="right")
        if last < right:
            frame.text(right, y, units.text(max(values), unit), fontsize=7, ha="right")
    if len(named) > most:
        frame.text(left, 0.43 + most * 0.185, f"and {len(named) - most} more", fontsize=6.5, color=_PALE)


def _bar_gauge(frame: Frame, panel: Panel, answers: Answers) -> None:
    unit = panel.json["fieldConfig"]["defaults"]["unit"]
    bars = [(_legend(each.legend, series), series.samples[-1][1]) for each in answers for series in each.series]
    bars.sort(key=lambda bar: -bar[1])
    bars = bars[: max(1, int((frame.height - 0.45) / 0.19))]
    axes = frame.axes(1.75, 0.36, 0.62, 0.08)
    longest = max((value for _, value in bars), default=1) or 1
    axes.barh(range(len(bars)), [value for _, value in bars], height=0.62, color=_NAMED["blue"], alpha=0.8)
    for place, (name, value) in enumerate(bars):
        axes.text(-longest * 0.02, place, name[:26], ha="right", va="center", fontsize=7, color=_INK)
        axes.text(value + longest * 0.02, place, units.text(value, unit, places=0), va="center", fontsize=7, color=_INK)
    axes.set_xlim(0, longest)
    axes.set_ylim(max(len(bars), 6) - 0.5, -0.5)
    axes.set_axis_off()


def _heat_map(frame: Frame, panel: Panel, answers: Answers) -> None:
    bounds = sorted((float(series.labels["le"]), series) for each in answers for series in each.series)
    times = sorted({time for _, series in bounds for time, _ in series.samples})
    below = [0.0] * len(times)
    cells: list[list[float]] = []
    for _, series in bounds:
        found = dict(series.samples)
        upto = [found.get(time, 0.0) for time in times]
        cells.append([max(0.0, now - before) for now, before in zip(upto, below, strict=True)])
        below = upto
    axes = frame.axes(0.75, 0.42, 0.95, 0.32)
    shown = [index for index, row in enumerate(cells) if any(row)] or [0]
    first, last = max(0, shown[0] - 1), min(len(cells) - 1, shown[-1] + 1)
    grid = cells[first : last + 1]
    norm = mpl.colors.PowerNorm(0.5, vmin=0, vmax=max(max(row) for row in grid) or 1)
    mesh = axes.pcolormesh(_dates(times), range(len(grid)), grid, cmap="Oranges", norm=norm, shading="nearest")
    axes.set_yticks(
        [place + 0.5 for place in range(len(grid))],
        [units.text(bounds[first + place][0], "s") if bounds[first + place][0] < math.inf else "more"
         for place in range(len(grid))],
    )  # fmt: skip
    _time_axis(axes)
    bar = frame.figure.colorbar(mesh, ax=axes, fraction=0.03, pad=0.02)
    bar.ax.tick_params(labelsize=6.5, colors=_PALE, length=2)
    bar.set_label("alerts", fontsize=7, color=_PALE)


def _table(frame: Frame, panel: Panel, answers: Answers) -> None:
    unit = panel.json["fieldConfig"]["defaults"]["unit"]
    [organize] = panel.json["transformations"]
    order: dict[str, int] = organize["options"]["indexByName"]
    headings: dict[str, str] = organize["options"]["renameByName"]
    columns = {name: headings[name] for name in sorted(order, key=order.__getitem__)}
    rows = [
        [
            units.text(series.samples[-1][1], unit) if name == "Value" else series.labels.get(name, "")
            for name in columns
        ]
        for each in answers
        for series in each.series
    ]
    width = (frame.width - 0.3) / len(columns)
    for place, heading in enumerate(columns.values()):
        frame.text(0.12 + place * width, 0.36, heading, fontsize=7.5, fontweight="bold", color=_PALE)
    most = int((frame.height - 0.75) / 0.19)
    for number, row in enumerate(sorted(rows)[:most]):
        for place, cell in enumerate(row):
            frame.text(0.12 + place * width, 0.58 + number * 0.19, cell, fontsize=7.5)
    if len(rows) > most:
        frame.text(0.12, 0.58 + most * 0.19, f"and {len(rows) - most} more", fontsize=6.5, color=_PALE)


def _legend(template: str, series: Series) -> str:
    for name, value in series.labels.items():
        template = template.replace(f"{{{{{name}}}}}", value)
    return "".join(sign if any(font.get_char_index(ord(sign)) for font in _SIGNS) else "·" for sign in template)


def _dates(times: Sequence[float]) -> NDArray[np.datetime64]:
    return np.array([int(time * 1000) for time in times], dtype="datetime64[ms]")


def _time_axis(axes: Axes) -> None:
    axes.xaxis.set_major_formatter(DateFormatter("%H:%M", dt.UTC))  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(AutoDateLocator(tz=dt.UTC, minticks=3, maxticks=8))  # type: ignore[no-untyped-call]
    axes.tick_params(labelsize=7, colors=_PALE, length=2)


_DRAWN: Mapping[str, Draw] = {
    "stat": _stat,
    "timeseries": _time_series,
    "bargauge": _bar_gauge,
    "heatmap": _heat_map,
    "table": _table,
}
