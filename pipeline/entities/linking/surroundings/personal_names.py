"""Signs that a word is part of somebody's name: ``Jordan Spieth`` is no country, ``Hunter Biden`` no president."""

from __future__ import annotations

from functools import cache

from pipeline.entities.linking.occurrences import FieldText, writes_nouns_with_capital
from pipeline.text.folding import fold
from pipeline.text.word_lists import read_word_list

# Between the transcribed parts of a foreign name: 米歇尔·奥巴马.
_DOTS_IN_NAMES = frozenset("·・‧•")
# Genitives of the plural: "of the Chinese" is how Китайцев came to be, and the nominative Китаец is no surname.
_ENDINGS_OF_DEMONYMS_AS_SURNAMES = {"ru": ("ов", "ев"), "uk": ("ов", "ев", "ів")}


@cache
def _words(key: str) -> frozenset[str]:
    """One list of ``word_lists/personal-names.yaml``, which says what each is; folded."""
    return frozenset(read_word_list(__package__, "personal-names")[key])


@cache
def _title_endings() -> tuple[str, ...]:
    return tuple(_words("title-endings"))


def follows_a_given_name(field: FieldText, first: int, language: str, own_names: frozenset[str]) -> bool:
    """Whether the token before a surname is a given name that is not this person's.

    Args:
        field: The text.
        first: The surname's token.
        language: The text's language.
        own_names: Folded words of the person's own names.
    """
    if first == 0:
        return False
    word, gap = field.words[first - 1], field.gap_before(first)
    folded = fold(word)
    if gap.strip(" \u00a0") or not gap or not word[0].isupper() or len(word) < 2 or folded in own_names:
        return False
    if folded in _words("given-names"):
        return True
    if word.isupper() or is_title(word) or field.is_in_title_case(first - 1):
        return False
    if writes_nouns_with_capital(language):
        return False
    return not field.starts_sentence(first - 1)


def is_a_given_name_first(field: FieldText, end: int, folded: str, known_starts: frozenset[int]) -> bool:
    """Whether a surname of somebody in the news is the given name of another: ``Erdoğan Arıca``.

    Args:
        field: The text.
        end: The token after the surname.
        folded: The surname, folded.
        known_starts: First tokens of other names found in the text: they are no surnames.
    """
    return folded in _words("surnames-as-given-names") and precedes_a_surname(field, end, known_starts)


def follows_a_transcribed_name(field: FieldText, first: int, own_names: frozenset[str]) -> bool:
    """Whether the last sign before a dot and a surname is in no name of this person: 米歇尔·奥巴马, where he is 巴拉克.

    Args:
        field: The text.
        first: The surname's token.
        own_names: Folded words of the person's own names; signs, where these are words.
    """
    if first < 2:
        return False
    # Among katakana the dot is a token of its own.
    has_dot = field.words[first - 1] in _DOTS_IN_NAMES
    if not has_dot and field.gap_before(first) not in _DOTS_IN_NAMES:
        return False
    before = fold(field.words[first - 1 - has_dot])
    return not any(before in word for word in own_names)


def is_part_of_a_name(field: FieldText, first: int, language: str, folded: str, known_starts: frozenset[int]) -> bool:
    """Whether the one word of a place is part of somebody's name: ``Dan Brown``, ``Jack London``.

    Args:
        field: The text.
        first: The word's token.
        language: The text's language.
        folded: The place's name, folded.
        known_starts: First tokens of other names found in the text: they are no surnames.
    """
    if folded in _words("places-as-given-names") and not writes_nouns_with_capital(language):
        return field.words[first][0].isupper() and precedes_a_surname(field, first + 1, known_starts)
    if folded not in _words("places-as-surnames") or first == 0:
        return False
    before = field.words[first - 1]
    return field.gap_before(first) in {" ", "\u00a0"} and before[0].isupper() and fold(before) in _words("given-names")


def is_a_surname_first(field: FieldText, end: int, language: str) -> bool:
    """Whether a capitalised demonym is the surname of the given name after it: ``Német Ilona``, ``Китайцев Пётр``.

    Elsewhere a demonym before a given name is what it says: "American Ben Shelton beat Russian Andrei Rublev".

    Args:
        field: The text.
        end: The token after the demonym.
        language: The text's language.
    """
    if not 0 < end < len(field.words) or not field.words[end - 1][0].isupper():
        return False
    demonym, word = fold(field.words[end - 1]), field.words[end]
    if language == "hu":
        may_be_a_surname = demonym in _words("hungarian-demonyms-as-surnames")
    else:
        may_be_a_surname = demonym.endswith(_ENDINGS_OF_DEMONYMS_AS_SURNAMES.get(language, ()))
    return (
        may_be_a_surname and field.gap_before(end) == " " and word[0].isupper() and fold(word) in _words("given-names")
    )


def is_a_surname_last(field: FieldText, first: int, end: int) -> bool:
    """Whether a capitalised demonym is the surname behind a given name: ``Josef Němec``, ``Jan de Belg``.

    Args:
        field: The text.
        first: The demonym's first token.
        end: Behind its last.
    """
    if end - first != 1 or first == 0 or not field.words[first][0].isupper():
        return False
    if fold(field.words[first]) not in _words("demonyms-as-surnames"):
        return False
    given = first - 1
    if given and field.words[given] in _words("before-surnames") and field.gap_before(first) == " ":
        given -= 1
    word = field.words[given]
    return (
        all(field.gap_before(token) in {" ", "\u00a0"} for token in range(given + 1, first + 1))
        and word[0].isupper()
        and not word.isupper()
        and fold(word) in _words("given-names")
        and not field.is_in_title_case(given)
    )


def has_a_dot_beside_it(field: FieldText, first: int, end: int, folded: str, known_starts: frozenset[int]) -> bool:
    """Whether a place's name is part of a transcribed one, whose parts a dot divides: 查德·史密斯, ジャック・ロンドン.

    Args:
        field: The text.
        first: The name's first token.
        end: Behind its last.
        folded: The name, folded.
        known_starts: First tokens of other names found in the text: a dot stands between places too.
    """
    after = field.text[field.ends[end - 1] : field.ends[end - 1] + 1]
    if after and after in _DOTS_IN_NAMES and folded in _words("dotted-given-names"):
        # Among katakana the dot is a token of its own.
        behind = end + (end < len(field.words) and field.words[end] in _DOTS_IN_NAMES)
        return behind < len(field.words) and behind not in known_starts
    before = field.text[field.starts[first] - 1] if field.starts[first] else ""
    return before != "" and before in _DOTS_IN_NAMES and folded in _words("dotted-surnames")


def may_be_a_given_name(folded: str) -> bool:
    """Whether people have a place's name, folded, as a given name."""
    return folded in _words("places-as-given-names")


def may_be_a_surname(folded: str) -> bool:
    """Whether people have a place's name, folded, as a surname."""
    return folded in _words("places-as-surnames")


def is_title(word: str) -> bool:
    """Whether a word before a surname is a title or an office rather than a given name."""
    folded = fold(word)
    return folded in _words("titles") or folded.endswith(_title_endings())


def precedes_a_surname(field: FieldText, end: int, known_starts: frozenset[int]) -> bool:
    """Whether the token after a name looks like the surname that the name is the given name of.

    Args:
        field: The text.
        end: The token after the name.
        known_starts: First tokens of other names found in the text: they are no surnames.
    """
    if end >= len(field.words) or end in known_starts:
        return False
    word = field.words[end]
    return (
        field.gap_before(end) in {" ", "\u00a0"}
        and len(word) > 2
        and word[0].isupper()
        and not word.isupper()
        and not is_title(word)
        and not field.is_in_title_case(end)
    )
