"""What strangers fill: nobody's flood pushes out what is another's, or shows which names exist."""

from typing import Any

import pytest

from chatd.core.model import REACH_PERIOD_MS, UPLOAD_BYTES_BESIDE
from chatd.core.state import SELF_LOG_ENTRIES_MAX, State
from chatd.handlers import backoff, joining, reports, young
from chatd.handlers.accounts import UNUSED_KEPT_MS
from chatd.handlers.backoff import LoginBackoff
from chatd.handlers.joining import INVITED_BY_ONE_MAX, REACHES_MAX
from chatd.handlers.reports import REPORTS_PER_REPORTER
from chatd.handlers.schedules import FAILED_KEPT_MS
from chatd.handlers.young import UNREAD_BYTES_MAX
from chatd.http import logins
from chatd.http.logins import LOGIN_MS_MAX, LOGINS_PER_NETWORK, PendingLogins
from chatd.maintenance import add_user
from tests.simulation.account import client_final, client_first, password_of
from tests.simulation.disk import SimDisk
from tests.simulation.peer import Peer, Refused
from tests.simulation.test_accounts import fail
from tests.simulation.web import WebPeer
from tests.simulation.world import World

HERE, THERE = "203.0.113.1", "203.0.113.2"


# -- failed logins ---------------------------------------------------------------------------


def flood(world: World, address: str, names: int, begin: str = "invented") -> None:
    """Fail once each under many names, as login-finish does; whole logins take too long here."""
    for number in range(names):
        world.app.backoff.failed(address, f"{begin}{number}", world.now_ms)


@pytest.mark.parametrize("address", (HERE, THERE, "127.0.0.1"))
def test_ten_thousand_invented_names_leave_the_backoff_of_a_real_one(address: str) -> None:
    with World() as world:
        world.register("alice")
        for _ in range(3):
            fail(world, "alice", HERE)
        flood(world, address, 10_000)
        assert fail(world, "alice", HERE)["code"] == "rate_limited"


def test_after_a_flood_an_invented_name_is_answered_like_a_real_one() -> None:
    with World() as world:
        world.register("alice")
        for name in ("alice", "nobody"):
            for _ in range(4):
                fail(world, name, HERE)
        flood(world, HERE, 10_000)
        told = [fail(world, name, HERE) for name in ("alice", "nobody")]
        assert told[0] == told[1] and told[0]["code"] == "rate_limited"


def test_after_a_flood_names_never_tried_have_their_free_tries() -> None:
    with World() as world:
        world.register("bob")
        flood(world, HERE, 10_000)
        for name in ("bob", "unheard-of"):
            assert [fail(world, name, HERE)["code"] for _ in range(4)] == [
                *["auth_failed"] * 3,
                "rate_limited",
            ]


def test_real_names_that_fail_from_one_network_leave_those_of_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backoff, "NAMES_PER_NETWORK", 3)
    with World() as world:
        for name in ("alice", "b", "c", "d"):
            world.register(name)
        pairs = world.app.backoff
        for address, name in ((HERE, "alice"), *((THERE, name) for name in ("alice", *"bcd"))):
            pairs.failed(address, name, world.now_ms)

        def count(address: str, name: str) -> int:
            return pairs.failures(address, name, world.now_ms).times

        assert count(HERE, "alice") == 1
        assert [count(THERE, name) for name in ("alice", *"bcd")] == [0, 1, 1, 1], "its own oldest"


def test_failures_are_kept_within_a_bound_and_the_network_that_failed_longest_ago_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backoff, "PAIRS_MAX", 3)
    with World() as world:
        world.register("alice")
        pairs = LoginBackoff(world.state)
        for number in range(4):
            pairs.failed(f"10.0.0.{number}", "alice", world.now_ms)
        counts = [pairs.failures(f"10.0.0.{n}", "alice", world.now_ms).times for n in range(4)]
        assert counts == [0, 1, 1, 1]


def test_failures_under_an_invented_name_are_forgotten_after_an_hour() -> None:
    with World() as world:
        for _ in range(3):
            fail(world, "nobody", HERE)
        world.sleep(backoff.FORGOTTEN_MS + 1)
        assert fail(world, "nobody", HERE)["code"] == "auth_failed"


# -- logins over HTTP, in two requests -------------------------------------------------------


def begin(world: World, name: str, address: str) -> str:
    """Begin a login over HTTP; return the challenge."""
    message: str = (
        world.web(address=address).call("login-start", message=client_first(name)).json["message"]
    )
    return message


def finish(peer: WebPeer, name: str, challenge: str) -> int:
    final = client_final(name, password_of(name), challenge)
    return peer.call("login-finish", message=final).status


def test_a_flood_of_begun_logins_voids_those_of_its_own_network_only() -> None:
    with World(requests_per_second=0, guests_per_address=0) as world:
        world.register("alice")
        here, there = begin(world, "alice", HERE), begin(world, "alice", THERE)
        for _ in range(LOGINS_PER_NETWORK):
            begin(world, "nobody", THERE)
        assert finish(world.web(address=HERE), "alice", here) == 200
        assert finish(world.web(address=THERE), "alice", there) == 401


def test_of_all_begun_logins_the_network_with_the_most_gives_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logins, "LOGINS_MAX", 10)
    with World() as world:
        world.register("alice")
        challenge = begin(world, "alice", HERE)
        for _ in range(20):
            begin(world, "alice", "127.0.0.1")
        assert len(world.app.commands._logins) == 10
        assert finish(world.web(address=HERE), "alice", challenge) == 200


def test_begun_logins_are_forgotten_in_time() -> None:
    with World() as world:
        pending: PendingLogins = world.app.commands._logins
        for address in (HERE, THERE):
            begin(world, "nobody", address)
        world.sleep(LOGIN_MS_MAX)
        begin(world, "nobody", HERE)
        assert len(pending) == 1


# -- invitations and requests ----------------------------------------------------------------


def test_one_inviter_has_five_open_invitations_to_one_user_and_others_still_get_through() -> None:
    with World(limit_private=0) as world:
        mallory, bob, alice = world.user("mallory"), world.user("bob"), world.user("alice")
        rooms = [mallory.create(f"room{number}") for number in range(INVITED_BY_ONE_MAX + 1)]
        for room in rooms[:-1]:
            mallory.call("invite", room=room, user="bob")
        error = world.refusal(mallory, "invite", room=rooms[-1], user="bob")
        assert (error["code"], error["limit"]) == ("conflict", INVITED_BY_ONE_MAX)
        alice.call("invite", room=alice.create("ops"), user="bob")
        bob.call("leave", room=rooms[0])
        mallory.call("invite", room=rooms[-1], user="bob")


def test_block_drops_the_open_invitations_of_the_blocked_one_alone() -> None:
    with World() as world:
        mallory, bob, alice = world.user("mallory"), world.user("bob"), world.user("alice")
        kept = alice.create("ops")
        alice.call("invite", room=kept, user="bob")
        for title in ("one", "two"):
            mallory.call("invite", room=mallory.create(title), user="bob")
        bob.call("block", user="mallory")
        left = [line["room"] for line in bob.call("invitations")["invitations"]]
        assert left == [kept]
        assert [entry["kind"] for entry in bob.entries][-3:] == ["blocked", "removed", "removed"]
        for how in ("stop", "crash"):
            getattr(world, how)()
            world.restart()


def test_inviting_and_kicking_in_a_loop_does_not_empty_a_self_log() -> None:
    with World(limit_private=0, requests_per_second=0) as world:
        bob, mallory = world.login("bob", device="phone"), world.user("mallory")
        room = mallory.create("loop")
        for _ in range(REACHES_MAX):
            mallory.call("invite", room=room, user="bob")
            mallory.call("kick", room=room, user="bob")
        error = world.refusal(mallory, "invite", room=room, user="bob")
        assert (error["code"], error["limit"]) == ("rate_limited", REACHES_MAX)
        assert error["reset_at"] == world.now_ms + REACH_PERIOD_MS
        entries = bob.call("history", room="@bob", limit=200)["entries"]
        kinds = [entry["kind"] for entry in entries]
        assert kinds[0] == "device_added" and len(kinds) == 1 + 2 * REACHES_MAX
        assert len(kinds) < SELF_LOG_ENTRIES_MAX
        mallory.close()
        world.clock.advance(REACH_PERIOD_MS)
        world.user("mallory").call("invite", room=room, user="bob")


def test_asking_and_withdrawing_in_a_loop_does_not_empty_the_owners_self_log() -> None:
    with World(limit_private=0, requests_per_second=0) as world:
        alice, mallory = world.user("alice"), world.user("mallory")
        link = alice.call("link", room=alice.create("ops"))["link"]
        for _ in range(REACHES_MAX):
            number = mallory.call("join", link=link)["request"]
            mallory.call("withdraw", request=number)
        assert world.refusal(mallory, "join", link=link)["code"] == "rate_limited"
        world.user("carol").call("join", link=link)


def test_the_day_of_one_who_reaches_many_is_bounded_and_kept_across_a_restart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(joining, "REACHED_MAX", 2)
    with World() as world:
        mallory = world.user("mallory")
        room = mallory.create("ops")
        for name in ("a", "b", "c"):
            world.login(name).close()
        for name in ("a", "b"):
            mallory.call("invite", room=room, user=name)
        world.stop()
        world.restart()
        mallory = world.user("mallory")
        assert world.refusal(mallory, "invite", room=room, user="c")["limit"] == 2
        mallory.close()
        world.clock.advance(REACH_PERIOD_MS)
        world.user("mallory").call("invite", room=room, user="c")
        assert len(world.state.users["mallory"].reached or ()) == 1, "yesterday is forgotten"


# -- what failed is its author's -------------------------------------------------------------


def failed_text(world: World, alice: Peer) -> Peer:
    """Let a text of alice's fail, to a user who has blocked her meanwhile."""
    bob = world.user("bob")
    alice.call("send-at", at=world.now_ms + 1_000, to="bob", text="the only copy")
    bob.call("block", user="alice")
    world.sleep(1_000)
    return bob


def test_a_text_that_failed_stays_listed_whatever_others_put_into_the_self_log() -> None:
    with World() as world:
        alice = world.user("alice")
        failed_text(world, alice)
        for number in range(SELF_LOG_ENTRIES_MAX):
            alice.request("block" if number % 2 else "unblock", user="bob")
        world.settle()
        for number in range(SELF_LOG_ENTRIES_MAX):
            alice.request("unblock" if number % 2 else "block", user="bob")
        world.sleep(20_000)
        assert "the only copy" not in str(world.state.rooms["@alice"].log.frames)
        for how in ("stop", "crash"):
            getattr(world, how)()
            world.restart()
            alice = world.user("alice")
            (post,) = alice.call("scheduled")["posts"]
            assert (post["text"], post["failed"]) == ("the only copy", "forbidden")
            assert post["reason"] and not post["held_by"]
            status = alice.call("status")
            assert (status["scheduled"], status["failed"]) == (0, 1)
        assert alice.call("cancel", id=post["id"])["text"] == "the only copy"
        assert alice.call("scheduled")["posts"] == []


@pytest.mark.parametrize("restarts", (False, True))
def test_a_text_that_failed_is_let_go_after_thirty_days(restarts: bool) -> None:
    with World() as world:
        alice = world.user("alice")
        bob = failed_text(world, alice)
        alice.close()
        bob.close()
        world.sleep(60_000)
        if restarts:
            world.stop()
            world.restart()
        world.sleep(FAILED_KEPT_MS - 120_000)
        assert len(world.state.users["alice"].scheduled) == 1
        world.sleep(120_000)
        assert not world.state.users["alice"].scheduled


# -- reports ---------------------------------------------------------------------------------


def report(world: World, reporter: str, user: str) -> int:
    """Let one user report another, as often as a test likes; return the report's number."""
    world.state.users[reporter].reported.clear()
    peer = world.login(reporter)
    peer.call("report", user=user, reason="a reason")
    peer.close()
    return world.state.tables.reports_made


def test_reports_of_one_reporter_push_out_that_ones_alone() -> None:
    with World(warnings_limit=0) as world:
        for name in ("alice", "mallory", "bob", "carol"):
            world.register(name)
        for name in ("bob", "carol"):
            world.login(name).send("something to report")
        genuine = report(world, "alice", "bob")
        made = [report(world, "mallory", "carol") for _ in range(REPORTS_PER_REPORTER + 1)]
        left = list(world.state.tables.reports)
        assert left == [genuine, made[0], *made[2:]], "the first warns, and stays"


def test_when_all_reports_are_too_many_who_fills_most_gives_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reports, "REPORTS_OPEN_MAX", 4)
    with World(warnings_limit=0) as world:
        for name in ("alice", "mallory", "bob", "carol", "dave"):
            world.register(name)
        for name in ("bob", "carol"):
            world.login(name).send("something to report")
        genuine = report(world, "alice", "bob")
        made = [report(world, "mallory", "carol") for _ in range(3)]
        last = report(world, "dave", "bob")
        assert list(world.state.tables.reports) == [genuine, made[0], made[2], last]
        world.crash()
        world.restart()


# -- uploads and the disk --------------------------------------------------------------------

FILE_BYTES = 80_000
PART = b"x" * (FILE_BYTES // 2)
CHARGED = FILE_BYTES + UPLOAD_BYTES_BESIDE
BOUND: dict[str, Any] = {"max_file_size_bytes": FILE_BYTES, "uploads_bytes_max": 4 * CHARGED}


def announce(peer: Peer, number: int, size: int | None = FILE_BYTES) -> dict[str, object]:
    """Return the parameters of an upload."""
    sha256 = None if size is None else bytes([number] * 32)
    return {"room": "general", "name": f"{number}.bin", "size": size, "sha256": sha256}


def test_over_the_bound_of_all_uploads_who_has_most_loses_the_idle_one() -> None:
    with World(**BOUND) as world:
        mallory, bob, alice = world.user("mallory"), world.user("bob"), world.user("alice")
        bob.call("upload", **announce(bob, 9))
        idle, busy, other = (mallory.call("upload", **announce(mallory, n)) for n in range(3))
        world.sleep(1_000)
        for upload in (idle, other, busy):
            chunk = {"upload": upload["upload"], "offset": 0, "data": b"x"}
            if upload is not idle:
                mallory.call("upload-chunk", **chunk)
        alice.call("upload", **announce(alice, 7))
        left = {number: upload.owner for number, upload in world.state.uploads.items()}
        assert idle["upload"] not in left
        assert sorted(left.values()) == ["alice", "bob", "mallory", "mallory"]
        assert world.state.upload_bytes_in_all == 4 * CHARGED
        gone = mallory.refusal("upload-chunk", upload=idle["upload"], offset=0, data=b"x")
        assert gone["code"] == "not_found"
        for how in ("crash", "stop"):
            getattr(world, how)()
            world.restart()
            assert world.state.upload_bytes_in_all == 4 * CHARGED


def test_over_the_bound_of_all_uploads_who_has_most_is_refused() -> None:
    with World(**BOUND) as world:
        mallory, bob = world.user("mallory"), world.user("bob")
        bob.call("upload", **announce(bob, 9))
        for number in range(3):
            mallory.call("upload", **announce(mallory, number))
        error = world.refusal(mallory, "upload", **announce(mallory, 3))
        assert (error["code"], error["setting"]) == ("storage_full", "UPLOADS_BYTES_MAX")


def test_bytes_of_an_upload_whose_size_was_not_told_count_as_they_come() -> None:
    with World(**BOUND) as world:
        mallory, alice = world.user("mallory"), world.user("alice")
        for number in range(3):
            mallory.call("upload", **announce(mallory, number))
        upload = alice.call("upload", **announce(alice, 7, None))["upload"]
        assert world.state.upload_bytes["alice"] == UPLOAD_BYTES_BESIDE
        for part in range(2):
            alice.call("upload-chunk", upload=upload, offset=part * len(PART), data=PART)
        assert world.state.upload_bytes["alice"] == CHARGED
        alice.call("upload-chunk", upload=mine(alice, world), offset=0, data=PART)
        assert len(world.state.uploads_by_owner["mallory"]) == 2
        alice.call("upload-finish", upload=upload)
        assert world.state.upload_bytes["alice"] == UPLOAD_BYTES_BESIDE + len(PART)


def mine(peer: Peer, world: World) -> int:
    """Begin one more upload without a size; return its number."""
    number: int = peer.call("upload", **announce(peer, 8, None))["upload"]
    return number


def test_what_becomes_of_an_upload_leaves_nothing_charged() -> None:
    with World() as world:
        alice = world.user("alice")
        first, second = mine(alice, world), mine(alice, world)
        alice.call("upload-chunk", upload=first, offset=0, data=b"abc")
        alice.call("upload-finish", upload=first)
        alice.call("upload-cancel", upload=second)
        assert (world.state.upload_bytes, world.state.upload_bytes_in_all) == ({}, 0)


def test_files_are_refused_when_the_disk_runs_low_and_messages_go_on() -> None:
    capacity = 16 << 20
    with World(disk=SimDisk(capacity), disk_reserve_bytes=8 << 20, file_quota_bytes=0) as world:
        alice = world.user("alice")
        upload = mine(alice, world)
        alice.call("upload-chunk", upload=upload, offset=0, data=PART)
        free = world.disk.free_bytes("data")
        world.disk.put("somebody else's", bytes(free - (8 << 20) - 30_000))
        more = {"upload": upload, "offset": len(PART), "data": PART}
        error = world.refusal(alice, "upload-chunk", **more)
        assert (error["code"], error["setting"]) == ("storage_full", "DISK_RESERVE")
        why = alice.call("why")
        assert (why["setting"], why["value"]) == ("DISK_RESERVE", "8M")
        refused = world.refusal(alice, "upload", **announce(alice, 1, 50_000))
        assert refused["setting"] == "DISK_RESERVE"
        assert alice.send("but messages go on")["seq"] == 1
        alice.call("upload-chunk", **{**more, "data": PART[:20_000]})
        assert alice.call("upload-finish", upload=upload)["seq"] == 2


# -- accounts that nobody has ever logged in to ----------------------------------------------


def names(world: World) -> set[str]:
    return set(world.state.users)


@pytest.mark.parametrize("how", ("", "stop", "crash"))
def test_an_account_that_nobody_logged_in_to_goes_after_a_day_and_its_name_is_free(
    how: str,
) -> None:
    with World() as world:
        world.register("alice")
        if how:
            getattr(world, how)()
            world.restart()
        world.sleep(UNUSED_KEPT_MS - 1_000)
        assert names(world) == {"alice"}
        world.sleep(1_000)
        assert names(world) == set() and list(world.state.rooms) == ["general"]
        assert fail(world, "alice")["code"] == "auth_failed"
        world.user("alice").send("here")
        world.crash()
        world.restart()
        assert names(world) == {"alice"}


@pytest.mark.parametrize("device", (None, "phone"))
@pytest.mark.parametrize("how", ("", "stop", "crash"))
def test_an_account_that_was_used_once_stays(how: str, device: str | None) -> None:
    with World() as world:
        world.login("alice", device=device).close()
        if how:
            world.settle()
            getattr(world, how)()
            world.restart()
        world.sleep(3 * UNUSED_KEPT_MS)
        assert names(world) == {"alice"}


def test_an_account_made_by_user_add_stays_and_so_does_one_of_an_older_store() -> None:
    with World() as world:
        world.register("alice")
        world.stop()
        add_user(world.settings, world.machine, "bob", "a password")
        world._states_left = None  # bob is new
        world.restart()
        tree = world.state.dump()
        del tree["users"]["alice"]["expires_ms"]
        assert State.load(tree).users["alice"].expires_ms == 0
        world.sleep(3 * UNUSED_KEPT_MS)
        assert names(world) == {"bob"}


def test_an_account_that_somebody_has_written_to_is_kept_for_its_user() -> None:
    with World() as world:
        bob = world.user("bob")
        world.register("alice")
        bob.send_to("alice", "welcome")
        bob.close()
        world.sleep(3 * UNUSED_KEPT_MS)
        assert world.user("alice").texts("alice,bob") == ["welcome"]


def test_an_account_that_was_reported_is_kept_until_that_is_decided() -> None:
    with World(admins=("root",), warnings_limit=0) as world:
        root, bob = world.user("root"), world.user("bob")
        world.register("alice")
        number = report(world, "bob", "alice")
        bob.close()
        world.sleep(2 * UNUSED_KEPT_MS)
        assert "alice" in names(world)
        root.call("dismiss", report=number)
        world.sleep(UNUSED_KEPT_MS)
        assert "alice" not in names(world)


def test_invitations_end_with_the_account_and_are_not_the_next_ones() -> None:
    with World() as world:
        bob = world.user("bob")
        room = bob.create("ops")
        world.register("alice")
        bob.call("invite", room=room, user="alice")
        world.sleep(UNUSED_KEPT_MS)
        assert names(world) == {"bob"}
        assert world.user("alice").call("invitations")["invitations"] == []
        bob.call("invite", room=room, user="alice")


def test_who_blocked_an_account_that_is_gone_can_unblock_it() -> None:
    with World() as world:
        bob = world.user("bob")
        world.register("alice")
        bob.call("block", user="alice")
        world.sleep(UNUSED_KEPT_MS)
        bob.call("unblock", user="alice")
        assert bob.call("blocked")["names"] == []


def test_a_login_that_was_begun_before_the_account_went_fails() -> None:
    with World(login_timeout_ms=10 * 60_000) as world:
        world.register("alice")
        world.sleep(UNUSED_KEPT_MS - 60_000)
        peer = world.guest()
        message = peer.call("login-start", message=client_first("alice"))["message"]
        world.sleep(60_000)
        final = client_final("alice", password_of("alice"), message)
        assert peer.refusal("login-finish", message=final)["code"] == "auth_failed"


def test_a_first_login_that_can_not_be_written_down_is_refused() -> None:
    with World() as world:
        world.register("alice")
        world.login("bob").close()
        world.database.transaction.writable = False
        for name, code in (("alice", "storage_full"), ("bob", "")):
            peer = world.guest()
            message = peer.call("login-start", message=client_first(name))["message"]
            final = client_final(name, password_of(name), message)
            if code:
                assert peer.refusal("login-finish", message=final)["code"] == code
            else:
                peer.call("login-finish", message=final)
        world.database.transaction.writable = True
        world.login("alice").close()
        world.sleep(UNUSED_KEPT_MS)
        assert names(world) == {"alice", "bob"}


# -- what lies unread ------------------------------------------------------------------------

TEXT = "x" * 8_000
DAY_MS = 86_400_000


def fill(author: Peer, to: str) -> int:
    """Write to somebody until that is refused; return how many texts that took."""
    for count in range(1_000):
        try:
            author.call("send-to", to=to, text=TEXT)
        except Refused as error:
            assert error.detail["code"] == "rate_limited"
            return count
    raise AssertionError("never refused")


def test_what_a_young_account_wrote_to_one_who_reads_nothing_is_bounded() -> None:
    with World(limit_private=0, requests_per_second=0) as world:
        mallory, alice = world.user("mallory"), world.user("alice")
        world.login("bob").close()
        count = fill(mallory, "bob")
        assert UNREAD_BYTES_MAX <= world.state.rooms["bob,mallory"].log.byte_count
        assert (count - 1) * len(TEXT) < UNREAD_BYTES_MAX
        error = world.refusal(mallory, "send-to", to="bob", text="more")
        assert (error["limit"], error["setting"]) == (UNREAD_BYTES_MAX, "YOUNG_ACCOUNT")
        assert error["reset_at"] == world.state.users["mallory"].created_ms + 7 * DAY_MS
        mallory.send_to("alice", "others are reached")
        alice.send_to("bob", "and reach him")
        bob = world.user("bob")
        bob.ack("bob,mallory")
        world.sleep(2_000)
        mallory.send_to("bob", "he has read it")


def test_what_a_young_account_wrote_to_many_is_bounded_in_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(young, "UNREAD_BYTES_MAX", 20_000)
    monkeypatch.setattr(young, "UNREAD_BYTES_IN_ALL_MAX", 60_000)
    with World(limit_private=0) as world:
        mallory = world.user("mallory")
        for name in ("a", "b", "c", "d"):
            world.login(name).close()
        counts = [fill(mallory, name) for name in ("a", "b", "c", "d")]
        assert counts == [3, 3, 2, 0]
        assert world.refusal(mallory, "send-to", to="d", text="hi")["limit"] == 60_000


def test_an_account_that_is_old_enough_may_write_what_waits_without_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(young, "UNREAD_BYTES_MAX", 20_000)
    with World(limit_private=0, young_account_ms=DAY_MS) as world:
        mallory = world.user("mallory")
        world.login("bob").close()
        assert fill(mallory, "bob") == 3
        mallory.close()
        world.sleep(DAY_MS)
        mallory = world.user("mallory")
        for _ in range(5):
            mallory.send_to("bob", TEXT)


def test_notes_to_oneself_are_not_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(young, "UNREAD_BYTES_MAX", 20_000)
    with World(limit_private=0) as world:
        alice = world.user("alice")
        for _ in range(5):
            alice.send_to("alice", TEXT)


def test_a_scheduled_text_waits_until_its_author_is_no_longer_young(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(young, "UNREAD_BYTES_MAX", 20_000)
    with World(limit_private=0, young_account_ms=DAY_MS) as world:
        mallory = world.user("mallory")
        world.login("bob").close()
        mallory.call("send-at", at=world.now_ms + 1_000, to="bob", text="later")
        fill(mallory, "bob")
        world.sleep(2_000)
        (post,) = mallory.call("scheduled")["posts"]
        assert post["held_by"] == "rate_limited"
        assert post["held_until"] == world.state.users["mallory"].created_ms + DAY_MS
