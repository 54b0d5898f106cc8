"""The broker that a command starts for itself, and the settings that lead to it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.text import Text

from pipeline.cli.render import done
from pipeline.settings import Settings


@contextlib.contextmanager
def broker_in_use(
    settings: Settings, out: Console, *, data_directory: Path | None = None, port: int = 0
) -> Iterator[Settings]:
    """Settings for the broker in use: the one they name, or a local one that runs during the block.

    It prints which one, and why; a local one that ends by itself is started again, and that is printed, too.

    Args:
        settings: When ``bootstrap_servers`` names a broker, none is started.
        out: Where to say it.
        data_directory: The local broker's data, kept between runs; None: temporary.
        port: The local broker's; 0 takes a free one.

    Raises:
        KafkaMissingError: ``CI=true``, and a real Kafka cannot be started here.
        BrokerStartError: The local broker did not come up.
    """
    from pipeline.brokers import BrokerWatch, local_broker  # noqa: PLC0415 - not needed when the settings name a broker

    if settings.bootstrap_servers:
        out.print(done(f"broker {settings.bootstrap_servers}: WIREWATCH_BOOTSTRAP_SERVERS names it, none is started"))
        yield settings
        return
    with out.status("looking for Kafka …"):
        broker = local_broker(settings.cache_dir, data_directory=data_directory, port=port, on_progress=out.print)
    with out.status("starting the broker …"):
        broker.start()
    try:
        out.print(done(f"broker {broker.bootstrap_servers}: {broker.description}"))
        with BrokerWatch(
            broker,
            on_lost=lambda problem: out.print(Text.assemble(("! ", "yellow"), f"broker: {problem}")),
            on_back=lambda seconds: out.print(done(f"broker {broker.bootstrap_servers} is back after {seconds:.1f} s")),
        ):
            # What the settings say of security and replicas is of another cluster.
            yield settings.model_copy(
                update={
                    "bootstrap_servers": broker.bootstrap_servers,
                    "security_protocol": "PLAINTEXT",
                    "replication_factor": 1,
                }
            )
    finally:
        broker.stop()
