"""Draw the dashboards to ``docs/pictures/`` from minutes of news: ``python -m tests.pictures`` (``make pictures``).

A real worker, canary, Kafka and Prometheus run for it, with some of what goes wrong on a bad day.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import tempfile
import time
from pathlib import Path

from pipeline.brokers import local_broker
from pipeline.settings import default_cache_dir
from tests.integration.dashboards import Answer, answers, board, panels, variables
from tests.integration.prometheus_server import Series
from tests.integration.watched_pipeline import WatchedPipeline, watched_pipeline
from tests.pictures.drawing import draw_board

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
STEP_SECONDS = 4


def watch(pipeline: WatchedPipeline, minutes: float) -> None:
    """Let news come, and a few things go wrong among it."""
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
        wait_until(0.8)
    pipeline.traffic.rate /= 2
    wait_until(1.0)


def ask(pipeline: WatchedPipeline, minutes: float) -> dict[str, dict[int, list[Answer]]]:
    """What each panel of each dashboard is answered, by the panel's id."""
    found: dict[str, dict[int, list[Answer]]] = {}
    for panel in panels():
        chosen = dict.fromkeys(variables(panel.board, pipeline.prometheus), ".*")
        asked = answers(panel, pipeline.prometheus, chosen, seconds=int(minutes * 60), step_seconds=STEP_SECONDS)
        found.setdefault(panel.board, {})[panel.json["id"]] = asked
    return found


def main() -> None:
    """Run, ask, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=6.0)
    parser.add_argument("--keep", type=Path, help="write the answers here, or draw from them when they are there")
    options = parser.parse_args()
    if options.keep and options.keep.exists():
        kept = json.loads(options.keep.read_text())
        found = {
            name: {
                int(number): [
                    Answer(legend, [Series(labels, samples) for labels, samples in series]) for legend, series in each
                ]
                for number, each in by_panel.items()
            }
            for name, by_panel in kept.items()
        }
    else:
        with (
            tempfile.TemporaryDirectory() as folder,
            local_broker(default_cache_dir()) as broker,
            watched_pipeline(broker.bootstrap_servers, "news", Path(folder), rate=15.0, canary_seconds=5.0) as pipeline,
        ):
            watch(pipeline, options.minutes)
            found = ask(pipeline, options.minutes)
        if options.keep:
            kept = {
                name: {
                    number: [(a.legend, [(dict(s.labels), s.samples) for s in a.series]) for a in each]
                    for number, each in by_panel.items()
                }
                for name, by_panel in found.items()
            }
            options.keep.write_text(json.dumps(kept))
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, by_panel in found.items():
        picture = draw_board(board(name), by_panel)
        (FOLDER / f"dashboard-{name}.png").write_bytes(picture)
        print(f"docs/pictures/dashboard-{name}.png: {len(picture) // 1000} kB")


if __name__ == "__main__":
    main()
