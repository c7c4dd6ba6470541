"""Revisions: the text goes from everywhere in memory at once, and the log tells that it has."""

from msgspec.structs import replace

from chatd.core import events as e
from chatd.core.changes.base import changes
from chatd.core.changes.posts import post
from chatd.core.copies import beginning_of, post_at, quote_anew, withdraw, withdraw_edit
from chatd.core.memory import Memory
from chatd.core.model import Room
from chatd.wire import entries


@changes(e.PostEdited)
def post_edited(memory: Memory, event: e.PostEdited) -> None:
    room = memory.rooms[event.room]
    said = _target(room, event.target)
    assert not isinstance(said, entries.File), (event.room, event.target)
    edited = replace(said, text=event.text, edited=event.ts, mentions=event.mentions)
    room.log.replace(event.target, entries.encode_entry(edited))
    quote_anew(room, event.target, beginning_of(edited))
    # Whom the edit before has called may not have heard of it: this one calls them in its place.
    called = withdraw_edit(room, event.target, memory.unread)
    room.edits[event.target] = event.seq
    known = set(said.mentions) - set(called)
    news = [name for name in event.mentions if name not in known]
    memory.unread.drop_mentions(event.room, known.difference(event.mentions), event.target)
    entry = entries.Edit(
        event.room, event.seq, event.ts, event.author, event.target, event.text, news
    )
    post(memory, event, entry, news)


@changes(e.PostDeleted)
def post_deleted(memory: Memory, event: e.PostDeleted) -> None:
    room = memory.rooms[event.room]
    emptied = _take_away(memory, room, event.target)
    room.log.replace(event.target, entries.encode_entry(emptied))
    entry = entries.Delete(event.room, event.seq, event.ts, event.author, event.target)
    post(memory, event, entry)


@changes(e.PostRemoved)
def post_removed(memory: Memory, event: e.PostRemoved) -> None:
    room, reason = memory.rooms[event.room], event.reason
    emptied = _take_away(memory, room, event.target)
    removed = replace(emptied, removed=True, reason=reason)
    room.log.replace(event.target, entries.encode_entry(removed))
    entry = entries.Delete(
        event.room,
        event.seq,
        event.ts,
        event.author,
        event.target,
        removed=True,
        reason=reason,
    )
    post(memory, event, entry)
    place = {"in_room": event.room, "in_seq": event.target}
    if emptied.author in memory.users:
        memory.tell(emptied.author, entries.PostRemoved, event.ts, **place, reason=reason)
    for admin in event.admins:
        memory.tell(
            admin,
            entries.Moderated,
            event.ts,
            action="removed",
            user=emptied.author,
            by=event.author,
            reason=reason,
            **place,
        )


def _take_away(memory: Memory, room: Room, seq: int) -> entries.Post:
    """Take the text of a post, or its file, from everywhere; return what is to be in its place."""
    said = _target(room, seq)
    if isinstance(said, entries.File):
        memory.drop_file(room, seq)
    withdraw(room, seq, memory.unread)
    memory.unread.drop_mentions(room.room, said.mentions, seq)
    return _emptied(said)


def _target(room: Room, seq: int) -> entries.Post:
    said = post_at(room, seq)
    assert said is not None, (room.room, seq)
    return said


def _emptied(said: entries.Post) -> entries.Post:
    """Return what is left of a post: that there was one, whose, and what it answered."""
    if isinstance(said, entries.File):
        return replace(said, name="", size=0, sha256="", text="", deleted=True, mentions=[])
    if isinstance(said, entries.Comment):
        said = replace(said, quoted_text="")
    return replace(said, text="", edited=0, deleted=True, mentions=[])
