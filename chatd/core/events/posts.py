"""Posts: what users put into rooms, and the rooms that come about by it."""

from chatd.core.events.base import Event


class DirectRoomOpened(Event, frozen=True, tag="DirectRoomOpened"):
    """Two users have a room of their own."""

    room: str
    opened_by: str
    other: str


class Post(Event, frozen=True):
    """A user put an entry into a room.

    reset_at: when the author's period for this kind of room ends; 0 for what does not count.
    due: when the entry is gone for the author, if nothing unread lay before it.
    nonce, digest: what makes the post happen once only; empty if none was given.
    """

    room: str
    seq: int
    author: str
    reset_at: int
    due: int
    nonce: str
    digest: bytes


class MessagePosted(Post, frozen=True, tag="MessagePosted"):
    """A user said something.

    mentions: the users whom the text names. via: the label of the hook that it came by.
    """

    text: str
    mentions: list[str] = []
    via: str = ""
