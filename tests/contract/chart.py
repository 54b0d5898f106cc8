"""Render the Helm chart."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import yaml

from tests.contract.tools import DEPLOY, run, tool

CHART = DEPLOY / "helm" / "wirewatch"
PLAIN = "kafka.bootstrapServers=kafka:9092"
SECURED = (
    "kafka.bootstrapServers=kafka:9093,kafka.securityProtocol=SASL_SSL,kafka.sasl.secretName=kafka-user,"
    "kafka.tls.secretName=kafka-ca"
)
STRIMZI = "strimzi.enabled=true,strimzi.channels={security,markets},strimzi.sources={wire}"
EVERYTHING = "scaling.enabled=true,monitoring.enabled=true"

Manifest = dict[str, Any]


def manifests(values: str, *, chart: Path = CHART, cluster: str | None = None) -> list[Manifest]:
    """The manifests of a release ``news`` in the namespace ``wire``; ``cluster`` is the address of one, if any."""
    where = ["--dry-run=server", "--kube-apiserver", cluster] if cluster else []
    text = run([tool("helm"), "template", "news", str(chart), "--namespace", "wire", "--set", values, *where])
    return [manifest for manifest in yaml.safe_load_all(text) if manifest]


def refusal(values: str) -> str:
    """The error with which helm refuses these values; fails if it accepts them."""
    command = [tool("helm"), "template", "news", str(CHART), "--set", values]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode != 0, values
    return answer.stderr


def of_kind(found: list[Manifest], kind: str) -> dict[str, Manifest]:
    """The manifests of a kind, by name."""
    return {manifest["metadata"]["name"]: manifest for manifest in found if manifest["kind"] == kind}
