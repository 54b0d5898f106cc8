"""Rule files checked to the last: their conditions, and the examples that the rules carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli import say_error, say_warning
from pipeline.cli.rule_source import read_text

if TYPE_CHECKING:
    from pipeline.assembly import Enrichment
    from pipeline.rules import CheckedRule


@dataclass(frozen=True, slots=True)
class TriedFile:
    """A rule file and what came of checking it; what was wrong has been said on standard error.

    Attributes:
        good: The rules that can go live, in the file's order.
        error_count: Errors of the file and its rules, and examples that failed.
        example_count: How many examples were run.
    """

    path: Path
    good: tuple[CheckedRule, ...]
    error_count: int
    example_count: int


def try_files(paths: Sequence[Path]) -> list[TriedFile]:
    """Check rule files and run their examples, without a statistical model; say errors and warnings.

    Raises:
        UsageError: A file cannot be read.
    """
    from pipeline.assembly import Enrichment  # noqa: PLC0415 - loads the knowledge base; --help need not

    texts = [(path, read_text(path)) for path in paths]
    enrichment = Enrichment.without_models()
    return [_tried(path, text, enrichment) for path, text in texts]


def _tried(path: Path, text: str, enrichment: Enrichment) -> TriedFile:
    from pipeline.concepts import KnowledgeBase  # noqa: PLC0415 - as above
    from pipeline.rules import check_examples, check_rules  # noqa: PLC0415 - as above

    concepts = KnowledgeBase.load()
    check = check_rules(text, str(path), concepts)
    for error in check.errors:
        say_error(error)
    error_count = len(check.errors)
    example_count = 0
    good = []
    for checked in check.rules:
        for warning in checked.warnings:
            say_warning(warning)
        examples = checked.rule.examples
        example_count += len(examples.fires) + len(examples.silent)
        failures = check_examples(checked.rule, concepts, enrichment.enrich_text)
        for failure in failures:
            click.echo(f"error: {path}: {failure}", err=True)
        error_count += len(failures)
        if not failures:
            good.append(checked)
    return TriedFile(path, tuple(good), error_count, example_count)
