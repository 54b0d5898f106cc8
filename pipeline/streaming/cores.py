"""How many cores this process may use: in a container often fewer than the machine has."""

from __future__ import annotations

import os
from collections.abc import Iterator
from math import ceil
from pathlib import Path, PurePosixPath
from typing import NamedTuple

_PROCESS = Path("/proc/self")
# ``4:cpu,cpuacct:/a:b``: the path may hold more of them.
_COLONS = 2
_PLACE = 4
_V1_FILES = ("cpu.cfs_quota_us", "cpu.cfs_period_us")


def usable_cores(process: Path = _PROCESS) -> int:
    """The cores that this process can keep busy, at least 1; a part of one counts as one.

    Its affinity says on which it may run, and its control group, such as a container's, how much of their time it gets.

    Args:
        process: What Linux tells of the process; where there is nothing, only the affinity counts.

    Source: ``cpu.max`` of cgroup v2 and ``cpu.cfs_quota_us`` of v1; a group has no more than any that it is in.
    """
    return max(1, min([_cores_of_affinity(), *map(ceil, _quotas(process))]))


def _cores_of_affinity() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1  # noqa: TID251 - where there is no affinity


class _Hierarchy(NamedTuple):
    """A tree of control groups as it is mounted: ``root`` of it is the folder ``mounted_at``."""

    root: PurePosixPath
    mounted_at: Path
    controller: str


def _quotas(process: Path) -> Iterator[float]:
    """How many cores' time each of the control groups around a process allows, where it sets a limit."""
    try:
        mounts, memberships = (_lines(process / name) for name in ("mountinfo", "cgroup"))
    except OSError:
        return
    groups = {
        controller: PurePosixPath(path)
        for line in memberships
        if line.count(":") >= _COLONS
        for _, controllers, path in (line.split(":", 2),)
        for controller in controllers.split(",")
    }
    for hierarchy in filter(None, map(_cpu_hierarchy, mounts)):
        group = groups.get(hierarchy.controller)
        if group is None:
            continue
        # What is mounted in a container may begin at its own group, which is named as the machine sees it.
        below = group.relative_to(hierarchy.root) if group.is_relative_to(hierarchy.root) else PurePosixPath()
        for folder in (below, *below.parents):
            quota = _quota(hierarchy.mounted_at / folder)
            if quota is not None:
                yield quota


def _cpu_hierarchy(mount: str) -> _Hierarchy | None:
    """The control groups that a line of ``mountinfo`` mounts, where they may limit the time of cores."""
    place, _, filesystem = mount.partition(" - ")
    kind, _, source_and_options = filesystem.partition(" ")
    if kind == "cgroup2":
        controller = ""
    elif kind == "cgroup" and "cpu" in source_and_options.rpartition(" ")[2].split(","):
        controller = "cpu"
    else:
        return None
    # Number, parent, device, root, where, options.
    fields = place.split(" ")
    return _Hierarchy(PurePosixPath(fields[3]), Path(fields[4]), controller) if len(fields) > _PLACE else None


def _lines(file: Path) -> list[str]:
    """The lines of a file of Linux, in which names of folders may hold any bytes but a line's end."""
    return file.read_bytes().decode("utf-8", "surrogateescape").split("\n")


def _quota(folder: Path) -> float | None:
    try:
        if (folder / "cpu.max").exists():
            words = (folder / "cpu.max").read_bytes().split()
        else:
            words = [(folder / name).read_bytes().strip() for name in _V1_FILES]
    except OSError:
        return None
    # ``max`` and ``-1`` are no limit.
    if len(words) != len(_V1_FILES) or not all(map(bytes.isdigit, words)) or not int(words[1]):
        return None
    return int(words[0]) / int(words[1])
