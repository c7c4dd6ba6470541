"""Entries: encoded once, the same bytes as a notification and as an item of a page."""

import msgpack
import msgspec
import pytest

from chatd.wire.entries import (
    AnyEntry,
    Comment,
    Delete,
    DeviceAdded,
    DeviceRevoked,
    Edit,
    Entry,
    File,
    Message,
    PasswordChanged,
    decode_entry,
    encode_entry,
    entry_map,
    is_living,
)
from chatd.wire.envelope import Notification, decode_envelope
from chatd.wire.frames import HEADER

ENTRIES = [
    Message("general", 1, 1_790_000_000_000, "alice", "hello, wörld \U0001f600"),
    Message("alice,bob", 2**40, 2**50, "bob", "x" * 8192),
    DeviceAdded("@alice", 3, 4, 5, "phone"),
    DeviceRevoked("@alice", 4, 5, 5, "phone"),
    PasswordChanged("@alice", 5, 6),
]


def kind_of(entry: Entry) -> str:
    return type(entry).__name__


@pytest.mark.parametrize("entry", ENTRIES, ids=kind_of)
def test_entry_comes_back_from_its_frame(entry: AnyEntry) -> None:
    assert decode_entry(encode_entry(entry)) == entry


@pytest.mark.parametrize("entry", ENTRIES, ids=kind_of)
def test_frame_is_the_notification_that_carries_the_map_of_a_page(entry: AnyEntry) -> None:
    frame = encode_entry(entry)
    shown = msgpack.unpackb(bytes(entry_map(frame)))
    assert decode_envelope(frame[HEADER.size :]) == Notification("entry", shown)
    assert {shown["room"], shown["seq"], shown["ts"]} == {entry.room, entry.seq, entry.ts}


def test_maps_set_into_a_page_are_items_like_any_other() -> None:
    page = {"entries": [entry_map(encode_entry(entry)) for entry in ENTRIES]}
    kinds = [entry["kind"] for entry in msgpack.unpackb(msgspec.msgpack.encode(page))["entries"]]
    assert kinds == ["message", "message", "device_added", "device_revoked", "password_changed"]


def test_frame_of_an_unknown_kind_is_none_of_ours() -> None:
    frame = encode_entry(PasswordChanged("@alice", 5, 6)).replace(b"password", b"keyword_")
    with pytest.raises(msgspec.ValidationError):
        decode_entry(frame)


class OldFile(Entry, frozen=True, tag="file"):
    """As it was when a map of it had its size in one byte."""

    author: str


def test_a_frame_with_a_smaller_map_tells_its_kind_as_well() -> None:
    assert is_living(encode_entry(OldFile("general", 1, 2, "alice")))
    assert len(File.__struct_fields__) > 14  # it has one of three today


LIKE_DELETED = "çdeletedé"
"""Has the bytes by which a frame says that an entry is deleted."""


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (Message("general", 1, 2, "alice", "hi"), True),
        (Message("general", 1, 2, "alice", LIKE_DELETED), True),
        (Message("general", 1, 2, "alice", "", deleted=True), False),
        (Comment("general", 1, 2, "alice", LIKE_DELETED, 1, "bob", LIKE_DELETED), True),
        (Comment("general", 1, 2, "alice", "", 1, "bob", deleted=True), False),
        (File("general", 1, 2, "alice", LIKE_DELETED, 1, "", LIKE_DELETED), True),
        (File("general", 1, 2, "alice", "", 0, "", deleted=True), False),
        (Edit("general", 2, 2, "alice", 1, "message"), False),
        (Delete("general", 2, 2, "alice", 1), False),
        (DeviceAdded("@alice", 3, 4, 5, "message"), False),
    ],
)
def test_a_frame_tells_whether_somebody_says_something_in_it(
    entry: AnyEntry, expected: bool
) -> None:
    assert is_living(encode_entry(entry)) is expected
    assert entry.is_post is (expected or getattr(entry, "deleted", False))
