"""Room ids: no two rooms share one, and each tells what it names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.wire.rooms import GENERAL, RoomKind, direct_room, kind_of, self_room, title_of

names = st.text("abcäö.-_0", min_size=1, max_size=5)


@given(names, names)
def test_direct_room_is_one_for_both_and_each_sees_the_other(one: str, other: str) -> None:
    room = direct_room(one, other)
    assert room == direct_room(other, one)
    assert kind_of(room) is RoomKind.DIRECT
    assert title_of(room, one) == other
    assert title_of(room, other) == one


@given(names, names, names, names)
def test_rooms_of_different_pairs_differ(a: str, b: str, c: str, d: str) -> None:
    assert (direct_room(a, b) == direct_room(c, d)) == ({a, b} == {c, d})


@given(names, names)
def test_rooms_of_different_kinds_differ(one: str, other: str) -> None:
    assert len({direct_room(one, other), self_room(one), GENERAL}) == 3


@pytest.mark.parametrize(
    ("room", "kind", "title"),
    [
        (GENERAL, RoomKind.GENERAL, "general"),
        ("@alice", RoomKind.SELF, "@alice"),
        ("alice,alice", RoomKind.DIRECT, "alice"),
    ],
)
def test_room_has_the_kind_and_the_title(room: str, kind: RoomKind, title: str) -> None:
    assert kind_of(room) is kind
    assert title_of(room, "alice") == title
