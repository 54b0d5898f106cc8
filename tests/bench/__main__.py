"""Run the benches one after another: ``python -m tests.bench [NAME ...]``, all without a name.

Each is a module ``bench_NAME`` that measures and prints in its own process, so that no bench affects another.
"""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
from pathlib import Path

from rich.console import Console

_FOLDER = Path(__file__).parent
_PREFIX = "bench_"


def title(module: Path) -> str:
    """The first line of the module's docstring."""
    return (ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or module.stem).partition("\n")[0]


def main() -> int:
    """Run what the command line names; the exit status is 1 when one of them failed."""
    benches = {path.stem.removeprefix(_PREFIX): path for path in sorted(_FOLDER.glob(f"{_PREFIX}*.py"))}
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(benches)}; none: all")
    names = parser.parse_args().names or list(benches)
    if unknown := [name for name in names if name not in benches]:
        parser.error(f"no bench is called {', '.join(unknown)}: choose from {', '.join(benches)}")
    console = Console()
    failed = []
    for name in names:
        console.rule(f"[bold]{name}[/bold]: {title(benches[name])}", align="left")
        if subprocess.run([sys.executable, "-m", f"tests.bench.{_PREFIX}{name}"], check=False).returncode:
            failed.append(name)
        console.print()
    if failed:
        console.print(f"[red]failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
