"""The guard ends its command in every way that an owner can end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.brokers.guarded_process import GuardedProcess
from tests.waiting import wait_until

DEADLINE_SECONDS = 20.0
SLEEP = [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(600)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import os, signal, time as t; signal.signal(15, signal.SIG_IGN); print(os.getpid(), flush=True); t.sleep(600)",
]


@pytest.mark.parametrize(
    ("command", "grace_seconds", "ended_by"), [(SLEEP, 5.0, signal.SIGTERM), (STUBBORN, 0.1, signal.SIGKILL)]
)
def test_terminate_ends_the_command_and_kills_one_that_ignores_it_after_the_grace(
    tmp_path: Path, command: list[str], grace_seconds: float, ended_by: signal.Signals
) -> None:
    process, child = guarded(tmp_path, command, grace_seconds)
    process.terminate()
    assert process.exit_status == 128 + ended_by
    assert not is_alive(child)


def test_kill_does_not_wait_for_the_grace(tmp_path: Path) -> None:
    process, child = guarded(tmp_path, STUBBORN, grace_seconds=DEADLINE_SECONDS)
    started = time.monotonic()
    process.kill()
    assert process.exit_status == 128 + signal.SIGKILL
    assert time.monotonic() - started < DEADLINE_SECONDS
    assert not is_alive(child)


def test_the_exit_status_of_a_command_that_ends_by_itself_is_passed_on(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as output, (tmp_path / "lock").open("wb") as lock:
        process = GuardedProcess(
            [sys.executable, "-c", "raise SystemExit(7)"], output=output, grace_seconds=1, inherited=lock.fileno()
        )
        wait_until(lambda: process.exit_status is not None, "the command ends")
    assert process.exit_status == 7
    process.terminate()


def test_the_command_goes_when_its_owner_is_killed(tmp_path: Path) -> None:
    orphan_directory = tmp_path / "temporary"
    orphan_directory.mkdir()
    owner = start_owner(tmp_path, orphan_directory)
    child = child_of(tmp_path / "out")
    owner.kill()
    owner.wait()
    wait_until(lambda: not is_alive(child), "the command ends")
    wait_until(lambda: not orphan_directory.exists(), "its data are removed")


def test_the_command_goes_though_a_fork_of_its_owner_lives_on(tmp_path: Path) -> None:
    """A forked child has every descriptor of its parent, so that the end of file never comes."""
    owner = start_owner(tmp_path, tmp_path / "none", before="os.fork() or time.sleep(600)")
    child = child_of(tmp_path / "out")
    owner.kill()
    owner.wait()
    try:
        wait_until(lambda: not is_alive(child), "the command ends")
    finally:
        os.killpg(owner.pid, signal.SIGKILL)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can end a process with its parent")
def test_the_command_goes_when_the_guard_itself_is_killed(tmp_path: Path) -> None:
    process, child = guarded(tmp_path, SLEEP)
    os.kill(parent_of(child), signal.SIGKILL)
    wait_until(lambda: not is_alive(child), "the command ends")
    process.kill()


def guarded(tmp_path: Path, command: list[str], grace_seconds: float = 5.0) -> tuple[GuardedProcess, int]:
    with (tmp_path / "out").open("wb") as output, (tmp_path / "lock").open("wb") as lock:
        process = GuardedProcess(command, output=output, grace_seconds=grace_seconds, inherited=lock.fileno())
    return process, child_of(tmp_path / "out")


def start_owner(tmp_path: Path, orphan_directory: Path, before: str = "") -> subprocess.Popen[bytes]:
    script = f"""
import os, pathlib, time
from pipeline.brokers.guarded_process import GuardedProcess
with open({str(tmp_path / "out")!r}, "wb") as output, open({str(tmp_path / "lock")!r}, "wb") as lock:
    process = GuardedProcess(
        {SLEEP!r}, output=output, grace_seconds=5, inherited=lock.fileno(),
        orphan_directory=pathlib.Path({str(orphan_directory)!r}),
    )
{before}
time.sleep(600)
"""
    return subprocess.Popen([sys.executable, "-c", script], start_new_session=True)


def child_of(output: Path) -> int:
    wait_until(lambda: output.exists() and output.read_bytes().endswith(b"\n"), "the command tells its id")
    return int(output.read_text())


def parent_of(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


def is_alive(process: int) -> bool:
    state = Path(f"/proc/{process}/stat")
    # It may go between any two of these.
    try:
        os.kill(process, 0)
        # It may be reaped late, but it no longer runs.
        return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")
    except (ProcessLookupError, FileNotFoundError):
        return False
