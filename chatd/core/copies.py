"""Copies: where the text of a post stands besides its own entry, and mostly goes when that goes.

Comments quote the beginning of what they answer, so that a client can show it without asking,
and the latest edit of a post has its text, so that those who follow receive it. What was reported
stays in the report, until an administrator has dismissed that. A newcomer gets no copy of a post
that is older than the newcomer's place in the room.
"""

from bisect import bisect_right
from collections.abc import Sequence

from msgspec.structs import replace

from chatd.core.model import Room
from chatd.core.unread import UnreadIndex
from chatd.wire.entries import (
    AnyEntry,
    Comment,
    Edit,
    File,
    Post,
    decode_entry,
    encode_entry,
    repeating,
)

QUOTE_CHARACTERS_MAX = 80
QUOTING_MAX = 50
"""How many comments on one entry quote it, the latest; all of them change with it, at once."""
EVIDENCE_CHARACTERS_MAX = 200
READ_CHARACTERS_MAX = 8 * QUOTE_CHARACTERS_MAX
"""So much of a text is looked at for its beginning, blanks included."""


def post_at(room: Room, seq: int) -> Post | None:
    """Return what a user said at a place in a room, None if nobody says anything there."""
    frame = room.log.get(seq)
    entry = None if frame is None else decode_entry(frame)
    return entry if isinstance(entry, Post) else None


def edited_at(room: Room, seq: int) -> int:
    """Return the number of the post that an entry edits, as long as that is there; else its own."""
    frame = room.log.get(seq)
    entry = None if frame is None else decode_entry(frame)
    if isinstance(entry, Edit) and room.log.get(entry.target) is not None:
        return entry.target
    return seq


def excerpt(post: Post) -> str:
    """Return the beginning of a text on one line, that of a file with its name in front."""
    text = f"{post.name} {post.text}" if isinstance(post, File) else post.text
    line = " ".join(text[:READ_CHARACTERS_MAX].split())
    if len(line) <= QUOTE_CHARACTERS_MAX:
        return line
    return line[: QUOTE_CHARACTERS_MAX - 1].rstrip() + "…"


def evidence_at(room: Room | None, seq: int) -> str:
    """Return of a post what a report of it keeps, "" where nobody says anything."""
    post = None if room is None else post_at(room, seq)
    if post is None:
        return ""
    text = post.text
    if isinstance(post, File):
        text = f"{post.name}: {text}" if text else post.name
    return text if len(text) <= EVIDENCE_CHARACTERS_MAX else text[:EVIDENCE_CHARACTERS_MAX] + "…"


def redact(room: Room, seq: int, unread: UnreadIndex) -> None:
    """Take the text of a post away from what repeats it."""
    refresh_quotes(room, seq, "")
    redact_edit(room, seq, unread)


def redact_edit(room: Room, seq: int, unread: UnreadIndex) -> list[str]:
    """Take the text of a post away from its latest edit, which is that no more.

    Returns the users whom that edit was marked for.
    """
    at = room.edits.pop(seq, None)
    frame = None if at is None else room.log.get(at)
    if at is None or frame is None:
        return []
    edit = decode_entry(frame)
    assert isinstance(edit, Edit), (room.room, at)
    room.log.replace(at, encode_entry(replace(edit, text="", mentions=[])))
    unread.drop_mentions(room.room, edit.mentions, at)
    return edit.mentions


def refresh_quotes(room: Room, seq: int, quote: str) -> None:
    """Let the comments on a post quote it with other words."""
    for at in room.comments.get(seq, ())[-QUOTING_MAX:]:
        _quote(room, at, quote)


def quote_no_more(room: Room, comments: Sequence[int]) -> None:
    """Take the quotes from those of an entry's comments that are not the latest any more."""
    for at in comments[:-QUOTING_MAX]:
        _quote(room, at, "")


class Repeats:
    """Some entries of a room, and which of them repeat what others say, in front of them or not."""

    def __init__(self, frames: list[bytes]) -> None:
        self._frames = frames
        self._seqs: tuple[int, ...]
        self._indexes: tuple[int, ...]
        self._authors: tuple[str, ...]
        found: list[tuple[int, int, str]] = []
        for index in repeating(frames):
            entry = decode_entry(frames[index])
            if isinstance(entry, Comment) and entry.quoted_text:
                found.append((entry.reply_to, index, entry.quoted_author))
            elif isinstance(entry, Edit) and entry.text:
                found.append((entry.target, index, entry.author))
        columns = zip(*sorted(found), strict=True) if found else ((), (), ())
        self._seqs, self._indexes, self._authors = columns

    def __bool__(self) -> bool:
        return bool(self._indexes)

    def hidden_from(self, name: str, up_to: int) -> tuple[int, ...]:
        """Return which entries repeat what others than `name` said up to the number `up_to`."""
        count = bisect_right(self._seqs, up_to)
        if name not in self._authors[:count]:
            return self._indexes[:count]
        repeats = zip(self._indexes[:count], self._authors[:count], strict=True)
        return tuple(index for index, author in repeats if author != name)

    def redacted(self, hidden: tuple[int, ...]) -> list[bytes]:
        """Return the entries, those without what they repeat that `hidden_from` returned."""
        if not hidden:
            return self._frames
        frames = list(self._frames)
        for index in hidden:
            frames[index] = _redacted(decode_entry(frames[index]))
        return frames


def _redacted(entry: AnyEntry) -> bytes:
    if isinstance(entry, Comment):
        return encode_entry(replace(entry, quoted_text=""))
    assert isinstance(entry, Edit), entry
    return encode_entry(replace(entry, text=""))


def _quote(room: Room, at: int, quote: str) -> None:
    comment = post_at(room, at)
    assert isinstance(comment, Comment), (room.room, at)
    if not comment.deleted and comment.quoted_text != quote:
        room.log.replace(at, encode_entry(replace(comment, quoted_text=quote)))
