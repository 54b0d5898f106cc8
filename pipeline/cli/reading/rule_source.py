"""A rule file as the verbs without Kafka use it: checked as a whole, and an index over it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli import EXIT_FAILED, say_error, say_warning
from pipeline.errors import RuleError, UsageError
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.rules import RuleFileCheck, RuleIndex, RuleWarning

RULE_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
"""A click type: a file that is there, as a path."""


def read_text(path: Path) -> str:
    """A file's text.

    Raises:
        UsageError: It cannot be read, or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not text in UTF-8 (byte {error.start}): convert it first") from error


def checked(path: Path, settings: Settings) -> RuleFileCheck:
    """The rules of a file, usable every one; warnings have been said on standard error.

    Raises:
        Exit: With status 1, there are errors in it; they have been said too, where they stand among the warnings.
    """
    return checked_text(read_text(path), str(path), settings)


def checked_text(text: str, source: str, settings: Settings) -> RuleFileCheck:
    """As ``checked``, for a text that names its source."""
    from pipeline.assembly import build_limits, load_knowledge_base  # noqa: PLC0415 - as above
    from pipeline.rules import check_rules  # noqa: PLC0415 - as above

    check = check_rules(text, source, load_knowledge_base(settings), build_limits(settings))
    say_findings(check.findings)
    if check.errors:
        raise click.exceptions.Exit(EXIT_FAILED)
    return check


def say_findings(findings: Iterable[RuleError | RuleWarning]) -> None:
    """What is wrong and what is doubtful with rules, on standard error."""
    for finding in findings:
        if isinstance(finding, RuleError):
            say_error(finding)
        else:
            say_warning(finding)


def index_of(path: Path, settings: Settings) -> RuleIndex:
    """An index over a rule file."""
    return index_over(checked(path, settings), settings)


def index_over(check: RuleFileCheck, settings: Settings) -> RuleIndex:
    """An index over rules that have been checked."""
    from pipeline.assembly import build_rule_index  # noqa: PLC0415 - as above

    index = build_rule_index(settings)
    for rule in check.rules:
        index.add(rule.rule)
    return index
