"""Give the files of a deployment the services that there are: ``python -m deploy.services`` (``make services``).

The list is ``pipeline.topology``. Between two marks in each file stands what is written here; the rest of the file is
written by hand. Replicas and resources of the chart are kept as somebody has tuned them.
"""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from pipeline.topology import SERVICES, STEPS, Service, Step

ROOT = Path(__file__).parents[1]
COMPOSE = Path("docker-compose.yml")
SCRAPES = Path("deploy/prometheus/compose.yml")
ALERTING_RULES = Path("deploy/prometheus/alerts.yml")
VALUES = Path("deploy/helm/wirewatch/values.yaml")
VALUES_SCHEMA = Path("deploy/helm/wirewatch/values.schema.json")

_REGION = re.compile(r"( *)# From pipeline/topology\.py, by make services:\n(.*?)\1# \(end\)\n", re.DOTALL)


def rendered_files() -> dict[Path, str]:
    """The files as they should be, by their path from the root."""
    regions = {COMPOSE: _compose(), SCRAPES: _scrapes(), ALERTING_RULES: _standstill(), VALUES: _values()}
    files = {path: _with_region(path, lines) for path, lines in regions.items()}
    schema = json.loads((ROOT / VALUES_SCHEMA).read_text(encoding="utf-8"))
    schema["properties"]["steps"]["propertyNames"]["enum"] = list(_supervised())
    files[VALUES_SCHEMA] = json.dumps(schema, indent=2) + "\n"
    return files


def _with_region(path: Path, lines: str) -> str:
    text = (ROOT / path).read_text(encoding="utf-8")
    found = list(_REGION.finditer(text))
    if len(found) != 1:
        raise ValueError(f"{path}: {len(found)} regions of make services, not 1")
    start, end = found[0].span(2)
    margin = found[0][1]
    indented = "".join(f"{margin}{line}\n" if line else "\n" for line in lines.splitlines())
    return text[:start] + indented + text[end:]


def _supervised() -> dict[str, Service]:
    """The services that a worker runs, by name: each is a Deployment of the chart."""
    return {name: service for name, service in SERVICES.items() if service.in_worker}


def _compose() -> str:
    return "\n\n".join(
        f"{service.name}:\n  <<: *step\n  command: [{_command(service)}]\n  mem_limit: {service.memory_mib}m"
        for service in SERVICES.values()
    )


def _command(service: Service) -> str:
    # A service that no worker runs has a verb of its own name.
    return f"worker, --step, {service.name}" if service.in_worker else service.name


def _scrapes() -> str:
    supervised = _supervised()
    return f"""\
dns_sd_configs:
  - {{names: [{", ".join(SERVICES)}], type: A, port: 9101, refresh_interval: 5s}}
  - {{names: [{", ".join(supervised)}], type: A, port: 9102, refresh_interval: 5s}}
relabel_configs:
  # By which alerts and dashboards say which process they mean.
  - {{source_labels: [__meta_dns_name], target_label: process}}
  - source_labels: [__meta_dns_name, __address__]
    regex: ({"|".join(supervised)});.*:9101
    target_label: process
    replacement: $1/supervisor"""


def _standstill() -> str:
    # On a step that reads no articles, a minute without a message is no standstill.
    steps = [step for step in STEPS.values() if step.source.key == "article id"]
    parts = [_stands_still(before, step) for before, step in pairwise(steps)]
    return "expr: |\n  " + "\nor ".join(parts).replace("\n", "\n  ")


def _stands_still(before: Step, step: Step) -> str:
    return f"""\
label_replace(
  sum(rate(wirewatch_articles_total{{step="{before.name}"}}[5m])) > 0
    unless sum(rate(wirewatch_articles_total{{step="{step.name}"}}[5m])) > 0,
  "step", "{step.name}", "", "")"""


def _values() -> str:
    tuned = yaml.safe_load((ROOT / VALUES).read_text(encoding="utf-8"))["steps"]
    lines = ["steps:"]
    for step in _supervised().values():
        of = tuned.get(step.name, _first_values(step))
        requests, limits = of["resources"]["requests"], of["resources"]["limits"]
        lines += [
            f"  {step.name}:",
            f"    replicas: {of['replicas']}",
            f"    maxReplicas: {of['maxReplicas']}",
            "    resources:",
            f"      requests: {{cpu: {_scalar(requests['cpu'])}, memory: {requests['memory']}}}",
            f"      limits: {{memory: {limits['memory']}}}",
        ]
    return "\n".join(lines)


def _first_values(step: Service) -> dict[str, Any]:
    """What a step begins with in the chart."""
    memory = step.memory_mib
    return {
        "replicas": 1,
        "maxReplicas": 4,
        "resources": {"requests": {"cpu": "250m", "memory": f"{memory // 2}Mi"}, "limits": {"memory": f"{memory}Mi"}},
    }


def _scalar(quantity: str) -> str:
    # Bare, a whole number of cores would be no string.
    return f'"{quantity}"' if quantity.isdecimal() else quantity


def main() -> None:
    """Write the files."""
    for path, text in rendered_files().items():
        (ROOT / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
