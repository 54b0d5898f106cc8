"""What all dashboards share: variables, annotations, links and layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as models

from deploy.grafana.panels import DATASOURCE, PanelBuilder

_COLUMNS = 24
_TAG = "wirewatch"


@dataclass(frozen=True)
class Row:
    """Panels side by side under a heading, each as wide as it says.

    Attributes:
        title: The heading.
        lines: Lines of panels with their widths; a line's widths sum up to 24 columns.
        height: Of each line, in Grafana's units of 30 pixels.
    """

    title: str
    lines: Sequence[Sequence[tuple[int, PanelBuilder]]]
    height: int = 8


class _EventQuery(models.AnnotationQuery):
    """An annotation whose query gives the times of events, in milliseconds; the SDK does not know these fields."""

    def to_json(self) -> dict[str, object]:
        title, _, text = self.name.partition(": ")
        return {
            **super().to_json(),
            "name": title,
            "titleFormat": title,
            "textFormat": text,
            "useValueForTime": True,
            "step": "15s",
        }


class _Event(dashboard.AnnotationQuery):
    def __init__(self, title: str, text: str, expression: str, colour: str) -> None:
        super().__init__()
        self._internal = _EventQuery()
        self.name(f"{title}: {text}").datasource(DATASOURCE).enable(True).icon_color(colour).expr(expression)


def encoded_board(
    uid: str, title: str, description: str, rows: Sequence[Row], variables: Sequence[dashboard.QueryVariable]
) -> str:
    """A dashboard as the JSON that Grafana reads.

    Args:
        uid: Its id, in its address and its file's name.
        title: Its name.
        description: What it answers.
        rows: Its panels.
        variables: Variables besides the data source.
    """
    builder = (
        dashboard.Dashboard(title)
        .uid(uid)
        .description(description)
        .tags([_TAG])
        .readonly()
        .refresh("10s")
        .time("now-1h", "now")
        .timezone("browser")
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .link(
            dashboard.DashboardLink("Wirewatch")
            .type(models.DashboardLinkType.DASHBOARDS)
            .tags([_TAG])
            .keep_time(True)
            .include_vars(True)
        )
        .with_variable(dashboard.DatasourceVariable("datasource").label("Data source").type("prometheus"))
    )
    for variable in variables:
        builder.with_variable(variable)
    for event in _events():
        builder.annotation(event)
    _lay_out(builder, rows)
    return JSONEncoder(sort_keys=True, indent=1).encode(builder.build()) + "\n"


def label_variable(name: str, title: str, metric: str) -> dashboard.QueryVariable:
    """A variable with all values that a label of a metric has had."""
    return (
        dashboard.QueryVariable(name)
        .label(title)
        .datasource(DATASOURCE)
        .query(f"label_values({metric}, {name})")
        .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(models.VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".*")
        .current(models.VariableOption(selected=True, text="All", value="$__all"))
    )


def _events() -> Sequence[dashboard.AnnotationQuery]:
    return (
        _Event(
            "Rules changed",
            "The newest record of the rules topic",
            "max(wirewatch_rules_last_change_timestamp_seconds) * 1000",
            "purple",
        ),
        _Event(
            "Deployment",
            "Version {{version}} started",
            "1000 * min by (version) "
            "(process_start_time_seconds * on (job, instance) group_left (version) wirewatch_build_info)",
            "blue",
        ),
    )


def _lay_out(builder: dashboard.Dashboard, rows: Sequence[Row]) -> None:
    top = 0
    number = 1
    for row in rows:
        builder.with_row(dashboard.Row(row.title).id(number).grid_pos(models.GridPos(h=1, w=_COLUMNS, x=0, y=top)))
        number += 1
        top += 1
        for line in row.lines:
            left = 0
            for width, panel in line:
                builder.with_panel(panel.id(number).grid_pos(models.GridPos(h=row.height, w=width, x=left, y=top)))
                number += 1
                left += width
            top += row.height
