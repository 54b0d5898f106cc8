"""``wirewatch sources extract``: what files of pages say, as one JSON line a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pipeline.cli.sources.file_lines import print_lines
from pipeline.errors import UsageError
from pipeline.sources.pages import ExtractionProcess, Page, PageError


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--url", help="The address that the files came from, for relative links and the canonical address.")
@click.option("--urls", type=click.Path(dir_okay=False), help="A file with the address of each, a line each.")
@click.option("--content-type", help="The header of that name that they came with, for its charset.")
def extract(files: tuple[str, ...], url: str | None, urls: str | None, content_type: str | None) -> int:
    """Read pages: text, title, times, authors, and whether each is an article. One JSON line a file, in their order.

    FILES are HTML as publishers serve it; `-` is standard input. A file that cannot be read has an `error`, the
    rest goes on, and the exit status is 1.
    """
    addresses = _addresses(files, url, urls)
    with ExtractionProcess() as process:
        return print_lines(
            files,
            lambda place, data: _as_json(process.extract(data, url=addresses[place], content_type=content_type)),
            PageError,
        )


def _addresses(files: tuple[str, ...], url: str | None, urls: str | None) -> list[str | None]:
    if urls is None:
        return [url] * len(files)
    if url is not None:
        raise UsageError("--url and --urls say the same: give one of them")
    try:
        lines = Path(urls).read_text("utf-8").splitlines()
    except UnicodeDecodeError:
        raise UsageError(f"{urls}: not UTF-8; it holds an address a line") from None
    if len(lines) != len(files):
        raise UsageError(f"{urls}: {len(lines)} addresses for {len(files)} files; give a line a file, empty if unknown")
    return [line.strip() or None for line in lines]


def _as_json(page: Page) -> dict[str, Any]:
    return {field: getattr(page, field) for field in page.__struct_fields__} | {"is_article": page.is_article}
