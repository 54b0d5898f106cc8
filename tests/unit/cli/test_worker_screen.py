"""What a person sees of a worker: when all is ready and what to do next, what is wrong, and how it ends."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from pipeline.cli.worker import WorkerScreen
from pipeline.settings import load_settings
from pipeline.streaming.supervision.worker_events import EventKind, WorkerEvent
from pipeline.topology import ALERTS_STEP, RULES_STEP


class Terminal:
    def __init__(self, servers: str) -> None:
        self.out = Console(file=io.StringIO(), soft_wrap=True)
        self.screen = WorkerScreen(
            self.out, load_settings(bootstrap_servers=servers), {RULES_STEP.name: 1, ALERTS_STEP.name: 1}, None
        )

    def tell(self, kind: EventKind, text: str, step: str | None = None, address: str = "") -> None:
        process = f"{step}-0" if step else "supervisor"
        self.screen.show(WorkerEvent(kind, text, step, process, 4711, address))

    @property
    def text(self) -> str:
        assert isinstance(self.out.file, io.StringIO)
        return self.out.file.getvalue()


@pytest.fixture
def terminal() -> Terminal:
    return Terminal("127.0.0.1:9092")


def test_what_to_do_next_is_said_once_when_the_last_process_is_ready(terminal: Terminal) -> None:
    terminal.tell("serving", "serves", address="127.0.0.1:9101")
    terminal.tell("started", "started", RULES_STEP.name)
    terminal.tell("serving", "serves", RULES_STEP.name, "127.0.0.1:9102")
    terminal.tell("ready", "is ready after 1.2 s", RULES_STEP.name)
    assert terminal.text == "✓ rules-0 is ready after 1.2 s  http://127.0.0.1:9102/metrics\n"
    terminal.tell("ready", "is ready after 1.3 s", ALERTS_STEP.name)
    assert "wirewatch publish articles.jsonl" in terminal.text
    assert "http://127.0.0.1:9101/metrics" in terminal.text
    assert "WIREWATCH_BOOTSTRAP_SERVERS" not in terminal.text
    terminal.tell("ready", "is ready after 0.9 s", RULES_STEP.name)
    assert terminal.text.count("In another terminal") == 1


def test_a_broker_where_no_shell_looks_by_itself_is_told(terminal: Terminal) -> None:
    elsewhere = Terminal("127.0.0.1:19092")
    for step in (RULES_STEP.name, ALERTS_STEP.name):
        elsewhere.tell("ready", "is ready", step)
    assert "export WIREWATCH_BOOTSTRAP_SERVERS=127.0.0.1:19092" in elsewhere.text


def test_what_is_waited_for_and_its_end_are_told(terminal: Terminal) -> None:
    terminal.tell("waiting", "waiting for the broker: rules-0, alerts-0")
    terminal.tell("resumed", "all work again after 7 s")
    assert terminal.text.splitlines() == [
        "! supervisor[4711] waiting for the broker: rules-0, alerts-0",
        "✓ all work again after 7 s",
    ]


def test_deaths_and_the_end_are_told(terminal: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    terminal.tell("died", "ended with SIGKILL: starts again in 0.2 s", RULES_STEP.name)
    terminal.tell("gave-up", "too many articles fail", RULES_STEP.name)
    terminal.tell("stopping", "stops its processes")
    terminal.tell("stopped", "stopped")
    assert terminal.text.splitlines() == [
        "! rules-0[4711] ended with SIGKILL: starts again in 0.2 s",
        "  stops its processes …",
        "✓ stopped",
    ]
    assert capsys.readouterr().err == "error: rules-0: too many articles fail\n"
