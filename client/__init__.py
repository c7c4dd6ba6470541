"""A library to talk to chatd, and the console over it.

`Client` is the place to start; `client.events` has what it yields, `client.errors` and
`chatd.errors` what it raises.
"""

from client.environment import Environment
from client.errors import ClientError, Closed, ConnectionLost, LoginRequired
from client.events import Connected, Disconnected, Event, FoundPage, HistoryPage, UnknownEntry
from client.session import Client

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
    "UnknownEntry",
]
