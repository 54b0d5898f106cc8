"""The verbs that talk to Kafka, against a real one."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from subprocess import PIPE

import pytest
import yaml

from pipeline.errors import SchemaError
from pipeline.settings import Settings, settings_environment
from pipeline.streaming.kafka.publishing import publishing
from pipeline.streaming.records import Record
from pipeline.streaming.steps.dead_letter_queue import dead_letter
from pipeline.streaming.supervision.running_worker import Worker
from pipeline.topology import ALERTS, DEAD_LETTERS, LANGUAGE_STEP, RAW, TOPICS
from tests.command_line import WIREWATCH, CommandLine, bounded, deaf
from tests.integration.topics_on_kafka import await_count, read_all, send

RULES = """\
rules:
  - id: nato-iran
    name: NATO and Iran
    when: NATO + Iran
    channel: security
    examples: {fires: [Die NATO warnt Iran.]}
  - id: opec
    when: OPEC
"""
READY_SECONDS = 60


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "desk.yaml"
    path.write_text(RULES, encoding="utf-8")
    return path


def set_aside(settings: Settings, *values: bytes) -> None:
    async def run() -> None:
        topic = RAW.full_name(settings.topic_prefix)
        now = datetime.now(UTC)
        error = SchemaError("not a RawArticle: no id")
        async with publishing(settings, "test", DEAD_LETTERS.full_name(settings.topic_prefix)) as publisher:
            for offset, value in enumerate(values):
                record = Record(topic, 0, offset, now, b"key", value)
                letter = dead_letter(record, error, step=LANGUAGE_STEP.name, prefix=settings.topic_prefix, now=now)
                assert not await publisher.publish([letter])

    asyncio.run(run())


@contextlib.contextmanager
def program(settings: Settings, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """The command line as a program of its own, in the background of a shell."""
    environment = settings_environment(settings)
    command = deaf([*WIREWATCH, *arguments])
    with bounded(subprocess.Popen(command, env=environment, stdin=PIPE, stdout=PIPE, stderr=PIPE)) as process:
        yield process


def stopped(process: subprocess.Popen[bytes], number: signal.Signals = signal.SIGINT) -> tuple[int, bytes, bytes]:
    """The status, and what is still written to standard output and error."""
    process.send_signal(number)
    out, err = process.communicate()
    return process.returncode, out, err


def test_topics_are_created_once_and_listed(wirewatch: CommandLine, topic_prefix: str) -> None:
    missing = wirewatch("topics", "list")
    assert missing.status == 1
    assert f"{len(TOPICS)} missing: create them (wirewatch topics apply)" in missing.err
    created = wirewatch("topics", "apply", "--channel", "security")
    assert created.status == 0
    assert f"✓ created {topic_prefix}.alerts.security.v1" in created.out
    assert wirewatch("topics", "apply").out.endswith("are there and as they should be\n")
    listed = wirewatch("topics", "list")
    assert listed.status == 0
    assert [line.split()[:3] for line in listed.out.splitlines()[1:]] == [
        [f"{topic_prefix}.{name}.v1", partitions, "0"]
        for name, partitions in [
            ("articles.raw", "12"),
            ("articles.identified", "12"),
            ("articles.enriched", "12"),
            ("matches", "12"),
            ("alerts", "12"),
            ("alerts.held", "12"),
            ("alerts.shadow", "12"),
            ("watch-rules", "1"),
            ("dead-letters", "12"),
            ("alerts.security", "12"),
        ]
    ]


def test_applying_rules_is_declarative(wirewatch: CommandLine, rules: Path, topic_prefix: str) -> None:
    dry = wirewatch("rules", "apply", str(rules), "--dry-run")
    assert "+ nato-iran  NATO[org/nato] AND Iran[country/ir]" in dry.out
    assert wirewatch("topics", "list").status == 1

    first = wirewatch("rules", "apply", str(rules))
    assert (first.status, first.err) == (0, "")
    assert f"✓ created {topic_prefix}.alerts.security.v1" in first.out
    assert "set desk: 2 rules written" in first.out
    assert "set desk: nothing to change" in wirewatch("rules", "apply", str(rules)).out

    rules.write_text(
        RULES.replace("NATO + Iran\n", "NATO + China\n").replace("Iran.", "China.").partition("  - id: opec")[0]
    )
    second = wirewatch("rules", "apply", str(rules)).out
    assert "~ nato-iran  NATO[org/nato] AND China[country/cn]  (when, examples)" in second
    assert "? opec  no longer in the set; --prune removes it" in second
    assert "- opec  removed" in wirewatch("rules", "apply", str(rules), "--prune").out
    assert [line.split()[0] for line in wirewatch("rules", "list").out.splitlines()] == ["rule", "nato-iran"]


def test_one_bad_rule_and_nothing_is_applied(wirewatch: CommandLine, rules: Path) -> None:
    assert wirewatch("rules", "apply", str(rules)).status == 0
    rules.write_text(
        RULES.replace("when: OPEC", "when: OPEC\n    examples: {fires: [Die NATO tagt.]}") + "    severity: low\n"
    )
    refused = wirewatch("rules", "apply", str(rules))
    assert refused.status == 1
    assert refused.first_error_line.startswith(f"error: {rules}:9:24: rule opec: does not fire on example fires[1]")
    assert "severity" not in wirewatch("rules", "show", "opec").out


def test_an_export_applies_again_without_a_difference(wirewatch: CommandLine, rules: Path, tmp_path: Path) -> None:
    wirewatch("rules", "apply", str(rules))
    exported = wirewatch("rules", "export", "--set", "desk")
    assert exported.status == 0
    assert [rule["id"] for rule in yaml.safe_load(exported.out)["rules"]] == ["nato-iran", "opec"]
    again = tmp_path / "again.yaml"
    again.write_text(exported.out, encoding="utf-8")
    assert "= 2 unchanged" in wirewatch("rules", "apply", str(again), "--set", "desk").out
    assert yaml.safe_load(wirewatch("rules", "export", "--set", "other").out) == {"rules": []}


def test_rules_are_muted_shown_explained_and_deleted(wirewatch: CommandLine, rules: Path) -> None:
    wirewatch("rules", "apply", str(rules))
    muted = wirewatch("rules", "mute", "opec", "--for", "2h")
    assert muted.out.startswith("1 rule mute until ")
    assert "mute until" in wirewatch("rules", "show", "opec").out
    assert "nothing to change" in wirewatch("rules", "apply", str(rules)).out
    assert "mute until" in wirewatch("rules", "list").out
    assert wirewatch("rules", "unmute", "opec").status == 0
    assert "mute until" not in wirewatch("rules", "list").out
    explained = wirewatch("rules", "explain", "nato-iran", "--language", "fr")
    assert explained.out.startswith("nato-iran\nmeans     NATO[org/nato] AND Iran[country/ir]\n")
    assert "OTAN" in explained.out
    assert wirewatch("rules", "delete", "opec", "unknown").status == 1
    assert wirewatch("rules", "delete", "opec").out == "1 rule removed\n"
    gone = wirewatch("rules", "show", "opec")
    assert (gone.status, gone.out) == (1, "")
    assert "rule opec: there is no such rule" in gone.first_error_line


def test_dead_letters_are_listed_shown_and_sent_again(
    wirewatch: CommandLine, settings: Settings, topic_prefix: str
) -> None:
    wirewatch("topics", "apply")
    nothing = "no dead letters but what was sent again (--replayed shows it)\n"
    assert wirewatch("dead-letters", "list").out == nothing
    original = b'{"title": "Gr\xc3\xb6\xc3\x9fe \\u0000", "note": "\x1b[2J\xff"}'
    other = b"\xff\x00\n\r\x1b"
    set_aside(settings, original, other)
    listed = wirewatch("dead-letters", "list", "--reason", "schema", "--step", "language", "--since", "1h")
    _, first, second = listed.out.splitlines()
    assert "not a RawArticle: no id" in first
    assert f"{topic_prefix}.articles.raw.v1 0:1" in second
    place = first.split()[0]
    assert wirewatch("dead-letters", "list", "--reason", "crash").out == nothing
    assert len(wirewatch("dead-letters", "list", "--latest", "1").out.splitlines()) == 2

    again = f"wirewatch dead-letters replay {place}"
    shown = wirewatch("dead-letters", "show", place).out
    assert "reason    schema" in shown
    assert 'Größe \\u0000", "note": "�[2J\\xff' in shown
    assert "\x1b" not in shown
    assert shown.endswith(f"{again} --edit\nto send it as it is     {again}\n")
    command = [*WIREWATCH, "dead-letters", "show", second.split()[0], "--raw"]
    result = subprocess.run(command, env=settings_environment(settings), capture_output=True, check=True)
    assert result.stdout == other

    replayed = wirewatch("dead-letters", "replay", place)
    assert re.match(rf"{place} → {topic_prefix}\.articles\.raw\.v1 \d+:0\n1 sent again\n", replayed.out)
    assert wirewatch("dead-letters", "replay", "--all", "--reason", "schema").out.endswith("\n1 sent again\n")
    assert wirewatch("dead-letters", "replay", "--all").out == "0 sent again\n"
    assert wirewatch("dead-letters", "list").out == nothing
    assert wirewatch("dead-letters", "list", "--replayed").out.count("sent again; not a RawArticle") == 2
    missing = wirewatch("dead-letters", "show", "0:4711")
    assert missing.status == 2
    assert "not there" in missing.first_error_line


def test_a_dead_letter_is_mended_in_an_editor_and_sent(
    wirewatch: CommandLine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    wirewatch("topics", "apply")
    set_aside(settings, b'{"titel": "\xff"}', b"as it is", b"hopeless")
    monkeypatch.setenv("EDITOR", r"env LC_ALL=C sed -i -e 's/titel/title/' -e 's/\xff/fine/' -e 's/hopeless/{}/'")
    monkeypatch.delenv("VISUAL", raising=False)
    outcome = wirewatch("dead-letters", "replay", "--all", "--edit")
    assert outcome.status == 1
    assert outcome.out.endswith("\n1 sent again\n")
    unchanged, hopeless = outcome.err.splitlines()
    assert unchanged.endswith(" is as it was and not sent")
    assert " is not sent: empty: " in hopeless
    kept = Path(hopeless.rpartition(" is in ")[2])
    assert kept.read_bytes() == b"{}"
    kept.unlink()
    [sent] = asyncio.run(read_all(settings, RAW))
    assert (sent.key, sent.value) == (b"key", b'{"title": "fine"}')
    assert len(wirewatch("dead-letters", "list").out.splitlines()) == 3


def test_bad_articles_are_sent_nowhere(wirewatch: CommandLine, tmp_path: Path, topic_prefix: str) -> None:
    wirewatch("topics", "apply")
    huge = json.dumps({"title": "x", "attributes": {"pad": "y" * 3_000_000}})
    path = tmp_path / "articles.jsonl"
    path.write_text('{"title": "one"}\n{"title": \n{"title": ""}\n' + huge + '\n{"title": "two"}\n', encoding="utf-8")
    outcome = wirewatch("publish", str(path))
    assert outcome.status == 1
    *errors, counts = outcome.err.splitlines()
    assert sorted(error.split(": ")[:2] for error in errors) == [
        [f"{path}:2", "undecodable"],
        [f"{path}:3", "empty"],
        [f"{path}:4", "too-large"],
    ]
    assert counts == "2 published, 3 bad"
    raw = wirewatch("topics", "list").out.splitlines()[1].split()
    assert raw[:3] == [f"{topic_prefix}.articles.raw.v1", "12", "2"]


def test_articles_go_all_the_way_and_are_followed(
    settings: Settings, wirewatch: CommandLine, rules: Path, tmp_path: Path
) -> None:
    assert wirewatch("rules", "apply", str(rules)).status == 0
    articles = tmp_path / "articles.jsonl"
    articles.write_text(
        '{"id": "a1", "body": "Paris : l\'OTAN met en garde l\'Iran après le tir de mardi."}\n'
        '{"id": "a2", "body": "OPEC"}\n{"id": "a3", "body": "-"}\n',
        encoding="utf-8",
    )
    with (tmp_path / "log").open("wb") as log, Worker(settings, output=log.fileno()) as worker:
        worker.wait_ready(READY_SECONDS)
        assert wirewatch("publish", str(articles)).err == "3 published, 0 bad\n"
        followed = wirewatch("subscribe", "--since", "1h", "--json", "--count", "2")
    both = [json.loads(line) for line in followed.out.splitlines()]
    assert {alert["article"]["id"]: alert["rule"]["id"] for alert in both} == {"a1": "nato-iran", "a2": "opec"}
    of_rules = wirewatch("subscribe", "--since", "1h", "--rule", "opec", "--rule", "nosuch", "--count", "1")
    assert "  because OPEC[org/opec]  OPEC (body, name)" in of_rules.out
    (alert,) = [
        json.loads(line)
        for line in wirewatch(
            "subscribe", "--since", "1h", "--channel", "security", "--json", "--count", "1"
        ).out.splitlines()
    ]
    assert {piece["text"] for piece in alert["evidence"]} == {"OTAN", "Iran"}
    unknown = wirewatch("subscribe", "--channel", "unknown")
    assert unknown.status == 1
    assert "alerts.unknown.v1 does not exist" in unknown.first_error_line


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_following_ends_by_an_interrupt_as_it_should(
    number: signal.Signals, settings: Settings, wirewatch: CommandLine
) -> None:
    wirewatch("topics", "apply")
    alert = (Path(__file__).parents[2] / "schemas" / "examples" / "alert.v1.full.json").read_bytes()
    payload = json.dumps(json.loads(alert)).encode()

    asyncio.run(send(settings, ALERTS, [(b"rule", payload)]))
    with program(settings, "subscribe", "--since", "1h", "--json") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == payload + b"\n"
        assert stopped(process, number) == (0, b"", b"")


def test_of_a_rule_that_is_not_there_a_note_is_given(settings: Settings, wirewatch: CommandLine) -> None:
    wirewatch("topics", "apply")
    with program(settings, "subscribe", "--rule", "nosuch") as process:
        assert process.stderr is not None
        note = b"note: there is no rule nosuch now; its alerts are waited for all the same\n"
        assert process.stderr.readline() == note
        assert stopped(process) == (0, b"", b"")


def test_what_is_typed_is_sent_at_once_and_an_interrupt_ends_it(settings: Settings, wirewatch: CommandLine) -> None:
    wirewatch("topics", "apply")
    with program(settings, "publish", "-") as process:
        assert process.stdin is not None
        process.stdin.write(b'{"id": "a1", "title": "typed"}\n')
        process.stdin.flush()
        asyncio.run(await_count(settings, 1, RAW))
        assert [record.key for record in asyncio.run(read_all(settings, RAW))] == [b"a1"]
        status, _, errors = stopped(process)
    assert (status, errors.strip()) == (130, b"")
