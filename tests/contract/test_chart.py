"""The Helm chart: by helm itself, by the schemas of what it makes, and against the code that it runs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from deploy.helm.__main__ import FILE, rendered_topology
from pipeline.settings import ENV_PREFIX, Settings
from pipeline.topology import PARTITIONS, STEPS, TOPICS, StepName, channel_topic
from tests.contract.tools import DEPLOY, load, run, tool

CHART = DEPLOY / "helm" / "wirewatch"
SETTING_NAMES = {ENV_PREFIX + name.upper() for name in Settings.model_fields}
KUBERNETES = "1.34"
PLAIN = "kafka.bootstrapServers=kafka:9092"
SECURED = (
    "kafka.bootstrapServers=kafka:9093,kafka.securityProtocol=SASL_SSL,kafka.sasl.secretName=kafka-user,"
    "kafka.tls.secretName=kafka-ca"
)
STRIMZI = "strimzi.enabled=true,strimzi.channels={security,markets},strimzi.sources={wire}"
EVERYTHING = "scaling.enabled=true,monitoring.enabled=true"
# Where a Java of version 25 may be, which Strimzi's generator of schemas needs.
JAVA_FOLDER = Path("/usr/lib/jvm")
STRIMZI_KINDS = {"kafka.Kafka", "nodepool.KafkaNodePool", "topic.KafkaTopic", "user.KafkaUser"}

Manifest = dict[str, Any]


def manifests(values: str) -> list[Manifest]:
    text = run([tool("helm"), "template", "news", str(CHART), "--namespace", "wire", "--set", values])
    return [manifest for manifest in yaml.safe_load_all(text) if manifest]


def of_kind(found: list[Manifest], kind: str) -> dict[str, Manifest]:
    return {manifest["metadata"]["name"]: manifest for manifest in found if manifest["kind"] == kind}


def variables(manifest: Manifest) -> dict[str, Manifest]:
    return {variable["name"]: variable for variable in manifest["spec"]["template"]["spec"]["containers"][0]["env"]}


def test_the_chart_knows_the_route_of_the_code() -> None:
    assert FILE.read_text(encoding="utf-8") == rendered_topology(), "run make chart"


def test_the_values_name_every_step_and_no_more_replicas_than_partitions() -> None:
    steps = load(CHART / "values.yaml")["steps"]
    assert list(steps) == list(StepName)
    assert all(of["replicas"] <= of["maxReplicas"] <= PARTITIONS for of in steps.values())
    schema = json.loads((CHART / "values.schema.json").read_text())
    assert schema["properties"]["steps"]["propertyNames"]["enum"] == list(StepName)


def test_the_chart_serves_metrics_where_the_code_does() -> None:
    port = Settings.model_fields["metrics_port"].default
    for manifest in of_kind(manifests(PLAIN), "Deployment").values():
        assert manifest["spec"]["template"]["spec"]["containers"][0]["ports"][0]["containerPort"] == port


@pytest.mark.parametrize("values", [PLAIN, f"{SECURED},{EVERYTHING}", f"{STRIMZI},{EVERYTHING}"])
def test_helm_lints_it(values: str) -> None:
    run([tool("helm"), "lint", "--strict", str(CHART), "--set", values])


@pytest.mark.parametrize("values", [PLAIN, f"{SECURED},{EVERYTHING}", f"{STRIMZI},{EVERYTHING}"])
def test_what_is_of_kubernetes_itself_keeps_to_its_schemas(values: str) -> None:
    own = [manifest for manifest in manifests(values) if not re.search(r"\.(io|com|sh)/", manifest["apiVersion"])]
    own += list(of_kind(manifests(values), "NetworkPolicy").values())
    assert {manifest["kind"] for manifest in own} >= {"Deployment", "PodDisruptionBudget", "NetworkPolicy"}
    for manifest in own:
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)


def test_a_deployment_for_each_step_and_the_canary() -> None:
    found = of_kind(manifests(PLAIN), "Deployment")
    assert set(found) == {f"news-wirewatch-{name}" for name in (*StepName, "canary")}
    for manifest in found.values():
        assert variables(manifest).keys() <= SETTING_NAMES
        pod = manifest["spec"]["template"]["spec"]
        assert pod["enableServiceLinks"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["containers"][0]["securityContext"]["readOnlyRootFilesystem"] is True
    assert set(of_kind(manifests(PLAIN), "PodDisruptionBudget")) == {f"news-wirewatch-{step}" for step in StepName}


def test_brokers_are_required_unless_strimzi_makes_them() -> None:
    answer = subprocess.run([tool("helm"), "template", "news", str(CHART)], capture_output=True, text=True, check=False)
    assert answer.returncode != 0
    assert "kafka.bootstrapServers is required" in answer.stderr


def test_values_that_cannot_be_are_refused() -> None:
    for wrong in ("strimzi.channels={held}", "steps.rules.replicas=-1", "scaling.lagPerReplica=0", "unknown=1"):
        answer = subprocess.run(
            [tool("helm"), "template", "news", str(CHART), "--set", f"{PLAIN},{wrong}"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert answer.returncode != 0, wrong


def test_secrets_are_passed_by_reference_only() -> None:
    missing = subprocess.run(
        [tool("helm"), "template", "news", str(CHART), "--set", f"{PLAIN},kafka.securityProtocol=SASL_SSL"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "kafka.sasl.secretName is required" in missing.stderr
    for values in (SECURED, STRIMZI):
        for manifest in of_kind(manifests(values), "Deployment").values():
            own = variables(manifest)
            assert own["WIREWATCH_SASL_PASSWORD"].keys() == {"name", "valueFrom"}
            assert own["WIREWATCH_SSL_CA_FILE"]["value"] == "/etc/wirewatch/tls/ca.crt"
            volumes = {volume["name"]: volume for volume in manifest["spec"]["template"]["spec"]["volumes"]}
            assert "secret" in volumes["tls"]


def test_steps_scale_on_the_lag_of_their_group_and_never_above_the_partitions() -> None:
    values = f"{SECURED},{EVERYTHING},steps.language.replicas=2,steps.language.maxReplicas=12,kafka.topicPrefix=wire"
    found = manifests(values)
    assert all("replicas" not in d["spec"] for name, d in of_kind(found, "Deployment").items() if "canary" not in name)
    scaled = of_kind(found, "ScaledObject")
    assert set(scaled) == {f"news-wirewatch-{step}" for step in StepName}
    for name, step in STEPS.items():
        spec = scaled[f"news-wirewatch-{name}"]["spec"]
        assert spec["scaleTargetRef"]["name"] in of_kind(found, "Deployment")
        assert 1 <= spec["minReplicaCount"] <= spec["maxReplicaCount"] <= PARTITIONS
        [trigger] = spec["triggers"]
        assert trigger["type"] == "kafka"
        metadata = trigger["metadata"]
        assert metadata["topic"] == step.source.full_name("wire")
        assert metadata["consumerGroup"] == step.consumer_group("wire")
        assert (metadata["sasl"], metadata["tls"]) == ("scram_sha512", "enable")
        assert all(isinstance(value, str) for value in metadata.values())
        assert trigger["authenticationRef"]["name"] in of_kind(found, "TriggerAuthentication")


def test_the_monitor_finds_every_port_that_serves_metrics() -> None:
    found = manifests(f"{PLAIN},{EVERYTHING}")
    [monitor] = of_kind(found, "PodMonitor").values()
    named = {endpoint["port"] for endpoint in monitor["spec"]["podMetricsEndpoints"]}
    served = set()
    for manifest in of_kind(found, "Deployment").values():
        assert (
            monitor["spec"]["selector"]["matchLabels"].items()
            <= manifest["spec"]["template"]["metadata"]["labels"].items()
        )
        served |= {port["name"] for port in manifest["spec"]["template"]["spec"]["containers"][0]["ports"]}
    assert named == served


# --- Strimzi -----------------------------------------------------------------------------------------------------


def test_strimzi_makes_the_topics_of_the_code() -> None:
    found = of_kind(manifests(STRIMZI), "KafkaTopic")
    expected = [*TOPICS, channel_topic("security"), channel_topic("markets")]
    assert set(found) == {topic.full_name("news") for topic in expected}
    for topic in expected:
        spec = found[topic.full_name("news")]["spec"]
        assert (spec["partitions"], spec["config"]) == (topic.partitions, topic.config)
    assert not of_kind(manifests(STRIMZI), "Job")


def test_topics_have_no_more_replicas_than_there_are_brokers() -> None:
    found = manifests(f"{STRIMZI},strimzi.brokers=1")
    assert {topic["spec"]["replicas"] for topic in of_kind(found, "KafkaTopic").values()} == {1}
    for manifest in of_kind(found, "Deployment").values():
        assert variables(manifest)["WIREWATCH_REPLICATION_FACTOR"]["value"] == "1"


def test_a_channels_user_may_read_that_channel_and_nothing_else() -> None:
    users = of_kind(manifests(STRIMZI), "KafkaUser")
    acls = users["news-wirewatch-channel-security"]["spec"]["authorization"]["acls"]
    assert [(acl["resource"]["name"], acl["resource"]["patternType"]) for acl in acls] == [
        ("news.alerts.security.v1", "literal"),
        ("news.channel.security.", "prefix"),
    ]
    assert {operation for acl in acls for operation in acl["operations"]} == {"Describe", "Read"}
    [source] = users["news-wirewatch-source-wire"]["spec"]["authorization"]["acls"]
    assert (source["resource"]["name"], source["operations"]) == ("news.articles.raw.v1", ["Describe", "Write"])


@pytest.fixture(scope="module")
def strimzi_schemas(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """The schema of each kind, generated by Strimzi's own generator from its Java classes."""
    java = java_25()
    folder = tmp_path_factory.mktemp("strimzi")
    pom = Path(__file__).parent / "strimzi" / "pom.xml"
    run([tool("mvn"), "-q", "-B", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={folder}/lib"])
    classes = [f"io.strimzi.api.kafka.model.{name}={folder}/{name.split('.')[1]}.yaml" for name in STRIMZI_KINDS]
    run([str(java), "-cp", f"{folder}/lib/*", "io.strimzi.crdgenerator.CrdGenerator", "--yaml", *classes])
    schemas: dict[str, Any] = {}
    for file in folder.glob("*.yaml"):
        definition = load(file)["spec"]
        [version] = definition["versions"]
        schemas[f"{definition['group']}/{version['name']} {definition['names']['kind']}"] = closed(
            version["schema"]["openAPIV3Schema"]
        )
    return schemas


def java_25() -> Path:
    for java in sorted(JAVA_FOLDER.glob("*25*/bin/java")):
        return java
    if os.environ.get("CI") == "true" and shutil.which("java"):
        pytest.fail(f"no Java 25 under {JAVA_FOLDER}: Strimzi's schemas cannot be generated")
    pytest.skip("Strimzi's generator of schemas needs a Java 25")


def closed(schema: Any) -> Any:
    """The schema, refusing what it does not name: Kubernetes drops unknown fields without a word."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: closed(value) for key, value in schema.items()}
    if isinstance(inner.get("properties"), dict) and not schema.get("x-kubernetes-preserve-unknown-fields"):
        inner.setdefault("additionalProperties", False)
    return inner


def test_strimzis_resources_keep_to_its_schemas(strimzi_schemas: Mapping[str, Any]) -> None:
    made = [manifest for manifest in manifests(STRIMZI) if manifest["apiVersion"].startswith("kafka.strimzi.io/")]
    assert {manifest["kind"] for manifest in made} == {name.split(".")[1] for name in STRIMZI_KINDS}
    for manifest in made:
        schema = dict(strimzi_schemas[f"{manifest['apiVersion']} {manifest['kind']}"])
        schema["properties"] = {**schema["properties"], "metadata": {"type": "object"}}
        jsonschema.validate(manifest, schema, cls=jsonschema.Draft202012Validator)
