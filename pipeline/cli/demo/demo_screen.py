"""What a person sees of the demo: on a terminal with colours and progress, in a pipe plain text."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from babel import Locale
from babel.core import get_global
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from pipeline.cli.demo.demo_run import DemoResult
from pipeline.cli.render import alert_block, print_table
from pipeline.messages.rules import WatchRule
from pipeline.text.language_tags import UNDETERMINED

if TYPE_CHECKING:
    from pipeline.streaming.kafka.subscription import ReceivedAlert

# Two forms of one script, each with a code of its own.
_HAN = {"Hans": "Hani", "Hant": "Hani"}
_RULE_WIDTH = 100


class DemoScreen:
    """Shows alerts as they come and, on a terminal, how far the articles are.

    Args:
        out: Where.
        articles: How many will be published.
    """

    def __init__(self, out: Console, articles: int) -> None:
        self._out = out
        self._alerts = 0
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("{task.fields[alerts]} alerts"),
            TimeElapsedColumn(),
            console=out,
            transient=True,
            disable=not out.is_terminal,
        )
        self._task = self._progress.add_task("articles published", total=articles, alerts=0)
        self._total = articles

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def published(self, count: int) -> None:
        """See ``Audience``."""
        description = "articles published" if count < self._total else "all published; the last are on their way"
        self._progress.update(self._task, completed=count, description=description)

    def alert(self, received: ReceivedAlert) -> None:
        """See ``Audience``."""
        self._alerts += 1
        self._out.print(alert_block(received.alert, colour=self._out.is_terminal))
        self._out.print()
        self._progress.update(self._task, alerts=self._alerts)


def heading(out: Console, text: str) -> None:
    """A line across the terminal that begins a part."""
    out.print(Rule(Text(text, "bold"), align="left"), width=min(out.width, _RULE_WIDTH))


def show_summary(out: Console, result: DemoResult, rules: Sequence[WatchRule], seconds: float) -> None:
    """What went in, what came out, and how fast."""
    languages = Counter(article.language.tag for article in result.through)
    scripts = sorted({script_name(tag) for tag in languages} - {""})
    kinds = Counter(alert.kind for alert in result.alerts)
    heading(out, "summary")
    facts = Table.grid(padding=(0, 2))
    facts.add_row("articles", f"{result.published} published, {len(result.through)} went the whole way")
    if result.dead_letters:
        facts.add_row("dead letters", Text(str(result.dead_letters), "red"))
    facts.add_row("languages", f"{len(languages)}: {', '.join(language_name(tag) for tag in sorted(languages))}")
    facts.add_row("scripts", f"{len(scripts)}: {', '.join(scripts)}")
    kinds_said = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    facts.add_row("alerts", f"{len(result.alerts)}: {kinds_said}" if result.alerts else "none")
    if result.alerts:
        waits = [alert.seconds for alert in result.alerts]
        facts.add_row(
            "publish to alert", f"p50 {percentile(waits, 50) * 1000:.0f} ms, p99 {percentile(waits, 99) * 1000:.0f} ms"
        )
    facts.add_row("time", f"{seconds:.1f} s in all")
    print_table(out, facts)
    out.print()
    by_rule = Table("rule", "alerts", "languages", box=None, pad_edge=False)
    by_rule.columns[1].justify = "right"
    for rule in rules:
        of_rule = [alert for alert in result.alerts if alert.rule_id == rule.id]
        tags = sorted({alert.language for alert in of_rule})
        by_rule.add_row(Text(rule.id, "cyan"), str(len(of_rule)), Text(" ".join(tags), "magenta"))
    print_table(out, by_rule)


def show_what_next(out: Console) -> None:
    """How to go on with one's own articles and rules."""
    out.print()
    heading(out, "what next")
    steps = Table.grid(padding=(0, 2))
    for command, meaning in (
        ("make run", "the same for good: broker and worker until Ctrl-C; then, in another terminal:"),
        ("wirewatch rules apply rules.yaml", "your own rules"),
        ("wirewatch subscribe", "follow the alerts"),
        ("wirewatch publish articles.jsonl", "your own articles: JSON Lines, JSON, CSV or plain text"),
        ("wirewatch explain article.txt", "the whole way of one article, without Kafka"),
    ):
        steps.add_row(Text(command, "bold"), meaning)
    print_table(out, steps)


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile of one or more values."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


def language_name(tag: str) -> str:
    """The English name of a language tag, by CLDR."""
    if tag == UNDETERMINED:
        return "one that cannot be told"
    return Locale.parse(tag, sep="-").get_display_name("en") or tag


def script_name(tag: str) -> str:
    """The English name of the script that a language is usually written in, by CLDR; empty for ``und``."""
    if tag == UNDETERMINED:
        return ""
    locale = Locale.parse(tag, sep="-")
    code = locale.script or get_global("likely_subtags")[locale.language].split("_")[1]
    return str(Locale("en").scripts[_HAN.get(code, code)])
