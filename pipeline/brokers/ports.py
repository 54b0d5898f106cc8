"""Choose and check TCP ports on loopback."""

from __future__ import annotations

import random
import socket

from pipeline.brokers.server_properties import HOST
from pipeline.errors import BrokerStartError

# Below every system's range for outgoing connections. Else a client that keeps trying to reach a stopped broker can get
# the broker's own port as its source port, connect to itself, and block the port.
_FIRST, _LAST = 20_000, 29_999
_TRIES = 100


def free_port() -> int:
    """A random port that nobody listens on at the moment.

    Raises:
        BrokerStartError: A hundred random ports are all taken.
    """
    for port in random.SystemRandom().sample(range(_FIRST, _LAST + 1), _TRIES):
        if port_is_free(port):
            return port
    raise BrokerStartError(f"{_TRIES} random ports from {_FIRST} to {_LAST} on {HOST} are all taken: name one")


def port_is_free(port: int) -> bool:
    """Whether a server can listen on this port of loopback now."""
    with socket.socket() as probe:
        # As Java does: closed connections that linger do not block the port, a listener does.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def port_answers(port: int) -> bool:
    """Whether a server accepts connections on this port of loopback."""
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True
