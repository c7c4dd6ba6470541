"""Presence: users, not connections; what changed, not what happened."""

from hypothesis import given
from hypothesis import strategies as st

from chatd.core.presence import NAMES_MAX, Presence
from chatd.wire.commands import Presence as PresenceNotice


def test_user_is_online_from_the_first_connection_to_the_last() -> None:
    presence = Presence()
    presence.enter("bob")
    presence.enter("bob")
    assert (presence.count, presence.connections_of("bob")) == (1, 2)
    presence.leave("bob")
    assert (presence.count, presence.connections_of("bob")) == (1, 1)
    presence.leave("bob")
    assert (presence.count, presence.connections_of("bob")) == (0, 0)


def test_changes_are_taken_once() -> None:
    presence = Presence()
    presence.enter("bob")
    presence.enter("alice")
    assert presence.changed
    assert presence.take_changes() == PresenceNotice(["alice", "bob"], [], 2)
    assert not presence.changed
    assert presence.take_changes() is None


def test_coming_and_going_in_between_cancels_out() -> None:
    presence = Presence()
    presence.enter("alice")
    presence.take_changes()
    presence.leave("alice")
    presence.enter("alice")
    presence.enter("bob")
    presence.leave("bob")
    assert presence.changed
    assert presence.take_changes() is None


def test_what_cancelled_out_is_told_if_names_were_listed_in_between() -> None:
    presence = Presence()
    presence.enter("alice")
    presence.page("", 1)
    presence.take_changes()
    presence.leave("alice")
    presence.enter("bob")
    assert presence.page("", 2) == ["bob"]
    presence.leave("bob")
    presence.enter("alice")
    assert presence.take_changes() == PresenceNotice(["alice"], ["bob"], 1)
    presence.leave("alice")
    presence.enter("alice")
    assert presence.take_changes() is None


def test_names_are_told_up_to_the_most_and_above_it_a_count() -> None:
    presence = Presence()
    for number in range(NAMES_MAX):
        presence.enter(f"user{number:03}")
    notice = presence.take_changes()
    assert notice is not None and len(notice.online) == NAMES_MAX
    presence.enter("one more")
    assert presence.take_changes() == PresenceNotice([], [], NAMES_MAX + 1)


def test_many_changes_are_a_count_though_few_are_left() -> None:
    presence = Presence()
    for number in range(NAMES_MAX + 1):
        presence.enter(f"user{number:03}")
    presence.take_changes()
    for number in range(NAMES_MAX + 1):
        presence.leave(f"user{number:03}")
    assert presence.take_changes() == PresenceNotice([], [], 0)


names = st.sampled_from(["a", "b", "c", "d", "ä", "z"])


@given(st.lists(st.tuples(st.booleans(), names), max_size=60), st.integers(1, 4))
def test_pages_together_are_all_who_are_online_in_order(
    moves: list[tuple[bool, str]], limit: int
) -> None:
    presence, here = Presence(), dict.fromkeys("abcdäz", 0)
    for comes, name in moves:
        if comes:
            presence.enter(name)
            here[name] += 1
        elif here[name]:
            presence.leave(name)
            here[name] -= 1
    listed: list[str] = []
    while page := presence.page(listed[-1] if listed else "", limit):
        assert len(page) <= limit
        listed += page
    assert listed == sorted(name for name, count in here.items() if count)
    assert presence.count == len(listed)
