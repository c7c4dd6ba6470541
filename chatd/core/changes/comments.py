"""Comments."""

from chatd.core import events as e
from chatd.core.changes.base import changes
from chatd.core.changes.posts import post
from chatd.core.copies import QUOTING_MAX, beginning_of, post_at, quote_no_more
from chatd.core.memory import Memory
from chatd.wire import entries


@changes(e.CommentPosted)
def comment_posted(memory: Memory, event: e.CommentPosted) -> None:
    room = memory.rooms[event.room]
    answered = post_at(room, event.reply_to)
    assert answered is not None, (event.room, event.reply_to)
    entry = entries.Comment(
        event.room,
        event.seq,
        event.ts,
        event.author,
        event.text,
        event.reply_to,
        answered.author,
        beginning_of(answered),
        mentions=event.mentions,
    )
    comments = room.comments.setdefault(event.reply_to, [])
    comments.append(event.seq)
    memory.threads.add(room, event.reply_to, event.seq)
    post(memory, event, entry, event.mentions)
    quote_no_more(room, comments[-QUOTING_MAX - 1 :])
