"""What a log record may say about an article and its error: ids and code lines, never the article's text.

An error's text may quote the article. It is in the dead letter's ``ww_error``, beside the article itself.
"""

from __future__ import annotations

import traceback
from pathlib import Path

from pipeline.errors import ArticleError, WirewatchError
from pipeline.streaming.observability.tracing import trace_id
from pipeline.streaming.records import Record

_LONGEST_ID = 100


def article_context(record: Record) -> dict[str, str]:
    """The ``extra`` of a log record about one article: its id, from the message's key, and its trace."""
    context = {}
    if record.key is not None:
        context["article"] = record.key.decode("utf-8", "backslashreplace")[:_LONGEST_ID]
    if (trace := trace_id(record.headers)) is not None:
        context["trace_id"] = trace
    return context


def cause_of(error: BaseException) -> str:
    """Why something failed: the text of our own errors, unless about an article; the kind and place of all others."""
    if isinstance(error, WirewatchError) and not isinstance(error, ArticleError):
        return str(error)
    return place_of(error)


def place_of(error: BaseException) -> str:
    """The kind of an error and the line that raised it, such as ``ValueError at linker.py:88``."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    return f"{type(error).__name__} at {Path(frames[-1].filename).name}:{frames[-1].lineno}"
