from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import pytest
from prometheus_client import CollectorRegistry, Counter

from pipeline.errors import SettingError
from pipeline.streaming.observability.health import HealthServer, Heartbeat, Readiness


class Problems:
    def __init__(self) -> None:
        self.live: str | None = None
        self.ready: str | None = None


@pytest.fixture
def problems() -> Problems:
    return Problems()


@pytest.fixture
def server(problems: Problems) -> Iterator[HealthServer]:
    registry = CollectorRegistry()
    Counter("things", "Things.", registry=registry).inc(3)
    live, ready = (lambda: problems.live), (lambda: problems.ready)
    with HealthServer("127.0.0.1", 0, live=live, ready=ready, registry=registry, request_seconds=0.3) as running:
        yield running


def requested(server: HealthServer, path: str, method: str = "GET") -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(server.address, timeout=10)
    connection.request(method, path)
    return connection.getresponse()


def ask(server: HealthServer, path: str, method: str = "GET") -> tuple[int, str]:
    with requested(server, path, method) as response:
        return response.status, response.read().decode()


def test_metrics_are_served(server: HealthServer) -> None:
    status, body = ask(server, "/metrics")
    assert status == 200
    assert "things_total 3.0" in body


def test_probes_are_well_until_there_is_a_problem_and_say_which(server: HealthServer, problems: Problems) -> None:
    assert ask(server, "/livez") == (200, "ok\n")
    assert ask(server, "/readyz") == (200, "ok\n")
    problems.ready = "loading"
    assert ask(server, "/livez") == (200, "ok\n")
    assert ask(server, "/readyz?verbose") == (503, "loading\n")
    problems.live = "stuck"
    assert ask(server, "/livez") == (503, "stuck\n")


def test_since_when_a_process_waits_is_told() -> None:
    readiness = Readiness()
    with HealthServer(
        "127.0.0.1", 0, live=lambda: None, ready=readiness.problem, ready_since=readiness.changed_at
    ) as server:
        before = int(time.time())
        readiness.waiting("waiting for the broker")
        answer = requested(server, "/readyz").headers["Last-Modified"]
        assert before <= parsedate_to_datetime(answer).timestamp() <= time.time()
        assert requested(server, "/livez").headers["Last-Modified"] is None


def test_other_paths_and_methods_are_refused(server: HealthServer) -> None:
    assert ask(server, "/")[0] == 404
    assert ask(server, "/metrics", "POST")[0] == 501


def test_clients_that_say_nothing_do_not_keep_others_out_for_ever(server: HealthServer) -> None:
    host, port = server.address.split(":")
    silent = [socket.create_connection((host, int(port))) for _ in range(40)]
    deadline = time.monotonic() + 30
    while True:
        try:
            assert ask(server, "/livez") == (200, "ok\n")
            break
        except (http.client.HTTPException, OSError):
            assert time.monotonic() < deadline
    for connection in silent:
        connection.close()


def test_the_next_free_port_is_taken(server: HealthServer) -> None:
    taken = int(server.address.split(":")[1])
    with HealthServer("127.0.0.1", taken, live=lambda: None, ready=lambda: None) as other:
        assert int(other.address.split(":")[1]) > taken


def test_a_port_is_free_again_after_the_end() -> None:
    with HealthServer("127.0.0.1", 0, live=lambda: None, ready=lambda: None) as first:
        port = int(first.address.split(":")[1])
        ask(first, "/livez")
    with HealthServer("127.0.0.1", port, live=lambda: None, ready=lambda: None) as second:
        assert second.address == first.address


def test_a_host_that_is_not_this_machine_is_a_setting_error() -> None:
    with pytest.raises(SettingError, match="WIREWATCH_METRICS_HOST: cannot listen on 192"):
        HealthServer("192.0.2.1", 9101, live=lambda: None, ready=lambda: None)


def test_a_loop_is_starting_then_turning_then_stuck() -> None:
    assert Heartbeat(0.0).problem() is None
    turning, stuck = Heartbeat(60.0), Heartbeat(0.0)
    turning.turned()
    stuck.turned()
    assert turning.problem() is None
    assert stuck.problem() == "the event loop has not turned for 0 s"
