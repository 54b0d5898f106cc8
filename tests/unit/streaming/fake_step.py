"""A fake step process for the supervisor's tests: speaks the protocol and processes ten records in a folder.

    python fake_step.py BEHAVIOUR FOLDER --report-fd N --order-fd N

The records are the offsets 0 to 9 of partition 3. ``FOLDER/read`` holds the next offset; ``FOLDER/passed`` and
``FOLDER/dead`` list the records passed and set aside.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

from pipeline.streaming.records import RecordPosition
from pipeline.streaming.supervision.in_flight import (
    EXIT_STOPPED,
    Beat,
    GaveUp,
    Loaded,
    OrderPipe,
    Ready,
    ReportPipe,
    Serving,
)
from tests.waiting import wait_until

PARTITION = 3
RECORDS = 10
POISON = 5


def append(file: Path, line: object) -> None:
    with file.open("a") as opened:
        opened.write(f"{line}\n")


def work(reports: ReportPipe, orders: OrderPipe, folder: Path, batch: int, poison: frozenset[int]) -> None:
    read = folder / "read"
    offset = int(read.read_text()) if read.exists() else 0
    while offset < RECORDS:
        position = RecordPosition(PARTITION, offset)
        caution = orders.caution()
        if position in caution.condemned:
            append(folder / "dead", offset)
            taken = [position]
        else:
            taken = [position]
            while len(taken) < batch and position not in caution.alone and taken[-1].offset + 1 < RECORDS:
                following = RecordPosition(PARTITION, taken[-1].offset + 1)
                if following in caution.alone or following in caution.condemned:
                    break
                taken.append(following)
            reports.begin(taken)
            append(folder / "begun", [p.offset for p in taken])
            if any(p.offset in poison for p in taken):
                os.kill(os.getpid(), signal.SIGKILL)
            reports.end()
            for done in taken:
                append(folder / "passed", done.offset)
        offset = taken[-1].offset + 1
        read.write_text(str(offset))


def main() -> None:
    behaviour, name = sys.argv[1:3]
    folder = Path(name)
    reports, orders = ReportPipe(int(sys.argv[4])), OrderPipe(int(sys.argv[6]))
    append(folder / "started", os.getpid())
    orders.follow(lambda _: append(folder / "orders", os.getpid()), lambda: os._exit(0))
    if behaviour == "mute":
        threading.Event().wait()
    reports.report(Serving("127.0.0.1:1"))
    reports.report(Beat())
    if behaviour == "loading":
        threading.Event().wait()
    reports.report(Loaded())
    match behaviour:
        case "stubborn":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        case "hanging":
            reports.begin([RecordPosition(PARTITION, POISON)])
            threading.Event().wait()
        case "refusing":
            reports.report(GaveUp("topic news.matches.v1 is not for this user"))
            sys.exit(EXIT_STOPPED)
        case "poisoned":
            work(reports, orders, folder, 4, frozenset({POISON}))
        case "deadly":
            work(reports, orders, folder, 1, frozenset(range(RECORDS)))
        case "failing":
            if len((folder / "started").read_text().split()) < 4:
                sys.exit(1)
    reports.report(Ready(is_ready=True))
    if behaviour == "faltering":
        reports.report(Ready(is_ready=False, problem="waiting for the broker"))
        wait_until((folder / "broker-is-back").exists, "the sign that the broker is back")
        reports.report(Ready(is_ready=True))
    threading.Event().wait()


if __name__ == "__main__":
    main()
