"""Entries: the items of a log, encoded once as the frame that goes over the wire.

An entry travels as the notification `entry`, and inside pages as the same map. The log keeps
the frame; what must be read back from it is decoded from there.
"""

import msgspec

from chatd.wire.envelope import encode_notification
from chatd.wire.frames import HEADER

METHOD = "entry"


class Entry(msgspec.Struct, tag_field="kind", frozen=True, omit_defaults=True, gc=False):
    """What every entry has: its room, its number there from 1, its stamp (ms UTC)."""

    room: str
    seq: int
    ts: int


class Message(Entry, frozen=True, tag="message"):
    """Something a user said in a room. The text is at most 8 KiB of UTF-8."""

    author: str
    text: str


class File(Entry, frozen=True, tag="file"):
    """A file that a user put into a room.

    sha256: of its bytes, in hexadecimal. text: its caption.
    """

    author: str
    name: str
    size: int
    sha256: str
    text: str = ""


class DeviceAdded(Entry, frozen=True, tag="device_added"):
    """Self log: a device token was made."""

    device: int
    label: str


class DeviceRevoked(Entry, frozen=True, tag="device_revoked"):
    """Self log: a device token no longer opens anything."""

    device: int
    label: str


class PasswordChanged(Entry, frozen=True, tag="password_changed"):
    """Self log: the password is new, and every device token is revoked."""


AnyEntry = Message | File | DeviceAdded | DeviceRevoked | PasswordChanged

Post = Message | File
"""What a user put into a room: it has an author and a text, and counts as said."""

# The bytes of a frame in front of the entry's map: length, array of 3, kind, method.
_MAP_AT = HEADER.size + 1 + 1 + len(msgspec.msgpack.encode(METHOD))
_decoder: msgspec.msgpack.Decoder[AnyEntry] = msgspec.msgpack.Decoder(AnyEntry)


def encode_entry(entry: Entry) -> bytes:
    """Return the entry's frame."""
    return encode_notification(METHOD, entry)


def entry_map(frame: bytes) -> msgspec.Raw:
    """Return the encoded map inside an entry's frame, to be set into a page as it is."""
    return msgspec.Raw(frame[_MAP_AT:])


def decode_entry(frame: bytes) -> AnyEntry:
    """Return the entry that a frame of ours holds."""
    return _decoder.decode(frame[_MAP_AT:])
