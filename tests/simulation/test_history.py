"""History: pages of a room in both directions and around an entry, with and without revisions."""

from typing import Any

import pytest

from chatd.handlers.history import SEEN_MAX
from tests.simulation.peer import Peer
from tests.simulation.test_files import share
from tests.simulation.world import World


def seqs(peer: Peer, **params: Any) -> tuple[list[int], int | None]:
    """Return the numbers of a page of general without revisions, and where it goes on."""
    page = peer.call("history", room="general", revisions=False, **params)
    return [entry["seq"] for entry in page["entries"]], page["next"]


def talk(alice: Peer) -> list[int]:
    """Say things and change them; return the numbers of what is no revision: 1, 2, 6, 8, 10."""
    said = [alice.call("send", text=f"text {n}")["seq"] for n in range(2)]
    for text in ("a", "b"):
        alice.call("edit", room="general", seq=1, text=text)
    alice.call("delete", room="general", seq=2)
    said.append(alice.call("comment", room="general", seq=1, text="yes")["seq"])
    alice.call("edit", room="general", seq=said[-1], text="no")
    said.append(share(alice, b"a file")["seq"])
    alice.call("delete", room="general", seq=said[-1])
    said.append(alice.call("send", text="the last")["seq"])
    assert said == [1, 2, 6, 8, 10]
    return said


def test_history_without_revisions_has_all_else_in_its_latest_form() -> None:
    with World() as world:
        alice = world.user("alice")
        said = talk(alice)
        page = alice.call("history", room="general", revisions=False)
        assert [entry["seq"] for entry in page["entries"]] == said and page["next"] is None
        first, second, comment, file, _ = page["entries"]
        assert (first["text"], comment["text"]) == ("b", "no")
        assert second["deleted"] and file["deleted"]
        assert len(alice.call("history", room="general")["entries"]) == 10


def test_reactions_and_pins_are_left_out_and_shown_by_their_target() -> None:
    with World() as world:
        alice, _ = world.user("alice"), world.user("bob")
        room = alice.call("send-to", to="bob", text="a text")["room"]
        alice.call("react", room=room, seq=1, emoji="👍")
        alice.call("pin", room=room, seq=1)
        (entry,) = alice.call("history", room=room, revisions=False)["entries"]
        assert entry["reactions"] and entry["pinned_by"] == "alice"


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_pages_without_revisions_are_full_and_together_have_everything(limit: int) -> None:
    with World() as world:
        alice = world.user("alice")
        said = talk(alice)
        back, place = seqs(alice, limit=limit)
        while place is not None:
            page, place = seqs(alice, limit=limit, before=place)
            assert len(page) == limit or place is None
            back = page + back
        onwards, place = seqs(alice, limit=limit, after=0)
        while place is not None:
            page, place = seqs(alice, limit=limit, after=place)
            assert len(page) == limit or place is None
            onwards += page
        assert back == onwards == said


@pytest.mark.parametrize(
    ("around", "limit", "shown"),
    [
        (6, 3, [2, 6, 8]),
        (6, 1, [6]),
        (1, 3, [1, 2, 6]),
        (10, 4, [6, 8, 10]),
        (4, 5, [1, 2, 4, 6, 8]),
        (99, 4, [8, 10]),
    ],
)
def test_page_around_an_entry_has_it_even_if_it_is_a_revision(
    around: int, limit: int, shown: list[int]
) -> None:
    with World() as world:
        alice = world.user("alice")
        talk(alice)
        assert seqs(alice, around=around, limit=limit) == (shown, None)


def test_so_many_entries_are_looked_at_for_a_page_and_no_more() -> None:
    with World(limit_messages=0, requests_per_second=0) as world:
        alice = world.user("alice")
        alice.call("send", text="first")
        for count in range(SEEN_MAX):
            alice.call("edit", room="general", seq=1, text=f"text {count}")
        alice.call("send", text="last")
        last = SEEN_MAX + 2
        assert seqs(alice) == ([last], 3), "the page ends where enough was seen"
        assert seqs(alice, before=3) == ([1], None)
        assert seqs(alice, after=0) == ([1], SEEN_MAX)
        assert seqs(alice, after=SEEN_MAX) == ([last], None)
        assert seqs(alice, around=last) == ([last], None)
