"""What is read in files, as one JSON line a file in their order."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click
import msgspec

from pipeline.cli import EXIT_DONE, EXIT_FAILED

# A feed is read up to some 10 million characters, a page up to half of that; what is behind need not be loaded.
_MOST_BYTES = 64 * 1024 * 1024


def print_lines(
    files: Sequence[str], read: Callable[[int, bytes], Mapping[str, Any]], unreadable: type[Exception]
) -> int:
    """Print a line for each file; one that cannot be read has an ``error``, and the rest goes on.

    Args:
        files: Names; `-` is standard input.
        read: Reads a file by its place among the files and its first 64 MiB; gives the fields of its line.
        unreadable: What ``read`` raises where a document is not what it should be.

    Returns:
        The exit status: failed where one line has an error.
    """
    status = EXIT_DONE
    for place, file in enumerate(files):
        line: dict[str, Any] = {"file": file}
        try:
            line |= read(place, _bytes(file))
        except unreadable as error:
            line["error"] = str(error)
            status = EXIT_FAILED
        except OSError as error:
            line["error"] = f"cannot be read: {error.strerror}"
            status = EXIT_FAILED
        click.echo(msgspec.json.encode(line))
    return status


def _bytes(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read(_MOST_BYTES)
    with open(file, "rb") as stream:  # noqa: PTH123 - a name may be any string; Path would refuse none either
        return stream.read(_MOST_BYTES)
