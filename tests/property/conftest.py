"""Properties are judged by their answers: a loaded machine, or a first call that loads data, fails none of them."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
