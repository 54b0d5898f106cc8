"""Rule files checked to the last: their conditions, and the examples that the rules carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.reading.rule_source import read_text, say_findings
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.assembly import Enrichment
    from pipeline.rules import CheckedRule, ExampleResult


@dataclass(frozen=True, slots=True)
class TriedRule:
    """A rule that can be used, with the results of its examples."""

    checked: CheckedRule
    results: tuple[ExampleResult, ...]

    @property
    def passed(self) -> bool:
        """Whether it does on each example what the example says."""
        return all(result.passed for result in self.results)


@dataclass(frozen=True, slots=True)
class TriedFile:
    """A rule file and what came of checking it; errors and warnings have been said on standard error.

    Attributes:
        rules: Those that can be used, in the file's order.
        refused: How many errors the file and its rules have.
        doubtful: How many warnings.
    """

    path: Path
    rules: tuple[TriedRule, ...]
    refused: int
    doubtful: int

    @property
    def good(self) -> tuple[CheckedRule, ...]:
        """The rules that can go live."""
        return tuple(rule.checked for rule in self.rules if rule.passed)

    @property
    def failures(self) -> tuple[ExampleResult, ...]:
        """The examples that failed."""
        return tuple(result for rule in self.rules for result in rule.results if not result.passed)

    @property
    def error_count(self) -> int:
        """Errors of the file and its rules, and examples that failed."""
        return self.refused + len(self.failures)

    @property
    def example_count(self) -> int:
        """How many examples were run."""
        return sum(len(rule.results) for rule in self.rules)


def try_files(paths: Sequence[Path], settings: Settings) -> list[TriedFile]:
    """Check rule files and run their examples, without a statistical model; say errors and warnings.

    Raises:
        UsageError: A file cannot be read.
    """
    from pipeline.assembly import Enrichment, load_knowledge_base  # noqa: PLC0415 - loads the knowledge base; --help need not

    texts = [(path, read_text(path)) for path in paths]
    enrichment = Enrichment.without_models(load_knowledge_base(settings))
    return [_tried(path, text, enrichment, settings) for path, text in texts]


def say_failures(files: Sequence[TriedFile]) -> None:
    """The examples that failed, each in a line on standard error."""
    for file in files:
        for failure in file.failures:
            click.echo(f"error: {failure}", err=True)


def _tried(path: Path, text: str, enrichment: Enrichment, settings: Settings) -> TriedFile:
    from pipeline.assembly import build_limits, load_knowledge_base  # noqa: PLC0415 - as above
    from pipeline.rules import check_rules, run_examples  # noqa: PLC0415 - as above

    concepts = load_knowledge_base(settings)
    limits = build_limits(settings)
    check = check_rules(text, str(path), concepts, limits)
    say_findings(check.findings)
    tried = tuple(
        TriedRule(checked, tuple(run_examples(checked, concepts, enrichment.enrich_text, limits)))
        for checked in check.rules
    )
    return TriedFile(path, tried, len(check.errors), len(check.warnings))
