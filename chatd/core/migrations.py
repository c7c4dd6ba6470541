"""Migrations: what a snapshot holds, from one format to the next, for each format that is read.

A tree is changed as it comes from the file, before anything takes it for the tables of today. The
ticks after it need none so far: the events of older formats are among those of today, with the
same meaning, and lack at most fields at their end, whose defaults say what they meant without.
"""

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from chatd.core.copies import QUOTING_MAX, evidence_at, quote_no_more
from chatd.core.idempotency import IdempotencyRecord, packed
from chatd.core.model import GivenWarning, Report, Room
from chatd.core.threads import show
from chatd.wire.entries import (
    Comment,
    Delete,
    Edit,
    Post,
    decode_entry,
    encode_entry,
    is_post,
    stamp_of,
)
from chatd.wire.rooms import RoomKind, kind_of


def migrated(tree: Any, format: int) -> Any:
    """Return a snapshot's tree, of this format, in that of today; the given one is changed.

    A tree that is none may raise nearly any exception.
    """
    while (migrate := MIGRATIONS.get(format)) is not None:
        migrate(tree)
        format += 1
    return tree


def _from_1(tree: Any) -> None:
    """Fill in what the programs of format 1 added over time, as far as the logs still tell it."""
    tree.pop("format", None)
    rooms = {name: msgspec.convert(room, Room) for name, room in tree["rooms"].items()}
    for room in rooms.values():
        _note_latest(room)
        for comments in room.comments.values():
            if len(comments) > QUOTING_MAX:  # from before there was a bound
                quote_no_more(room, comments)
    tree["rooms"] = to_builtins(rooms)
    reports = {n: msgspec.convert(r, Report) for n, r in tree.get("reports", {}).items()}
    for user in tree["users"].values():
        _pack_nonces(user)
        _date_warnings(user, reports, tree["last_ms"])
    for number, report in reports.items():
        quote = report.quote or evidence_at(rooms.get(report.room), report.seq)
        reports[number] = msgspec.structs.replace(report, quote=quote)
    tree["reports"] = to_builtins(reports)


def _from_2(tree: Any) -> None:
    """Let entries show their threads, and rooms when somebody last posted there."""
    for name, room in tree["rooms"].items():
        if kind_of(name) is not RoomKind.SELF:
            taken = msgspec.convert(room, Room)
            _show_threads(taken)
            _date_posts(taken)
            tree["rooms"][name] = to_builtins(taken)


def _show_threads(room: Room) -> None:
    """Write into a room's entries what they show of threads, as if they had from the beginning."""
    comments: dict[int, int] = {}
    last_comment: dict[int, int] = {}
    for seq, frame in enumerate(room.log.frames, room.log.first_seq):
        entry = decode_entry(frame)
        if isinstance(entry, Comment):
            # Once no threads were noted: then they began with what a comment answers.
            root = room.threads.get(seq, entry.reply_to)
            root = room.threads[seq] = room.threads.get(root, root)
            comments[root] = comments.get(root, 0) + 1
            last_comment[root] = seq
        elif isinstance(entry, Delete) and entry.target in room.threads:
            root = room.threads[entry.target]
            comments[root] -= 1
        else:
            continue
        shown = msgspec.structs.replace(entry, root=root, comments=comments[root])
        room.log.replace(seq, encode_entry(shown))
    for root, last in last_comment.items():
        show(room, root, comments[root], last)


def _date_posts(room: Room) -> None:
    """Note when somebody last posted in a room, as far as its log still tells it."""
    last = next((frame for frame in reversed(room.log.frames) if is_post(frame)), None)
    if last is not None:
        room.active_ms = stamp_of(last)


def _note_latest(room: Room) -> None:
    if not room.latest and room.kind is not RoomKind.SELF:
        for entry in map(decode_entry, room.log.frames):
            if isinstance(entry, Post | Edit):
                room.latest[entry.author] = entry.seq


def _pack_nonces(user: Any) -> None:
    nonces = user.pop("nonces", None)
    if nonces is not None:
        user["receipts"] = to_builtins(
            packed(msgspec.convert(nonces, dict[str, IdempotencyRecord]))
        )


def _date_warnings(user: Any, reports: dict[int, Report], last_ms: int) -> None:
    for giver, number in user.pop("warnings", {}).items():
        report = reports.get(number)
        given = GivenWarning(number, last_ms if report is None else report.ts)
        user.setdefault("warned", {})[giver] = to_builtins(given)


def to_builtins(value: object, order: Literal["sorted"] | None = None) -> Any:
    """Return a value as a tree of numbers, strings, bytes and containers."""
    return msgspec.to_builtins(value, builtin_types=(bytes, bytearray), order=order)


MIGRATIONS: dict[int, Callable[[Any], None]] = {1: _from_1, 2: _from_2}
"""By a format, what turns its tree into that of the next."""
