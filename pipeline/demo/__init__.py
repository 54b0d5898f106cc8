"""What the demo shows: sample articles in many languages, and the watch rules that fire on them.

The articles are fiction in the manner of wire news, written for this project. Their sources do not exist, their URLs
are on the domains that RFC 2606 reserves for examples, and each carries the attribute ``fictional``.
"""

from __future__ import annotations

from importlib import resources

_CONTENT = resources.files(__name__)


def articles() -> list[bytes]:
    """Read the sample articles.

    Returns:
        One raw article a line, as JSON in UTF-8, in the order to publish them. An id that comes twice is an article and
        then its revision.
    """
    return (_CONTENT / "articles.jsonl").read_bytes().splitlines()


def rules_text() -> str:
    """Read the example rules.

    Returns:
        The text of a rule file, in YAML.
    """
    return (_CONTENT / "rules.yaml").read_text(encoding="utf-8")
