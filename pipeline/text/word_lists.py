"""Read word lists: reviewed YAML files of words and phrases by language, which are data and not code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from pipeline.errors import InstallationError

WordList = Mapping[str, tuple[str, ...]]
"""Words or phrases, by language tag or by what a list itself says."""


# The C parser, where PyYAML was built with it, reads a list in a tenth of the time.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXT = "tag:yaml.org,2002:str"
_KEY = re.compile("[a-z]{2,12}(-[A-Za-z]{2,8})*")


class WordListError(InstallationError):
    """A word list is not of the form of ``word-list.schema.json``."""


@cache
def read_word_list(package: str, name: str) -> WordList:
    """Read a list once for each process.

    Args:
        package: The package in whose folder ``word_lists`` it is.
        name: The file, without ``.yaml``.

    Raises:
        WordListError: It cannot be read, or is not of the form; says which file and line.
    """
    file = files(package) / "word_lists" / f"{name}.yaml"
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WordListError(f"{file}: cannot be read ({error}): install the package again") from error
    return parse_word_list(text, str(file))


def parse_word_list(text: str, place: str) -> WordList:
    """Parse a list; ``place`` is its file, for errors. Raises as ``read_word_list``."""
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        raise WordListError(f"{place}: no YAML: {' '.join(str(error).split())}") from error
    if not isinstance(root, MappingNode) or not root.value:
        raise WordListError(f"{place}:1: expected LANGUAGE: [words and phrases]")
    found: dict[str, tuple[str, ...]] = {}
    for key, listed in root.value:
        if not isinstance(key, ScalarNode) or not _KEY.fullmatch(key.value) or key.value in found:
            raise _error(place, key, f"expected a language or subject that does not stand above, not {key.value!r}")
        if not isinstance(listed, SequenceNode) or not listed.value:
            raise _error(place, listed, f"expected words and phrases of {key.value} in square brackets")
        found[key.value] = tuple(_words(place, listed))
    return found


def _words(place: str, listed: SequenceNode) -> Iterator[str]:
    seen: set[str] = set()
    for node in listed.value:
        word = node.value
        if not isinstance(node, ScalarNode) or node.tag != _TEXT or word != word.strip() or not word or word in seen:
            raise _error(place, node, f"expected a word or phrase that does not stand before, not {word!r}")
        seen.add(word)
        yield word


def _error(place: str, node: Node, problem: str) -> WordListError:
    return WordListError(f"{place}:{node.start_mark.line + 1}: {problem}")
