from __future__ import annotations

from pipeline.text.folding import fingerprint


def test_case_width_accents_and_spaces_make_no_difference() -> None:
    assert fingerprint("Café  OPEN", "line one\nline two") == fingerprint("cafe open", "Line one line ｔｗｏ ")
    assert len(fingerprint("x")) == 16


def test_words_signs_and_where_the_title_ends_do() -> None:
    texts = [("a b", "c"), ("a", "b c"), ("ab", "c"), ("a b", "c."), ("a b", "d"), ("a b c",)]
    assert len({fingerprint(*each) for each in texts}) == len(texts)
