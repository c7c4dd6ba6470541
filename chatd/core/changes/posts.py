"""Posts, and the rooms that come about by them."""

from collections.abc import Sequence

from chatd.core import events as e
from chatd.core.changes.base import changes
from chatd.core.memory import Memory
from chatd.core.model import Member, Room, User
from chatd.core.receipts import Receipt, Receipts
from chatd.wire import entries


@changes(e.DirectRoomOpened)
def direct_room_opened(memory: Memory, event: e.DirectRoomOpened) -> None:
    names = dict.fromkeys((event.opened_by, event.other))
    memory.rooms[event.room] = Room(event.room, event.ts, {name: Member() for name in names})
    for name in names:
        memory.enter_room(name, event.room)
    memory.users[event.opened_by].rooms_opened += 1


@changes(e.MessagePosted)
def message_posted(memory: Memory, event: e.MessagePosted) -> None:
    entry = entries.Message(
        event.room,
        event.seq,
        event.ts,
        event.author,
        event.text,
        mentions=event.mentions,
        via=event.via,
    )
    post(memory, event, entry, event.mentions)


def post(memory: Memory, event: e.Post, entry: entries.Entry, mentions: Sequence[str] = ()) -> None:
    """Append the entry, and do what holds for every post. mentions: whom the entry names."""
    room = memory.rooms[event.room]
    memory.append(room, entry)
    if type(entry) is not entries.Delete:
        room.latest[event.author] = event.seq
    author = memory.users[event.author]
    if event.reset_at:
        author.window_for(event.room).spend(event.reset_at)
    read_own(memory, room, event.author, event.seq, event.ts, event.due)
    if mentions:
        memory.unread.add_mentions(event.room, mentions, event.seq)
    if event.nonce:
        receipt = Receipt(event.digest, event.room, event.seq, event.ts)
        keep_receipt(author, event.nonce, receipt)


def read_own(memory: Memory, room: Room, author: str, seq: int, ts: int, due: int) -> None:
    """Let an author have read the own entry, if nothing unread lies before it."""
    member = room.members.get(author)
    if member is not None and member.read_seq == seq - 1:
        member.read(seq, ts, due)
    else:
        memory.unread.add_own(room.room, author, seq)


def keep_receipt(author: User, nonce: str, receipt: Receipt) -> None:
    """Remember what came of a nonce."""
    if author.receipts is None:
        author.receipts = Receipts()
    author.receipts.add(nonce, receipt)
