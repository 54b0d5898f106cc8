"""A back-test as people read it: a table, samples, and a chart by day where versions are compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.backtest import BacktestReport, Comparison, Forecast, RuleReport, Sample
from pipeline.cli.render import print_table, printable

_BARS = " ▏▎▍▌▋▊▉█"
_BAR_CELLS = 40
_SPARKS = "▁▂▃▄▅▆▇█"
_MOST_SPARKS = 31
_SHOWN_CLAUSES = 3


def show_backtest(out: Console, report: BacktestReport, source: str, *, before: str = "before") -> None:
    """Everything that the back-test found.

    Args:
        out: Where it is shown.
        report: Of the back-test.
        source: What was read.
        before: How to call the version that a rule is compared with.
    """
    out.print(_head(report, source))
    print_table(out, _table(report))
    for number, rule in enumerate(report.rules):
        comparison = report.comparisons[number] if report.comparisons else None
        _show_rule(out, report, rule, comparison, before)


def show_near_misses(out: Console, rule: RuleReport) -> None:
    """Show which clauses articles missed, with some of these articles."""
    if not rule.near_misses:
        return
    out.print(Text(f"  all but one clause: {rule.near_miss_count:,}", "yellow"))
    for missed in rule.near_misses[:_SHOWN_CLAUSES]:
        blocking = missed.clause.removeprefix("NOT ")
        what = "without" if blocking == missed.clause else "blocked by"
        out.print(Text(f"    {missed.articles:>6,}  {what} ").append(printable(blocking), "cyan"))
    rest = rule.near_misses[_SHOWN_CLAUSES:]
    if rest:
        out.print(Text(f"    {sum(missed.articles for missed in rest):>6,}  others", "dim"))
    _show_samples(out, "?", "yellow", rule.near_miss_samples)


def forecast_text(found: Forecast | None) -> str:
    """``12 a day (8–17)``."""
    if found is None:
        return "too short to tell"
    return f"{_rate(found.a_day)} a day ({_rate(found.low)}–{_rate(found.high)})"


def _head(report: BacktestReport, source: str) -> Text:
    text = Text(f"{report.articles:,} articles", "bold").append(f" of {source}", "")
    if report.start is not None and report.end is not None:
        text.append(f", {_minute(report.start)} to {_minute(report.end)} ({_length(report.span)})", "dim")
    return text


def _table(report: BacktestReport) -> Table:
    days = report.days()
    table = Table("rule", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("fired", "alerts", "held"):
        table.add_column(name, justify="right")
    table.add_column("forecast (95 %)")
    if len(days) > 1:
        table.add_column("by day")
    table.add_column("near misses", justify="right")
    for rule in report.rules:
        row: list[str | Text] = [
            Text(rule.rule_id, "bold"),
            f"{rule.fired:,}",
            f"{rule.alerts:,}",
            f"{rule.held:,}",
            forecast_text(report.forecast(rule)),
        ]
        if len(days) > 1:
            row.append(_spark([rule.days.get(day, 0) for day in days[-_MOST_SPARKS:]]))
        table.add_row(*row, f"{rule.near_miss_count:,}")
    return table


def _show_rule(
    out: Console, report: BacktestReport, rule: RuleReport, comparison: Comparison | None, before: str
) -> None:
    if not (rule.samples or rule.near_misses or comparison):
        return
    out.print()
    out.print(Text(rule.rule_id, "bold"))
    if comparison is not None:
        _show_comparison(out, report, rule, comparison, before)
    _show_samples(out, "●", "green", rule.samples)
    show_near_misses(out, rule)


def _show_comparison(out: Console, report: BacktestReport, rule: RuleReport, comparison: Comparison, name: str) -> None:
    before = comparison.before
    if before is None:
        out.print(Text(f"  {rule.version} is new: there is no {name} version", "yellow"))
        return
    if before.version == rule.version:
        out.print(Text(f"  {rule.version} is the {name} version", "dim"))
        return
    change = rule.alerts - before.alerts
    share = f", {change / before.alerts:+.0%}" if before.alerts else ""
    counts = f"{before.alerts:,} → {rule.alerts:,} alerts ({change:+,}{share})"
    out.print(Text(f"  {name} {before.version} → {rule.version}: {counts}"))
    print_table(out, _chart(report, before, rule, name))
    out.print(Text(f"  fires where it did not: {comparison.gained:,}", "green"))
    _show_samples(out, "+", "green", comparison.gained_samples)
    out.print(Text(f"  no longer fires: {comparison.lost:,}", "red"))
    _show_samples(out, "-", "red", comparison.lost_samples)


def _chart(report: BacktestReport, before: RuleReport, after: RuleReport, before_name: str) -> Table:
    """Alerts by day, one bar for each version."""
    most = max([1, *before.days.values(), *after.days.values()])
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), show_header=False)
    for day in report.days():
        for number, (name, style, rule) in enumerate(((before_name, "dim", before), ("this file", "green", after))):
            count = rule.days.get(day, 0)
            table.add_row(
                f"  {day:%Y-%m-%d}" if number == 0 else "",
                Text(name, "dim"),
                Text(_bar(count, most), style).append(f" {count:,}", ""),
            )
    return table


def _show_samples(out: Console, mark: str, style: str, samples: Iterable[Sample]) -> None:
    for sample in samples:
        line = Text(f"  {mark} ", style).append(_minute(sample.at), "dim").append(f" {sample.language} ", "magenta")
        line.append(printable(sample.headline))
        line.append(f"  {printable(sample.why)}", "cyan")
        out.print(line)


def _bar(count: int, most: int) -> str:
    """A bar as long as the count's share of the largest; what is more than nothing shows."""
    eighths = max(round(count / most * _BAR_CELLS * 8), bool(count))
    return _BARS[8] * (eighths // 8) + (_BARS[eighths % 8] if eighths % 8 else "")


def _spark(counts: Sequence[int]) -> str:
    most = max(counts, default=0)
    return "".join(_SPARKS[-(-count * len(_SPARKS) // most) - 1] if count else "·" for count in counts)


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}Z"


def _rate(number: float) -> str:
    """Two digits that count."""
    if number >= 10:
        return f"{number:,.0f}"
    return f"{number:.1f}" if number >= 1 or number == 0 else f"{number:.2g}"


def _length(span: timedelta) -> str:
    hours = span / timedelta(hours=1)
    return f"{hours / 24:.1f} days" if hours >= 48 else f"{hours:.1f} h"
