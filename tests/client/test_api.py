"""Private rooms in the client: a method each, and the end of a membership."""

from collections.abc import Callable

import pytest

from chatd.wire import commands as c
from chatd.wire.entries import Message, Removed
from chatd.wire.envelope import Notification
from client import Client
from tests.client.network import SYNCED, Network, said

ROOM = "+ops:k3f9a2bq"
NOTHING = c.Nothing()


@pytest.mark.parametrize(
    ("call", "method", "params", "answer"),
    [
        (lambda x: x.create("ops"), "create", {"title": "ops"}, c.Group(ROOM)),
        (lambda x: x.invite("+ops", "bob"), "invite", {"room": "+ops", "user": "bob"}, NOTHING),
        (lambda x: x.join("+ops"), "join", {"room": "+ops", "link": None}, c.Joined(ROOM, None)),
        (lambda x: x.join_by_link("l"), "join", {"room": None, "link": "l"}, c.Joined(None, 3)),
        (
            lambda x: x.join_by_link("http://[::1]:8000/join#l"),
            "join",
            {"room": None, "link": "l"},
            c.Joined(None, 3),
        ),
        (lambda x: x.withdraw(3), "withdraw", {"request": 3}, NOTHING),
        (
            lambda x: x.link("+ops", uses=2, expires_at=9),
            "link",
            {"room": "+ops", "uses": 2, "expires_at": 9},
            c.Link(ROOM, 1, "l"),
        ),
        (lambda x: x.links("+ops"), "links", {"room": "+ops"}, c.Links(ROOM, [])),
        (lambda x: x.unlink("+ops", 1), "unlink", {"room": "+ops", "number": 1}, NOTHING),
        (lambda x: x.approve("+ops", "bob"), "approve", {"room": "+ops", "user": "bob"}, NOTHING),
        (lambda x: x.deny("+ops", "bob"), "deny", {"room": "+ops", "user": "bob"}, NOTHING),
        (lambda x: x.leave("+ops"), "leave", {"room": "+ops"}, NOTHING),
        (lambda x: x.kick("+ops", "bob"), "kick", {"room": "+ops", "user": "bob"}, NOTHING),
        (lambda x: x.transfer("+ops", "bob"), "transfer", {"room": "+ops", "user": "bob"}, NOTHING),
        (
            lambda x: x.post("+ops", "hi"),
            "post",
            {"room": "+ops", "text": "hi", "nonce": "nonce-1"},
            c.Posted(ROOM, 1, 5),
        ),
    ],
)
def test_each_method_asks_for_its_row_of_the_table(
    network: Network,
    following: Client,
    call: Callable[[Client], object],
    method: str,
    params: dict[str, object],
    answer: c.Result,
) -> None:
    network.made[0].answers(2, answer)
    result = call(following)
    assert network.made[0].requests(method) == [params]
    assert result in (answer, None, ROOM)


@pytest.mark.parametrize(
    ("call", "method", "answer"),
    [
        (lambda x: x.invitations("a"), "invitations", c.Invitations([], None, [])),
        (lambda x: x.members("+ops", "a"), "members", c.Members(ROOM, [], None, 1)),
        (lambda x: x.requests("+ops", "a"), "requests", c.Requests([], None)),
    ],
)
def test_lists_go_on_behind_a_page_and_are_asked_for_again_after_a_loss(
    network: Network,
    following: Client,
    call: Callable[[Client], object],
    method: str,
    answer: c.Result,
) -> None:
    network.made[0].hangs_up()
    second = network.peer().lets_in(SYNCED).answers(2, answer)
    assert call(following) == answer
    (params,) = second.requests(method)
    assert params["after"] == "a"


def test_nothing_is_acknowledged_in_a_room_one_is_out_of(
    network: Network, following: Client
) -> None:
    general, here = said(1), Message(ROOM, 4, 5, "bob", "hi")
    network.made[0].says(general, here, Removed("@alice", 1, 6, ROOM, "bob"), said(2))
    for _ in range(4):
        following.next_event(1)
    network.made[0].heard()  # the first acknowledgement goes out at once, the others are gathered
    following.close()
    heard = [sent for sent in network.made[0].heard() if isinstance(sent, Notification)]
    acked = {sent.params["room"] for sent in heard if sent.method == "ack"}
    assert acked == {"general", "@alice"}
