"""A library to talk to chatd, and the console over it; installed as `chatd_client`.

`Client` is the place to start; `events` has what it yields, `errors` and
`chatd.errors` what it raises.
"""

from .environment import Environment
from .errors import ClientError, Closed, ConnectionLost, LoginRequired
from .events import (
    Connected,
    Disconnected,
    Event,
    FoundPage,
    HistoryPage,
    SeenThread,
    UnknownEntry,
)
from .sync_client import Client

__all__ = [
    "Client",
    "ClientError",
    "Closed",
    "Connected",
    "ConnectionLost",
    "Disconnected",
    "Environment",
    "Event",
    "FoundPage",
    "HistoryPage",
    "LoginRequired",
    "SeenThread",
    "UnknownEntry",
]
