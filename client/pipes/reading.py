"""Reading: a page of what was said, what is said from now on, or until something is said."""

import re
from collections.abc import Iterator
from time import monotonic

from chatd.wire.commands import PAGE_ITEMS_MAX, Gap, History, ListMembers, Reset, Start
from chatd.wire.entries import Entry
from chatd.wire.rooms import GENERAL, RoomKind, kind_of

from ..console.arguments import history_of
from ..console.directory import mapped
from ..console.styled import plain
from ..errors import UsageError
from ..events import Event, SeenEntry
from .failures import complain
from .following import Follower
from .pipe import Pipe
from .status import TimedOut

PAGE = 50


def history(pipe: Pipe) -> None:
    """Print a page of a room, or with `--all` everything of it, oldest first."""
    request = history_of(" ".join(pipe.arguments.where), pipe.client.name, limit=PAGE)
    if not pipe.arguments.all:
        page = pipe.client.call(request)
        for entry in page.entries:
            pipe.printer.entry(entry)
        return
    following: int | None = 0
    while following is not None:
        whole = History(request.room, after=following, limit=PAGE_ITEMS_MAX)
        page = pipe.client.call(whole)
        for entry in page.entries:
            pipe.printer.entry(entry)
        following = page.next


def tail(pipe: Pipe) -> None:
    """Print what is said until interrupted, or up to the number of entries that was asked for."""
    room, left = _followed(pipe), pipe.arguments.count
    for event in _events(pipe, room):
        if isinstance(event, Gap | Reset):
            pipe.printer.notice(event)
        elif isinstance(event, Entry) and _is_in(room, event):
            pipe.printer.entry(event)
            left = None if left is None else left - 1
            if left == 0:
                return


def wait(pipe: Pipe) -> None:
    """Print the first entry that matches. Raises TimedOut."""
    pattern, room = _pattern(pipe.arguments.match), _followed(pipe)
    for event in _events(pipe, room, pipe.arguments.timeout):
        if isinstance(event, Gap | Reset) and _is_in(room, event):
            complain(" ".join(map(plain, pipe.printer.renderer.notice(event))).strip())
        elif isinstance(event, Entry) and _is_in(room, event) and _matches(pipe, pattern, event):
            pipe.printer.entry(event)
            return
    raise TimedOut("no message matched in time")


def _followed(pipe: Pipe) -> str:
    """Return the id of the only room that is followed, "" for all. Raises what the server refuses.

    A private room is looked up: one that there is not would be waited for in silence. In a room
    of two nobody may have said anything yet.
    """
    if not pipe.arguments.room:
        return ""
    room = pipe.room(pipe.arguments.room)
    if kind_of(room) is RoomKind.GROUP:
        return pipe.client.call(ListMembers(room, limit=1)).room
    return room


def _events(pipe: Pipe, room: str, timeout_seconds: float | None = None) -> Iterator[Event]:
    """Yield what was said from the place on that was asked for, then what is said."""
    deadline = None if timeout_seconds is None else monotonic() + timeout_seconds
    place = pipe.place(pipe.arguments.after) if pipe.arguments.after else None
    follower = Follower(pipe.client, Start.UNREAD if pipe.arguments.unread else Start.NOW)
    if place is not None:
        yield from follower.after(*place)
    elif pipe.arguments.last:
        yield from follower.last(room or GENERAL, pipe.arguments.last)
    yield from follower.until(deadline)


def _is_in(room: str, event: Entry | Gap | Reset) -> bool:
    return room in ("", event.room)


def _matches(pipe: Pipe, pattern: re.Pattern[str], entry: SeenEntry) -> bool:
    """Tell whether an entry is by whom it should be, and says what it should."""
    return is_by_whom_it_should(pipe, entry) and (
        pattern.search(getattr(entry, "text", "")) is not None
    )


def is_by_whom_it_should(pipe: Pipe, entry: SeenEntry) -> bool:
    """Tell whether an entry is by the user whom `--from` names.

    Without a name, by anybody else: a question must not be taken for its answer.
    """
    author = getattr(entry, "author", None)
    by = pipe.arguments.by
    return author is not None and (author == mapped(by) if by else author != pipe.client.name)


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except (re.error, OverflowError) as error:
        raise UsageError(f"`{text}` is not a regular expression: {error}") from None
    except RecursionError:
        raise UsageError("that regular expression is nested too deeply") from None
