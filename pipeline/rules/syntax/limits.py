"""How large a rule may be, so that no rule can hold up a matcher."""

from __future__ import annotations

from msgspec import Struct


class Limits(Struct, frozen=True, kw_only=True):
    """Bounds of one rule; an error that meets one names it.

    Attributes:
        max_length: Code points of ``when``.
        max_nodes: Terms and operators.
        max_nesting: Brackets and NOT inside each other; at most 100, since evaluation is recursive.
        max_prefixes: Words with a trailing star.
        max_phrase_words: Words of one phrase: a text that repeats them is read as often as the phrase is long.
        alert_memory_seconds: How far back alerts are remembered: ``suppress`` and ``limit`` cannot look back further.
    """

    max_length: int = 10_000
    max_nodes: int = 1_000
    max_nesting: int = 30
    max_prefixes: int = 100
    max_phrase_words: int = 100
    alert_memory_seconds: float = 86_400

    def __post_init__(self) -> None:
        if not 1 <= self.max_nesting <= 100:
            raise ValueError("max_nesting must lie between 1 and 100")
