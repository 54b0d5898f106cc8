"""Articles and alerts as people read them: the matched text marked, and why."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from datetime import UTC

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pipeline.messages.alerts import Alert, Evidence

SEVERITY_STYLES = {"info": "cyan", "low": "green", "medium": "yellow", "high": "red", "critical": "bold white on red"}
_MARK_STYLE = "bold black on yellow"
_NO_WIDTH_LIMIT = 100_000
_TAKEN_BACK = {
    "cleared": "the article was revised, and no longer satisfies the rule",
    "withdrawn": "its source has withdrawn the article",
}


def console() -> Console:
    """Standard output: colours and wrapped words on a terminal, plain text of whole lines in a pipe."""
    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


def done(text: str) -> Text:
    """A line that says what has been done, with a green check mark."""
    return Text.assemble(("✓ ", "green"), text)


def print_table(out: Console, table: Table) -> None:
    """A table that fits the terminal; in a pipe each row is one line, however long, so that it can be searched."""
    if out.is_terminal:
        out.print(table)
        return
    rendered = io.StringIO()
    Console(file=rendered, width=_NO_WIDTH_LIMIT, highlight=False).print(table)
    for line in rendered.getvalue().splitlines():
        out.print(Text(line.rstrip()), soft_wrap=True)


def marked(text: str, spans: Iterable[tuple[int, int]], *, colour: bool) -> Text:
    """A text with spans marked: in colour, or between brackets where there is none.

    Args:
        text: Any text; control characters become U+FFFD, so that no text can steer the terminal.
        spans: Half-open code-point offsets; overlapping ones are merged.
        colour: Whether the reader sees colours.
    """
    result = Text()
    position = 0
    for start, end in _merged(spans):
        result.append(printable(text[position:start]))
        found = printable(text[start:end])
        result.append(found if colour else f"[{found}]", _MARK_STYLE if colour else "")
        position = end
    result.append(printable(text[position:]))
    return result


def printable(text: str) -> str:
    """The text without characters that would steer a terminal; lines and tabs stay."""
    return "".join("\ufffd" if (ord(c) < 32 and c not in "\n\t") or 127 <= ord(c) < 160 else c for c in text)


def indented(text: Text, *, colour: bool) -> RenderableType:
    """A text set in by two; on a terminal the lines that it wraps to as well."""
    return Padding(text, (0, 0, 0, 2), expand=False) if colour else Text("  ").append_text(text)


def alert_block(alert: Alert, *, colour: bool) -> RenderableType:
    """One alert: rule, language, title and snippet with the matched text marked, and why each clause is satisfied."""
    head = Text()
    head.append("● ", SEVERITY_STYLES[alert.rule.severity])
    head.append(printable(alert.rule.name), "bold")
    head.append(f"  {alert.rule.severity}", SEVERITY_STYLES[alert.rule.severity])
    head.append(f"  {alert.article.language.tag}", "magenta")
    if alert.kind != "matched":
        head.append(f"  {alert.kind}", "bold")
    if alert.rule.mode == "shadow":
        head.append("  shadow", "bold")
    if alert.held_by is not None:
        head.append(f"  held back by {alert.held_by}", "bold")
    if alert.held_back:
        head.append(f"  {alert.held_back:,} held back since the last", "dim")
    if alert.article.source:
        head.append(f"  {printable(alert.article.source)}", "dim")
    rows: list[RenderableType] = [head]
    if alert.article.title:
        spans = [
            (e.start, e.end) for e in alert.evidence if e.field == "title" and e.start is not None and e.end is not None
        ]
        rows.append(indented(marked(alert.article.title, spans, colour=colour), colour=colour))
    if alert.snippet.text and alert.snippet.text != alert.article.title:
        spans = [(highlight.start, highlight.end) for highlight in alert.snippet.highlights]
        rows.append(indented(marked(alert.snippet.text.replace("\n", " "), spans, colour=colour), colour=colour))
    if alert.kind in _TAKEN_BACK:
        rows.append(indented(Text(_TAKEN_BACK[alert.kind], "dim"), colour=colour))
    rows.extend(indented(line, colour=colour) for line in why(alert.evidence))
    return Group(*rows)


def origin_of(alert: Alert) -> Text:
    """When an alert was raised, by which rule, and where its article is."""
    raised = alert.times.raised_at
    when = "" if raised is None else f"{raised.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"
    return Text("  ".join(part for part in (when, alert.rule.id, printable(alert.article.url)) if part), "dim")


def why(evidence: Iterable[Evidence]) -> list[Text]:
    """One line for each clause: what was found for it, and how."""
    by_clause: dict[str, list[str]] = {}
    for item in evidence:
        found = f"{printable(item.text)} ({item.field}, {item.via})"
        pieces = by_clause.setdefault(item.clause, [])
        if found not in pieces:
            pieces.append(found)
    return [
        Text("because ", "dim").append(printable(clause), "cyan").append("  ").append("; ".join(pieces))
        for clause, pieces in by_clause.items()
    ]


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
