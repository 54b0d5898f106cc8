"""How a supervisor starts the process of a step: its command line and its environment."""

from __future__ import annotations

import json
import os
import sys

from pydantic import SecretStr

from pipeline.settings import ENV_PREFIX, FOREIGN_NAMES, Settings
from pipeline.topology import StepName


def child_command(step: StepName, process: str) -> list[str]:
    """The command line of a step's process, without the descriptors of its pipes.

    Args:
        step: The step to run.
        process: The process's name in logs and metrics, such as ``entities-0``.
    """
    return [
        sys.executable,
        "-X",
        "faulthandler",
        "-m",
        "pipeline.streaming.child",
        "--step",
        step,
        "--process",
        process,
    ]


def settings_environment(settings: Settings) -> dict[str, str]:
    """This process's environment, with exactly these settings: ``load_settings()`` in the child gives them again.

    Secrets go this way too and not on the command line, which every user of the machine can read.
    """
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(ENV_PREFIX) or name in FOREIGN_NAMES
    }
    for field in type(settings).model_fields:
        value = getattr(settings, field)
        if value is not None:
            environment[ENV_PREFIX + field.upper()] = _environment_value(value)
    return environment


def _environment_value(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return json.dumps(value) if isinstance(value, dict) else str(value)
