"""What entries that nobody wrote say: announcements of the self log and of members, in words.

Labels, reasons and quotes are other people's: they are made safe here, so that none of them
begins a line of its own. What prints the lines makes the rest safe.
"""

from collections.abc import Callable
from typing import Any

from chatd.wire import entries as e
from chatd.wire.rooms import title_of

from ..events import SeenEntry, UnknownEntry
from .group_words import GROUP_WORDS
from .safe_text import safe
from .schedule_words import SCHEDULE_WORDS
from .times import Zone

Words = Callable[[Any, Zone], str]


def announcement(entry: SeenEntry, zone: Zone) -> str:
    """Return what an announcement says; further lines of it go below."""
    words = _WORDS.get(type(entry))
    if words is not None:
        return words(entry, zone)
    if type(entry) in GROUP_WORDS:
        return GROUP_WORDS[type(entry)](entry)
    kind = entry.kind if isinstance(entry, UnknownEntry) else type(entry).__name__
    return f"({kind}: this console is too old to show it)"


def is_urgent(entry: SeenEntry) -> bool:
    """Tell whether an announcement must not be overlooked."""
    return isinstance(
        entry,
        e.Warned
        | e.Banned
        | e.PostRemoved
        | e.Reported
        | e.Held
        | e.Failed
        | e.Invited
        | e.JoinRequested
        | e.Removed,
    )


def warnings_text(count: int, limit: int) -> str:
    """Return how many warnings there are, and how many ban: `2 of 3`."""
    return f"{count} of {limit}" if limit else str(count)


def _warned(entry: e.Warned, zone: Zone) -> str:
    text = f"somebody reported you: warning {warnings_text(entry.warnings, entry.limit)}"
    return f"{text}; with the last one you can send nothing for hours" if entry.limit else text


def _banned(entry: e.Banned, zone: Zone) -> str:
    until = zone.moment(entry.until, entry.ts)
    text = f"you are banned: you can send nothing until {until}; you can still read"
    return f"{text}\n{safe(entry.reason)}" if entry.reason else text


def _reported(entry: e.Reported, zone: Zone) -> str:
    lines = [f"report {entry.report}: {entry.reporter} reports {entry.user}: {safe(entry.reason)}"]
    if entry.in_room:
        lines.append(f"{entry.in_room}#{entry.in_seq} {entry.user}: {safe(entry.quote)}")
    remove = f"`remove {entry.in_room}#{entry.in_seq}`, " if entry.in_room else ""
    lines.append(f"{remove}`ban {entry.user}` or `dismiss {entry.report}`; `reports` lists all")
    return "\n".join(lines)


def _moderated(entry: e.Moderated, zone: Zone) -> str:
    by = f"by {entry.by}" if entry.by else "by warnings"
    if entry.action == "dismissed":
        return f"report {entry.report} on {entry.user} was dismissed {by}"
    if entry.action == "deleted":
        by = "" if entry.by == entry.user else f", {by}"
        return f"the account of {entry.user} was deleted{by}"
    if entry.action == "unbanned":
        return f"{entry.user} was unbanned {by}"
    if entry.action == "removed":
        place = f"{entry.in_room}#{entry.in_seq}"
        return with_reason(f"{place} of {entry.user} was removed {by}", entry.reason)
    until = zone.moment(entry.until, entry.ts)
    text = f"{entry.user} was banned {by} until {until}"
    return f"{text}\n{safe(entry.reason)}" if entry.reason else text


def _post_removed(entry: e.PostRemoved, zone: Zone) -> str:
    title = title_of(entry.in_room, entry.room.removeprefix("@"))
    return with_reason(f"an administrator removed {title}#{entry.in_seq}", entry.reason)


def with_reason(text: str, reason: str) -> str:
    """Return what an administrator did, and on the same line what that one says to it."""
    return f"{text}: {safe(reason)}" if reason else text


def _muted(entry: e.Muted, zone: Zone) -> str:
    title = title_of(entry.in_room, entry.room.removeprefix("@"))
    if entry.muted:
        return f"you have muted {title}: only what mentions you is announced"
    return f"you have unmuted {title}"


def _unread_from(entry: e.UnreadFrom, zone: Zone) -> str:
    title = title_of(entry.in_room, entry.room.removeprefix("@"))
    if entry.in_seq:
        return f"{title} counts as unread from #{entry.in_seq} on"
    return f"{title} is not marked as unread any more"


def _renamed(entry: e.Renamed, zone: Zone) -> str:
    if entry.display_name:
        return f"you are shown as {safe(entry.display_name)} now"
    by_other = entry.by != entry.room.removeprefix("@")
    return f"you have no display name any more{f': {entry.by} took it away' if by_other else ''}"


def _hook_made(entry: e.HookMade, zone: Zone) -> str:
    title = title_of(entry.in_room, entry.room.removeprefix("@"))
    return f"hook {entry.hook} posts into {title}: {safe(entry.label)}"


_WORDS: dict[type[e.Entry], Words] = {
    e.DeviceAdded: lambda entry, zone: f"new device {entry.device}: {safe(entry.label)}",
    e.DeviceRevoked: lambda entry, zone: f"device {entry.device} revoked: {safe(entry.label)}",
    e.PasswordChanged: lambda entry, zone: (
        "the password was changed; all other devices have to log in again"
    ),
    e.Blocked: lambda entry, zone: f"you have blocked {entry.user}",
    e.Unblocked: lambda entry, zone: f"you have unblocked {entry.user}",
    e.Muted: _muted,
    e.UnreadFrom: _unread_from,
    e.Renamed: _renamed,
    e.HookMade: _hook_made,
    e.HookRevoked: lambda entry, zone: f"hook {entry.hook} revoked: {safe(entry.label)}",
    e.Warned: _warned,
    e.Unwarned: lambda entry, zone: (
        f"a warning was taken back: you have {warnings_text(entry.warnings, entry.limit)}"
    ),
    e.Banned: _banned,
    e.Unbanned: lambda entry, zone: "the ban has ended: you can send again",
    e.PostRemoved: _post_removed,
    e.Reported: _reported,
    e.Moderated: _moderated,
    **SCHEDULE_WORDS,
}
