from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pipeline.errors import BrokerError
from pipeline.settings import Settings
from pipeline.streaming.loading import LoadedService, Standing
from pipeline.streaming.supervision.foreground import run_in_foreground
from pipeline.topology import CANARY, Service


def test_why_a_service_ended_is_told_where_its_targets_cannot_be_withdrawn(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "targets"

    @contextlib.asynccontextmanager
    async def load(_service: Service, _settings: Settings) -> AsyncIterator[LoadedService]:
        async def work(_standing: Standing) -> None:
            shutil.rmtree(folder)
            folder.touch()
            raise BrokerError("the broker is gone")

        yield LoadedService(work)

    settings = Settings(metrics_port=0, metrics_targets_file=folder / "targets.json")
    with pytest.raises(BrokerError, match="the broker is gone"):
        asyncio.run(run_in_foreground(CANARY, settings, load=load))
    assert "WIREWATCH_METRICS_TARGETS_FILE" in caplog.text
