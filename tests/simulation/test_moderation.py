"""Reports: three users ban one, no way to send stays open, time or administrators lift it."""

import dataclasses
import hashlib
import signal
from collections.abc import Callable

import pytest

from chatd.core.copies import EVIDENCE_CHARACTERS_MAX
from chatd.core.events.moderation import REPORTS_OPEN_MAX
from chatd.handlers.moderation import REPORTS_PER_DAY, REPORTS_PER_PAGE
from chatd.wire.commands import COMMANDS, REASON_CHARACTERS_MAX, Posted
from tests.simulation.peer import Map, Peer, Refused
from tests.simulation.world import World

HOUR_MS = 3_600_000
BAN_MS = 4 * HOUR_MS
DAY_MS = 24 * HOUR_MS


def report(world: World, user: str, *givers: str) -> None:
    """Let each of some users report another, who has said something to everybody."""
    if user not in world.state.general.latest:
        world.login(user).send("cheap watches")
    for giver in givers:
        world.login(giver).call("report", user=user, reason="spam")


def ban(world: World, user: str = "eve") -> int:
    """Let three users ban one; return until when."""
    report(world, user, "ann", "ben", "cat")
    return world.state.users[user].banned_until_ms


def told(peer: Peer, *kinds: str) -> list[Map]:
    """Return what a user's self log said of some kinds, without place and stamp."""
    return [
        {key: value for key, value in entry.items() if key not in ("room", "seq", "ts")}
        for entry in peer.entries
        if entry["kind"] in kinds
    ]


def upload(peer: Peer, content: bytes = b"x") -> int:
    """Upload all bytes of a file; return its number."""
    sha256 = hashlib.sha256(content).digest()
    begun = peer.call("upload", room="general", name="a", size=len(content), sha256=sha256)
    number: int = begun["upload"]
    peer.call("upload-chunk", upload=number, offset=0, data=content)
    return number


# -- warnings --------------------------------------------------------------------------------


def test_report_warns_the_user_and_does_not_say_who_gave_it() -> None:
    with World() as world:
        eve = world.user("eve")
        eve.send("cheap watches")
        world.login("ann").call("report", user="eve", reason="she insults everybody")
        assert told(eve, "warned") == [{"kind": "warned", "warnings": 1, "limit": 3}]
        assert "ann" not in str(eve.entries) and "insults" not in str(eve.entries)
        status = eve.call("status")
        assert (status["warnings"], status["warnings_limit"]) == (1, 3)
        assert status["banned_until"] is None
        eve.send("still here")


def test_three_warnings_of_different_users_ban_for_four_hours() -> None:
    with World() as world:
        eve = world.user("eve")
        report(world, "eve", "ann", "ben")
        eve.send("still here")
        report(world, "eve", "cat")
        until = world.now_ms + BAN_MS
        assert told(eve, "banned") == [{"kind": "banned", "until": until}]
        error = eve.refusal("send", text="hello")
        assert (error["code"], error["until"]) == ("banned", until)
        assert eve.call("status")["banned_until"] == until


def test_warnings_start_at_zero_after_the_ban() -> None:
    with World() as world:
        eve = world.user("eve")
        ban(world)
        assert eve.call("status")["warnings"] == 0
        world.sleep(BAN_MS)
        eve.send("I am back")
        report(world, "eve", "dan", "eli")
        assert eve.call("status")["warnings"] == 2
        eve.send("not yet")
        report(world, "eve", "fay")
        assert eve.refusal("send", text="hello")["code"] == "banned"


def test_warnings_during_a_ban_count_and_make_it_longer() -> None:
    with World() as world:
        world.register("eve")
        first = ban(world)
        world.sleep(HOUR_MS)
        report(world, "eve", "dan", "eli", "fay")
        assert world.state.users["eve"].banned_until_ms == world.now_ms + BAN_MS == first + HOUR_MS


def test_same_user_reports_once_in_24_hours_and_warns_once_only() -> None:
    with World() as world:
        eve, ann = world.user("eve"), world.user("ann")
        eve.send("cheap watches")
        ann.call("report", user="eve", reason="spam")
        started_ms = world.now_ms
        world.sleep(DAY_MS - 1)
        for spelling in ("eve", "EVE", "Ｅｖｅ"):
            error = ann.refusal("report", user=spelling, reason="spam again")
            assert (error["code"], error["limit"]) == ("rate_limited", 1)
            assert error["reset_at"] == started_ms + DAY_MS
        world.sleep(1)
        ann.call("report", user="eve", reason="spam again")
        assert eve.call("status")["warnings"] == 1
        assert len(told(eve, "warned")) == 1


def test_user_may_warn_again_after_the_ban_that_the_first_warning_brought() -> None:
    with World() as world:
        eve = world.user("eve")
        ban(world)
        world.sleep(DAY_MS)
        eve.send("cheap watches again")
        report(world, "eve", "ann")
        assert eve.call("status")["warnings"] == 1


def test_reports_in_one_tick_are_counted_one_by_one() -> None:
    with World() as world:
        eve = world.user("eve")
        eve.send("cheap watches")
        givers = [world.login(name) for name in ("ann", "ann", "ben", "cat")]
        ids = [peer.request("report", user="eve", reason="spam") for peer in givers]
        world.settle()
        assert "banned" in [entry["kind"] for entry in eve.entries]
        with pytest.raises(Refused, match="rate_limited"):
            givers[1].result(ids[1])


def test_reporter_at_the_daily_bound_reports_and_one_over_is_refused() -> None:
    with World() as world:
        for number in range(REPORTS_PER_DAY + 1):
            world.login(f"user{number}").close()
        ann = world.user("ann")
        first_ms = world.now_ms
        for number in range(REPORTS_PER_DAY):
            ann.call("report", user=f"user{number}", reason="spam")
        error = ann.refusal("report", user=f"user{REPORTS_PER_DAY}", reason="spam")
        assert (error["code"], error["limit"]) == ("rate_limited", REPORTS_PER_DAY)
        assert error["reset_at"] == first_ms + DAY_MS
        world.sleep(DAY_MS)
        ann.call("report", user=f"user{REPORTS_PER_DAY}", reason="spam")
        assert len(world.state.users["ann"].reported) == 1


def test_account_younger_than_reporter_age_warns_nobody_and_informs_administrators() -> None:
    with World(reporter_age_ms=HOUR_MS, admins=("root",)) as world:
        eve, root = world.user("eve"), world.user("root")
        world.register("ben")
        world.sleep(HOUR_MS - 1)
        report(world, "eve", "ben", "ann")
        assert told(eve, "warned") == []
        assert [entry["reporter"] for entry in told(root, "reported")] == ["ben", "ann"]
        world.sleep(DAY_MS)
        report(world, "eve", "ben")
        assert told(eve, "warned") == [{"kind": "warned", "warnings": 1, "limit": 3}]


def test_no_warnings_limit_never_bans() -> None:
    with World(warnings_limit=0) as world:
        eve = world.user("eve")
        report(world, "eve", "ann", "ben", "cat", "dan")
        eve.send("still here")
        assert eve.call("status")["warnings"] == 4


# -- whose warnings count --------------------------------------------------------------------


@pytest.mark.parametrize("admins", [(), ("root",)])
def test_report_by_who_could_see_nothing_of_a_user_informs_administrators_only(
    admins: tuple[str, ...],
) -> None:
    with World(admins=admins) as world:
        root, eve = world.user("root"), world.user("eve")
        world.register("ann")
        eve.send_to("ann", "what ann alone sees")
        eve.create("ops", world.login("dan"))
        eve.post("+ops", "what dan alone sees")
        for name in ("ben", "cat", "fay", "gil"):
            world.login(name).call("report", user="eve", reason="spam")
        assert told(eve, "warned") == []
        assert len(told(root, "reported")) == 4 * len(admins)
        eve.send("not banned")


def say_what_expires(world: World, author: Peer, reader: Peer) -> None:
    """Let a user say something that others read, and that is gone by now."""
    author.send("hello")
    for peer in (author, reader):
        peer.ack("general")
    world.sleep(3 * HOUR_MS)
    assert world.state.general.log.frames == []


def remove_after_a_word(owner: Peer, member: Peer) -> str:
    """Let the owner of a room say something to a member and remove that one; return the room."""
    room = owner.create("ops", member)
    owner.post(room, "you fool")
    owner.call("kick", room=room, user=member.name)
    return room


def come_back(world: World, owner: Peer, member: Peer) -> None:
    """Let that member come back when there is nothing of the owner to be seen any more."""
    room = remove_after_a_word(owner, member)
    owner.ack(room)
    world.sleep(3 * HOUR_MS)
    owner.call("invite", room=room, user=member.name)
    member.call("join", room=room)


Meeting = Callable[[World, Peer, Peer], object]
MEETINGS: dict[str, Meeting] = {
    "general": lambda world, eve, ann: eve.send("hello"),
    "a comment": lambda world, eve, ann: eve.call(
        "comment", room="general", seq=ann.send("hello")["seq"], text="fool"
    ),
    "a file": lambda world, eve, ann: eve.call("upload-finish", upload=upload(eve)),
    "a hook": lambda world, eve, ann: eve.call(
        "hook-post", token=eve.call("hook", room="general", label="x")["token"], text="hello"
    ),
    "a direct room": lambda world, eve, ann: eve.send_to("ann", "hello"),
    "a group": lambda world, eve, ann: eve.post(ann.create("ops", eve), "hello"),
    "what is deleted": lambda world, eve, ann: eve.call(
        "delete", room="general", seq=eve.send("hello")["seq"]
    ),
    "what is expired": lambda world, eve, ann: say_what_expires(world, eve, ann),
    "an invitation": lambda world, eve, ann: eve.call("invite", room=eve.create("ops"), user="ann"),
    "a group that removed one": lambda world, eve, ann: remove_after_a_word(eve, ann),
    "a group that one came back to": lambda world, eve, ann: come_back(world, eve, ann),
    "a request": lambda world, eve, ann: eve.call(
        "join", link=ann.call("link", room=ann.create("ops"))["link"]
    ),
}


@pytest.mark.parametrize("how", MEETINGS)
def test_report_by_who_could_see_something_of_a_user_warns(how: str) -> None:
    with World(admins=("root",)) as world:
        eve, ann = world.user("eve"), world.user("ann")
        ann.call("report", user="eve", reason="spam")
        assert told(eve, "warned") == []
        world.sleep(DAY_MS)
        MEETINGS[how](world, eve, ann)
        ann.call("report", user="eve", reason="spam")
        assert len(told(eve, "warned")) == 1


def test_newcomer_who_is_shown_nothing_of_a_user_does_not_warn() -> None:
    with World(limit_show_messages=2) as world:
        eve, ben = world.user("eve"), world.user("ben")
        eve.send("hello")
        report(world, "eve", "ann")
        assert len(told(eve, "warned")) == 1
        ben.send("one")
        ben.send("two")
        world.user("cat").call("report", user="eve", reason="spam")
        report(world, "eve", "dan")
        assert len(told(eve, "warned")) == 1


def test_edit_alone_shows_a_newcomer_something_of_a_user() -> None:
    with World(limit_show_messages=1) as world:
        eve, ben = world.user("eve"), world.user("ben")
        seq = eve.send("hello")["seq"]
        ben.send("one")
        eve.call("edit", room="general", seq=seq, text="fool")
        report(world, "eve", "cat")
        assert len(told(eve, "warned")) == 1


@pytest.mark.parametrize(
    ("addresses", "warnings"),
    [
        (("192.0.2.1", "192.0.2.1", "192.0.2.1"), 1),
        (("192.0.2.1", "192.0.2.2", "192.0.2.1"), 2),
        (("2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1"), 2),
        (("192.0.2.1", "::ffff:192.0.2.1", "192.0.2.3"), 2),
        (("127.0.0.1", "127.0.0.1", "192.0.2.3"), 3),
        (("::1", "::ffff:127.0.0.1", "127.8.9.1"), 3),
    ],
)
def test_of_accounts_registered_from_one_address_only_one_warns(
    addresses: tuple[str, ...], warnings: int
) -> None:
    with World(insecure=True, warnings_limit=9, admins=("root",)) as world:
        root, eve = world.user("root"), world.user("eve")
        for number, address in enumerate(addresses):
            world.register(f"giver{number}", address)
        world.stop()
        world.restart()
        report(world, "eve", "giver0", "giver1", "giver2")
        eve, root = world.user("eve"), world.user("root")
        assert eve.call("status")["warnings"] == warnings
        assert len(told(root, "reported")) == 3


def test_address_of_an_account_is_kept_as_a_keyed_hash_only() -> None:
    with World(insecure=True) as world:
        world.register("ann", "192.0.2.77")
        network = world.state.users["ann"].network
        world.stop()
        assert len(network) == 16
        assert not world.on_disk("192.0.2.77")
    with World(seed=1, insecure=True) as other:
        other.register("ann", "192.0.2.77")
        assert other.state.users["ann"].network != network


def test_account_of_the_same_address_warns_again_when_the_first_warning_counts_no_more() -> None:
    with World(insecure=True, admins=("root",)) as world:
        eve = world.user("eve")
        for name in ("ann", "ben"):
            world.register(name, "192.0.2.1")
        report(world, "eve", "ann", "ben")
        assert eve.call("status")["warnings"] == 1
        world.login("root").call("dismiss", report=1)
        world.sleep(DAY_MS)
        eve.send("again")
        report(world, "eve", "ben")
        assert eve.call("status")["warnings"] == 1


def test_warning_counts_for_30_days_and_no_longer() -> None:
    with World() as world:
        eve = world.user("eve")
        report(world, "eve", "ann", "ben")
        world.sleep(30 * DAY_MS - 1)
        assert eve.call("status")["warnings"] == 2
        world.sleep(1)
        assert eve.call("status")["warnings"] == 0
        eve.send("a month later")
        report(world, "eve", "cat", "ann")
        assert eve.call("status")["warnings"] == 2
        assert [entry["warnings"] for entry in told(eve, "warned")] == [1, 2, 1, 2]
        eve.send("not banned")


def test_dismissing_the_report_of_a_warning_that_is_over_says_nothing() -> None:
    with World(admins=("root",)) as world:
        root, eve = world.user("root"), world.user("eve")
        report(world, "eve", "ann")
        world.sleep(30 * DAY_MS)
        root.call("dismiss", report=1)
        assert told(eve, "unwarned") == []


def test_administrator_is_warned_and_never_banned_by_warnings() -> None:
    with World(admins=("root",), warnings_limit=2) as world:
        root = world.user("root")
        report(world, "root", "ann", "ben", "cat", "dan")
        assert [(e["warnings"], e["limit"]) for e in told(root, "warned")] == [
            (1, 0), (2, 0), (3, 0), (4, 0)
        ]  # fmt: skip
        root.send("not banned")
        status = root.call("status")
        assert (status["warnings"], status["warnings_limit"]) == (4, 0)


@pytest.mark.parametrize("limit", [1, 2])
def test_warnings_limit_that_is_lowered_bans_with_the_next_warning(limit: int) -> None:
    with World() as world:
        eve = world.user("eve")
        report(world, "eve", "ann", "ben")
        world.settings = dataclasses.replace(world.settings, warnings_limit=limit)
        world.signals.send(signal.SIGHUP)
        world.settle()
        eve.send("not banned yet")
        report(world, "eve", "cat")
        assert eve.refusal("send", text="hello")["code"] == "banned"


# -- what makes no sense ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"user": "eve", "reason": " \n"}, "bad_request"),
        ({"user": "eve", "reason": ""}, "bad_request"),
        ({"user": "eve", "reason": "x" * (REASON_CHARACTERS_MAX + 1)}, "bad_request"),
        ({"user": "ANN", "reason": "me"}, "bad_request"),
        ({"user": "nobody", "reason": "spam"}, "not_found"),
        ({"user": "eve", "reason": "spam", "room": "general"}, "bad_request"),
        ({"user": "eve", "reason": "spam", "seq": 1}, "bad_request"),
        ({"user": "eve", "reason": "spam", "room": "general", "seq": 3}, "not_found"),
        ({"user": "eve", "reason": "spam", "room": "general", "seq": 0}, "not_found"),
        ({"user": "eve", "reason": "spam", "room": "general", "seq": 2}, "bad_request"),
        ({"user": "eve", "reason": "spam", "room": "ben", "seq": 1}, "not_found"),
        ({"user": "eve", "reason": "spam", "room": "ben,eve", "seq": 1}, "not_found"),
    ],
)
def test_report_that_makes_no_sense_is_refused_and_changes_nothing(params: Map, code: str) -> None:
    with World() as world:
        eve, ben, ann = world.user("eve"), world.user("ben"), world.user("ann")
        eve.send("by eve")
        ben.send("by ben")
        eve.send_to("ben", "in private")
        before = world.state.digest()
        assert ann.refusal("report", **params)["code"] == code
        assert world.state.digest() == before


# -- what a ban closes -----------------------------------------------------------------------

Attempt = Callable[[World, Peer], Map]
ATTEMPTS: dict[str, Attempt] = {
    "send": lambda world, eve: eve.refusal("send", text="hello"),
    "send-to": lambda world, eve: eve.refusal("send-to", to="ann", text="hello"),
    "comment": lambda world, eve: eve.refusal("comment", room="ann", seq=1, text="hello"),
    "edit": lambda world, eve: eve.refusal("edit", room="ann", seq=1, text="hello"),
    "post": lambda world, eve: eve.refusal("post", room="+ops", text="hello"),
    "upload-finish": lambda world, eve: eve.refusal("upload-finish", upload=1),
    "hook-post": lambda world, eve: eve.refusal("hook-post", token=eve.token, text="hello"),
}
TAKES_BACK = {"delete"}
"""A ban keeps nobody from taking something back, if it was not reported."""
FOR_ADMINISTRATORS = {"remove"}
"""What a banned one is refused is attempted in `test_removal`."""
OTHERS: dict[str, Attempt] = {
    "upload": lambda world, eve: eve.refusal(
        "upload", room="general", name="b", size=1, sha256=bytes(32)
    ),
    "another device": lambda world, eve: world.user("eve").refusal("send", text="hello"),
    "another spelling": lambda world, eve: _as(world, "EVE").refusal("send", text="hello"),
    "a first private message": lambda world, eve: eve.refusal("send-to", to="dan", text="hello"),
    "a private message to oneself": lambda world, eve: eve.refusal(
        "send-to", to="Eve", text="hello"
    ),
    "a nonce": lambda world, eve: eve.refusal("send", text="hello", nonce="new"),
    "an invitation": lambda world, eve: eve.refusal("invite", room="+ops", user="ann"),
    "a report": lambda world, eve: eve.refusal("report", user="ann", reason="revenge"),
    "a new room": lambda world, eve: eve.refusal("create", title="other"),
    "a link": lambda world, eve: eve.refusal("link", room="+ops"),
    "a hook": lambda world, eve: eve.refusal("hook", room="general", label="x"),
    "a hook to a user": lambda world, eve: eve.refusal("hook", room="dan", label="x"),
    "a scheduled text": lambda world, eve: eve.refusal(
        "send-at", at=world.now_ms + 9 * BAN_MS, text="later"
    ),
    "letting somebody in": lambda world, eve: eve.refusal("approve", room="+ops", user="ben"),
    "removing a member": lambda world, eve: eve.refusal("kick", room="+ops", user="dan"),
    "handing a room over": lambda world, eve: eve.refusal("transfer", room="+ops", user="dan"),
}


def _as(world: World, name: str) -> Peer:
    peer = world.guest()
    peer.prove(name, password="password of eve")
    return peer


def test_every_command_that_posts_is_attempted_below() -> None:
    posting = {method for method, row in COMMANDS.items() if row.result is Posted}
    assert posting == {*ATTEMPTS, *TAKES_BACK, *FOR_ADMINISTRATORS}


@pytest.mark.parametrize("way", [*ATTEMPTS, *OTHERS])
def test_banned_user_can_send_by_no_way_at_all(way: str) -> None:
    with World() as world:
        eve = world.user("eve")
        for name in ("ann", "dan"):
            world.register(name)
        eve.send_to("ann", "before")
        eve.create("ops", world.login("dan"))
        link = eve.call("link", room="+ops")["link"]
        world.login("ben").call("join", link=link)
        upload(eve)
        eve.token = eve.call("hook", room="general", label="x")["token"]
        until = ban(world)
        before = world.state.digest()
        error = {**ATTEMPTS, **OTHERS}[way](world, eve)
        assert (error["code"], error["until"]) == ("banned", until)
        assert world.state.digest() == before


def test_banned_user_takes_back_what_was_made_before_and_leaves() -> None:
    with World() as world:
        eve, ann = world.user("eve"), world.user("ann")
        for name in ("ben", "cat", "dan"):
            world.register(name)
        eve.create("ops")
        eve.call("invite", room="+ops", user="cat")
        link = eve.call("link", room="+ops")
        world.login("ben").call("join", link=link["link"])
        ann.create("fun", eve)
        hook = eve.call("hook", room="general", label="x")["hook"]
        post = eve.call("send-at", at=world.now_ms + 9 * BAN_MS, text="later")["id"]
        number = upload(eve)
        ban(world)
        eve.call("delete", room="general", seq=1)
        eve.call("cancel", id=post)
        eve.call("unhook", hook=hook)
        eve.call("unlink", room="+ops", number=link["number"])
        eve.call("deny", room="+ops", user="ben")
        eve.call("kick", room="+ops", user="cat")
        eve.call("upload-cancel", upload=number)
        eve.call("block", user="ann")
        eve.call("leave", room="+fun")
        eve.call("leave", room="+ops")


def test_upload_that_a_ban_interrupts_is_finished_when_the_ban_is_over() -> None:
    with World() as world:
        eve, data = world.user("eve"), b"ab"
        sha256 = hashlib.sha256(data).digest()
        begun = eve.call("upload", room="general", name="a", size=2, sha256=sha256)
        eve.call("upload-chunk", upload=begun["upload"], offset=0, data=b"a")
        ban(world)
        eve.call("upload-chunk", upload=begun["upload"], offset=1, data=b"b")
        assert eve.refusal("upload-finish", upload=begun["upload"])["code"] == "banned"
        world.sleep(BAN_MS)
        eve.call("upload-finish", upload=begun["upload"])
        assert [entry["name"] for entry in eve.of_kind("file")] == ["a"]


def test_others_come_to_a_room_of_a_banned_owner_where_they_were_invited() -> None:
    with World() as world:
        eve, ann = world.user("eve"), world.user("ann")
        eve.create("ops")
        eve.call("invite", room="+ops", user="ann")
        ban(world)
        ann.call("join", room="+ops")
        ann.post("+ops", "hello")
        assert eve.of_kind("member")[-1]["name"] == "ann"


@pytest.mark.parametrize("kind", ["message", "edit", "comment", "file"])
def test_banned_user_deletes_what_was_reported_only_after_an_administrator_has_decided(
    kind: str,
) -> None:
    with World(admins=("root",)) as world:
        root, eve, ann = world.user("root"), world.user("eve"), world.user("ann")
        other = eve.send("what nobody minds")["seq"]
        seq = seen = eve.send("you fool")["seq"]
        if kind == "edit":
            seen = eve.call("edit", room="general", seq=seq, text="you idiot")["seq"]
        elif kind == "comment":
            seq = seen = eve.call("comment", room="general", seq=1, text="fool")["seq"]
        elif kind == "file":
            seq = seen = eve.call("upload-finish", upload=upload(eve))["seq"]
        ann.call("report", user="eve", reason="spam", room="general", seq=seen)
        root.call("ban", user="eve")
        error = world.refusal(eve, "delete", room="general", seq=seq)
        assert (error["code"], error["until"]) == ("banned", world.now_ms + BAN_MS)
        eve.call("delete", room="general", seq=other)
        root.call("dismiss", report=1)
        eve.call("delete", room="general", seq=seq)


def test_user_who_is_not_banned_deletes_what_was_reported() -> None:
    with World() as world:
        eve, ann = world.user("eve"), world.user("ann")
        seq = eve.send("sorry")["seq"]
        ann.call("report", user="eve", reason="spam", room="general", seq=seq)
        eve.call("delete", room="general", seq=seq)


def test_room_that_was_reported_does_not_end_before_an_administrator_has_decided() -> None:
    with World(admins=("root",)) as world:
        root, eve, ann = world.user("root"), world.user("eve"), world.user("ann")
        room = eve.create("ops", ann)
        seq = eve.post("+ops", "you fool")["seq"]
        ann.call("report", user="eve", reason="spam", room="+ops", seq=seq)
        ann.call("leave", room="+ops")
        root.call("ban", user="eve")
        assert world.refusal(eve, "leave", room="+ops")["code"] == "banned"
        root.call("dismiss", report=1)
        eve.call("leave", room="+ops")
        assert room not in world.state.rooms


def test_status_shows_a_ban_by_warnings_and_by_an_administrator_and_why() -> None:
    with World(admins=("root",)) as world:
        root, eve = world.user("root"), world.user("eve")
        keys = ("banned_until", "banned_by", "ban_reason")

        def shown() -> tuple[object, ...]:
            status = eve.call("status")
            return tuple(status[key] for key in keys)

        assert shown() == (None, "", "")
        until = ban(world)
        assert shown() == (until, "warnings", "")
        longer = root.call("ban", user="eve", hours=9, reason="enough")["until"]
        assert shown() == (longer, "administrator", "enough")
        report(world, "eve", "dan", "fay", "gil")
        assert shown() == (longer, "administrator", "enough")
        world.stop()
        world.restart()
        eve = world.user("eve")
        assert shown() == (longer, "administrator", "enough")
        world.sleep(9 * HOUR_MS)
        eve = world.user("eve")
        assert shown() == (None, "", "")


def test_banned_user_goes_on_reading_and_acknowledging() -> None:
    with World() as world:
        eve, ann = world.user("eve"), world.user("ann")
        ban(world)
        ann.send("hello")
        assert eve.texts()[-1] == "hello"
        eve.ack("general")
        assert eve.call("history", room="general")["entries"][-1]["text"] == "hello"


def test_nonce_of_a_post_before_the_ban_is_looked_up_first() -> None:
    with World() as world:
        eve = world.user("eve")
        first = eve.send("hello", nonce="n")
        ban(world)
        assert eve.send("hello", nonce="n") == first


def test_ban_is_told_to_all_devices_and_to_nobody_else() -> None:
    with World() as world:
        one, two, dan = world.user("eve"), world.user("eve"), world.user("dan")
        ban(world)
        kinds = ["message", "warned", "warned", "warned", "banned"]
        assert [e["kind"] for e in one.entries] == [e["kind"] for e in two.entries] == kinds
        assert [e["kind"] for e in dan.entries] == ["message"]


# -- how a ban ends --------------------------------------------------------------------------


def test_ban_ends_on_time_and_not_before_and_all_devices_are_told() -> None:
    with World() as world:
        one, two = world.user("eve"), world.user("eve")
        ban(world)
        world.sleep(BAN_MS - 1)
        assert one.refusal("send", text="early")["code"] == "banned"
        world.sleep(1)
        for peer in (one, two):
            assert [entry["kind"] for entry in peer.entries][-1] == "unbanned"
        one.send("on time")
        assert one.call("status")["banned_until"] is None


def test_ban_ends_on_time_though_its_timer_is_late() -> None:
    with World() as world:
        eve = world.user("eve")
        ban(world)
        eve.request("send", text="hello")  # handled before the timers of its tick
        world.oversleep(BAN_MS)
        assert eve.texts() == ["cheap watches", "hello"]
        assert [entry["kind"] for entry in eve.entries].count("unbanned") == 1


@pytest.mark.parametrize("how", ["stop", "crash"])
def test_ban_and_warnings_are_kept_across_a_restart(how: str) -> None:
    with World() as world:
        world.register("eve")
        report(world, "eve", "ann", "ben")
        getattr(world, how)()
        world.restart()
        report(world, "eve", "cat")
        getattr(world, how)()
        world.clock.advance(HOUR_MS)
        world.restart()
        eve = world.user("eve")
        assert eve.refusal("send", text="early")["code"] == "banned"
        world.sleep(BAN_MS - HOUR_MS)
        assert [entry["kind"] for entry in eve.entries][-1] == "unbanned"
        eve.send("on time")


def test_ban_that_ended_while_the_server_was_down_is_lifted_at_the_start() -> None:
    with World() as world:
        world.register("eve")
        ban(world)
        world.stop()
        world.clock.advance(BAN_MS)
        world.restart()
        assert [entry["kind"] for entry in world.user("eve").entries][-1] == "unbanned"


@pytest.mark.parametrize("by_ms", [DAY_MS, -DAY_MS])
def test_ban_is_not_shortened_by_setting_the_wall_clock(by_ms: int) -> None:
    with World() as world:
        eve = world.user("eve")
        until = ban(world)
        world.clock.set_wall(by_ms)
        world.sleep(BAN_MS // 2 - 1)
        assert eve.refusal("send", text="early")["code"] == "banned"
        world.sleep(BAN_MS * 2)
        assert world.now_ms >= until
        eve.send("later")


# -- administrators --------------------------------------------------------------------------


def test_report_reaches_administrators_with_reporter_reason_and_quote() -> None:
    with World(admins=("Root", "nobody")) as world:
        root, eve, ann = world.user("root"), world.user("eve"), world.user("ann")
        seq = eve.send_to("ann", "you " + "fool " * 100)["seq"]
        ann.call("report", user="eve", reason="she insults me", room="eve", seq=seq)
        expected = {
            "kind": "reported",
            "report": 1,
            "reporter": "ann",
            "user": "eve",
            "reason": "she insults me",
            "in_room": "ann,eve",
            "in_seq": seq,
            "quote": ("you " + "fool " * 100)[:EVIDENCE_CHARACTERS_MAX] + "…",
        }
        assert told(root, "reported") == [expected]
        (listed,) = root.call("reports")["reports"]
        assert {**listed, "kind": "reported"} == {**expected, "ts": listed["ts"]}
        assert told(ann, "reported") == told(eve, "reported") == []


def test_quote_of_a_file_names_it() -> None:
    with World(admins=("root",)) as world:
        root, eve = world.user("root"), world.user("eve")
        seq = eve.call("upload-finish", upload=upload(eve))["seq"]
        world.login("ann").call("report", user="eve", reason="virus", room="general", seq=seq)
        assert told(root, "reported")[0]["quote"] == "a"


Change = Callable[[World, Peer, int], object]
CHANGES: dict[str, Change] = {
    "edited": lambda world, eve, seq: eve.call("edit", room="+ops", seq=seq, text="harmless"),
    "deleted": lambda world, eve, seq: eve.call("delete", room="+ops", seq=seq),
    "expired": lambda world, eve, seq: world.sleep(3 * HOUR_MS),
    "gone with its room": lambda world, eve, seq: (
        world.login("ann").call("leave", room="+ops"),
        eve.call("leave", room="+ops"),
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_quote_of_a_report_stays_whatever_happens_to_the_entry(what: str) -> None:
    with World(admins=("root",)) as world:
        world.register("root")
        eve, ann = world.user("eve"), world.user("ann")
        eve.create("ops", ann)
        seq = eve.post("+ops", "you fool")["seq"]
        ann.call("report", user="eve", reason="spam", room="+ops", seq=seq)
        for peer in (eve, ann):
            peer.ack(next(room for room in peer.last if room.startswith("+ops")))
        CHANGES[what](world, eve, seq)
        world.stop()
        world.restart()
        (listed,) = world.login("root").call("reports")["reports"]
        assert listed["quote"] == "you fool"


def test_report_of_an_edit_is_about_what_was_edited() -> None:
    with World(admins=("root",)) as world:
        root, eve, ann = world.user("root"), world.user("eve"), world.user("ann")
        seq = eve.send("harmless")["seq"]
        edit = eve.call("edit", room="general", seq=seq, text="you fool")["seq"]
        ann.call("report", user="eve", reason="spam", room="general", seq=edit)
        assert told(root, "reported")[0]["in_seq"] == seq
        assert told(root, "reported")[0]["quote"] == "you fool"


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("reports", {}),
        ("ban", {"user": "ann"}),
        ("unban", {"user": "eve"}),
        ("dismiss", {"report": 1}),
    ],
)
def test_nobody_but_administrators_may_moderate(method: str, params: Map) -> None:
    with World(admins=("root",)) as world:
        for name in ("root", "eve", "ann"):
            world.register(name)
        ban(world)
        before = world.state.digest()
        assert world.login("ann").refusal(method, **params)["code"] == "forbidden"
        assert world.state.digest() == before


def test_administrator_bans_for_some_hours_and_the_ban_ends() -> None:
    with World(admins=("root",)) as world:
        root, eve = world.user("root"), world.user("eve")
        result = root.call("ban", user="EVE", hours=2, reason=" enough ")
        until = world.now_ms + 2 * HOUR_MS
        assert result == {"user": "eve", "until": until}
        assert told(eve, "banned") == [{"kind": "banned", "until": until, "reason": "enough"}]
        assert eve.refusal("send", text="hello")["code"] == "banned"
        world.sleep(2 * HOUR_MS)
        eve.send("on time")
        assert told(eve, "unbanned") == [{"kind": "unbanned"}]


def test_administrator_bans_for_ban_hours_by_default_and_may_shorten_it() -> None:
    with World(admins=("root",), ban_ms=7 * HOUR_MS) as world:
        root, eve = world.user("root"), world.user("eve")
        assert root.call("ban", user="eve")["until"] == world.now_ms + 7 * HOUR_MS
        root.call("ban", user="eve", hours=1)
        world.sleep(HOUR_MS)
        eve.send("on time")
        world.sleep(7 * HOUR_MS)
        assert len(told(eve, "unbanned")) == 1


def test_administrator_unbans_and_the_timer_says_nothing_more() -> None:
    with World(admins=("root",)) as world:
        root, eve = world.user("root"), world.user("eve")
        ban(world)
        root.call("unban", user="eve")
        eve.send("hello")
        world.sleep(BAN_MS)
        assert told(eve, "unbanned") == [{"kind": "unbanned"}]
        assert root.refusal("unban", user="eve")["code"] == "not_found"


def test_pardoned_user_starts_with_no_warnings() -> None:
    with World(admins=("root",)) as world:
        root, eve = world.user("root"), world.user("eve")
        ban(world)
        report(world, "eve", "dan", "fay")
        root.call("unban", user="eve")
        assert eve.call("status")["warnings"] == 0
        eve.send("thank you")
        report(world, "eve", "gil")
        eve.send("one warning is no ban")


def test_warnings_of_a_ban_that_ended_by_time_still_count() -> None:
    with World() as world:
        eve = world.user("eve")
        ban(world)
        report(world, "eve", "dan", "fay")
        world.sleep(BAN_MS)
        eve.send("I am back")
        report(world, "eve", "gil")
        assert eve.refusal("send", text="hello")["code"] == "banned"


OWN: dict[str, Map] = {
    "ban": {"user": "ROOT", "hours": 1},
    "unban": {"user": "root"},
}


@pytest.mark.parametrize("method", OWN)
@pytest.mark.parametrize("is_banned", [True, False])
def test_administrator_decides_nothing_about_oneself(method: str, is_banned: bool) -> None:
    with World(admins=("root", "toor")) as world:
        root, toor = world.user("root"), world.user("toor")
        if is_banned:
            toor.call("ban", user="root", hours=9)
        assert world.refusal(root, method, **OWN[method])["code"] == "forbidden"


@pytest.mark.parametrize(
    ("method", "params"),
    [("ban", {"user": "toor"}), ("unban", {"user": "eve"}), ("dismiss", {"report": 1})],
)
def test_banned_administrator_decides_nothing_and_reads_reports(method: str, params: Map) -> None:
    with World(admins=("root", "toor")) as world:
        root, toor = world.user("root"), world.user("toor")
        report(world, "eve", "ann")
        toor.call("ban", user="eve")
        toor.call("ban", user="root")
        error = world.refusal(root, method, **params)
        assert (error["code"], error["until"]) == ("banned", world.now_ms + BAN_MS)
        assert len(root.call("reports")["reports"]) == 1
        toor.call("unban", user="root")
        root.call(method, **params)


def test_all_administrators_hear_what_one_of_them_does_and_what_warnings_did() -> None:
    with World(admins=("root", "toor")) as world:
        root, toor = world.user("root"), world.user("toor")
        world.register("eve")
        until = ban(world)
        root.call("unban", user="eve")
        root.call("dismiss", report=2)
        expected = [
            {"kind": "moderated", "action": "banned", "user": "eve", "until": until},
            {"kind": "moderated", "action": "unbanned", "user": "eve", "by": "root"},
            {"kind": "moderated", "action": "dismissed", "user": "eve", "by": "root", "report": 2},
        ]
        assert told(toor, "moderated") == told(root, "moderated") == expected


def test_dismissed_report_takes_its_warning_back() -> None:
    with World(admins=("root",)) as world:
        root, eve = world.user("root"), world.user("eve")
        report(world, "eve", "ann", "ben")
        root.call("dismiss", report=1)
        assert told(eve, "unwarned") == [{"kind": "unwarned", "warnings": 1, "limit": 3}]
        assert eve.call("status")["warnings"] == 1
        assert [r["report"] for r in root.call("reports")["reports"]] == [2]
        report(world, "eve", "cat")
        eve.send("two warnings are no ban")
        assert root.refusal("dismiss", report=1)["code"] == "not_found"


def test_dismissed_report_of_a_former_ban_takes_no_later_warning_back() -> None:
    with World(admins=("root",)) as world:
        root, eve = world.user("root"), world.user("eve")
        ban(world)
        world.sleep(DAY_MS)
        report(world, "eve", "ann")
        root.call("dismiss", report=1)
        assert eve.call("status")["warnings"] == 1
        assert told(eve, "unwarned") == []


def test_administrator_who_is_reported_does_not_learn_by_whom() -> None:
    with World(admins=("root", "toor")) as world:
        root, toor = world.user("root"), world.user("toor")
        report(world, "root", "ann")
        assert [entry["kind"] for entry in root.entries] == ["message", "warned"]
        assert root.call("reports")["reports"] == []
        assert root.refusal("dismiss", report=1)["code"] == "not_found"
        assert len(told(toor, "reported")) == 1
        toor.call("dismiss", report=1)
        assert [entry["kind"] for entry in root.entries] == ["message", "warned", "unwarned"]


def test_reports_come_in_pages_and_are_kept_up_to_the_bound() -> None:
    with World(admins=("root",)) as world:
        root = world.user("root")
        made = 0
        while made <= REPORTS_OPEN_MAX:
            giver = world.login(f"giver{made}")
            for number in range(REPORTS_PER_DAY):
                if f"user{number}" not in world.state.users:
                    world.register(f"user{number}")
                reason = "😀" * REASON_CHARACTERS_MAX
                giver.call("report", user=f"user{number}", reason=reason)
                made += 1
            giver.close()
        page = root.call("reports")
        assert len(page["reports"]) == REPORTS_PER_PAGE
        assert page["reports"][0]["report"] == 2, "the oldest went, and then one of each reporter"
        seen = len(page["reports"])
        while page["next"] is not None:
            page = root.call("reports", after=page["next"])
            seen += len(page["reports"])
        assert seen == REPORTS_OPEN_MAX
        assert page["reports"][-1]["report"] == made


def test_settings_that_are_read_again_change_who_may_moderate() -> None:
    with World(admins=("root",)) as world:
        for name in ("root", "ann"):
            world.register(name)
        world.settings = dataclasses.replace(world.settings, admins=("ann",))
        world.signals.send(signal.SIGHUP)
        world.settle()
        assert world.login("root").refusal("reports")["code"] == "forbidden"
        assert world.login("ann").call("reports") == {"reports": [], "next": None}


def test_start_warns_of_administrators_whose_names_are_free(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with World(admins=("Root", "toor")) as world:
        world.register("root")
        world.stop()
        caplog.clear()
        world.restart()
        warned = [r.getMessage() for r in caplog.records if "ADMINS" in r.getMessage()]
        assert warned == ["ADMINS: there is no user toor; `chatd user add` makes that account"]


# -- the disk --------------------------------------------------------------------------------


def test_full_disk_refuses_a_report_and_puts_the_end_of_a_ban_off() -> None:
    with World() as world:
        eve, dan = world.user("eve"), world.user("dan")
        ban(world)
        world.database.transaction.writable = False
        assert dan.refusal("report", user="eve", reason="spam")["code"] == "storage_full"
        world.sleep(BAN_MS)
        assert told(eve, "unbanned") == []
        assert eve.refusal("send", text="hello")["code"] == "storage_full"
        world.database.transaction.writable = True
        world.sleep(1_000)
        assert told(eve, "unbanned") == [{"kind": "unbanned"}]
        dan.call("report", user="eve", reason="spam")
