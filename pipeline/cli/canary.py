"""``wirewatch canary``: watch the pipeline from outside until Ctrl-C."""

from __future__ import annotations

import asyncio
import logging
import sys

import click

from pipeline.cli import EXIT_DONE, exit_status, pass_settings
from pipeline.errors import WirewatchError
from pipeline.settings import Settings
from pipeline.topology import CANARY

_log = logging.getLogger(__name__)


@click.command()
@pass_settings
def command(settings: Settings) -> int:
    """Watch the pipeline from outside until Ctrl-C, and serve what it sees as metrics.

    Every WIREWATCH_CANARY_INTERVAL_SECONDS a canary article goes the whole way to an alert on the reserved channel
    `canary`, and on no other; one without an alert after WIREWATCH_CANARY_TIMEOUT_SECONDS is missed. The lag of every
    step is read from the offsets that its group has committed, so that a dead worker is seen too.
    """
    from pipeline.streaming.observability.worker_log import configure_log  # noqa: PLC0415 - loads Kafka; --help need not

    configure_log(settings.log_level, "canary", log_format=settings.log_format)
    try:
        asyncio.run(_watch(settings))
    except WirewatchError as error:
        if sys.stderr.isatty():
            raise
        # In a log this is a line like the others.
        _log.critical("%s", error)
        return exit_status(error)
    return EXIT_DONE


async def _watch(settings: Settings) -> None:
    from pipeline.streaming.supervision.foreground import run_in_foreground  # noqa: PLC0415 - as above
    from pipeline.streaming.supervision.stop_signals import stop_signals  # noqa: PLC0415 - as above

    def say(address: str) -> None:
        if sys.stderr.isatty():
            click.echo(f"serves http://{address}/metrics; Ctrl-C ends", err=True)
        else:
            _log.info("serves http://%s/metrics", address)

    watching = asyncio.ensure_future(run_in_foreground(CANARY, settings, on_serving=say))
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in stop_signals():
        loop.add_signal_handler(number, stopped.set)
    waiting = asyncio.ensure_future(stopped.wait())
    await asyncio.wait([watching, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if not watching.done():
        watching.cancel()
    try:
        await watching
    except asyncio.CancelledError:
        return
