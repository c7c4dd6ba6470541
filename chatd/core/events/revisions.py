"""Revisions: what authors do to their posts, and administrators to any."""

from msgspec.structs import replace

from chatd.core.copies import excerpt, post_at, redact, redact_edit, refresh_quotes
from chatd.core.events.messages import Post, post
from chatd.core.events.moderation import inform_admins
from chatd.core.model import Room
from chatd.core.state import State
from chatd.core.tick import TickChanges
from chatd.wire import entries


class PostEdited(Post, frozen=True, tag="PostEdited"):
    """A user gave an own message or comment another text.

    mentions: the users whom the text names.
    """

    target: int
    text: str
    mentions: list[str] = []

    def apply(self, state: State, changes: TickChanges) -> None:
        room = state.rooms[self.room]
        said = _target(room, self.target)
        assert not isinstance(said, entries.File), (self.room, self.target)
        edited = replace(said, text=self.text, edited=self.ts, mentions=self.mentions)
        room.log.replace(self.target, entries.encode_entry(edited))
        refresh_quotes(room, self.target, excerpt(edited))
        # Users whom the last edit mentions may not have seen it: this one mentions them instead.
        called = redact_edit(room, self.target, state.unread)
        room.edits[self.target] = self.seq
        known = set(said.mentions) - set(called)
        news = [name for name in self.mentions if name not in known]
        state.unread.drop_mentions(self.room, known.difference(self.mentions), self.target)
        entry = entries.Edit(
            self.room, self.seq, self.ts, self.author, self.target, self.text, news
        )
        post(state, changes, self, entry, news)


class PostDeleted(Post, frozen=True, tag="PostDeleted"):
    """A user took back an own message, comment or file."""

    target: int

    def apply(self, state: State, changes: TickChanges) -> None:
        room = state.rooms[self.room]
        emptied = _take_away(state, changes, room, self.target)
        _put_in_place(state, changes, self, emptied)


class PostRemoved(Post, frozen=True, tag="PostRemoved"):
    """An administrator, the author of this, took away a message, a comment or a file of somebody.

    admins: the administrators who are informed.
    """

    target: int
    reason: str
    admins: list[str]

    def apply(self, state: State, changes: TickChanges) -> None:
        room, reason = state.rooms[self.room], self.reason
        emptied = _take_away(state, changes, room, self.target)
        removed = replace(emptied, removed=True, reason=reason)
        _put_in_place(state, changes, self, removed)
        place = {"in_room": self.room, "in_seq": self.target}
        if emptied.author in state.users:
            state.append_to_self(
                changes, emptied.author, entries.PostRemoved, self.ts, **place, reason=reason
            )
        inform_admins(
            state,
            changes,
            self.admins,
            self.ts,
            action="removed",
            user=emptied.author,
            by=self.author,
            reason=reason,
            **place,
        )


def _take_away(state: State, changes: TickChanges, room: Room, seq: int) -> entries.Post:
    """Take the text of a post, or its file, from everywhere; return what is to be in its place."""
    said = _target(room, seq)
    if isinstance(said, entries.File):
        state.drop_file(changes, room, seq)
    redact(room, seq, state.unread)
    room.reactions.pop(seq, None)
    room.pins.pop(seq, None)
    state.unread.delete(room.room, said.author, seq, said.mentions)
    return _emptied(said)


def _put_in_place(
    state: State,
    changes: TickChanges,
    event: PostDeleted | PostRemoved,
    emptied: entries.Post,
) -> None:
    """Put what is left of a post in its place, and append the entry that says so."""
    room = state.rooms[event.room]
    room.log.replace(event.target, entries.encode_entry(emptied))
    thread = state.threads.delete(room, event.target)
    entry = entries.Delete(
        event.room,
        event.seq,
        event.ts,
        event.author,
        event.target,
        removed=emptied.removed,
        reason=emptied.reason,
        root=0 if thread is None else thread.root,
        comments=0 if thread is None else thread.living,
    )
    post(state, changes, event, entry)


def _target(room: Room, seq: int) -> entries.Post:
    said = post_at(room, seq)
    assert said is not None, (room.room, seq)
    return said


def _emptied(said: entries.Post) -> entries.Post:
    """Return what is left of a post: that there was one, whose, and what it answered."""
    said = replace(said, reactions={}, more_reactions={}, pinned_by="")
    emptied = replace(said, text="", deleted=True, mentions=[])
    if isinstance(emptied, entries.File):
        gone = {"name": "", "size": 0, "sha256": "", "media_type": "", "width": 0, "height": 0}
        return replace(emptied, **gone)
    if isinstance(emptied, entries.Comment):
        emptied = replace(emptied, quoted_text="")
    return replace(emptied, edited=0)
