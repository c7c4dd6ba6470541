"""Join links and requests: who may ask, who hears it, and what nobody can find out."""

import pytest

from chatd.handlers.joining import (
    ASKED_MAX,
    INVITATIONS_MAX,
    INVITED_BY_ONE_MAX,
    INVITED_MAX,
    LINKS_MAX,
    REQUESTS_MAX,
)
from tests.simulation.peer import Peer
from tests.simulation.world import World

HOUR_MS = 3_600_000
NO_LINK = {"code": "not_found", "message": "this link is not valid"}


def link_to(owner: Peer, room: str, **bounds: object) -> str:
    link: str = owner.call("link", room=room, **bounds)["link"]
    return link


def waiting(owner: Peer, **params: object) -> list[str]:
    return [request["name"] for request in owner.call("requests", **params)["requests"]]


def users(world: World, count: int, prefix: str = "user") -> list[Peer]:
    return [world.login(f"{prefix}{number}") for number in range(count)]


# -- asking ----------------------------------------------------------------------------------


def test_asker_waits_for_the_owner_who_hears_it_on_every_device() -> None:
    with World() as world:
        one, two = world.user("alice"), world.user("alice")
        bob, other = world.user("bob"), world.user("bob")
        room = one.create("ops")
        link = link_to(one, room)
        assert bob.call("join", link=link) == {"room": None, "request": 1}
        for peer in (one, two):
            heard = [(e["group"], e["name"]) for e in peer.of_kind("join_requested")]
            assert heard == [(room, "bob")]
            assert waiting(peer) == waiting(peer, room="+ops") == ["bob"]
            assert peer.call("status")["requests"] == 1
        for peer in (bob, other):
            assert [e["request"] for e in peer.of_kind("join_asked")] == [1]
            assert [a["request"] for a in peer.call("invitations")["asked"]] == [1]
        two.call("approve", room=room, user="BOB")
        for peer in (bob, other):
            (approved,) = peer.of_kind("join_approved")
            assert (approved["group"], approved["request"]) == (room, 1)
        for peer in (one, two, bob, other):
            (joined,) = [e for e in peer.of_kind("member") if e["name"] == "bob"]
            assert (joined["author"], joined["change"]) == ("alice", "joined")
        assert waiting(one) == [] and bob.call("invitations")["asked"] == []


def test_owner_who_is_away_hears_of_the_request_when_back() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("ops")
        link = link_to(alice, room)
        alice.close()
        bob.call("join", link=link)
        alice = world.user("alice")
        assert [e["name"] for e in alice.of_kind("join_requested")] == ["bob"]
        alice.call("approve", room=room, user="bob")
        alice.post(room, "welcome")
        assert bob.texts(room) == ["welcome"]


def test_asker_learns_nothing_of_the_room_before_the_approval() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("hidden")
        bob.call("join", link=link_to(alice, room))
        alice.post(room, "secret")
        heard = str(bob.entries) + str(bob.notices) + str(bob.call("invitations"))
        heard += str(bob.call("status")) + str(bob.call("rooms"))
        assert "hidden" not in heard and "secret" not in heard
        for method in ("history", "members", "join", "leave"):
            assert world.refusal(bob, method, room=room)["code"] == "not_found", method


def test_denied_asker_hears_it_and_the_owners_other_devices_too() -> None:
    with World() as world:
        one, two, bob = world.user("alice"), world.user("alice"), world.user("bob")
        room = one.create("ops")
        link = link_to(one, room)
        bob.call("join", link=link)
        one.call("deny", room=room, user="bob")
        (denied,) = bob.of_kind("join_denied")
        assert denied["request"] == 1 and room not in str(denied)
        for peer in (one, two):
            heard = [(e["group"], e["name"]) for e in peer.of_kind("request_settled")]
            assert heard == [(room, "bob")]
        assert world.refusal(one, "approve", room=room, user="bob")["code"] == "not_found"
        assert bob.call("join", link=link) == {"room": None, "request": 2}


def test_asking_twice_is_one_request_and_uses_the_link_once() -> None:
    with World() as world:
        alice, one, two = world.user("alice"), world.user("bob"), world.user("bob")
        room = alice.create("ops")
        link = link_to(alice, room, uses=2)
        first = one.call("join", link=link)
        assert two.call("join", link=link) == first
        assert alice.call("links", room=room)["links"][0]["uses_left"] == 1
        assert waiting(alice) == ["bob"]


def test_withdrawn_request_is_gone_for_both_sides() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("ops")
        bob.call("join", link=link_to(alice, room))
        assert world.refusal(bob, "withdraw", request=2)["code"] == "not_found"
        bob.call("withdraw", request=1)
        assert [e["name"] for e in alice.of_kind("request_settled")] == ["bob"]
        assert waiting(alice) == []
        assert world.refusal(alice, "approve", room=room, user="bob")["code"] == "not_found"
        assert world.refusal(bob, "withdraw", request=1)["code"] == "not_found"


def test_link_lets_the_invited_in_at_once_and_members_know_already() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("ops")
        link = link_to(alice, room, uses=1)
        alice.call("invite", room=room, user="bob")
        for peer in (bob, bob, alice):
            assert peer.call("join", link=link) == {"room": room, "request": None}
        assert alice.call("links", room=room)["links"][0]["uses_left"] == 1


def test_who_has_asked_is_approved_and_not_invited() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("ops")
        bob.call("join", link=link_to(alice, room))
        assert world.refusal(alice, "invite", room=room, user="bob")["code"] == "conflict"


def test_new_owner_hears_who_waits_and_may_answer() -> None:
    with World() as world:
        alice, bob, carol = world.user("alice"), world.user("bob"), world.user("carol")
        room = alice.create("ops", bob)
        carol.call("join", link=link_to(alice, room))
        alice.call("transfer", room=room, user="bob")
        assert [e["name"] for e in bob.of_kind("join_requested")] == ["carol"]
        assert waiting(alice) == [] and waiting(bob) == ["carol"]
        assert world.refusal(alice, "approve", room=room, user="carol")["code"] == "forbidden"
        bob.call("approve", room=room, user="carol")


def test_banned_user_asks_nobody_and_may_still_accept_and_leave() -> None:
    with World() as world:
        alice, eve = world.user("alice"), world.user("eve")
        link = link_to(alice, alice.create("ops"))
        room = alice.create("other")
        alice.call("invite", room=room, user="eve")
        eve.send("cheap watches")
        for name in ("ann", "ben", "cat"):
            world.login(name).call("report", user="eve", reason="spam")
        assert world.refusal(eve, "join", link=link)["code"] == "banned"
        eve.call("join", room=room)
        eve.call("leave", room=room)


def test_join_takes_a_room_or_a_link() -> None:
    with World() as world:
        alice = world.user("alice")
        room = alice.create("ops")
        link = link_to(alice, room)
        for params in ({}, {"room": room, "link": link}):
            assert alice.refusal("join", **params)["code"] == "bad_request"


# -- links -----------------------------------------------------------------------------------


def test_dead_links_are_refused_like_those_that_never_were() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        world.user("carol").call("join", link=link_to(alice, alice.create("used"), uses=1))
        room = alice.create("ops")
        used = link_to(alice, "+used", uses=1)
        world.login("carol2").call("join", link=used)
        expired = link_to(alice, room, expires_at=world.now_ms + 1_000)
        revoked = link_to(alice, room)
        alice.call("unlink", room=room, number=2)
        ended = link_to(alice, alice.create("gone"))
        alice.call("leave", room="+gone")
        world.sleep(1_000)
        for link in (used, expired, revoked, ended, "x" * 43, "+ops", revoked[:-1]):
            assert world.refusal(bob, "join", link=link) == NO_LINK, link


@pytest.mark.parametrize(("before_ms", "opens"), [(1, True), (0, False)])
def test_link_opens_until_it_expires_and_not_at_that_moment(before_ms: int, opens: bool) -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        link = link_to(alice, alice.create("ops"), expires_at=world.now_ms + HOUR_MS)
        world.sleep(HOUR_MS - before_ms)
        if opens:
            assert bob.call("join", link=link)["request"] == 1
        else:
            assert world.refusal(bob, "join", link=link) == NO_LINK


def test_link_is_used_so_often_and_not_once_more() -> None:
    with World() as world:
        alice = world.user("alice")
        room = alice.create("ops")
        link = link_to(alice, room, uses=2)
        one, two, three = users(world, 3)
        one.call("join", link=link)
        two.call("join", link=link)
        assert world.refusal(three, "join", link=link) == NO_LINK
        assert alice.call("links", room=room)["links"] == []
        assert waiting(alice) == ["user0", "user1"]


def test_who_asked_before_the_link_was_revoked_still_waits() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("ops")
        link = link_to(alice, room)
        bob.call("join", link=link)
        alice.call("unlink", room=room, number=1)
        alice.call("approve", room=room, user="bob")


@pytest.mark.parametrize("expires_in_ms", [0, -1])
def test_link_that_is_expired_at_birth_is_refused(expires_in_ms: int) -> None:
    with World() as world:
        alice = world.user("alice")
        alice.create("ops")
        at = world.now_ms + expires_in_ms
        error = world.refusal(alice, "link", room="+ops", expires_at=at)
        assert error["code"] == "bad_request"


def test_links_are_listed_without_what_opens_them_and_their_texts_are_never_stored() -> None:
    with World() as world:
        alice = world.user("alice")
        room = alice.create("ops")
        at = world.now_ms + HOUR_MS
        made = alice.call("link", room=room, uses=3, expires_at=at)
        assert len(made["link"]) == 64
        page = alice.call("links", room=room)
        assert page["room"] == room
        assert page["links"] == [
            {"number": 1, "created": world.now_ms, "uses_left": 3, "expires_at": at}
        ]
        assert not world.on_disk(made["link"])
        world.stop()
        assert not world.on_disk(made["link"])


def test_revoking_a_link_that_is_not_there_is_not_found() -> None:
    with World() as world:
        alice = world.user("alice")
        room = alice.create("ops")
        link_to(alice, room)
        alice.call("unlink", room=room, number=1)
        for number in (0, 1, 2):
            error = world.refusal(alice, "unlink", room=room, number=number)
            assert error["code"] == "not_found"


def test_kicked_member_needs_a_link_and_the_approval_again() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("ops", bob)
        link = link_to(alice, room)
        alice.call("kick", room=room, user="bob")
        assert bob.call("join", link=link) == {"room": None, "request": 1}


# -- bounds ----------------------------------------------------------------------------------


def test_room_has_so_many_links_and_dead_ones_do_not_count() -> None:
    with World() as world:
        alice = world.user("alice")
        room = alice.create("ops")
        link_to(alice, room, expires_at=world.now_ms + HOUR_MS)
        for _ in range(LINKS_MAX - 1):
            link_to(alice, room)
        error = world.refusal(alice, "link", room=room)
        assert (error["code"], error["limit"]) == ("conflict", LINKS_MAX)
        world.sleep(HOUR_MS)
        link_to(alice, room)
        group = world.state.rooms[room].group
        assert group is not None and len(group.links) == LINKS_MAX
        assert len(world.state.link_owners) == LINKS_MAX


def test_room_has_so_many_requests_and_they_come_in_pages() -> None:
    with World() as world:
        alice = world.user("alice")
        room, other = alice.create("ops"), alice.create("more")
        link = link_to(alice, room)
        *askers, last = users(world, REQUESTS_MAX + 1)
        for peer in askers:
            peer.call("join", link=link)
        error = world.refusal(last, "join", link=link)
        assert (error["code"], error["limit"]) == ("conflict", REQUESTS_MAX)
        last.call("join", link=link_to(alice, other))
        seen: list[tuple[str, str]] = []
        after: str | None = ""
        while after is not None:
            page = alice.call("requests", after=after, limit=30)
            seen += [(request["room"], request["name"]) for request in page["requests"]]
            after = page["next"]
        assert seen == [
            (other, last.name), *sorted((room, peer.name) for peer in askers)
        ]  # fmt: skip


def test_user_asks_so_often_and_not_once_more() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        links = [link_to(alice, alice.create(f"room{n}")) for n in range(ASKED_MAX + 1)]
        for link in links[:-1]:
            bob.call("join", link=link)
        error = world.refusal(bob, "join", link=links[-1])
        assert (error["code"], error["limit"]) == ("conflict", ASKED_MAX)
        bob.call("withdraw", request=1)
        bob.call("join", link=links[-1])


def test_requests_count_as_private_messages_so_no_owner_is_flooded() -> None:
    with World(limit_private=2) as world:
        alice, bob = world.user("alice"), world.user("bob")
        link = link_to(alice, alice.create("ops"))
        for number in (1, 2):
            bob.call("join", link=link)
            bob.call("withdraw", request=number)
        assert world.refusal(bob, "join", link=link)["code"] == "rate_limited"
        world.sleep(HOUR_MS)
        bob.call("join", link=link)


def test_room_and_user_have_so_many_invitations() -> None:
    with World(limit_private=0, groups_max=1_000, requests_per_second=0) as world:
        alice = world.user("alice")
        room = alice.create("ops")
        for peer in users(world, INVITATIONS_MAX):
            alice.call("invite", room=room, user=peer.name)
            peer.close()
        bob = world.login("bob")
        error = world.refusal(alice, "invite", room=room, user="bob")
        assert (error["code"], error["limit"]) == ("conflict", INVITATIONS_MAX)
        for number in range(INVITED_MAX):
            if number % INVITED_BY_ONE_MAX == 0:
                inviter = world.user(f"inviter{number}")
            inviter.call("invite", room=inviter.create(f"room{number}"), user="bob")
        other = alice.create("other")
        error = world.refusal(alice, "invite", room=other, user="bob")
        assert (error["code"], error["limit"]) == ("conflict", INVITED_MAX)
        pages = [bob.call("invitations", limit=60)]
        pages.append(bob.call("invitations", limit=60, after=pages[0]["next"]))
        assert [len(page["invitations"]) for page in pages] == [60, INVITED_MAX - 60]
        assert pages[1]["next"] is None


def test_approving_into_a_full_room_is_a_conflict_and_the_request_stays() -> None:
    with World(members_max=1, groups_max=1) as world:
        alice, bob, carol = world.user("alice"), world.user("bob"), world.user("carol")
        room = alice.create("ops")
        link = link_to(alice, room)
        carol.create("mine")
        assert world.refusal(carol, "join", link=link)["code"] == "conflict"
        bob.call("join", link=link)
        assert world.refusal(alice, "approve", room=room, user="bob")["code"] == "conflict"
        assert waiting(alice) == ["bob"]
