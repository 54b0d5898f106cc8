"""Read word lists: reviewed YAML files of words and phrases by language, which are data and not code."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec
import yaml

from pipeline.errors import InstallationError

WordList = Mapping[str, tuple[str, ...]]
"""Words or phrases, by language tag or by what a list itself says."""


class WordListError(InstallationError):
    """A word list is not of the form of ``word-list.schema.json``."""


@cache
def read_word_list(package: str, name: str) -> WordList:
    """Read a list once for each process.

    Args:
        package: The package in whose folder ``word_lists`` it is.
        name: The file, without ``.yaml``.

    Raises:
        WordListError: It is no YAML, or not of the form; says which file and where.
    """
    file = files(package) / "word_lists" / f"{name}.yaml"
    return parse_word_list(file.read_text(encoding="utf-8"), str(file))


def parse_word_list(text: str, place: str) -> WordList:
    """Parse a list; ``place`` is its file, for errors. Raises as ``read_word_list``."""
    try:
        # The C parser, where PyYAML was built with it, reads a list in a tenth of the time.
        loaded = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
        found = msgspec.convert(loaded, dict[str, tuple[str, ...]])
    except yaml.YAMLError as error:
        raise WordListError(f"{place}: no YAML: {' '.join(str(error).split())}") from error
    except msgspec.ValidationError as error:
        raise WordListError(f"{place}: {error}: write LANGUAGE: [words and phrases]") from error
    for key, words in found.items():
        twice = {word for word in words if words.count(word) > 1}
        if twice or not all(map(str.strip, words)):
            raise WordListError(f"{place}: {key}: {sorted(twice) or 'an empty word'}: write each word once")
    return found
