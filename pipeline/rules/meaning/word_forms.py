"""What a rule asks of one word of a text, and the key under which the index files it; nobody else knows the marks."""

from __future__ import annotations

import sys
from typing import NamedTuple, Self

NAME_STEM = "name"
"""In place of a language: the words of names, whatever the language of the text."""

# No token holds one of these.
_PREFIX_MARK = "*"
_STEMS_MARK = "~"


def stem_key(language: str, stem: str) -> str:
    """The key of a stem in a language: ``en:sanction``."""
    return f"{language}:{stem}"


def name_key(name: str) -> str:
    """The key of a name in any inflected form, in a text of any language: ``name:иванова``."""
    return stem_key(NAME_STEM, name)


class WordForm(NamedTuple):
    """A word as it is, with inflected forms, or all words that begin so.

    Attributes:
        word: Folded; empty where only the stems count.
        stems: Keys of the stems whose words count too, as ``stem_key`` and ``name_key`` give them.
        is_prefix: Whether every word that begins so counts; then there are no stems.
    """

    word: str
    stems: tuple[str, ...] = ()
    is_prefix: bool = False

    @classmethod
    def of(cls, key: str) -> Self:
        """Read a key back."""
        if key.endswith(_PREFIX_MARK):
            return cls(key.removesuffix(_PREFIX_MARK), is_prefix=True)
        word, mark, stems = key.partition(_STEMS_MARK)
        return cls(word, tuple(stems.split(",")) if mark else ())

    @property
    def key(self) -> str:
        """One string for it, the same object each time: ``sanction*``, ``sanctions~en:sanction``, ``~name:иванова``."""
        if self.is_prefix:
            return sys.intern(self.word + _PREFIX_MARK)
        return sys.intern(self.word + _STEMS_MARK + ",".join(self.stems) if self.stems else self.word)

    @property
    def stem_languages(self) -> list[str]:
        """The languages of its stems; ``NAME_STEM`` for those of names."""
        return [stem.partition(":")[0] for stem in self.stems]

    def covers(self, other: WordForm) -> bool:
        """Whether every token that the other one matches is matched by this one too."""
        if self == other:
            return True
        if other.stems:
            return False
        return other.word.startswith(self.word) if self.is_prefix else not other.is_prefix and other.word == self.word


def has_star(written: str) -> bool:
    """Whether a word as written in a rule asks for all words that begin so."""
    return written.endswith(_PREFIX_MARK)
