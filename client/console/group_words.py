"""What happens in and around private rooms, in words. What prints them makes them safe."""

from collections.abc import Callable, Mapping
from typing import Any

from chatd.wire import entries as e
from chatd.wire.rooms import title_of


def _membership(entry: e.Membership) -> str:
    author, name = entry.author, entry.name
    if entry.change is e.Change.JOINED:
        return f"{name} joined" if author == name else f"{author} let {name} in"
    if entry.change is e.Change.LEFT:
        return f"{name} left"
    if entry.change is e.Change.REMOVED:
        return f"{author} removed {name}"
    return f"{author} made {name} the owner"


def _invited(entry: e.Invited) -> str:
    title = _title(entry.group)
    return f"{entry.by} invites you to {title}: `join {title}`, or `leave {title}` to decline"


def _join_requested(entry: e.JoinRequested) -> str:
    title, name = _title(entry.group), entry.name
    return f"{name} asks to join {title}: `approve {title} {name}` or `deny {title} {name}`"


def _join_asked(entry: e.JoinAsked) -> str:
    number = entry.request
    return f"request {number}: you asked to join a room; `withdraw {number}` takes it back"


def _removed(entry: e.Removed) -> str:
    title = _title(entry.group)
    if entry.room == f"@{entry.by}":
        return f"you are out of {title}"
    return f"{entry.by} removed you from {title}"


def _title(group: str) -> str:
    return title_of(group, "")


GROUP_WORDS: Mapping[type[e.Entry], Callable[[Any], str]] = {
    e.Membership: _membership,
    e.Invited: _invited,
    e.JoinRequested: _join_requested,
    e.JoinAsked: _join_asked,
    e.JoinApproved: lambda entry: f"request {entry.request}: you are in {_title(entry.group)} now",
    e.JoinDenied: lambda entry: f"request {entry.request} to join a room: you were not let in",
    e.RequestSettled: lambda entry: f"{entry.name} no longer asks to join {_title(entry.group)}",
    e.Removed: _removed,
}
