"""How many cores a process may use, by its affinity and the limits of its control groups."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.streaming.cores import usable_cores


@pytest.fixture(autouse=True)
def eight_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: set(range(8)), raising=False)


class Machine:
    """What Linux tells of a process, as files."""

    def __init__(self, folder: Path) -> None:
        self.process = folder / "self"
        self.groups = folder / "cgroup"
        self.process.mkdir()
        self.groups.mkdir()

    def v2(self, group: str, limits: dict[str, str], root: str = "/") -> Path:
        """Control groups of version 2, mounted from ``root`` on, with the process in ``group``."""
        mount = f"31 23 0:28 {root} {self.groups} rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate"
        return self._written([mount], [f"0::{group}"], {f"{folder}/cpu.max": text for folder, text in limits.items()})

    def v1(self, group: str, limits: dict[str, tuple[int, int]], root: str = "/") -> Path:
        """The same of version 1, beside a hierarchy of version 2 that says nothing of cores."""
        mounts = [
            f"31 23 0:28 / {self.groups}/unified rw - cgroup2 cgroup2 rw",
            f"32 23 0:29 / {self.groups}/memory rw - cgroup cgroup rw,memory",
            f"33 23 0:30 {root} {self.groups}/cpu rw master:5 - cgroup cgroup rw,cpu,cpuacct",
        ]
        files = {}
        for folder, (quota, period) in limits.items():
            files[f"cpu/{folder}/cpu.cfs_quota_us"] = f"{quota}\n"
            files[f"cpu/{folder}/cpu.cfs_period_us"] = f"{period}\n"
        return self._written(mounts, [f"9:memory:{group}", f"4:cpu,cpuacct:{group}", "0::/"], files)

    def _written(self, mounts: list[str], memberships: list[str], files: dict[str, str]) -> Path:
        first = "23 1 8:1 / / rw - ext4 /dev/sda1 rw"
        (self.process / "mountinfo").write_text("\n".join([first, *mounts, ""]), encoding="utf-8")
        (self.process / "cgroup").write_text("\n".join([*memberships, ""]), encoding="utf-8")
        for name, text in files.items():
            file = self.groups / name.lstrip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return self.process


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_all_cores_of_the_affinity_where_nothing_limits_them(machine: Machine, tmp_path: Path) -> None:
    assert usable_cores(tmp_path / "no Linux") == 8
    assert usable_cores(machine.v2("/user.slice", {"user.slice": "max 100000\n"})) == 8
    assert usable_cores(machine.v1("/docker/1f", {"docker/1f": (-1, 100000)})) == 8


@pytest.mark.parametrize(
    ("limit", "cores"), [("100000 100000", 1), ("250000 100000", 3), ("1000 100000", 1), ("3200000 100000", 8)]
)
def test_the_quota_of_a_container_of_version_2(machine: Machine, limit: str, cores: int) -> None:
    assert usable_cores(machine.v2("/", {"": f"{limit}\n"})) == cores


def test_the_quota_of_a_container_of_version_1(machine: Machine) -> None:
    # What is mounted there is its own group, and the machine's name of it is not.
    assert usable_cores(machine.v1("/docker/1f", {"": (200000, 100000)}, root="/docker/1f")) == 2
    assert usable_cores(machine.v1("/docker/1f/worker", {"": (200000, 100000), "worker": (150000, 50000)})) == 2


def test_a_group_has_no_more_than_those_that_it_is_in(machine: Machine) -> None:
    limits = {"kubepods": "max 100000\n", "kubepods/pod7": "100000 100000\n", "kubepods/pod7/c1": "400000 100000\n"}
    assert usable_cores(machine.v2("/kubepods/pod7/c1", limits)) == 1


def test_a_group_outside_of_what_is_mounted_is_the_one_that_is_mounted(machine: Machine) -> None:
    assert usable_cores(machine.v2("/../../other", {"": "200000 100000\n"})) == 2


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"40 23 0:31 / /mnt/caf\xe9 rw - ext4 /dev/sdb1 rw",
        b"40 23 0:31 / /mnt/a\x0cb\x1cc rw - ext4 /dev/sdb1 rw",
        "40 23 0:31 / /mnt/a\u2028b\x85c rw - ext4 /dev/sdb1 rw".encode(),
        b"40 23 0:31 / /mnt/none rw - ramfs none",
        b"40 23 0:31 / /mnt/none rw - cgroup",
        b"40 23 - cgroup2 cgroup2 rw",
        b"nothing of the form",
    ],
)
def test_a_line_that_is_odd_hides_no_limit(machine: Machine, line: bytes) -> None:
    process = machine.v2("/a", {"a": "200000 100000\n"})
    for name in ("mountinfo", "cgroup"):
        (process / name).write_bytes(line + b"\n" + (process / name).read_bytes())
    assert usable_cores(process) == 2


@pytest.mark.parametrize("limit", ["", "max", "200000", "200000 0", "many 100000", "1 2 3"])
def test_a_limit_that_cannot_be_read_is_none(machine: Machine, limit: str) -> None:
    assert usable_cores(machine.v2("/a", {"a": limit})) == 8


def test_the_name_of_a_group_may_be_any_bytes(machine: Machine) -> None:
    process = machine.v2("/", {})
    name = b"caf\xe9:1"
    (process / "cgroup").write_bytes(b"0::/" + name + b"\n")
    folder = machine.groups / os.fsdecode(name)
    folder.mkdir()
    (folder / "cpu.max").write_text("300000 100000\n", encoding="ascii")
    assert usable_cores(process) == 3


def test_all_cores_of_the_machine_where_there_is_no_affinity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert usable_cores(tmp_path) == 6
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert usable_cores(tmp_path) == 1
