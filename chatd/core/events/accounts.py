"""Accounts: users, passwords, devices."""

from chatd.core.events.base import Event
from chatd.core.model import Credentials


class UserRegistered(Event, frozen=True, tag="UserRegistered"):
    """There is a new account.

    network: a keyed hash of where it was registered from; empty for this machine.
    expires_at: when it goes again if nobody has logged in by then; 0 is never.
    """

    name: str
    credentials: Credentials
    network: bytes = b""
    expires_at: int = 0


class UserEntered(Event, frozen=True, tag="UserEntered"):
    """Somebody has logged in to an account for the first time, with the password alone."""

    name: str


class UserExpired(Event, frozen=True, tag="UserExpired"):
    """There is no such account any more: nobody has ever logged in."""

    name: str


class PasswordChanged(Event, frozen=True, tag="PasswordChanged"):
    """A user has new credentials, and no device token any more."""

    name: str
    credentials: Credentials


class DeviceAdded(Event, frozen=True, tag="DeviceAdded"):
    """A user has one more device token. token_hash: SHA-256 of the token."""

    name: str
    number: int
    label: str
    token_hash: bytes


class DeviceRevoked(Event, frozen=True, tag="DeviceRevoked"):
    """A device token opens nothing any more."""

    name: str
    number: int
