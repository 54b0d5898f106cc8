"""``wirewatch rules check`` and ``test``: rule files, and the examples that their rules carry. Neither needs Kafka."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table
from rich.text import Text

from pipeline.cli import pass_settings
from pipeline.cli.reading.rule_source import RULE_FILE, read_text, say_findings
from pipeline.cli.render import console, print_table, printable
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.assembly import Enrichment
    from pipeline.rules import CheckedRule, ExampleResult

_SHOWN_CODE_POINTS = 60


@click.command()
@click.argument("files", nargs=-1, required=True, type=RULE_FILE, metavar="FILE...")
@pass_settings
def check(settings: Settings, files: tuple[Path, ...]) -> int:
    """Say everything that is wrong or doubtful in rule files, in one go, and what each good rule means.

    The examples that rules carry are run, without a statistical model. Needs no Kafka.
    """
    out = console()
    tried = try_files(files, settings)
    say_failures(tried)
    for file in tried:
        for checked in file.good:
            out.print(Text.assemble(("✓ ", "green"), (checked.rule.id, "bold"), "  ", (checked.canonical, "cyan")))
    good = sum(len(file.good) for file in tried)
    examples = sum(file.example_count for file in tried)
    errors = sum(file.error_count for file in tried)
    warnings = sum(file.doubtful for file in tried)
    summary = Text(f"{counted(good, 'good rule')}, {counted(examples, 'example')} run, ", "red" if errors else "green")
    summary.append(counted(errors, "error"))
    if warnings:
        summary.append(f", {counted(warnings, 'warning')}", "yellow")
    out.print(summary)
    return 1 if errors else 0


@click.command()
@click.argument("files", nargs=-1, required=True, type=RULE_FILE, metavar="FILE...")
@click.option("--failed", "only_failed", is_flag=True, help="Show only the examples that fail.")
@pass_settings
def test(settings: Settings, files: tuple[Path, ...], *, only_failed: bool) -> int:
    """Run the examples that rules carry, and show for each what the rule does and why.

    The examples run without a statistical model, as they do before a rule goes live, and need no Kafka. A rule that is
    off or in shadow is run too. The exit status is 1 when an example fails or a rule cannot be used.
    """
    tried = try_files(files, settings)
    table = Table("", "rule", "example", "line", "text", "because", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for file in tried:
        for rule in file.rules:
            for result in rule.results:
                if not (only_failed and result.passed):
                    _add_row(table, result)
    out = console()
    if table.row_count:
        print_table(out, table)
    out.print(_summary(tried))
    return 1 if any(file.error_count for file in tried) else 0


def _add_row(table: Table, result: ExampleResult) -> None:
    words = " ".join(result.text.split())
    shown = words if len(words) <= _SHOWN_CODE_POINTS else words[: _SHOWN_CODE_POINTS - 1] + "…"
    done = {True: "fires", False: "is silent", None: "a step fails"}[result.fired]
    because = printable(result.detail) if result.passed else f"{done}: {printable(result.detail)}"
    table.add_row(
        Text("✓", "green") if result.passed else Text("✗", "bold red"),
        Text(printable(result.rule_id), "bold"),
        f"{result.kind} {result.number}",
        "" if result.position is None else str(result.position.line),
        Text(printable(shown)),
        Text(because, "" if result.passed else "red"),
    )


def _summary(tried: Sequence[TriedFile]) -> Text:
    rules = [rule for file in tried for rule in file.rules]
    examples = sum(file.example_count for file in tried)
    failed = sum(len(file.failures) for file in tried)
    refused = sum(file.refused for file in tried)
    bare = [rule.checked.rule.id for rule in rules if not rule.results]
    text = Text(f"{counted(len(rules), 'rule')}, {counted(examples, 'example')}: ")
    text.append(f"{examples - failed:,} passed, {failed:,} failed", "red" if failed else "green")
    if refused:
        text.append(f"; {counted(refused, 'error')} in the files", "red")
    if bare:
        listed = ", ".join(bare[:5]) + (", …" if len(bare) > 5 else "")
        text.append(f"; without an example: {listed}", "yellow")
    return text


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
    enrichment = Enrichment.without_models(load_knowledge_base(settings), settings.cache_dir)
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


def counted(number: int, thing: str) -> str:
    """``1 rule``, ``2 rules``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
