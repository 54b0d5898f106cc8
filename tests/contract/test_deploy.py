"""What is under deploy/ and docker-compose.yml agrees with the code, and with the tools that read it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from pipeline import metrics
from pipeline.brokers import kafka_version
from pipeline.settings import ENV_PREFIX, Settings
from pipeline.topology import StepName

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
CHART = DEPLOY / "helm" / "wirewatch"
DASHBOARDS = sorted((DEPLOY / "grafana" / "dashboards").glob("*.json"))
SETTING_NAMES = {ENV_PREFIX + name.upper() for name in Settings.model_fields}
# Labels that Prometheus gives, and the one of a histogram's buckets.
FOREIGN_LABELS = {"le", "job", "instance", "process", "service", "worker"}
# What Python's client exports of every process.
FOREIGN_METRICS = {"up", "process_resident_memory_bytes", "process_cpu_seconds_total", "process_start_time_seconds"}


def load(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def tool(name: str) -> str:
    program = shutil.which(name)
    if program is None:
        pytest.skip(f"{name} is not installed")
    return program


def run(command: list[str]) -> str:
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


# --- metrics -----------------------------------------------------------------------------------------------------


def series() -> dict[str, set[str]]:
    """Every series name that the code exports, with its labels."""
    found: dict[str, set[str]] = {}
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            [family] = metric.describe()
            labels = set(metric._labelnames)
            suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}.get(family.type, [""])
            found |= {family.name + suffix: labels for suffix in suffixes}
    return found


def expressions() -> Iterator[tuple[str, str]]:
    for file in DASHBOARDS:
        for panel in json.loads(file.read_text())["panels"]:
            for target in panel.get("targets", ()):
                yield f"{file.name}: {panel['title']}", target["expr"]
    for group in load(DEPLOY / "prometheus" / "alerts.yml")["groups"]:
        for rule in group["rules"]:
            yield f"alerts.yml: {rule['alert']}", rule["expr"]


@pytest.mark.parametrize(("where", "expression"), [pytest.param(*pair, id=pair[0]) for pair in expressions()])
def test_dashboards_and_alert_rules_use_metrics_and_labels_that_exist(where: str, expression: str) -> None:
    known = series()
    used = set(re.findall(r"\bwirewatch_[a-z_]+", expression))
    assert used <= known.keys(), where
    assert used or any(name in expression for name in FOREIGN_METRICS), where
    labels = set(re.findall(r"[{,]\s*([a-z_]+)\s*=~?", expression))
    for grouping in re.findall(r"\bby\s*\(([^)]*)\)", expression):
        labels |= {label.strip() for label in grouping.split(",")}
    assert labels <= set().union(FOREIGN_LABELS, *(known[name] for name in used)), where


def test_every_alert_rule_says_what_happened_and_is_tested() -> None:
    tested = {
        test["alertname"]
        for group in load(DEPLOY / "prometheus" / "alerts.test.yml")["tests"]
        for test in group["alert_rule_test"]
        if test["exp_alerts"]
    }
    for rule in load(DEPLOY / "prometheus" / "alerts.yml")["groups"][0]["rules"]:
        assert rule["alert"] in tested
        assert rule["annotations"].keys() == {"summary", "description", "runbook_url"}
        assert (ROOT / rule["annotations"]["runbook_url"]).is_file()
        assert rule["labels"]["severity"] in {"warning", "critical"}


def test_promtool_accepts_configuration_and_rules() -> None:
    promtool = tool("promtool")
    for configuration in ("prometheus.yml", "compose.yml"):
        run([promtool, "check", "config", str(DEPLOY / "prometheus" / configuration)])
    run([promtool, "test", "rules", str(DEPLOY / "prometheus" / "alerts.test.yml")])


# --- Compose -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = load(ROOT / "docker-compose.yml")["services"]
    return found


def test_compose_has_one_service_for_each_step(services: Mapping[str, Any]) -> None:
    commands = {
        name: service["command"] for name, service in services.items() if "worker" in service.get("command", ())
    }
    assert commands == {str(step): ["worker", "--step", str(step)] for step in StepName}


def test_compose_starts_steps_when_their_topics_are_there(services: Mapping[str, Any]) -> None:
    assert services["topics"]["command"] == ["topics", "apply"]
    assert services["topics"]["depends_on"] == {"kafka": {"condition": "service_healthy"}}
    for step in StepName:
        assert services[step]["depends_on"] == {"topics": {"condition": "service_completed_successfully"}}


def test_compose_publishes_on_loopback_only(services: Mapping[str, Any]) -> None:
    ports = [port for service in services.values() for port in service.get("ports", ())]
    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_compose_runs_the_same_kafka_as_the_local_broker(services: Mapping[str, Any]) -> None:
    kafka = services["kafka"]
    assert kafka["image"] == f"apache/kafka:{kafka_version()}"
    assert kafka["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
    assert int(kafka["environment"]["KAFKA_MESSAGE_MAX_BYTES"]) > 8 * 1024 * 1024


def test_compose_names_settings_that_exist_and_tagged_images(services: Mapping[str, Any]) -> None:
    for name, service in services.items():
        wirewatch = {variable for variable in service.get("environment", {}) if variable.startswith(ENV_PREFIX)}
        assert wirewatch <= SETTING_NAMES, name
        assert re.search(r":[\w.-]+$", service["image"]), name
        assert not service["image"].endswith(":latest"), name


def test_compose_mounts_files_that_exist(services: Mapping[str, Any]) -> None:
    sources = [volume.split(":")[0] for service in services.values() for volume in service.get("volumes", ())]
    assert [source for source in sources if source.startswith(".") and not (ROOT / source).exists()] == []


def test_prometheus_in_compose_scrapes_every_step() -> None:
    [job] = load(DEPLOY / "prometheus" / "compose.yml")["scrape_configs"]
    assert job["job_name"] == "wirewatch"
    for discovery in job["dns_sd_configs"]:
        assert discovery["names"] == [str(step) for step in StepName]


def test_docker_compose_accepts_the_file() -> None:
    docker = tool("docker")
    if subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode != 0:
        pytest.skip("the compose plugin of docker is not installed")
    run([docker, "compose", "--file", str(ROOT / "docker-compose.yml"), "config", "--quiet"])


# --- image -------------------------------------------------------------------------------------------------------


def test_the_image_is_built_from_files_that_exist_and_are_let_through() -> None:
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    allowed = [
        line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line.startswith("!")
    ]
    copied = [
        word for line in lines if line.startswith("COPY ") and "--from" not in line for word in line.split()[1:-1]
    ]
    assert copied
    for source in copied:
        assert (ROOT / source).exists(), source
        assert source.rstrip("/") in allowed


def test_the_image_runs_as_a_numbered_user_and_is_watched() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    final_stage = text[text.rindex("\nFROM ") :]
    assert re.findall(r"^USER (.+)$", final_stage, re.MULTILINE) == ["10001:10001"]
    assert re.search(r"^HEALTHCHECK .*\n.*/livez", final_stage, re.MULTILINE)
    assert "--require-hashes -r requirements/runtime.lock" in text
    assert set(re.findall(r"\bWIREWATCH_\w+", text)) <= SETTING_NAMES


def test_the_first_port_of_the_image_is_the_default_one() -> None:
    port = str(Settings.model_fields["metrics_port"].default)
    assert f"EXPOSE {port} " in (DEPLOY / "Dockerfile").read_text()
    assert f"containerPort: {port}" in (CHART / "templates" / "steps.yaml").read_text()


# --- Helm --------------------------------------------------------------------------------------------------------


def test_the_chart_has_every_step_and_names_settings_that_exist() -> None:
    assert list(load(CHART / "values.yaml")["steps"]) == [str(step) for step in StepName]
    schema = json.loads((CHART / "values.schema.json").read_text())
    assert schema["properties"]["steps"]["propertyNames"]["enum"] == [str(step) for step in StepName]
    names = set(re.findall(r"name: (WIREWATCH_[A-Z_]+)$", (CHART / "templates/_pod.tpl").read_text(), re.MULTILINE))
    assert names
    assert names <= SETTING_NAMES


def test_helm_accepts_the_chart_and_gives_a_deployment_for_each_step() -> None:
    helm = tool("helm")
    values = ["--set", "kafka.bootstrapServers=kafka:9092"]
    run([helm, "lint", "--strict", str(CHART), *values])
    manifests = list(yaml.safe_load_all(run([helm, "template", "wirewatch", str(CHART), *values])))
    assert sorted(m["metadata"]["name"] for m in manifests if m["kind"] == "Deployment") == sorted(
        f"wirewatch-{step}" for step in StepName
    )


def test_helm_passes_secrets_by_reference_only() -> None:
    helm = tool("helm")
    secured = "kafka.bootstrapServers=kafka:9093,kafka.securityProtocol=SASL_SSL"
    missing = subprocess.run(
        [helm, "template", "wirewatch", str(CHART), "--set", secured], capture_output=True, text=True, check=False
    )
    assert missing.returncode != 0
    assert "kafka.sasl.secretName is required" in missing.stderr
    named = f"{secured},kafka.sasl.secretName=kafka-user,kafka.tls.secretName=kafka-ca"
    for manifest in yaml.safe_load_all(run([helm, "template", "wirewatch", str(CHART), "--set", named])):
        pod = manifest["spec"]["template"]["spec"]
        variables = {variable["name"]: variable for variable in pod["containers"][0]["env"]}
        assert variables.keys() <= SETTING_NAMES
        assert variables["WIREWATCH_SASL_PASSWORD"].keys() == {"name", "valueFrom"}
        assert variables["WIREWATCH_SSL_CA_FILE"]["value"] == "/etc/wirewatch/tls/ca.crt"
        assert pod["enableServiceLinks"] is False
