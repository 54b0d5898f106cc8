"""Every metric keeps to the conventions of Prometheus, as promtool checks them."""

from __future__ import annotations

import subprocess

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics import MetricWrapperBase

from pipeline import metrics
from tests.contract.tools import tool

# Labels that every scrape adds to all series, so no metric may use them.
TARGET_LABELS = {"job", "instance", "process", "worker", "service"}


def own_metrics() -> list[MetricWrapperBase]:
    return [metric for metric in vars(metrics).values() if isinstance(metric, MetricWrapperBase)]


def test_promtool_finds_nothing_to_say_against_the_metrics() -> None:
    promtool = tool("promtool")
    registry = CollectorRegistry()
    for metric in own_metrics():
        if metric._labelnames:
            metric.labels(*("x" for _ in metric._labelnames))
        registry.register(metric)
    answer = subprocess.run(
        [promtool, "check", "metrics"], input=generate_latest(registry), capture_output=True, check=False
    )
    for metric in own_metrics():
        if metric._labelnames:
            metric.remove(*("x" for _ in metric._labelnames))
    assert (answer.returncode, answer.stdout + answer.stderr) == (0, b"")


def test_metrics_have_the_names_of_the_house_and_no_label_of_a_target() -> None:
    for metric in own_metrics():
        [family] = metric.describe()
        assert family.name.startswith("wirewatch_")
        assert family.documentation.endswith(".")
        assert not TARGET_LABELS & set(metric._labelnames), family.name
