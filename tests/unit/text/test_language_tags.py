from __future__ import annotations

import pytest

from pipeline.text.language_tags import normalise_tag


@pytest.mark.parametrize(
    ("code", "tag"),
    [
        ("de", "de"),
        ("DE", "de"),
        ("iw", "he"),
        ("in", "id"),
        ("no", "nb"),
        ("nn", "nn"),
        ("deu", "de"),
        ("ger", "de"),
        ("pt_BR", "pt-BR"),
        ("zh", "zh-Hans"),
        ("zh-TW", "zh-Hant"),
        ("zh_hant_hk", "zh-Hant"),
        ("cmn", "zh-Hans"),
        ("yue", "zh-Hans"),
        ("sr", "sr"),
        ("sr-Cyrl", "sr"),
        ("sr-latn", "sr-Latn"),
        ("sh", "sr-Latn"),
        ("tl", "fil"),
        (" en-us ", "en-US"),
    ],
)
def test_one_tag_a_language(code: str, tag: str) -> None:
    assert normalise_tag(code) == tag


@pytest.mark.parametrize("code", ["", "und", "zxx", "mul", "German", "x", "de-", "12", "d\x00e", "de" * 200])
def test_no_tag(code: str) -> None:
    assert normalise_tag(code) == ""


def test_normalising_twice_changes_nothing() -> None:
    for code in ("iw", "zh-TW", "sh", "pt_BR", "no"):
        assert normalise_tag(normalise_tag(code)) == normalise_tag(code)
