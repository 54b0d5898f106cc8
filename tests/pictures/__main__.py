"""Draw the dashboards to ``docs/pictures/`` from minutes of news: ``python -m tests.pictures`` (``make pictures``).

Runs a real worker, canary, Kafka and Prometheus, with some typical faults.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import tempfile
import time
from pathlib import Path

import msgspec

from pipeline.brokers import local_broker
from pipeline.messages.rules import WatchRule
from pipeline.settings import default_cache_dir
from tests.integration.dashboards import Answer, Event, answers, board, events, panels, variables
from tests.integration.watched_pipeline import WatchedPipeline, watched_pipeline
from tests.pictures.drawing import draw_board

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
STEP_SECONDS = 4


def watch(pipeline: WatchedPipeline, minutes: float) -> None:
    """Publish news with a few faults."""
    length = minutes * 60
    started = time.monotonic()

    def wait_until(share: float) -> None:
        time.sleep(max(0.0, started + share * length - time.monotonic()))
        print(f"{share:4.0%} of {minutes:g} minutes", flush=True)

    wait_until(0.3)
    pipeline.traffic.spoilt_share = 0.02
    pipeline.traffic.add_failing()
    pipeline.traffic.add_surrogate()
    wait_until(0.4)
    os.kill(pipeline.pids["entities-0"], signal.SIGKILL)
    wait_until(0.6)
    pipeline.traffic.spoilt_share = 0.0
    pipeline.traffic.rate *= 2
    with pipeline.other_worker("alerts"):
        wait_until(0.7)
        asyncio.run(pipeline.apply_rules(WatchRule(id="new", when="earthquake + Japan"), rule_set="pictures"))
        wait_until(0.8)
    pipeline.traffic.rate /= 2
    wait_until(1.0)


class Seen(msgspec.Struct):
    """The answers for one dashboard.

    Attributes:
        answers: Of each panel's queries, by the panel's id.
        events: What it marks.
    """

    answers: dict[int, list[Answer]]
    events: list[Event]


def ask(pipeline: WatchedPipeline, minutes: float) -> dict[str, Seen]:
    """The answers for each dashboard, by its name."""
    found: dict[str, Seen] = {}
    seconds = int(minutes * 60)
    for panel in panels():
        if panel.board not in found:
            marks = events(panel.board, pipeline.prometheus, seconds=seconds, step_seconds=STEP_SECONDS)
            found[panel.board] = Seen({}, marks)
        chosen = dict.fromkeys(variables(panel.board, pipeline.prometheus), ".*")
        asked = answers(panel, pipeline.prometheus, chosen, seconds=seconds, step_seconds=STEP_SECONDS)
        found[panel.board].answers[panel.json["id"]] = asked
    return found


def main() -> None:
    """Run, ask, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=8.0)
    parser.add_argument("--keep", type=Path, help="write the answers here, or draw from them when they are there")
    options = parser.parse_args()
    if options.keep and options.keep.exists():
        found = msgspec.msgpack.decode(options.keep.read_bytes(), type=dict[str, Seen])
    else:
        with (
            tempfile.TemporaryDirectory() as folder,
            local_broker(default_cache_dir()) as broker,
            watched_pipeline(broker.bootstrap_servers, "news", Path(folder), rate=15.0, canary_seconds=5.0) as pipeline,
        ):
            watch(pipeline, options.minutes)
            found = ask(pipeline, options.minutes)
        if options.keep:
            options.keep.write_bytes(msgspec.msgpack.encode(found))
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, seen in found.items():
        picture = draw_board(board(name), seen.answers, seen.events)
        (FOLDER / f"dashboard-{name}.png").write_bytes(picture)
        print(f"docs/pictures/dashboard-{name}.png: {len(picture) // 1000} kB")


if __name__ == "__main__":
    main()
