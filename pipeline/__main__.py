"""``wirewatch``, and ``python -m pipeline``: the command line."""

from __future__ import annotations

import signal


def main() -> None:
    """Run the command line and exit; see ``pipeline.cli``."""
    # Until the command line is loaded an interrupt ends the process at once, without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from pipeline import cli  # noqa: PLC0415 - takes half a second, in which people may interrupt

    cli.main()


if __name__ == "__main__":
    main()
