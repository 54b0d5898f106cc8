"""Build the knowledge base into the wheel: it is made from the reviewed files and CLDR, and is not kept in git."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

KNOWLEDGE_BASE = Path("pipeline/concepts/data/concepts.kb")


class KnowledgeBaseHook(BuildHookInterface[Any]):
    """Runs ``python -m pipeline.concepts.build``; an editable install leaves that to ``make concepts``."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the file and let the wheel hold it, though git ignores it."""
        if version != "editable":
            subprocess.run([sys.executable, "-m", "pipeline.concepts.build"], cwd=self.root, check=True)
            build_data["artifacts"].append(f"/{KNOWLEDGE_BASE.as_posix()}")
