"""An error's text is one line; articles and rules cannot put line breaks or escapes into it."""

from __future__ import annotations

import pytest

from pipeline.errors import EmptyArticleError, RuleError, WirewatchError
from pipeline.rules import read_rules


@pytest.mark.parametrize("sign", ["\x1b[2J", "\n", "\r", "\0", "\x7f", "\x9b", "\u2028", "\u2029"])
def test_control_characters_and_line_ends_are_replaced(sign: str) -> None:
    for error in (EmptyArticleError(f"article {sign}"), RuleError(f"{sign} is no term", rule_id="r")):
        assert "\ufffd" in str(error)
        assert sign[0] not in str(error)


def test_other_text_is_as_it_was() -> None:
    assert str(WirewatchError("Größe می\u200cخواهم 北约 \U0001f600")) == "Größe می\u200cخواهم 北约 \U0001f600"


def test_the_fields_keep_what_was_written() -> None:
    with pytest.raises(RuleError) as caught:
        read_rules('rules: [{id: r, when: "NATO ? \\e("}]', "rules.yaml")
    assert caught.value.line == 1
    assert "\x1b" not in str(caught.value)
