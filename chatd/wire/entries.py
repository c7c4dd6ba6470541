"""Entries: the items of a log, encoded once as the frame that goes over the wire.

An entry travels as the notification `entry`, and inside pages as the same map. The log keeps
the frame; what must be read back from it is decoded from there.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import partial, reduce
from operator import or_
from typing import Any, ClassVar, get_args

import msgspec

from chatd.wire.envelope import encode_notification
from chatd.wire.frames import HEADER

METHOD = "entry"


class Entry(msgspec.Struct, tag_field="kind", frozen=True, omit_defaults=True, gc=False):
    """What every entry has: its room, its number there from 1, its stamp (ms UTC).

    is_post: whether somebody says something in it, unless it is deleted.
    """

    is_post: ClassVar[bool] = False

    room: str
    seq: int
    ts: int


class Message(Entry, frozen=True, tag="message"):
    """What a user sent to a room.

    text: at most 8 KiB of UTF-8, as it was last edited; empty once it is deleted.
    edited: when it was last edited.
    mentions: the users whom the text names by `@name`, of those who can see the room.
    via: the label of the hook through which a program posted it.
    removed: an administrator deleted it. reason: the administrator's, if given.
    comments: how many comments its thread has, deleted ones not counted. last_comment: the number
    of the latest of them, deleted or not.
    reactions: who has reacted with which emoji, both in the order in which they did.
    more_reactions: how many more have, of emoji that too many have reacted with to name them all.
    pinned_by: who has pinned it, as long as it is.
    """

    is_post: ClassVar[bool] = True

    author: str
    text: str
    edited: int = 0
    deleted: bool = False
    mentions: list[str] = []
    via: str = ""
    removed: bool = False
    reason: str = ""
    comments: int = 0
    last_comment: int = 0
    reactions: dict[str, list[str]] = {}
    more_reactions: dict[str, int] = {}
    pinned_by: str = ""


class Comment(Entry, frozen=True, tag="comment"):
    """A reply to a message, a comment or a file of the same room.

    reply_to: the number of the entry it replies to.
    quoted_author: who wrote that.
    quoted_text: the beginning of that entry, on one line, as it is now; only the latest comments
    have one, and only for users who can see that entry. text, edited, mentions, removed, reason,
    reactions, more_reactions, pinned_by: as in a message.
    root: the number of the entry that its thread began with, which is no comment and may be gone.
    comments: how many comments the thread had with this one, deleted ones not counted.
    """

    is_post: ClassVar[bool] = True

    author: str
    text: str
    reply_to: int
    quoted_author: str
    quoted_text: str = ""
    edited: int = 0
    deleted: bool = False
    mentions: list[str] = []
    removed: bool = False
    reason: str = ""
    root: int = 0
    comments: int = 0
    reactions: dict[str, list[str]] = {}
    more_reactions: dict[str, int] = {}
    pinned_by: str = ""


class File(Entry, frozen=True, tag="file"):
    """A file that a user sent to a room.

    sha256: of its bytes, in hexadecimal. text: its caption.
    media_type: what it is by its first bytes, else by its name, as the server finds and no client
    says; left out of what was posted to an older server. width, height: of a picture as it is
    shown, in pixels, 0 if not known; good for the place that is kept for it, and no more.
    deleted: then only its author is left. mentions, removed, reason, comments, last_comment,
    reactions, more_reactions, pinned_by: as in a message.
    """

    is_post: ClassVar[bool] = True

    author: str
    name: str
    size: int
    sha256: str
    text: str = ""
    deleted: bool = False
    mentions: list[str] = []
    removed: bool = False
    reason: str = ""
    comments: int = 0
    last_comment: int = 0
    media_type: str = ""
    width: int = 0
    height: int = 0
    reactions: dict[str, list[str]] = {}
    more_reactions: dict[str, int] = {}
    pinned_by: str = ""


class Edit(Entry, frozen=True, tag="edit"):
    """A user edited a message or a comment, which has this text from now on.

    target: the number of the edited entry. text: the new one, until it is edited or deleted
    again; left out if the edited entry is too old for the reader.
    mentions: the users whom the new text names and the old one did not, or named only since an
    edit that this one replaces.
    """

    author: str
    target: int
    text: str = ""
    mentions: list[str] = []


class Delete(Entry, frozen=True, tag="delete"):
    """A user deleted a message, a comment or a file. target: its number.

    removed: the author is an administrator, who deleted somebody else's entry.
    reason: the administrator's reason, if given.
    root: the thread that a deleted comment belongs to. comments: how many it has left.
    """

    author: str
    target: int
    removed: bool = False
    reason: str = ""
    root: int = 0
    comments: int = 0


class Reaction(Entry, frozen=True, tag="reaction"):
    """A user reacted to a message, a comment or a file with an emoji. target: its number.

    removed: the user took that back. count: how many have reacted so, now.
    """

    author: str
    target: int
    emoji: str
    removed: bool = False
    count: int = 0


class Pin(Entry, frozen=True, tag="pin"):
    """A user pinned a message, a comment or a file, for all in the room. target: its number.

    removed: the user took off what that one or somebody else had pinned.
    """

    author: str
    target: int
    removed: bool = False


class Change(StrEnum):
    """What may happen to a member of a group."""

    JOINED = "joined"
    LEFT = "left"
    REMOVED = "removed"
    OWNER = "owner"


class Membership(Entry, frozen=True, tag="member"):
    """In groups: the user `name` joined, left, was removed, or is the owner now.

    author: who did it, usually that user.
    """

    author: str
    name: str
    change: Change


class Invited(Entry, frozen=True, tag="invited"):
    """Self log: an invitation: the user may join a group without asking. by: who sent it."""

    group: str
    by: str


class JoinAsked(Entry, frozen=True, tag="join_asked"):
    """Self log: by a link, a device of the user asked to join a group, which is not named.

    request: its number among this user's own.
    """

    request: int


class JoinRequested(Entry, frozen=True, tag="join_requested"):
    """Self log of a group's owner: a user asks to join."""

    group: str
    name: str


class JoinApproved(Entry, frozen=True, tag="join_approved"):
    """Self log: the user's request was approved; the group's entries follow."""

    request: int
    group: str


class JoinDenied(Entry, frozen=True, tag="join_denied"):
    """Self log: the request was denied or withdrawn, or the group no longer exists."""

    request: int


class RequestSettled(Entry, frozen=True, tag="request_settled"):
    """Self log of a group's owner: a request was denied or withdrawn."""

    group: str
    name: str


class Removed(Entry, frozen=True, tag="removed"):
    """Self log: the user is no longer a member of a group, or no longer invited, and by whom.

    Nothing of the group comes any more.
    """

    group: str
    by: str


class Blocked(Entry, frozen=True, tag="blocked"):
    """Self log: you have blocked a user."""

    user: str


class Unblocked(Entry, frozen=True, tag="unblocked"):
    """Self log: you have unblocked a user."""

    user: str


class Muted(Entry, frozen=True, tag="muted"):
    """Self log: you have muted a room; or not any more.

    in_room: which.
    """

    in_room: str
    muted: bool


class UnreadFrom(Entry, frozen=True, tag="unread_from"):
    """Self log: you have marked a room as unread from an entry on; or that mark is gone.

    in_room: which. in_seq: the entry; 0: there is no mark any more.
    """

    in_room: str
    in_seq: int


class Renamed(Entry, frozen=True, tag="renamed"):
    """Self log: you have another display name, or none. by: you, or who took it away."""

    display_name: str
    by: str


class HookMade(Entry, frozen=True, tag="hook_made"):
    """Self log: you have made a hook.

    in_room: the room it posts into.
    """

    hook: int
    in_room: str
    label: str


class HookRevoked(Entry, frozen=True, tag="hook_revoked"):
    """Self log: this hook was revoked."""

    hook: int
    in_room: str
    label: str


class DeviceAdded(Entry, frozen=True, tag="device_added"):
    """Self log: a device token was made."""

    device: int
    label: str


class DeviceRevoked(Entry, frozen=True, tag="device_revoked"):
    """Self log: a device token was revoked."""

    device: int
    label: str


class PasswordChanged(Entry, frozen=True, tag="password_changed"):
    """Self log: the password was changed, and every device token was revoked."""


class Warned(Entry, frozen=True, tag="warned"):
    """Self log: somebody has reported you, and it counts as a warning.

    warnings: how many you have now. limit: how many lead to a ban, 0 for never.
    """

    warnings: int
    limit: int


class Unwarned(Entry, frozen=True, tag="unwarned"):
    """Self log: a warning was taken back.

    warnings: how many you have now. limit: how many lead to a ban, 0 for never.
    """

    warnings: int
    limit: int


class Banned(Entry, frozen=True, tag="banned"):
    """Self log: you can't send anything until then; your warnings start at zero again.

    reason: the administrator's reason, if given.
    """

    until: int
    reason: str = ""


class Unbanned(Entry, frozen=True, tag="unbanned"):
    """Self log: you may send again."""


class PostRemoved(Entry, frozen=True, tag="post_removed"):
    """Self log: an administrator has removed what you posted.

    in_room: where. in_seq: the number of that entry. reason: the administrator's.
    """

    in_room: str
    in_seq: int
    reason: str = ""


class Scheduled(Entry, frozen=True, tag="scheduled"):
    """Self log: you have scheduled a text. at: when it is due. to: the room it goes to."""

    id: int
    at: int
    to: str


class Cancelled(Entry, frozen=True, tag="cancelled"):
    """Self log: you have cancelled a scheduled text."""

    id: int
    to: str


class Held(Entry, frozen=True, tag="held"):
    """Self log: texts were due, and can't be posted yet. They will be posted in order.

    until: when posting is tried again. by: the reason, `banned` or `rate_limited`.
    """

    ids: list[int]
    until: int
    by: str


class Failed(Entry, frozen=True, tag="failed"):
    """Self log: a text was due and can't be posted; the server keeps it nowhere else.

    code: the code of the error. reason: the same in words.
    """

    id: int
    to: str
    code: str
    reason: str
    text: str


class Reported(Entry, frozen=True, tag="reported"):
    """Self log of an administrator: a user has reported another.

    report: the number to `dismiss`. in_room: of the entry that it is about, if it is about one.
    in_seq: the number of that entry. quote: the beginning of that entry.
    """

    report: int
    reporter: str
    user: str
    reason: str
    in_room: str = ""
    in_seq: int = 0
    quote: str = ""


class Moderated(Entry, frozen=True, tag="moderated"):
    """Self log of an administrator: a decision about a user.

    action: `banned`, `unbanned`, `dismissed`, `removed`, or `deleted`, where it was the account.
    by: the administrator, or the user whose account it was; left out if it was the number of
    warnings, or time. report: which was dismissed.
    in_room: of the entry that was removed. in_seq: the number of that entry.
    """

    action: str
    user: str
    by: str = ""
    until: int = 0
    reason: str = ""
    report: int = 0
    in_room: str = ""
    in_seq: int = 0


AnyEntry = (
    Message
    | Comment
    | File
    | Edit
    | Delete
    | Reaction
    | Pin
    | Membership
    | Invited
    | JoinAsked
    | JoinRequested
    | JoinApproved
    | JoinDenied
    | RequestSettled
    | Removed
    | DeviceAdded
    | DeviceRevoked
    | PasswordChanged
    | Warned
    | Unwarned
    | Banned
    | Unbanned
    | PostRemoved
    | Scheduled
    | Cancelled
    | Held
    | Failed
    | Reported
    | Moderated
    | Blocked
    | Unblocked
    | Muted
    | UnreadFrom
    | Renamed
    | HookMade
    | HookRevoked
)

Post = Message | Comment | File
"""What a user put into a room: it has an author and a text, and counts as said."""

Revision = Edit | Delete | Reaction | Pin
"""What somebody does to a post that is there, which shows the result."""

Authored = Post | Revision | Membership
"""What is never unread for its author."""

# The bytes of a frame in front of the entry's map: length, array of 3, kind, method.
_MAP_AT = HEADER.size + 1 + 1 + len(msgspec.msgpack.encode(METHOD))
_decoder: msgspec.msgpack.Decoder[AnyEntry] = msgspec.msgpack.Decoder(AnyEntry)


def _without_others(kind: type[Entry]) -> type[msgspec.Struct]:
    """Return a kind of entry with its own fields only: clients take others, a store must not."""
    return msgspec.defstruct(
        kind.__name__, [], bases=(kind,), frozen=True, forbid_unknown_fields=True
    )


_of_store: Any = reduce(or_, map(_without_others, get_args(AnyEntry)))
_store_decoder: msgspec.msgpack.Decoder[Entry] = msgspec.msgpack.Decoder(_of_store)


class _Stamped(msgspec.Struct, gc=False):
    ts: int


class Brief(msgspec.Struct, gc=False):
    """Of an entry of a room, who wrote it and whom it names.

    target: what it revises, if it does.
    """

    author: str = ""
    mentions: list[str] = []
    target: int = 0
    deleted: bool = False


_stamp_decoder = msgspec.msgpack.Decoder(_Stamped)
_brief_decoder = msgspec.msgpack.Decoder(Brief)


def author_of(entry: Entry) -> str:
    """Return who wrote an entry, "" where nobody did."""
    return entry.author if isinstance(entry, Authored) else ""


def mentioned_in(entry: Entry) -> list[str]:
    """Return the users whom an entry names."""
    return entry.mentions if isinstance(entry, Post | Edit) else []


def repeating(frames: Sequence[bytes]) -> list[int]:
    """Return which entries are of a kind that repeats what others say, without decoding them."""
    return [i for i, frame in enumerate(frames) if frame.startswith(_REPEATING, _BEHIND_SIZE)]


encode_entry: Callable[[Entry], bytes] = partial(encode_notification, METHOD)
"""Return the entry's frame."""


# A map has its size in front, in a byte, or in three if its kind has more than 15 fields. Behind
# the longest, what begins with these bytes is of a kind: it may have had fewer fields once.
_BEHIND_SIZE = _MAP_AT + 3


def _begins(*kinds: type[Entry]) -> tuple[bytes, ...]:
    tags = [msgspec.msgpack.encode(kind.__struct_config__.tag) for kind in kinds]
    begins = [msgspec.msgpack.encode("kind") + tag for tag in tags]
    return (*begins, *(begin[2:] for begin in begins))


_REPEATING = _begins(Comment, Edit)
_POSTS = _begins(Message, Comment, File)
_DELETED = msgspec.msgpack.encode("deleted") + msgspec.msgpack.encode(True)


def entry_map(frame: bytes) -> msgspec.Raw:
    """Return the encoded map inside an entry's frame, to be set into a page as it is."""
    return msgspec.Raw(frame[_MAP_AT:])


def decode_entry(frame: bytes) -> AnyEntry:
    """Return the entry that a frame of ours holds."""
    return _decoder.decode(frame[_MAP_AT:])


def check_entry(frame: bytes) -> None:
    """Raise msgspec.DecodeError if a frame of a store has a kind or a field unknown here."""
    _store_decoder.decode(frame[_MAP_AT:])


def stamp_of(frame: bytes) -> int:
    """Return when an entry was made, without decoding what it says."""
    return _stamp_decoder.decode(frame[_MAP_AT:]).ts


def is_post(frame: bytes) -> bool:
    """Return whether an entry is a post, deleted or not, without decoding it."""
    return frame.startswith(_POSTS, _BEHIND_SIZE)


def is_living(frame: bytes) -> bool:
    """Return whether an entry is a post that is not deleted, mostly without decoding it."""
    if not is_post(frame):
        return False
    return _DELETED not in frame or not brief_of(frame).deleted  # a text may have these bytes


def brief_of(frame: bytes) -> Brief:
    """Return the most important of an entry, without decoding what it says."""
    return _brief_decoder.decode(frame[_MAP_AT:])


def read_entry(entry: msgspec.Raw) -> AnyEntry:
    """Return the entry that stands in a page."""
    return _decoder.decode(entry)
