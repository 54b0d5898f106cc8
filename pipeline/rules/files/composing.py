"""Compose the YAML of a rule file: a tree in which every node has its place, and one wrong rule hides no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import yaml
from yaml.nodes import Node

from pipeline.errors import RuleError
from pipeline.rules.syntax.origin import Origin

# libyaml where PyYAML was built with it: eight times as fast.
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MAX_NESTING = 20
_QUOTED_BEGINNING = re.compile(r"[\s-]*when:\s*[\"']")
_LIST_OF_RULES = re.compile(r"^rules:[^\S\n]*(?:#.*)?\n", re.MULTILINE)
_NO_LINE_BREAK = re.compile(r"[^\r\n]")


class _NotYaml(Exception):  # noqa: N818 - what a text is, and caught here
    """Why a text is no YAML, and at which offset that shows."""

    def __init__(self, problem: str, at: int) -> None:
        super().__init__(problem)
        self.problem = problem
        self.at = at


class _Entry(NamedTuple):
    """Where a rule of the list stands, its dash included."""

    start: int
    end: int


def compose_file(text: str, file: Origin) -> Node | None:
    """The tree of a file, every node with its place.

    Raises:
        RuleError: It is not YAML; says where.
    """
    try:
        return _compose(text)
    except _NotYaml as error:
        raise file.error(error.problem, error.at) from error


def compose_good_rules(text: str, file: Origin, errors: list[RuleError]) -> Node | None:
    """The tree of a file without the rules that are not YAML; of each of these the error is added to ``errors``."""
    try:
        return _compose(text)
    except _NotYaml as error:
        whole = file.error(error.problem, error.at)
    entries = list(_entries(text))
    head = text[: entries[0].start] if entries else ""
    good = text
    for entry in entries:
        try:
            _compose(head + text[entry.start : entry.end])
        except _NotYaml as error:
            at = error.at if error.at < len(head) else error.at - len(head) + entry.start
            errors.append(file.error(error.problem, min(at, entry.end)))
            # Blanks keep all other places.
            blank = _NO_LINE_BREAK.sub(" ", text[entry.start : entry.end])
            good = good[: entry.start] + blank + good[entry.end :]
    try:
        if good != text:
            return _compose(good)
    except _NotYaml:
        errors.clear()
    errors.append(whole)
    return None


def _entries(text: str) -> Iterator[_Entry]:
    """Where each rule stands, by the dashes that are set in as far as the first."""
    rules = _LIST_OF_RULES.search(text)
    first = re.compile(r"^([^\S\n]*)-\s", re.MULTILINE).search(text, rules.end()) if rules else None
    if first is None:
        return
    dashes = re.compile(rf"^{re.escape(first[1])}-\s", re.MULTILINE)
    starts = [found.start() for found in dashes.finditer(text, first.start())]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        yield _Entry(start, end)


def _compose(text: str) -> Node | None:
    try:
        _refuse_deep_nesting(text)
        return yaml.compose(text, Loader=_LOADER)
    except yaml.reader.ReaderError as error:
        raise _NotYaml(f"not YAML: {error.reason}", min(error.position, len(text))) from error
    except yaml.MarkedYAMLError as error:
        problem = error.problem or error.context or ""
        # What is never closed shows only at the end, and is to be mended where it begins.
        is_open = "end of stream" in problem and error.context_mark is not None
        mark = error.context_mark if is_open else error.problem_mark or error.context_mark
        at = 0 if mark is None else min(mark.index, len(text))
        if is_open or (problem.startswith("but ") and error.context):
            problem = f"{error.context}, {problem}"
        raise _NotYaml(f"not YAML: {problem}{_yaml_hint(text, at)}", at) from error


def _refuse_deep_nesting(text: str) -> None:
    """Composing is recursive, in libyaml without a bound: a file that is nested deep enough would end the process."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _MAX_NESTING:
                at = event.start_mark.index if event.start_mark else 0
                raise _NotYaml("not a rule file: lists and mappings are nested too deep", at)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _yaml_hint(text: str, at: int) -> str:
    """What to do about the slips that rule authors make."""
    line = text[text.rfind("\n", 0, at) + 1 :].partition("\n")[0]
    value = line.partition(":")[2].strip()
    if _QUOTED_BEGINNING.match(line):
        return "; a value that begins with a quote stands in quotes as a whole: when: '\"North Korea\" + NATO'"
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "; indent with blanks, not with tabs"
    if ": " in value:
        return "; a value that holds a colon and a blank stands in quotes"
    return ""
