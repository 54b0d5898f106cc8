"""``wirewatch explain``: the whole way of one article, for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
import msgspec
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from pipeline.cli import pass_settings
from pipeline.cli.reading.articles import enriched, good_articles, tried
from pipeline.cli.reading.lines import BadLines, Line, read_lines
from pipeline.cli.reading.rule_source import checked, checked_text, index_over
from pipeline.cli.render import SEVERITY_STYLES, console, indented, marked, print_table, printable, why
from pipeline.errors import UsageError
from pipeline.messages.alerts import Match
from pipeline.messages.articles import EnrichedArticle, Language
from pipeline.messages.rules import WatchRule
from pipeline.settings import Settings
from pipeline.topology import ENTITIES_STEP, LANGUAGE_STEP, RULES_STEP

if TYPE_CHECKING:
    from pipeline.entities.linking.held_back import HeldBackName
    from pipeline.rules import CheckedRule, RuleIndex

_SILENT_SHOWN = 20
_OF_THE_DEMO = ", of the demo's rules: --rules FILE tries yours"


@click.command()
@click.argument("file")
@click.option(
    "--rules",
    "rules_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The rule file; without it, the demo's rules.",
)
@click.option("--rule", "rule_ids", multiple=True, metavar="ID", help="Only this rule; may be repeated.")
@pass_settings
def command(settings: Settings, file: str, rules_file: Path | None, rule_ids: tuple[str, ...]) -> int:
    """Show what each step makes of one article, with the matched text marked.

    FILE is JSON or plain text; `-` is standard input. Of many rules that are silent only some are shown: --rule asks
    why one of them is.
    """
    from pipeline.assembly import Enrichment, build_limits, load_knowledge_base  # noqa: PLC0415 - loads models; --help need not
    from pipeline.demo import rules_text  # noqa: PLC0415 - as above
    from pipeline.entities import Linker  # noqa: PLC0415 - as above
    from pipeline.rules import why_silent  # noqa: PLC0415 - as above

    given = _only_line(file)
    bad = BadLines()
    articles = list(good_articles([given], bad, lambda line: line.read(now=datetime.now(UTC))))
    if not articles:
        return bad.exit_status()
    check = checked(rules_file, settings) if rules_file else checked_text(rules_text(), "demo rules", settings)
    chosen = [rule for rule in check.rules if not rule_ids or rule.rule.id in rule_ids]
    missing = set(rule_ids).difference(rule.rule.id for rule in chosen)
    if missing:
        raise UsageError(f"--rule {min(missing)}: there is no such rule in {rules_file or 'the demo: --rules FILE'}")
    check = msgspec.structs.replace(check, rules=tuple(chosen))
    enrichment = Enrichment.from_settings(settings)
    index = index_over(check, settings)
    concepts, limits = load_knowledge_base(settings), build_limits(settings)

    def way(batch: Sequence[EnrichedArticle]) -> list[_WholeWay]:
        return [_way_of(article, index, check.rules, reason_of) for article in batch]

    def reason_of(rule: WatchRule, article: EnrichedArticle) -> str:
        return "its mode is off" if rule.mode == "off" else why_silent(rule, concepts, article, limits)

    ways = tried(enriched(articles, enrichment, bad), way, bad)
    if not ways:
        return bad.exit_status()
    explained = ways[0].article
    article = explained.article
    held_back = Linker(concepts).held_back(article.title, article.body, article.language.tag)
    _show(explained, held_back, rules=len(index), whose="" if rules_file else _OF_THE_DEMO)
    return 0


class _WholeWay(NamedTuple):
    """What the steps made of an article.

    Attributes:
        matches: By their rules.
        silent: How many rules do not fire.
        reasons: Why, for the first of them: their ids and the reasons.
    """

    article: EnrichedArticle
    matches: dict[str, Match]
    silent: int
    reasons: list[tuple[str, str]]


def _way_of(
    article: EnrichedArticle,
    index: RuleIndex,
    rules: Iterable[CheckedRule],
    reason_of: Callable[[WatchRule, EnrichedArticle], str],
) -> _WholeWay:
    matches = {match.rule.id: match for match in index.match(article, now=datetime.now(UTC))}
    silent = [checked.rule for checked in rules if checked.rule.id not in matches]
    reasons = [(rule.id, reason_of(rule, article)) for rule in silent[:_SILENT_SHOWN]]
    return _WholeWay(article, matches, len(silent), reasons)


def _show(way: _WholeWay, held_back: Sequence[HeldBackName], *, rules: int, whose: str) -> None:
    article, matches = way.article, way.matches
    out = console()
    colour = out.is_terminal
    out.print(_header(article))
    out.print(Rule(LANGUAGE_STEP.name, align="left"))
    out.print(_language(article.language))
    out.print(Rule(f"{ENTITIES_STEP.name}: {len(article.mentions)}", align="left"))
    if article.mentions:
        print_table(out, _entities(article))
    for name in dict.fromkeys((name.text, name.concept_id, name.needed) for name in held_back):
        out.print(Text.assemble("○ ", printable(name[0]), (f"  is not linked to {name[1]}: it {name[2]}", "dim")))
    out.print(Rule(f"{RULES_STEP.name}: {len(matches)} of {rules} fire{whose}", align="left"))
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
    for rule_id, reason in way.reasons:
        out.print(Text.assemble("○ ", rule_id, (f"  is silent: {printable(reason)}", "dim")))
    if way.silent > _SILENT_SHOWN:
        out.print(Text(f"and {way.silent - _SILENT_SHOWN:,} more are silent: --rule ID says why one is", "dim"))
    found = [evidence for match in matches.values() for evidence in match.evidence]
    for field in ("title", "body"):
        text = getattr(article, field)
        if text:
            spans = [(e.start, e.end) for e in found if e.field == field and e.start is not None and e.end is not None]
            out.print(Rule(field, align="left"))
            out.print(marked(text, spans, colour=colour))


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
        rows.setdefault((name, mention.label), Counter())[
            printable(mention.text), mention.via + " (aside)" * mention.aside
        ] += 1
    for (name, label), forms in rows.items():
        texts = ", ".join(dict.fromkeys(text for text, _ in forms))
        vias = ", ".join(dict.fromkeys(via for _, via in forms))
        table.add_row(Text(name), label, str(forms.total()), Text(texts), vias)
    return table
