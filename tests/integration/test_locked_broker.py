"""A broker behind TLS, logins and rights: whatever is wrong, one line says what, and what to do."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import re
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pipeline.brokers import KafkaJars, free_port
from pipeline.settings import ENV_PREFIX, load_settings
from pipeline.streaming.kafka.topic_admin import topic_admin
from pipeline.streaming.kafka.topic_setup import apply_topics
from pipeline.topology import ALERTS, HELD, LANGUAGE_STEP, RAW
from tests.command_line import WIREWATCH, CommandLine, environment
from tests.integration.certificates import EXPIRED, Authority
from tests.integration.certificates import PASSWORD as KEY_PASSWORD
from tests.integration.locked_broker import PASSWORD, PREFIX, LockedBroker, locked_broker
from tests.waiting import wait_until

# aiokafka closes the connection of a login that fails without waiting for its end.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

LOGIN = {"sasl_username": "pipeline", "sasl_password": PASSWORD}
TLS, SASL_TLS = {"security_protocol": "SSL"}, {"security_protocol": "SASL_SSL", **LOGIN}
CERTIFICATE, KEY, CA = "ssl_cert_file", "ssl_key_file", "ssl_ca_file"
CLIENT = {**TLS, CERTIFICATE: "client.crt", KEY: "client.key"}


@dataclass(frozen=True)
class Mistake:
    """What is set, where files are named without their folder, and the line that it is to give."""

    listener: str
    line: str
    settings: dict[str, str] = field(default_factory=dict)


# By what is wrong. In the lines {at} is the address.
CONNECTIONS = {
    "expired certificate": Mistake(
        "EXPIRED",
        "no connection to Kafka at {at}: its certificate has expired: give the broker a new one, or set this machine's "
        "clock",
        TLS,
    ),
    "certificate not yet valid": Mistake(
        "NOT_YET",
        "no connection to Kafka at {at}: its certificate is not valid yet: set this machine's clock, or give the "
        "broker another one",
        TLS,
    ),
    "another host's certificate": Mistake(
        "OTHER_HOST",
        "no connection to Kafka at {at}: its certificate is another host's (IP address mismatch, certificate is not "
        "valid for '127.0.0.1'): name the broker as its certificate does, or have one made for this name",
        TLS,
    ),
    "unknown authority": Mistake(
        "TLS",
        "no connection to Kafka at {at}: no authority in {folder}/stranger.crt has signed its certificate: set "
        "WIREWATCH_SSL_CA_FILE to the certificate of the one that has (PEM)",
        {**TLS, CA: "stranger.crt"},
    ),
    "no authority set": Mistake(
        "TLS",
        "no connection to Kafka at {at}: no authority among those that this system trusts has signed its certificate: "
        "set WIREWATCH_SSL_CA_FILE to the certificate of the one that has (PEM)",
        {**TLS, CA: ""},
    ),
    "self-signed certificate": Mistake(
        "SELF_SIGNED",
        "no connection to Kafka at {at}: its certificate is signed by itself and is not in {folder}/authority.crt: set "
        "WIREWATCH_SSL_CA_FILE to a file that holds it (PEM)",
        TLS,
    ),
    "TLS too old": Mistake(
        "OLD",
        "no connection to Kafka at {at}: it offers no TLS that is new enough (1.2): let it offer TLS 1.2 or 1.3 "
        "(ssl.enabled.protocols)",
        TLS,
    ),
    "client certificate missing": Mistake(
        "MUTUAL",
        "no connection to Kafka at {at}: it asks for a client certificate: set WIREWATCH_SSL_CERT_FILE and "
        "WIREWATCH_SSL_KEY_FILE",
        TLS,
    ),
    "client certificate of an unknown authority": Mistake(
        "MUTUAL",
        "no connection to Kafka at {at}: it refuses the client certificate in {folder}/foreign.crt: show one "
        "(WIREWATCH_SSL_CERT_FILE) that has not expired, of an authority that the broker trusts",
        {**TLS, CERTIFICATE: "foreign.crt", KEY: "foreign.key"},
    ),
    "client certificate expired": Mistake(
        "MUTUAL",
        "no connection to Kafka at {at}: it refuses the client certificate in {folder}/late.crt: show one "
        "(WIREWATCH_SSL_CERT_FILE) that has not expired, of an authority that the broker trusts",
        {**TLS, CERTIFICATE: "late.crt", KEY: "late.key"},
    ),
    "encrypted key without a password": Mistake(
        "MUTUAL",
        "WIREWATCH_SSL_KEY_FILE: {folder}/client.encrypted is encrypted: set WIREWATCH_SSL_KEY_PASSWORD",
        {**CLIENT, KEY: "client.encrypted"},
    ),
    "encrypted key with a wrong password": Mistake(
        "MUTUAL",
        "WIREWATCH_SSL_KEY_PASSWORD: is not the password of {folder}/client.encrypted",
        {**CLIENT, KEY: "client.encrypted", "ssl_key_password": "guessed"},
    ),
    "another certificate's key": Mistake(
        "MUTUAL",
        "WIREWATCH_SSL_KEY_FILE: {folder}/foreign.key is not the key of the first certificate in {folder}/client.crt",
        {**CLIENT, KEY: "foreign.key"},
    ),
    "no key": Mistake(
        "MUTUAL",
        "WIREWATCH_SSL_KEY_FILE: {folder}/client.crt holds no private key (PEM)",
        {**TLS, CERTIFICATE: "client.crt"},
    ),
    "a key without a certificate": Mistake(
        "MUTUAL", "WIREWATCH_SSL_CERT_FILE: needed with WIREWATCH_SSL_KEY_FILE", {**TLS, KEY: "client.key"}
    ),
    "authorities missing": Mistake(
        "TLS",
        "WIREWATCH_SSL_CA_FILE: {folder}/none.crt cannot be read: No such file or directory",
        {**TLS, CA: "none.crt"},
    ),
    "certificate missing": Mistake(
        "TLS",
        "WIREWATCH_SSL_CERT_FILE: {folder}/none.crt cannot be read: No such file or directory",
        {**CLIENT, CERTIFICATE: "none.crt"},
    ),
    "key missing": Mistake(
        "TLS",
        "WIREWATCH_SSL_KEY_FILE: {folder}/none.key cannot be read: No such file or directory",
        {**CLIENT, KEY: "none.key"},
    ),
    "authorities that cannot be read": Mistake(
        "TLS", "WIREWATCH_SSL_CA_FILE: {folder} cannot be read: Is a directory", {**TLS, CA: "."}
    ),
    "authorities not PEM": Mistake(
        "TLS", "WIREWATCH_SSL_CA_FILE: {folder}/client.ext holds no certificate (PEM)", {**TLS, CA: "client.ext"}
    ),
    "certificate not PEM": Mistake(
        "TLS",
        "WIREWATCH_SSL_CERT_FILE: {folder}/client.ext holds no certificate (PEM)",
        {**CLIENT, CERTIFICATE: "client.ext"},
    ),
    "key not PEM": Mistake(
        "TLS", "WIREWATCH_SSL_KEY_FILE: {folder}/client.ext holds no private key (PEM)", {**CLIENT, KEY: "client.ext"}
    ),
    "wrong password": Mistake(
        "LOGIN",
        "no login to Kafka at {at}: user 'pipeline' or its password is not right (Authentication failed: Invalid "
        "username or password): correct WIREWATCH_SASL_USERNAME and WIREWATCH_SASL_PASSWORD",
        {**SASL_TLS, "sasl_password": "guessed"},
    ),
    "unknown user": Mistake(
        "LOGIN",
        "no login to Kafka at {at}: user 'stranger' or its password is not right (Authentication failed: Invalid "
        "username or password): correct WIREWATCH_SASL_USERNAME and WIREWATCH_SASL_PASSWORD",
        {**SASL_TLS, "sasl_username": "stranger"},
    ),
    "no user": Mistake("LOGIN", "WIREWATCH_SASL_USERNAME: needed for SASL_SSL", {**SASL_TLS, "sasl_username": ""}),
    "mechanism not offered": Mistake(
        "LOGIN",
        "no login to Kafka at {at}: it does not offer the SASL mechanism SCRAM-SHA-512: set WIREWATCH_SASL_MECHANISM "
        "to one that it does",
        {**SASL_TLS, "sasl_mechanism": "SCRAM-SHA-512"},
    ),
    "PLAINTEXT to a TLS port": Mistake(
        "TLS",
        "no connection to Kafka at {at}: this port speaks TLS, and WIREWATCH_SECURITY_PROTOCOL is PLAINTEXT: set "
        "WIREWATCH_SECURITY_PROTOCOL to SSL, or to SASL_SSL with a login",
    ),
    "SASL_PLAINTEXT to a TLS port": Mistake(
        "LOGIN",
        "no connection to Kafka at {at}: this port speaks TLS, and WIREWATCH_SECURITY_PROTOCOL is SASL_PLAINTEXT: set "
        "WIREWATCH_SECURITY_PROTOCOL to SASL_SSL",
        {**LOGIN, "security_protocol": "SASL_PLAINTEXT"},
    ),
    "TLS to a PLAINTEXT port": Mistake(
        "PLAINTEXT",
        "no connection to Kafka at {at}: it hangs up when TLS begins; probably this port speaks none: name the port "
        "that does, or set WIREWATCH_SECURITY_PROTOCOL to PLAINTEXT",
        TLS,
    ),
    "no login where one is asked for": Mistake(
        "LOGIN",
        "no connection to Kafka at {at}: it hangs up without an answer: if this port asks for a login, set "
        "WIREWATCH_SECURITY_PROTOCOL to SASL_SSL; else look at the broker's log",
        TLS,
    ),
    "a login where none is asked for": Mistake(
        "TLS",
        "no connection to Kafka at {at}: this port asks for no login: set WIREWATCH_SECURITY_PROTOCOL to SSL, or name "
        "the port that does",
        SASL_TLS,
    ),
    "the cluster names a broker with another host's certificate": Mistake(
        "MISLEADING",
        "no connection to Kafka at {at}, node 1: its certificate is another host's (IP address mismatch, certificate "
        "is not valid for '127.0.0.1'): name the broker as its certificate does, or have one made for this name",
        TLS,
    ),
    "nothing listens": Mistake(
        "PLAINTEXT",
        "no Kafka broker answers at {at} (connection refused): start it (on this machine: make run), or correct "
        "WIREWATCH_BOOTSTRAP_SERVERS",
        {"bootstrap_servers": "127.0.0.1:9"},
    ),
    "a name that does not resolve": Mistake(
        "PLAINTEXT",
        "no Kafka broker answers at {at} (no such host): correct the name in WIREWATCH_BOOTSTRAP_SERVERS, or look at "
        "this machine's DNS",
        {"bootstrap_servers": "broker.invalid:9092"},
    ),
}
RAW_TOPIC, ALERTS_TOPIC, HELD_TOPIC = (f"topic {topic.full_name(PREFIX)}" for topic in (RAW, ALERTS, HELD))


@dataclass(frozen=True)
class Denied:
    """A user of the locked broker, what is tried as that user, and the line that it is to give."""

    user: str
    command: tuple[str, ...]
    tried: str
    resource: str
    right: str
    prefix: str = PREFIX

    @property
    def line(self) -> str:
        return (
            f"the broker does not let this user {self.tried} {self.resource}: "
            f"grant {self.right} on {self.resource} (Kafka's ACLs), or use another user"
        )


RIGHTS = {
    "write on any topic": Denied("without-write", ("publish", "-"), "write to", RAW_TOPIC, "Write"),
    "write on this topic": Denied("without-raw", ("publish", "-"), "write to", RAW_TOPIC, "Write"),
    "read": Denied("without-read", ("subscribe", "--since", "1h"), "read", ALERTS_TOPIC, "Read"),
    "describe": Denied("nobody", ("subscribe",), "describe", ALERTS_TOPIC, "Describe"),
    "create": Denied(
        "without-write",
        ("topics", "apply"),
        "create",
        f"topic {HELD.full_name(f'{PREFIX}.new')}",
        "Describe, and Create if it does not exist yet,",
        f"{PREFIX}.new",
    ),
    "describe, of a topic that is there": Denied(
        "nobody", ("topics", "apply"), "create", HELD_TOPIC, "Describe, and Create if it does not exist yet,"
    ),
    "read configurations": Denied(
        "without-configs", ("topics", "apply"), "read the configuration of", HELD_TOPIC, "DescribeConfigs"
    ),
}


@pytest.fixture(scope="module")
def locked(kafka_program: tuple[Path, KafkaJars], tmp_path_factory: pytest.TempPathFactory) -> Iterator[LockedBroker]:
    """The broker with its topics, and beside its certificates those of others."""
    folder = tmp_path_factory.mktemp("tls")
    with locked_broker(kafka_program, folder) as broker:
        Authority(folder, "stranger").signed("foreign")
        broker.authority.signed("late", dates=EXPIRED)
        broker.authority.encrypted(broker.client)
        asyncio.run(apply_topics(load_settings(bootstrap_servers=broker.broker.bootstrap_servers, topic_prefix=PREFIX)))
        yield broker


def variables(locked: LockedBroker, mistake: Mistake) -> dict[str, str]:
    """The settings of a mistake, with the addresses and paths that they have now."""
    known = {"bootstrap_servers": locked.servers(mistake.listener), "topic_prefix": PREFIX, CA: "authority.crt"}
    found = {**known, **mistake.settings}
    return {
        name: f"{locked.folder}/{value}" if value and name in {CA, CERTIFICATE, KEY} else value
        for name, value in found.items()
    }


@pytest.mark.parametrize("name", CONNECTIONS)
def test_what_is_wrong_with_a_connection_is_one_line(
    locked: LockedBroker, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    mistake = CONNECTIONS[name]
    own = variables(locked, mistake)
    outcome = CommandLine(monkeypatch, capfd, **own)("topics", "list")
    expected = mistake.line.format(at=own["bootstrap_servers"], folder=locked.folder)
    assert outcome.err.splitlines() == [f"error: {expected}"]
    assert outcome.status == (2 if expected.startswith("WIREWATCH_") else 1)


@pytest.mark.parametrize("name", RIGHTS)
def test_a_right_that_is_missing_is_one_line(
    locked: LockedBroker, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    denied = RIGHTS[name]
    own = variables(locked, Mistake("LOGIN", "", {**SASL_TLS, "sasl_username": denied.user}))
    wirewatch = CommandLine(monkeypatch, capfd, **{**own, "topic_prefix": denied.prefix})
    outcome = wirewatch(*denied.command, stdin=b'{"title": "NATO"}')
    assert outcome.err.splitlines() == [f"error: {denied.line}"]
    assert outcome.status == 1


def test_a_source_needs_no_more_than_to_write(
    locked: LockedBroker, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    own = variables(locked, Mistake("LOGIN", "", {**SASL_TLS, "sasl_username": "source"}))
    assert CommandLine(monkeypatch, capfd, **own)("publish", "-", stdin=b'{"title": "NATO"}').status == 0


def test_an_encrypted_key_opens_with_its_password(
    locked: LockedBroker, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = {**CLIENT, KEY: "client.encrypted", "ssl_key_password": KEY_PASSWORD}
    outcome = CommandLine(monkeypatch, capfd, **variables(locked, Mistake("MUTUAL", "", settings)))("topics", "list")
    # The certificate's user has no rights: it is let in.
    assert "does not let this user describe" in outcome.err


def test_what_a_user_may_not_change_is_reported_and_stops_nothing(
    locked: LockedBroker, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    prefix = f"{PREFIX}.low"
    administrator = load_settings(bootstrap_servers=locked.broker.bootstrap_servers, topic_prefix=prefix)
    low = dataclasses.replace(ALERTS, max_message_bytes=1000)

    async def create() -> None:
        async with topic_admin(administrator) as admin:
            await admin.create({ALERTS.full_name(prefix): low})

    asyncio.run(create())
    own = variables(locked, Mistake("LOGIN", "", SASL_TLS))
    outcome = CommandLine(monkeypatch, capfd, **{**own, "topic_prefix": prefix})("topics", "apply")
    assert outcome.status == 1
    reason = "this user may not change it: grant AlterConfigs"
    limit = ALERTS.max_message_bytes
    assert f"max.message.bytes is 1000, expected {limit} ({reason}): left as it is" in " ".join(outcome.out.split())


def test_a_worker_without_its_group_says_so_in_its_log(locked: LockedBroker, tmp_path: Path) -> None:
    own = variables(locked, Mistake("LOGIN", "", {**SASL_TLS, "sasl_username": "without-group"}))
    own["metrics_port"] = "0"
    outcome = subprocess.run(
        [*WIREWATCH, "worker", "--step", "language"],
        env=environment(tmp_path, **{f"{ENV_PREFIX}{name.upper()}": value for name, value in own.items()}),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert outcome.returncode == 1
    group = f"group {LANGUAGE_STEP.consumer_group(PREFIX)}"
    said = [json.loads(line)["message"] for line in outcome.stderr.splitlines()]
    assert f"the broker does not let this user read {group}: grant Read on {group}" in "\n".join(said)


def test_a_canary_with_the_documented_rights_waits_for_the_steps_and_then_misses_none(
    locked: LockedBroker, tmp_path: Path
) -> None:
    port = free_port()

    def run(user: str, verb: str, **more: str) -> subprocess.Popen[bytes]:
        own = variables(
            locked, Mistake("LOGIN", "", {**SASL_TLS, "sasl_username": user, "spacy_fallback": "none", **more})
        )
        settings = {f"{ENV_PREFIX}{name.upper()}": value for name, value in own.items()}
        with (tmp_path / f"{verb}.log").open("wb") as log:
            return subprocess.Popen([*WIREWATCH, verb], env=environment(tmp_path, **settings), stderr=log)

    def says(text: str) -> bool:
        return text in (tmp_path / "canary.log").read_text()

    def counted(what: str) -> float:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as page:
            found = re.search(rf"^wirewatch_canaries_{what}_total (\S+)", page.read().decode(), re.MULTILINE)
        assert found, what
        return float(found[1])

    # Long before the worker is ready, a canary that is sent would be missed.
    watch = {"canary_interval_seconds": "1", "canary_timeout_seconds": "5", "canary_lag_interval_seconds": "0.5"}
    with contextlib.ExitStack() as stack:
        stack.enter_context(ended(run("canary", "canary", metrics_port=str(port), **watch)))
        wait_until(
            lambda: says("canaries wait for processes of these steps: language, entities, rules, alerts"), "waits"
        )
        assert says(f"serves http://127.0.0.1:{port}/metrics")
        assert counted("sent") == 0
        stack.enter_context(ended(run("pipeline", "worker", metrics_port="0")))
        wait_until(lambda: says("every step is at work"), lambda: (tmp_path / "worker.log").read_text()[-2000:])
        wait_until(lambda: counted("received") >= 3, "three canaries come back")
        assert counted("missed") == 0


@contextlib.contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End it in any case."""
    with process:
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
