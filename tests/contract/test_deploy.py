"""deploy/ and docker-compose.yml agree with the code and with the tools that read them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from deploy.grafana.panels import NOTHING
from deploy.services import rendered_files
from pipeline import metrics
from pipeline.brokers import kafka_version
from pipeline.concepts import KnowledgeBase
from pipeline.rules.files.rule_file import check_rules
from pipeline.settings import ENV_PREFIX, Settings
from pipeline.topology import SERVICES, WORKER_SERVICES
from tests.contract.tools import DEPLOY, ROOT, load, run, tool

DASHBOARDS = sorted((DEPLOY / "grafana" / "dashboards").glob("*.json"))
SETTING_NAMES = {ENV_PREFIX + name.upper() for name in Settings.model_fields}
# Labels that Prometheus gives, and the one of a histogram's buckets.
FOREIGN_LABELS = {"le", "job", "instance", "process", "service", "worker"}
# What Python's client exports of every process.
FOREIGN_METRICS = {"up", "process_resident_memory_bytes", "process_cpu_seconds_total", "process_start_time_seconds"}


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
                if target["expr"] == NOTHING[0]:
                    continue
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


@pytest.mark.parametrize("path", rendered_files(), ids=str)
def test_the_file_has_the_services_of_the_topology(path: Path) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == rendered_files()[path], "run make services"


def test_compose_has_one_service_for_each_that_a_worker_runs(services: Mapping[str, Any]) -> None:
    commands = {
        name: service["command"] for name, service in services.items() if "worker" in service.get("command", ())
    }
    assert commands == {name: ["worker", "--step", name] for name in WORKER_SERVICES}


def test_compose_starts_services_when_their_topics_are_there(services: Mapping[str, Any]) -> None:
    assert services["topics"]["command"] == ["topics", "apply"]
    assert services["topics"]["depends_on"] == {"kafka": {"condition": "service_healthy"}}
    for name in SERVICES:
        assert services[name]["depends_on"] == {"topics": {"condition": "service_completed_successfully"}}


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
    volumes = [volume for service in services.values() for volume in service.get("volumes", ())]
    # The short form reads a file name without a folder as a volume's name, so the user's choice needs the long form.
    assert [each for each in volumes if isinstance(each, str) and "$" in each] == []
    sources = [each.split(":")[0] if isinstance(each, str) else each["source"] for each in volumes]
    by_default = [re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", source) for source in sources]
    assert [source for source in by_default if source.startswith(".") and not (ROOT / source).exists()] == []
    assert "./deploy/compose/rules.yaml" in by_default


def test_compose_builds_the_image_once_and_asks_no_registry_for_it(services: Mapping[str, Any]) -> None:
    ours = {name: service for name, service in services.items() if service["image"] == "wirewatch:local"}
    assert [name for name, service in ours.items() if "build" in service] == ["topics"]
    assert {service.get("pull_policy") for name, service in ours.items() if name != "topics"} == {"never"}
    # Each service builds the image if it is started alone.
    for name in ours.keys() - {"topics"}:
        assert "topics" in services[name]["depends_on"]


def test_prometheus_in_compose_scrapes_every_service() -> None:
    [job] = load(DEPLOY / "prometheus" / "compose.yml")["scrape_configs"]
    assert job["job_name"] == "wirewatch"
    outer, supervised = job["dns_sd_configs"]
    assert outer["names"] == list(SERVICES)
    assert supervised["names"] == list(WORKER_SERVICES)


def test_prometheus_in_compose_says_which_process_a_series_is_of() -> None:
    [job] = load(DEPLOY / "prometheus" / "compose.yml")["scrape_configs"]
    discovered = [(name, config["port"]) for config in job["dns_sd_configs"] for name in config["names"]]
    processes = {
        relabelled({"__meta_dns_name": name, "__address__": f"172.18.0.7:{port}"}, job["relabel_configs"])["process"]
        for name, port in discovered
    }
    assert processes == {*SERVICES, *(f"{name}/supervisor" for name in WORKER_SERVICES)}
    assert len(processes) == len(discovered)


def relabelled(labels: Mapping[str, str], rules: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """What Prometheus makes of a target's labels by rules that replace."""
    found = dict(labels)
    for rule in rules:
        value = ";".join(found.get(label, "") for label in rule["source_labels"])
        if (match := re.fullmatch(rule.get("regex", "(.*)"), value)) is not None:
            found[rule["target_label"]] = match.expand(re.sub(r"\$(\d)", r"\\\1", rule.get("replacement", "$1")))
    return found


def test_the_file_is_what_the_compose_specification_allows() -> None:
    run([tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", str(ROOT / "docker-compose.yml")])


def test_compose_loads_the_file_with_every_profile() -> None:
    project = yaml.safe_load(run([tool("compose-loader"), str(ROOT / "docker-compose.yml")]))
    services = project["services"]
    assert {"kafka-ui", "cli", "watch-rules", *SERVICES} <= services.keys()
    assert services["kafka-ui"]["profiles"] == ["tools"]
    assert services["kafka"]["volumes"][0]["source"] == "kafka-data"
    for name, service in services.items():
        assert service["mem_limit"], name
        assert service["cap_drop"] == ["ALL"], name
        assert not service.get("privileged"), name


def test_compose_applies_a_rule_file_that_holds(services: Mapping[str, Any]) -> None:
    # A rule that is taken out of the file goes, and no other set's.
    command = services["watch-rules"]["command"]
    assert (command[:2], command[3:]) == (["rules", "apply"], ["--set", "compose", "--prune"])
    file = DEPLOY / "compose" / "rules.yaml"
    check = check_rules(file.read_text(encoding="utf-8"), file.name, KnowledgeBase.load())
    assert check.rules
    assert not check.errors


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


def test_hadolint_accepts_the_dockerfile() -> None:
    run([tool("hadolint"), str(DEPLOY / "Dockerfile")])


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
