"""What a client receives: entries, the server's notices, and how the connection fares."""

from dataclasses import dataclass
from typing import Any

import msgspec

from chatd.errors import ProtocolError
from chatd.wire.commands import NOTICES, Command, Found, Notice, Page, Result, ThreadPage
from chatd.wire.entries import METHOD, AnyEntry, Entry
from chatd.wire.envelope import Notification


class UnknownEntry(Entry, frozen=True, tag=False):
    """An entry of a kind that this client is too old for."""

    kind: str


@dataclass(frozen=True, slots=True)
class Connected:
    """Logged in again after the connection was lost; nothing was missed.

    epoch: of the server's store, if the client follows; in another one all numbers start again.
    """

    epoch: str = ""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The connection is lost, and why; it is tried again until it works or is given up."""

    reason: str


SeenEntry = AnyEntry | UnknownEntry
Event = SeenEntry | Notice | Connected | Disconnected


class HistoryPage(Result, frozen=True):
    """Entries in the order of their numbers; `next` goes on, nil at the end."""

    room: str
    entries: list[SeenEntry]
    next: int | None


class SeenThread(HistoryPage, frozen=True):
    """A page of a thread. root: the number of the entry that it began with, which may be gone.

    comments: how many it has, deleted ones not counted. unread: how many of these are unread.
    """

    root: int
    comments: int
    unread: int


class FoundPage(Result, frozen=True):
    """Entries that a search has found, newest first; `next` goes on, nil at the end.

    A page may be short or empty and have a `next`.
    """

    entries: list[SeenEntry]
    next: str | None


def read_entry(value: Any) -> SeenEntry:
    """Return the entry that a map holds. Raises ProtocolError if it holds none."""
    try:
        known: AnyEntry = msgspec.convert(value, AnyEntry)
        return known
    except msgspec.ValidationError:
        pass
    try:
        return msgspec.convert(value, UnknownEntry)
    except msgspec.ValidationError:
        raise ProtocolError("the server sent an entry that is none") from None


def read_notification(notification: Notification) -> SeenEntry | Notice | None:
    """Return what the server says by itself, or None if it is of a kind unknown here."""
    if notification.method == METHOD:
        return read_entry(notification.params)
    known = NOTICES.get(notification.method)
    if known is None:
        return None
    try:
        return msgspec.convert(notification.params, known[0])
    except msgspec.ValidationError:
        raise ProtocolError(f"the server sent a malformed `{notification.method}`") from None


def read_result(command: Command, value: Any) -> Result:
    """Return the typed result of a command; a page of entries comes as HistoryPage."""
    assert command.result is not None, command.method
    try:
        if command.result is Page:
            return HistoryPage(*_fields_of(msgspec.convert(value, _AnyPage)))
        if command.result is ThreadPage:
            thread = msgspec.convert(value, _AnyThread)
            return SeenThread(*_fields_of(thread), thread.root, thread.comments, thread.unread)
        if command.result is Found:
            found = msgspec.convert(value, _AnyFound)
            return FoundPage([read_entry(entry) for entry in found.entries], found.next)
        return msgspec.convert(value, command.result)
    except msgspec.ValidationError:
        raise ProtocolError(f"the server sent a malformed answer to {command.method}") from None


class _AnyPage(msgspec.Struct):
    room: str
    entries: list[Any]
    next: int | None


class _AnyThread(_AnyPage):
    root: int
    comments: int
    unread: int


class _AnyFound(msgspec.Struct):
    entries: list[Any]
    next: str | None


def _fields_of(page: _AnyPage) -> tuple[str, list[SeenEntry], int | None]:
    return page.room, [read_entry(entry) for entry in page.entries], page.next
