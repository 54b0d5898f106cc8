"""The kinds of panels that the dashboards are made of, each with a title, a description, a unit and its queries.

A panel keeps the order in which it was made and takes the next free place of its row; see ``board.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from typing import TypeVar

from grafana_foundation_sdk.builders import bargauge, common, dashboard, heatmap, prometheus, stat, table, timeseries
from grafana_foundation_sdk.models import common as common_models
from grafana_foundation_sdk.models import dashboard as dashboard_models
from grafana_foundation_sdk.models import heatmap as heatmap_models
from grafana_foundation_sdk.models import prometheus as prometheus_models

from pipeline.topology import STEPS

DATASOURCE = dashboard_models.DataSourceRef(type_val="prometheus", uid="${datasource}")

PanelBuilder = stat.Panel | timeseries.Panel | bargauge.Panel | heatmap.Panel | table.Panel
AnyPanel = TypeVar("AnyPanel", stat.Panel, timeseries.Panel, bargauge.Panel, heatmap.Panel, table.Panel)

Limits = Sequence[tuple[float, str]]
"""The value from which each colour shows; below the first it is green."""

Queries = Sequence[tuple[str, str]]
"""PromQL, and the legend of its series."""

PER_SECOND = "suffix:/s"
"""The unit of rates. Grafana's own writes "c/s", which reads as nothing."""

_REF_IDS = "ABCDEFGH"

BY_STEP = "{{step}}"
"""The legend of a series of one step, which has the same colour in every panel."""

_STEP_COLOURS = dict(zip(STEPS, cycle(("green", "orange", "blue", "purple", "yellow", "red")), strict=False))


def quantile(share: float, buckets: str, *, over: str, by: str = "") -> str:
    """PromQL for what this share of a histogram's observations stays below.

    Args:
        share: Of the observations, 0..1.
        buckets: The histogram's ``_bucket`` series, with their label filter.
        over: The window, such as ``5m``.
        by: The label to group by; empty: no grouping.
    """
    labels = f"{by}, le" if by else "le"
    return f"histogram_quantile({share:g}, sum by ({labels}) (rate({buckets}[{over}])))"


def most(metric: str, label: str, count: int) -> str:
    """PromQL for the rates of the series with the most in the whole range: topk() of a rate would change members.

    Args:
        metric: A counter, with its label filter.
        label: The label to group by.
        count: Number of series.
    """
    return (
        f"sum by ({label}) (rate({metric}[$__rate_interval])) "
        f"and topk({count}, sum by ({label}) (increase({metric}[$__range] @ end())))"
    )


def ranked(metric: str, label: str, count: int) -> str:
    """PromQL for the growth of each series in the whole range, largest first; only those that grew."""
    return f"sort_desc(topk({count}, sum by ({label}) (increase({metric}[$__range])) > 0))"


def occurring(metric: str, labels: str) -> str:
    """PromQL for how often something happens in a minute, of those kinds that happen at all in the whole range."""
    return (
        f"60 * sum by ({labels}) (rate({metric}[$__rate_interval])) "
        f"and (sum by ({labels}) (increase({metric}[$__range] @ end())) > 0)"
    )


NOTHING = ("vector(0)", "none")
"""A line at 0 for a panel of events that may not occur: without it the panel would say "No data"."""


def figure(
    title: str, description: str, expression: str, *, unit: str, limits: Limits = (), places: int = 0
) -> stat.Panel:
    """One current number, coloured, with a sparkline."""
    panel = _framed(stat.Panel(), title, description, unit, [(expression, "")])
    panel.decimals(places).color_mode(common_models.BigValueColorMode.VALUE)
    panel.graph_mode(common_models.BigValueGraphMode.AREA)
    panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    return _limited(panel, limits)


def count(title: str, description: str, expression: str, *, unit: str = "short", limits: Limits = ()) -> stat.Panel:
    """One number for the whole time range."""
    panel = _framed(stat.Panel(), title, description, unit, [(expression, "")], is_instant=True)
    panel.decimals(0).color_mode(common_models.BigValueColorMode.VALUE)
    panel.graph_mode(common_models.BigValueGraphMode.NONE)
    panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    return _limited(panel, limits)


def course(
    title: str,
    description: str,
    queries: Queries,
    *,
    unit: str,
    limits: Limits = (),
    is_stacked: bool = False,
    lowest: float | None = 0,
) -> timeseries.Panel:
    """Lines over time; stacked where the series are parts of a whole. Limits are drawn as lines.

    Args:
        title: A question or a plain fact.
        description: What is counted, and how.
        queries: One for each line or group of lines.
        unit: Grafana's name of the unit.
        limits: The values from which the state is bad.
        is_stacked: Whether the lines are parts of a whole.
        lowest: Where the axis begins; None: automatic.
    """
    panel = _framed(timeseries.Panel(), title, description, unit, queries)
    panel.line_width(1).fill_opacity(60 if is_stacked else 8)
    if lowest is not None:
        panel.min(lowest)
    panel.show_points(common_models.VisibilityMode.AUTO).line_interpolation(common_models.LineInterpolation.LINEAR)
    panel.legend(
        common.VizLegendOptions()
        .display_mode(common_models.LegendDisplayMode.TABLE)
        .placement(common_models.LegendPlacement.RIGHT)
        .show_legend(True)
        .calcs(["lastNotNull", "max"])
        .sort_by("Max")
        .sort_desc(True)
    )
    panel.tooltip(
        common.VizTooltipOptions().mode(common_models.TooltipDisplayMode.MULTI).sort(common_models.SortOrder.DESCENDING)
    )
    if is_stacked:
        panel.stacking(common.StackingConfig().mode(common_models.StackingMode.NORMAL).group("A"))
    if any(legend == BY_STEP for _, legend in queries):
        for step, colour in _STEP_COLOURS.items():
            fixed = {"mode": "fixed", "fixedColor": colour}
            panel.override_by_name(step, [dashboard_models.DynamicConfigValue("color", fixed)])
    if limits:
        panel.thresholds_style(common.GraphThresholdsStyleConfig().mode(common_models.GraphThresholdsStyleMode.DASHED))
    return panel.thresholds(_thresholds(limits))


def ranking(title: str, description: str, expression: str, legend: str, *, unit: str = "short") -> bargauge.Panel:
    """Bars for the whole time range, longest first."""
    panel = _framed(bargauge.Panel(), title, description, unit, [(expression, legend)], is_instant=True)
    panel.orientation(common_models.VizOrientation.HORIZONTAL).min(0).decimals(0)
    panel.display_mode(common_models.BarGaugeDisplayMode.BASIC)
    panel.value_mode(common_models.BarGaugeValueMode.TEXT)
    panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    panel.color_scheme(dashboard.FieldColor().mode(dashboard_models.FieldColorModeId.FIXED).fixed_color("blue"))
    return panel.thresholds(_thresholds(()))


def heat_map(title: str, description: str, expression: str, *, unit: str) -> heatmap.Panel:
    """The distribution of a histogram's values over time."""
    panel = _framed(heatmap.Panel(), title, description, "short", [])
    panel.with_target(
        prometheus.Dataquery()
        .expr(expression)
        .legend_format("{{le}}")
        .format(prometheus_models.PromQueryFormat.HEATMAP)
        .range()
        .ref_id(_REF_IDS[0])
        .datasource(DATASOURCE)
    )
    panel.calculate(False).show_legend()
    panel.y_axis(heatmap.YAxisConfig().unit(unit))
    panel.color(
        heatmap.HeatmapColorOptions()
        .mode(heatmap_models.HeatmapColorMode.SCHEME)
        .scheme("Oranges")
        .scale(heatmap_models.HeatmapColorScale.EXPONENTIAL)
        .exponent(0.5)
        .steps(64)
        .reverse(False)
    )
    return panel.thresholds(_thresholds(()))


def listing(
    title: str, description: str, expression: str, columns: dict[str, str], *, unit: str, limits: Limits = ()
) -> table.Panel:
    """A table of current values; ``columns`` maps the labels to show (and ``Value``) to their headings, in order."""
    panel = _framed(table.Panel(), title, description, unit, [])
    panel.with_target(
        prometheus.Dataquery()
        .expr(expression)
        .format(prometheus_models.PromQueryFormat.TABLE)
        .instant()
        .ref_id(_REF_IDS[0])
        .datasource(DATASOURCE)
    )
    panel.with_transformation(
        dashboard_models.DataTransformerConfig(
            id_val="organize",
            options={
                "includeByName": dict.fromkeys(columns, True),
                "indexByName": {name: place for place, name in enumerate(columns)},
                "renameByName": columns,
            },
        )
    )
    return panel.thresholds(_thresholds(limits))


def _framed(
    panel: AnyPanel, title: str, description: str, unit: str, queries: Queries, *, is_instant: bool = False
) -> AnyPanel:
    panel.title(title).description(description).unit(unit).datasource(DATASOURCE)
    for ref_id, (expression, legend) in zip(_REF_IDS, queries, strict=False):
        query = prometheus.Dataquery().expr(expression).legend_format(legend).ref_id(ref_id).datasource(DATASOURCE)
        panel.with_target(query.instant() if is_instant else query.range())
    return panel


def _limited(panel: stat.Panel, limits: Limits) -> stat.Panel:
    panel.color_scheme(dashboard.FieldColor().mode(dashboard_models.FieldColorModeId.THRESHOLDS))
    return panel.thresholds(_thresholds(limits))


def _thresholds(limits: Limits) -> dashboard.ThresholdsConfig:
    steps = [dashboard_models.Threshold(value=None, color="green")]
    steps += [dashboard_models.Threshold(value=value, color=colour) for value, colour in limits]
    return dashboard.ThresholdsConfig().mode(dashboard_models.ThresholdsMode.ABSOLUTE).steps(steps)
