"""A client for chatd, as a library: `from client import Client`."""

from client.errors import ClientError, ConnectionLost, LoginRequired
from client.events import Connected, Disconnected, Event, HistoryPage, UnknownEntry
from client.session import Client

__all__ = [
    "Client",
    "ClientError",
    "Connected",
    "ConnectionLost",
    "Disconnected",
    "Event",
    "HistoryPage",
    "LoginRequired",
    "UnknownEntry",
]
