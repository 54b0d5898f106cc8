"""``wirewatch explain``: the whole way of one article, for a person."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from pipeline.cli import pass_settings
from pipeline.cli.reading.lines import BadLines, Line, read_lines
from pipeline.cli.reading.rule_source import checked, checked_text, index_over
from pipeline.cli.render import SEVERITY_STYLES, console, indented, marked, print_table, printable, why
from pipeline.errors import ArticleError, UsageError
from pipeline.messages.articles import EnrichedArticle, Language
from pipeline.settings import Settings
from pipeline.topology import ENTITIES_STEP, LANGUAGE_STEP, RULES_STEP

_SILENT_SHOWN = 20


@click.command()
@click.argument("file")
@click.option(
    "--rules",
    "rules_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The rule file; without it, the demo's rules.",
)
@pass_settings
def command(settings: Settings, file: str, rules_file: Path | None) -> int:
    """Show what each step makes of one article, with the matched text marked.

    FILE is JSON or plain text; `-` is standard input.
    """
    from pipeline.assembly import Enrichment, build_limits, load_knowledge_base  # noqa: PLC0415 - loads models; --help need not
    from pipeline.demo import rules_text  # noqa: PLC0415 - as above
    from pipeline.rules import why_silent  # noqa: PLC0415 - as above

    given = _only_line(file)
    try:
        article = given.read(now=datetime.now(UTC))
    except ArticleError as error:
        bad = BadLines()
        bad.report(given.place, error)
        return bad.exit_status()
    check = checked(rules_file, settings) if rules_file else checked_text(rules_text(), "demo rules", settings)
    enrichment = Enrichment.from_settings(settings)
    enriched = enrichment.extract([enrichment.identify(article)])[0]
    index = index_over(check, settings)
    matches = {match.rule.id: match for match in index.match(enriched, now=datetime.now(UTC))}

    out = console()
    colour = out.is_terminal
    out.print(_header(enriched))
    out.print(Rule(LANGUAGE_STEP.name, align="left"))
    out.print(_language(enriched.language))
    out.print(Rule(f"{ENTITIES_STEP.name}: {len(enriched.mentions)}", align="left"))
    print_table(out, _entities(enriched))
    out.print(Rule(f"{RULES_STEP.name}: {len(matches)} of {len(index)} fire", align="left"))
    for match in matches.values():
        out.print(
            Text.assemble(
                ("● ", SEVERITY_STYLES[match.rule.severity]),
                (match.rule.name, "bold"),
                f"  {match.rule.id}" if match.rule.name != match.rule.id else "",
                f"  {match.rule.version}",
            )
        )
        for line in why(match.evidence):
            out.print(indented(line, colour=colour))
    concepts, limits = load_knowledge_base(settings), build_limits(settings)
    silent = [rule.rule for rule in check.rules if rule.rule.id not in matches]
    for rule in silent[:_SILENT_SHOWN]:
        reason = "its mode is off" if rule.mode == "off" else why_silent(rule, concepts, enriched, limits)
        out.print(Text.assemble("○ ", rule.id, (f"  is silent: {printable(reason)}", "dim")))
    if len(silent) > _SILENT_SHOWN:
        out.print(Text(f"and {len(silent) - _SILENT_SHOWN:,} more are silent", "dim"))
    found = [evidence for match in matches.values() for evidence in match.evidence]
    for field in ("title", "body"):
        text = getattr(enriched, field)
        if text:
            spans = [(e.start, e.end) for e in found if e.field == field and e.start is not None and e.end is not None]
            out.print(Rule(field, align="left"))
            out.print(marked(text, spans, colour=colour))
    return 0


def _only_line(file: str) -> Line:
    lines = list(read_lines((file,)))
    if len(lines) != 1:
        raise UsageError(f"{file}: explain takes one article, here are {len(lines)}: use match for many")
    return lines[0]


def _header(article: EnrichedArticle) -> Text:
    text = Text(printable(article.title) or "(no title)", "bold")
    text.append(f"\n{article.id}  revision {article.revision}", "dim")
    if article.source or article.url:
        text.append(
            "\n" + "  ".join(part for part in (printable(article.source), printable(article.url)) if part), "dim"
        )
    return text


def _language(language: Language) -> Text:
    text = Text(language.tag, "bold magenta").append(f"  confidence {language.confidence:.2f}")
    others = [
        f"{guess.tag} (declared)" if guess.declared else f"{guess.tag} {guess.confidence:.2f}"
        for guess in language.alternatives
    ]
    if others:
        text.append(f"; also {', '.join(others)}", "dim")
    return text


def _entities(article: EnrichedArticle) -> Table:
    table = Table("entity", "label", "times", "as", "via", box=None, pad_edge=False)
    rows: dict[tuple[str, str], Counter[tuple[str, str]]] = {}
    for mention in article.mentions:
        name = f"{mention.entity.name} ({mention.entity.id})" if mention.entity else printable(mention.name)
        rows.setdefault((name, mention.label), Counter())[printable(mention.text), mention.via] += 1
    for (name, label), forms in rows.items():
        texts = ", ".join(dict.fromkeys(text for text, _ in forms))
        vias = ", ".join(dict.fromkeys(via for _, via in forms))
        table.add_row(Text(name), label, str(forms.total()), Text(texts), vias)
    return table
