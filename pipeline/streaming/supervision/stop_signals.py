"""The signals that stop a worker, or a service in the foreground."""

from __future__ import annotations

import signal


def stop_signals() -> list[signal.Signals]:
    """SIGTERM and SIGINT, whatever this process has inherited, and SIGHUP unless it is started to ignore that.

    A shell starts a background job to ignore SIGINT, so that Ctrl-C does not end it: but whoever sends one to the
    process itself means it. nohup starts a command to ignore the end of its terminal.
    """
    stop = [signal.SIGTERM, signal.SIGINT]
    return stop if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else [*stop, signal.SIGHUP]
