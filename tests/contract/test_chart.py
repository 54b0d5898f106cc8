"""The Helm chart: checked by helm, by the schemas of its manifests, and against the code."""

from __future__ import annotations

import json
import re
import shutil
import textwrap
from pathlib import Path

import kubernetes_validate
import pytest
import yaml
from pydantic import SecretStr

from deploy.grafana.__main__ import FOLDER as DASHBOARDS
from deploy.helm.__main__ import FILE, rendered_topology
from pipeline.settings import ENV_PREFIX, Settings
from pipeline.topology import PARTITIONS, SERVICES, STEPS, TOPICS, WORKER_SERVICES, channel_topic
from tests.contract.chart import CHART, EVERYTHING, PLAIN, SECURED, STRIMZI, Manifest, manifests, of_kind, refusal
from tests.contract.kubernetes_api import kubernetes_api
from tests.contract.tools import DEPLOY, load, run, tool

SETTING_NAMES = {ENV_PREFIX + name.upper() for name in Settings.model_fields}
KUBERNETES = "1.34"


def variables(manifest: Manifest) -> dict[str, Manifest]:
    return {variable["name"]: variable for variable in manifest["spec"]["template"]["spec"]["containers"][0]["env"]}


def test_the_chart_knows_the_route_of_the_code() -> None:
    assert FILE.read_text(encoding="utf-8") == rendered_topology(), "run make chart"


def test_the_values_name_what_a_worker_runs_and_no_more_replicas_than_partitions() -> None:
    steps = load(CHART / "values.yaml")["steps"]
    assert list(steps) == list(WORKER_SERVICES)
    assert all(of["replicas"] <= of["maxReplicas"] <= PARTITIONS for of in steps.values())
    schema = json.loads((CHART / "values.schema.json").read_text())
    assert schema["properties"]["steps"]["propertyNames"]["enum"] == list(WORKER_SERVICES)
    step = schema["properties"]["steps"]["additionalProperties"]["properties"]
    assert (step["replicas"]["maximum"], step["maxReplicas"]["maximum"]) == (PARTITIONS, PARTITIONS)


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


def test_a_deployment_for_each_service() -> None:
    found = of_kind(manifests(PLAIN), "Deployment")
    assert set(found) == {f"news-wirewatch-{name}" for name in SERVICES}
    for manifest in found.values():
        assert variables(manifest).keys() <= SETTING_NAMES
        pod = manifest["spec"]["template"]["spec"]
        assert pod["enableServiceLinks"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["containers"][0]["securityContext"]["readOnlyRootFilesystem"] is True
    budgets = of_kind(manifests(PLAIN), "PodDisruptionBudget")
    assert set(budgets) == {f"news-wirewatch-{name}" for name in WORKER_SERVICES}


def test_brokers_are_required_unless_strimzi_makes_them() -> None:
    assert "kafka.bootstrapServers is required" in refusal("image.tag=x")


@pytest.mark.parametrize(
    "wrong",
    [
        "strimzi.channels={held}", "strimzi.channels={a-}", "strimzi.sources={-wire}", "kafka.topicPrefix=news.",
        "steps.rules.replicas=-1", "steps.rules.replicas=13", "scaling.lagPerReplica=0", "unknown=1",
    ],
)  # fmt: skip
def test_values_that_cannot_be_are_refused(wrong: str) -> None:
    refusal(f"{PLAIN},{wrong}")


def test_what_the_chart_sets_is_no_setting_to_give_least_of_all_a_secret_in_plain_text() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text())
    refused = {ENV_PREFIX + name for name in schema["properties"]["settings"]["propertyNames"]["not"]["enum"]}
    assert refused <= SETTING_NAMES
    for values in (PLAIN, f"{SECURED},kafka.tls.clientCertificate=true", STRIMZI):
        for manifest in of_kind(manifests(values), "Deployment").values():
            assert variables(manifest).keys() <= refused
    secret = [name.upper() for name, field in Settings.model_fields.items() if field.annotation is SecretStr]
    assert secret
    assert {ENV_PREFIX + name for name in secret} <= refused
    assert "WIREWATCH_METRICS_PORT" in refused
    assert "invalid propertyName 'SASL_PASSWORD'" in refusal(f"{PLAIN},settings.SASL_PASSWORD=secret")


def test_secrets_are_passed_by_reference_only() -> None:
    assert "kafka.sasl.secretName is required" in refusal(f"{PLAIN},kafka.securityProtocol=SASL_SSL")
    for values in (SECURED, STRIMZI):
        for manifest in of_kind(manifests(values), "Deployment").values():
            own = variables(manifest)
            assert own["WIREWATCH_SASL_PASSWORD"].keys() == {"name", "valueFrom"}
            assert own["WIREWATCH_SSL_CA_FILE"]["value"] == "/etc/wirewatch/tls/ca.crt"
            volumes = {volume["name"]: volume for volume in manifest["spec"]["template"]["spec"]["volumes"]}
            assert "secret" in volumes["tls"]


def test_the_password_of_an_encrypted_key_comes_from_the_secret_that_has_the_key() -> None:
    found = manifests(f"{SECURED},{EVERYTHING},kafka.tls.clientCertificate=true")
    for manifest in of_kind(found, "Deployment").values():
        reference = variables(manifest)["WIREWATCH_SSL_KEY_PASSWORD"]["valueFrom"]["secretKeyRef"]
        assert reference == {"name": "kafka-ca", "key": "password", "optional": True}
    [scaler] = of_kind(found, "TriggerAuthentication").values()
    expected = {"parameter": "keyPassword", "name": "kafka-ca", "key": "password"}
    assert expected in scaler["spec"]["secretTargetRef"]


def test_a_service_without_a_source_keeps_its_replicas_where_steps_scale(tmp_path: Path) -> None:
    chart = shutil.copytree(CHART, tmp_path / "wirewatch")
    file = chart / "files" / "topology.json"
    route = json.loads(file.read_text(encoding="utf-8"))
    del route["sources"]["alerts"]
    file.write_text(json.dumps(route), encoding="utf-8")
    found = manifests(f"{PLAIN},scaling.enabled=true,steps.alerts.replicas=3", chart=chart)
    deployments = of_kind(found, "Deployment")
    assert deployments["news-wirewatch-alerts"]["spec"]["replicas"] == 3


def test_steps_scale_on_the_lag_of_their_group_and_never_above_the_partitions() -> None:
    values = f"{SECURED},{EVERYTHING},steps.language.replicas=2,steps.language.maxReplicas=12,kafka.topicPrefix=wire"
    found = manifests(values)
    deployments = of_kind(found, "Deployment")
    scaled = of_kind(found, "ScaledObject")
    assert set(scaled) == {f"news-wirewatch-{step}" for step in STEPS}
    # Turning it on takes no replica away.
    for name, of in scaled.items():
        assert deployments[name]["spec"]["replicas"] == of["spec"]["minReplicaCount"]
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


def test_scaling_keeps_the_replicas_that_run_and_no_fewer_than_the_least() -> None:
    with kubernetes_api("wire", {"news-wirewatch-entities": 7, "news-wirewatch-rules": 1}) as cluster:
        found = of_kind(
            manifests(f"{PLAIN},scaling.enabled=true,steps.rules.replicas=2", cluster=cluster), "Deployment"
        )
        fixed = of_kind(manifests(PLAIN, cluster=cluster), "Deployment")
    steps = ("language", "entities", "rules", "alerts")
    assert [found[f"news-wirewatch-{step}"]["spec"]["replicas"] for step in steps] == [1, 7, 2, 1]
    assert fixed["news-wirewatch-entities"]["spec"]["replicas"] == 2


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
    # The label that tells the two processes of a step's pod apart.
    for endpoint in monitor["spec"]["podMetricsEndpoints"]:
        [process] = [each for each in endpoint["relabelings"] if each["targetLabel"] == "process"]
        assert process["sourceLabels"] == [
            "__meta_kubernetes_pod_name", "__meta_kubernetes_pod_container_port_name",
        ]  # fmt: skip


def test_the_chart_brings_the_alerting_rules_and_the_dashboards_as_they_are() -> None:
    found = manifests(f"{PLAIN},{EVERYTHING}")
    [rules] = of_kind(found, "PrometheusRule").values()
    assert rules["spec"] == load(DEPLOY / "prometheus" / "alerts.yml"), "run make chart"
    data = {name: text for each in of_kind(found, "ConfigMap").values() for name, text in each["data"].items()}
    assert data == {f"wirewatch-{file.name}": file.read_text(encoding="utf-8") for file in DASHBOARDS.glob("*.json")}
    assert {each["metadata"]["labels"]["grafana_dashboard"] for each in of_kind(found, "ConfigMap").values()} == {"1"}
    bare = manifests(f"{PLAIN},{EVERYTHING},monitoring.rules.enabled=false,monitoring.dashboards.enabled=false")
    assert not of_kind(bare, "PrometheusRule") | of_kind(bare, "ConfigMap")


@pytest.mark.parametrize(
    ("values", "ports"),
    [
        (r"kafka.bootstrapServers=a:29092\,b:29093\,c:9092", {29092, 29093, 9092, 9093}),
        (f"{PLAIN},kafka.ports={{19092}}", {9092, 19092}),
        ("kafka.bootstrapServers=broker1", {9092, 9093}),
        (STRIMZI, {9092, 9093}),
    ],
)
def test_the_network_policy_lets_the_pods_reach_every_broker_that_the_values_name(values: str, ports: set[int]) -> None:
    [policy] = of_kind(manifests(values), "NetworkPolicy").values()
    _, kafka = policy["spec"]["egress"]
    assert {each["port"] for each in kafka["ports"]} == ports
    assert len(kafka["ports"]) == len(ports)


@pytest.mark.parametrize(
    ("values", "servers"), [(PLAIN, "kafka:9092"), (STRIMZI, "news-wirewatch-kafka-kafka-bootstrap.wire.svc:9093")]
)
def test_what_helm_says_at_the_end_names_the_brokers(tmp_path: Path, values: str, servers: str) -> None:
    # Without a cluster helm renders manifests only, so the notes become one.
    copy = shutil.copytree(CHART, tmp_path / "wirewatch")
    notes = (copy / "templates" / "NOTES.txt").read_text()
    (copy / "templates" / "notes.yaml").write_text(f"kind: Notes\ntext: |\n{textwrap.indent(notes, '  ')}")
    command = [tool("helm"), "template", "news", str(copy), "--namespace", "wire", "--set", values]
    [said] = [each for each in yaml.safe_load_all(run(command)) if each and each["kind"] == "Notes"]
    assert f" on {servers} and " in said["text"]


# --- Strimzi -----------------------------------------------------------------------------------------------------


def test_strimzi_makes_the_topics_of_the_code() -> None:
    found = of_kind(manifests(STRIMZI), "KafkaTopic")
    expected = [*TOPICS, channel_topic("security"), channel_topic("markets")]
    assert set(found) == {topic.full_name("news") for topic in expected}
    for topic in expected:
        spec = found[topic.full_name("news")]["spec"]
        assert spec["topicName"] == topic.full_name("news")
        assert (spec["partitions"], spec["config"]) == (topic.partitions, topic.config)
    assert not of_kind(manifests(STRIMZI), "Job")


def test_kafkas_names_may_hold_what_those_of_kubernetes_may_not() -> None:
    found = of_kind(manifests(f"{STRIMZI},kafka.topicPrefix=News_EU"), "KafkaTopic")
    assert found["news-eu.articles.raw.v1"]["spec"]["topicName"] == "News_EU.articles.raw.v1"
    assert all(re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", name) for name in found)


def test_keda_reaches_strimzis_brokers_from_its_own_namespace() -> None:
    for scaled in of_kind(manifests(f"{STRIMZI},{EVERYTHING}"), "ScaledObject").values():
        [trigger] = scaled["spec"]["triggers"]
        assert trigger["metadata"]["bootstrapServers"] == "news-wirewatch-kafka-kafka-bootstrap.wire.svc:9093"


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
