"""Tell Prometheus where a worker's processes serve their metrics: a file_sd target file, shared by the workers."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NotRequired, TypedDict

import msgspec

from pipeline.settings import MetricsSettings


@dataclass(frozen=True, slots=True)
class Target:
    """One process that serves metrics.

    Attributes:
        process: Its name, such as ``entities-0`` or ``supervisor``; Prometheus adds it as the label ``process``. It is
            not called ``step``, which is a label of the metrics themselves.
        address: ``host:port``.
    """

    process: str
    address: str


class _Group(TypedDict):
    """One entry of a file_sd file."""

    targets: list[str]
    labels: NotRequired[dict[str, str]]


def targets_path(settings: MetricsSettings) -> Path:
    """The path of the targets file."""
    return settings.metrics_targets_file or settings.data_dir / "prometheus-targets.json"


def living_targets(path: Path) -> list[Target]:
    """The processes of this machine's living workers; none where there is no file that lists some."""
    host = socket.gethostname()
    targets = []
    for group in _groups_of(path):
        labels = group.get("labels", {})
        of_host, _, pid = labels.get("worker", "").rpartition(":")
        if of_host == host and pid.isdecimal() and _is_running(int(pid)):
            targets += [Target(labels.get("process", ""), address) for address in group["targets"]]
    return targets


class TargetsFile:
    """This worker's part of a Prometheus file_sd file, which all workers of the machine share.

    The file is replaced as a whole, so that Prometheus never reads half of it. A killed worker's part is removed by the
    next worker that writes.

    Args:
        path: The file; its folder is created.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._host = socket.gethostname()
        self._worker = f"{self._host}:{os.getpid()}"

    def publish(self, targets: Iterable[Target]) -> None:
        """Replace this worker's targets; raises ``OSError`` when the file cannot be written."""
        own: list[_Group] = [
            {"targets": [target.address], "labels": {"process": target.process, "worker": self._worker}}
            for target in targets
        ]
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_name(self._path.name + ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._replace([*self._groups_of_others(), *own])

    def withdraw(self) -> None:
        """Remove this worker's targets."""
        self.publish(())

    def _groups_of_others(self) -> list[_Group]:
        groups = _groups_of(self._path)
        return [group for group in groups if self._is_living_other(group.get("labels", {}).get("worker", ""))]

    def _is_living_other(self, worker: str) -> bool:
        host, _, pid = worker.rpartition(":")
        if worker == self._worker or not pid.isdecimal():
            return False
        return host != self._host or _is_running(int(pid))

    def _replace(self, groups: list[_Group]) -> None:
        descriptor, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}.")
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "w") as file:
                json.dump(groups, file, indent=2)
            temporary.chmod(0o644)
            temporary.replace(self._path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def _groups_of(path: Path) -> list[_Group]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[_Group])
    except FileNotFoundError:
        return []
    except (ValueError, RecursionError):
        # Drop it: what is no list of targets is of no use to Prometheus either.
        return []


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
