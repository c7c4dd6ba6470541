"""Private rooms in the console: what is typed, what is known, what is shown."""

from zoneinfo import ZoneInfo

import pytest

from chatd.wire import commands as c
from chatd.wire import entries as e
from client.console.announcements import announcement
from client.console.answers import rooms_lines
from client.console.arguments import history_of, room_and_text
from client.console.completion import candidates
from client.console.directory import Directory, room_named
from client.console.feed import is_by_other
from client.console.group_answers import (
    asked_lines,
    invitations_lines,
    links_lines,
    members_lines,
    requests_lines,
)
from client.console.group_arguments import (
    link_to_make,
    room_and_number,
    room_and_user,
    what_to_join,
)
from client.console.render import Renderer
from client.console.styled import Line, plain
from client.console.times import Zone
from client.errors import UsageError
from client.events import SeenEntry
from client.web import join_address

NOON_MS = 1_790_000_000_000 - 1_790_000_000_000 % 86_400_000 + 43_200_000
ZONE = Zone(ZoneInfo("UTC"))
ROOM = "+ops:k3f9a2bq"
LINK = "0a" * 32


def shown(lines: list[Line]) -> list[str]:
    return [plain(line).strip() for line in lines]


# -- what is typed ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "request_"),
    [
        ("+ops", c.Join(room="+ops")),
        ("ops", c.Join(room="ops")),
        (ROOM, c.Join(room=ROOM)),
        ("+" + "o" * 32 + ":k3f9a2bq", c.Join(room="+" + "o" * 32 + ":k3f9a2bq")),
        (f" {LINK} ", c.Join(link=LINK)),
    ],
)
def test_join_tells_rooms_from_links(typed: str, request_: c.Join) -> None:
    assert what_to_join(typed) == request_


@pytest.mark.parametrize(
    ("typed", "request_"),
    [
        ("+ops", c.MakeLink("+ops")),
        ("+ops uses 5", c.MakeLink("+ops", uses=5)),
        ("+ops for 30m", c.MakeLink("+ops", expires_at=NOON_MS + 1_800_000)),
        ("+ops for 2d uses 1", c.MakeLink("+ops", 1, NOON_MS + 2 * 86_400_000)),
        ("+ops uses 1 for 12h", c.MakeLink("+ops", 1, NOON_MS + 12 * 3_600_000)),
    ],
)
def test_link_takes_a_room_and_bounds_in_any_order(typed: str, request_: c.MakeLink) -> None:
    assert link_to_make(typed, NOON_MS) == request_


@pytest.mark.parametrize(
    "typed",
    [
        "", "+ops uses", "+ops for", "+ops uses many", "+ops for long", "+ops for 5",
        "+ops for 5y", "+ops until 5d", "+ops uses 1 uses 2", "+ops uses 1 2", "+ops 5",
    ],
)  # fmt: skip
def test_link_with_anything_else_is_a_usage_error(typed: str) -> None:
    with pytest.raises(UsageError, match="link <room>"):
        link_to_make(typed, NOON_MS)


@pytest.mark.parametrize("typed", ["", "+ops", "+ops bob eve"])
def test_commands_about_a_user_take_a_room_and_one_user(typed: str) -> None:
    assert room_and_user("kick", "+ops @bob") == ("+ops", "bob")
    with pytest.raises(UsageError, match="kick <room> <user>"):
        room_and_user("kick", typed)


@pytest.mark.parametrize("typed", ["", "+ops", "+ops first", "+ops 1 2", "+ops ²"])
def test_unlink_takes_a_room_and_a_number(typed: str) -> None:
    assert room_and_number("unlink", "+ops 2", "which?") == ("+ops", 2)
    with pytest.raises(UsageError, match="unlink <room> <link>"):
        room_and_number("unlink", typed, "which?")


@pytest.mark.parametrize("typed", ["", "+ops bob"])
def test_join_takes_one_word(typed: str) -> None:
    with pytest.raises(UsageError, match="join <room|link>"):
        what_to_join(typed)


def test_join_takes_the_address_that_a_link_has_in_a_browser() -> None:
    token = "5f" * 32
    address = join_address("https://chat.example.org:8000", token)
    assert what_to_join(address) == what_to_join(token) == c.Join(link=token)
    for lost in ("https://chat.example.org/join", "https://chat.example.org/join#"):
        with pytest.raises(UsageError, match="after its #"):
            what_to_join(lost)


def test_post_takes_a_room_and_a_text() -> None:
    assert room_and_text("+ops  two  blanks") == ("+ops", " two  blanks")
    with pytest.raises(UsageError, match="where"):
        room_and_text("")
    with pytest.raises(UsageError, match="no text"):
        room_and_text("+ops ")


def test_title_goes_to_the_server_as_it_is_since_only_that_knows_which_room_is_meant() -> None:
    assert room_named("+Ops", "alice") == "+ops"
    assert history_of("+ops#7", "alice", limit=5) == c.History("+ops", around=7, limit=5)


# -- what is known ---------------------------------------------------------------------------


def test_rooms_are_completed_from_the_invitation_to_the_end() -> None:
    known = Directory("alice")
    known.add_entry(e.Invited("@alice", 1, 5, ROOM, "bob"))
    assert candidates("join +", known, here="general") == ("+", ["+ops"])
    known.add_entry(e.Membership(ROOM, 4, 6, "carol", "carol", e.Change.JOINED))
    assert candidates("kick +ops c", known, here="general") == ("c", ["carol"])
    assert candidates("post +o", known, here="general") == ("+o", ["+ops"])
    known.add_entry(e.Removed("@alice", 2, 7, ROOM, "bob"))
    assert candidates("post +o", known, here="general") == ("+o", [])


def test_what_asks_for_an_answer_is_news_and_comings_and_goings_are_not() -> None:
    assert is_by_other(e.Invited("@alice", 1, 5, ROOM, "bob"), "alice")
    assert is_by_other(e.JoinRequested("@alice", 1, 5, ROOM, "bob"), "alice")
    assert is_by_other(e.JoinApproved("@alice", 1, 5, 3, ROOM), "alice")
    assert not is_by_other(e.Membership(ROOM, 1, 5, "bob", "bob", e.Change.LEFT), "alice")


# -- what is shown ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        (e.Membership(ROOM, 1, 5, "bob", "bob", e.Change.JOINED), "bob joined"),
        (e.Membership(ROOM, 1, 5, "alice", "bob", e.Change.JOINED), "alice let bob in"),
        (e.Membership(ROOM, 1, 5, "bob", "bob", e.Change.LEFT), "bob left"),
        (e.Membership(ROOM, 1, 5, "alice", "bob", e.Change.REMOVED), "alice removed bob"),
        (e.Membership(ROOM, 1, 5, "alice", "bob", e.Change.OWNER), "alice made bob the owner"),
        (
            e.Invited("@bob", 1, 5, ROOM, "alice"),
            "alice invites you to +ops: `join +ops`, or `leave +ops` to decline",
        ),
        (
            e.JoinRequested("@alice", 1, 5, ROOM, "bob"),
            "bob asks to join +ops: `approve +ops bob` or `deny +ops bob`",
        ),
        (
            e.JoinAsked("@bob", 1, 5, 3),
            "request 3: you asked to join a room; `withdraw 3` takes it back",
        ),
        (e.JoinApproved("@bob", 1, 5, 3, ROOM), "request 3: you are in +ops now"),
        (e.JoinDenied("@bob", 1, 5, 3), "request 3 to join a room: you were not let in"),
        (e.RequestSettled("@alice", 1, 5, ROOM, "bob"), "bob no longer asks to join +ops"),
        (e.Removed("@bob", 1, 5, ROOM, "bob"), "you are out of +ops"),
        (e.Removed("@bob", 1, 5, ROOM, "alice"), "alice removed you from +ops"),
    ],
)
def test_each_kind_is_told_in_words(entry: SeenEntry, text: str) -> None:
    assert announcement(entry, ZONE) == text


def test_entry_of_a_private_room_stands_under_its_title() -> None:
    renderer = Renderer("alice", ZONE)
    (line,) = shown(renderer.entry(e.Message(ROOM, 7, NOON_MS, "bob", "hello")))
    assert line == "12:00 +ops#7 bob: hello"


def test_rooms_of_one_title_are_shown_by_their_ids() -> None:
    renderer = Renderer("alice", ZONE)
    rooms = [c.RoomStatus(room, 1, 1, 0) for room in (ROOM, "+ops:other234", "+dev:k3f9a2bq")]
    names = [line.split()[0] for line in shown(rooms_lines(renderer, rooms))]
    assert names == [ROOM, "+ops:other234", "+dev"]


def test_lists_say_what_to_type_next() -> None:
    renderer = Renderer("alice", ZONE)
    assert shown(invitations_lines(renderer, [c.Invitation(ROOM, "bob", NOON_MS)], NOON_MS)) == [
        "+ops  bob invited you, 12:00: `join +ops`"
    ]
    assert shown(requests_lines(renderer, [c.JoinRequest(ROOM, "bob", NOON_MS)], NOON_MS)) == [
        "bob  asks to join +ops, 12:00: `approve +ops bob`"
    ]
    assert shown(asked_lines(renderer, [c.Asked(3, NOON_MS)], NOON_MS)) == [
        "request 3  to join a room, 12:00: it waits"
    ]
    members = [c.GroupMember("alice", c.Role.OWNER), c.GroupMember("bob", c.Role.INVITED)]
    assert shown(members_lines(renderer, members)) == ["alice  owner", "bob    invited"]


def test_links_are_listed_with_what_is_left_of_them() -> None:
    renderer = Renderer("alice", ZONE)
    links = [
        c.LinkState(1, NOON_MS, None, None),
        c.LinkState(2, NOON_MS, 3, NOON_MS + 3_600_000),
    ]
    assert shown(links_lines(renderer, links, NOON_MS)) == [
        "1  made 12:00, any number of uses",
        "2  made 12:00, 3 uses left, until 13:00 (in 60 min)",
    ]


def test_empty_lists_say_so() -> None:
    renderer = Renderer("alice", ZONE)
    assert shown(invitations_lines(renderer, [], NOON_MS)) == ["· you have no invitations"]
    assert shown(requests_lines(renderer, [], NOON_MS)) == ["· nobody asks to join"]
    assert shown(links_lines(renderer, [], NOON_MS)) == ["· the room has no link"]
