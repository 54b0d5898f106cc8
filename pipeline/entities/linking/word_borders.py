"""Chinese words that share a character with a name: 舞台中央 is a stage and no Taichung, 欧美国家 is not the US."""

from __future__ import annotations

from functools import cache

from pipeline.text.word_lists import read_word_list


@cache
def _words() -> tuple[frozenset[str], frozenset[str]]:
    """The words before and after a name, in both scripts."""
    words = read_word_list(__package__, "chinese-words")
    traditional = str.maketrans(words["simplified"][0], words["traditional"][0])
    before, after = (
        frozenset(listed) | {word.translate(traditional) for word in listed}
        for listed in (words["before"], words["after"])
    )
    return before, after


def tears_a_word(text: str, start: int, end: int) -> bool:
    """Whether a Chinese name would take a character away from the word before it or after it.

    Args:
        text: The field.
        start: Of the name, in code points.
        end: Behind the name.
    """
    before, after = _words()
    return text[max(0, start - 1) : start + 1] in before or text[end - 1 : end + 1] in after
