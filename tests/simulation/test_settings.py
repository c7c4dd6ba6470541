"""Every setting, changed under users who are there: what holds for them afterwards.

Each row of the table of settings has a row here. Those that take a restart are tried, too.
"""

import hashlib
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chatd.config import FIXED, OPTIONS, Fsync, LogFormat, LogLevel, Registration, Settings, Tls
from tests.certificates import certificate
from tests.simulation.peer import Peer, Refused
from tests.simulation.test_places import refusal, register
from tests.simulation.test_reload import hang_up, read_again
from tests.simulation.test_tls import TlsPeer
from tests.simulation.web import request
from tests.simulation.world import World

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
SNAPSHOT = "data/chat.db"

Row = Callable[[World, Path], None]
ROWS: dict[str, Row] = {}


def row(*names: str) -> Callable[[Row], Row]:
    """Enter what holds when these settings change."""

    def enter(test: Row) -> Row:
        for name in names:
            assert name not in ROWS, name
            ROWS[name] = test
        return test

    return enter


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_setting_that_changes_under_users(option: Any, tmp_path: Path) -> None:
    with World() as world:
        ROWS[option.name](world, tmp_path)


def history(peer: Peer, room: str = "general") -> list[str]:
    return [entry["text"] for entry in peer.call("history", room=room)["entries"]]


def code(peer: Peer, method: str, **params: object) -> str:
    return str(peer.refusal(method, **params)["code"])


# -- what takes a restart --------------------------------------------------------------------

LATE: dict[str, dict[str, object]] = {
    "DB_NAME": {"db_path": Path("elsewhere/chat.db")},
    "FSYNC": {"fsync": Fsync.NEVER},
    "JOURNAL_SEGMENT": {"journal_segment_bytes": 1 << 24},
    "HOST": {"host": "::1"},
    "PORT": {"port": 9_000},
    "INSECURE": {"insecure": True},
    "TICK_BYTES_MAX": {"tick_bytes_max": 1 << 20},
}


@row(*LATE)
def nothing_but_a_line_in_the_log(world: World, tmp_path: Path) -> None:
    alice, before = world.user("alice"), world.app.reload.settings
    read_again(world, **{k: v for options in LATE.values() for k, v in options.items()})
    assert world.app.reload.settings == before
    alice.send("still here")
    assert LATE.keys() == FIXED


# -- the store -------------------------------------------------------------------------------


def in_the_snapshot(world: World, text: str) -> bool:
    return text.encode() in world.disk.files().get(SNAPSHOT, b"")


@row("SNAPSHOT_INTERVAL")
def the_time_since_the_last_snapshot_counts(world: World, tmp_path: Path) -> None:
    alice = world.user("alice")
    world.sleep(5 * MINUTE_MS)
    alice.send("first words")
    read_again(world, snapshot_interval_ms=4 * MINUTE_MS)
    world.sleep(SECOND_MS)
    assert in_the_snapshot(world, "first words")
    alice.send("later words")
    read_again(world, snapshot_interval_ms=60 * MINUTE_MS)
    world.sleep(59 * MINUTE_MS)
    assert not in_the_snapshot(world, "later words")
    world.sleep(2 * MINUTE_MS)
    assert in_the_snapshot(world, "later words")


@row("SNAPSHOT_GROWTH")
def a_journal_that_has_grown_further_is_replaced_at_once(world: World, tmp_path: Path) -> None:
    world.user("alice").send("hello")
    world.sleep(MINUTE_MS)
    assert not in_the_snapshot(world, "hello")
    read_again(world, snapshot_growth_bytes=100)
    world.sleep(SECOND_MS)
    assert in_the_snapshot(world, "hello")


# -- the network -----------------------------------------------------------------------------


@row("TLS_CERT", "TLS_KEY")
def newcomers_get_the_certificate_and_others_go_on(world: World, tmp_path: Path) -> None:
    alice, files = world.user("alice"), certificate(tmp_path)
    read_again(world, tls_cert=files.cert, tls_key=files.key)
    secure = TlsPeer(world, files).shake()
    assert secure.tell(request("GET", "/api/v1/")).startswith(b"HTTP/1.1 200")
    alice.send("still here")
    silent = TlsPeer(world, files)
    read_again(world, tls_cert=None, tls_key=None)
    for peer in (silent, TlsPeer(world, files)):
        with pytest.raises(OSError):
            peer.shake()
    alice.send("still here")


@row("TLS")
def newcomers_need_tls_and_others_go_on(world: World, tmp_path: Path) -> None:
    alice, files = world.user("alice"), certificate(tmp_path)
    read_again(world, tls_cert=files.cert, tls_key=files.key, tls=Tls.REQUIRED)
    assert not world.raw().say(request("GET", "/api/v1/")).startswith(b"HTTP/1.1 200")
    alice.send("still here")
    read_again(world, tls=Tls.OPTIONAL)
    world.guest().close()


@row("ALLOWED_HOSTS")
def the_next_request_may_name_it(world: World, tmp_path: Path) -> None:
    web = world.web(world.token("alice"))
    assert web.ask("POST", "/api/v1/status", b"{}", host="chat.example.org").status == 421
    read_again(world, allowed_hosts=("chat.example.org",))
    web = world.web(web.token)
    assert web.ask("POST", "/api/v1/status", b"{}", host="chat.example.org").status != 421


@row("TRUSTED_PROXIES", "METRICS_FROM")
def the_next_request_is_judged_by_them(world: World, tmp_path: Path) -> None:
    def status() -> int:
        return world.web().ask("GET", "/metrics", x_forwarded_for="192.0.2.9").status

    assert status() == 403
    read_again(world, metrics_from=("192.0.2.0/24",))
    assert status() == 403
    read_again(world, trusted_proxies=("127.0.0.1/32",))
    assert status() == 200
    read_again(world, metrics_from=("192.0.3.0/24",))
    assert status() == 403


@row("CONNECTIONS_MAX")
def newcomers_find_so_many_places(world: World, tmp_path: Path) -> None:
    alice = world.user("alice")
    read_again(world, connections_max=4)
    guests = [world.connect() for _ in range(8)]
    world.settle()
    assert len(world.connections) <= 4
    alice.send("still here")
    read_again(world, connections_max=100)
    for guest in guests:
        guest.close()
    for _ in range(8):
        world.guest()
    assert len(world.connections) == 9


@row("CONNECTIONS_RESERVED")
def so_many_places_are_kept_for_who_comes(world: World, tmp_path: Path) -> None:
    for _ in range(9):
        world.user("eve")
    read_again(world, connections_max=10, connections_reserved=0)
    held = len(world.connections)
    read_again(world, connections_reserved=1)
    assert len(world.connections) == held, "nobody ends for it at once"
    guests = [world.guest() for _ in range(1)]
    assert not any(guest.ended for guest in guests)


@row("CONNECTIONS_PER_ADDRESS", "GUESTS_PER_ADDRESS", "CONNECTIONS_PER_USER")
def who_is_there_stays_and_the_next_is_refused(world: World, tmp_path: Path) -> None:
    alice = [world.user("alice") for _ in range(3)]
    guests = [world.guest("192.0.2.1") for _ in range(3)]
    read_again(world, guests_per_address=3, connections_per_user=2)
    assert refusal(world, world.connect("192.0.2.1"))["setting"] == "GUESTS_PER_ADDRESS"
    with pytest.raises(Refused, match="rate_limited"):
        world.login("alice")
    read_again(world, guests_per_address=0, connections_per_user=0, connections_per_address=3)
    assert refusal(world, world.connect("192.0.2.1"))["setting"] == "CONNECTIONS_PER_ADDRESS"
    world.login("alice")
    read_again(world, connections_per_address=0)
    world.guest("192.0.2.1")
    assert not any(peer.ended for peer in alice + guests)


@row("LOGIN_TIMEOUT")
def who_is_there_has_so_long_since_the_connection_came(world: World, tmp_path: Path) -> None:
    early, alice = world.guest(), world.user("alice")
    world.sleep(10 * SECOND_MS)
    read_again(world, login_timeout_ms=20 * SECOND_MS)
    world.sleep(10 * SECOND_MS - 1)
    assert not early.ended
    world.sleep(SECOND_MS)
    assert early.ended and early.told("bye")
    late = world.guest()
    world.sleep(19 * SECOND_MS)
    read_again(world, login_timeout_ms=HOUR_MS)
    world.sleep(HOUR_MS - 20 * SECOND_MS)
    assert not late.ended
    read_again(world, login_timeout_ms=SECOND_MS)
    world.sleep(SECOND_MS)
    assert late.ended
    alice.send("still here")


@row("IDLE_PING")
def who_has_been_quiet_for_that_long_is_asked_at_once(world: World, tmp_path: Path) -> None:
    alice = world.user("alice")
    world.sleep(20 * SECOND_MS)
    assert not alice.told("ping")
    read_again(world, idle_ping_ms=15 * SECOND_MS)
    world.settle()
    assert len(alice.told("ping")) == 1
    read_again(world, idle_ping_ms=HOUR_MS)
    world.sleep(HOUR_MS - SECOND_MS)
    assert len(alice.told("ping")) == 1


@row("STALL_TIMEOUT")
def who_has_taken_nothing_for_that_long_is_disconnected(world: World, tmp_path: Path) -> None:
    slow, bob = world.login("alice", kernel_bytes=1_000), world.user("bob")
    slow.sync()
    slow.reads = False
    for number in range(5):
        bob.send(f"{number} {'x' * 1_000}")
    world.sleep(30 * SECOND_MS)
    assert len(world.connections) == 2
    read_again(world, stall_timeout_ms=20 * SECOND_MS)
    world.settle()
    assert len(world.connections) == 1
    bob.send("still here")


@row("HIGH_WATER")
def no_more_than_that_waits_for_a_slow_one(world: World, tmp_path: Path) -> None:
    bob = world.user("bob")
    read_again(world, limit_messages=0, high_water_bytes=10_000)
    slow = world.login("alice", kernel_bytes=1_000)
    slow.sync()
    slow.reads = False
    for number in range(40):
        bob.send(f"{number} {'x' * 1_000}")
    assert 5_000 < world.queued_bytes(slow) <= 12_000
    read_again(world, high_water_bytes=30_000)
    slow.reads = True
    world.settle()
    slow.reads = False
    for number in range(40):
        bob.send(f"{number} {'x' * 1_000}")
    assert 15_000 < world.queued_bytes(slow) <= 32_000


# -- accounts and rooms ----------------------------------------------------------------------


@row("REGISTRATION")
def nobody_registers_and_who_has_an_account_logs_in(world: World, tmp_path: Path) -> None:
    world.register("alice")
    read_again(world, registration=Registration.CLOSED)
    with pytest.raises(Refused, match="forbidden"):
        world.register("bob")
    world.user("alice").send("still here")
    read_again(world, registration=Registration.OPEN)
    world.register("bob")


@row("REGISTRATIONS_PER_HOUR")
def accounts_that_were_made_in_this_hour_count(world: World, tmp_path: Path) -> None:
    register(world, "alice", "192.0.2.1")
    register(world, "bob", "192.0.2.1")
    read_again(world, registrations_per_hour=2)
    with pytest.raises(Refused, match="rate_limited"):
        register(world, "carol", "192.0.2.1")
    read_again(world, registrations_per_hour=3)
    register(world, "carol", "192.0.2.1")


@row("DEVICES_MAX")
def devices_that_are_there_stay(world: World, tmp_path: Path) -> None:
    phone, laptop = world.login("alice", device="phone"), world.login("alice", device="laptop")
    read_again(world, devices_max=1)
    for peer in (phone, laptop):
        world.guest().enter(peer.token)
    with pytest.raises(Refused, match="conflict"):
        world.login("alice", device="tablet")
    read_again(world, devices_max=3)
    world.login("alice", device="tablet")


@row("GROUPS_MAX", "MEMBERS_MAX")
def who_is_in_stays(world: World, tmp_path: Path) -> None:
    alice, bob, carol = world.user("alice"), world.user("bob"), world.user("carol")
    room = alice.create("ops", bob)
    read_again(world, groups_max=1, members_max=2)
    bob.post(room, "still here")
    assert code(alice, "create", title="more") == "conflict"
    alice.call("invite", room=room, user="carol")
    assert code(carol, "join", room=room) == "conflict"
    read_again(world, groups_max=2, members_max=3)
    alice.create("more")
    carol.call("join", room=room)


# -- limits ----------------------------------------------------------------------------------


@row("LIMIT_MESSAGES")
def what_was_sent_in_this_period_counts_and_all_hear_of_it(world: World, tmp_path: Path) -> None:
    alice, phone = world.user("alice"), world.user("alice")
    for number in range(5):
        alice.send(str(number))
    for limit, left in ((3, 0), (7, 2), (0, 0)):
        alice.forget()
        phone.forget()
        read_again(world, limit_messages=limit)
        for peer in (alice, phone):
            assert [told["general"]["limit"] for told in peer.told("limits")] == [limit]
            assert peer.told("limits")[0]["general"]["left"] == left
        for number in range(left):
            alice.send(str(number))
        if limit:
            assert code(alice, "send", text="more") == "rate_limited"
        else:
            alice.send("more")


@row("LIMIT_PRIVATE")
def what_was_sent_to_others_in_this_period_counts(world: World, tmp_path: Path) -> None:
    alice, _ = world.user("alice"), world.user("bob")
    for number in range(5):
        alice.send_to("bob", str(number))
    read_again(world, limit_private=5)
    assert code(alice, "send-to", to="bob", text="more") == "rate_limited"
    read_again(world, limit_private=6)
    alice.send_to("bob", "more")


@row("LIMIT_REACTIONS")
def what_was_reacted_with_in_this_period_counts(world: World, tmp_path: Path) -> None:
    alice = world.user("alice")
    alice.send("hello")
    place: dict[str, object] = {"room": "general", "seq": 1}
    for emoji in "👍🎉":
        alice.call("react", emoji=emoji, **place)
    read_again(world, limit_reactions=2)
    assert code(alice, "react", emoji="🔥", **place) == "rate_limited"
    read_again(world, limit_reactions=3)
    alice.call("react", emoji="🔥", **place)


@row("UPDATE_PERIOD")
def the_running_period_ends_by_the_new_length_from_its_start(world: World, tmp_path: Path) -> None:
    read_again(world, limit_messages=1)
    alice = world.user("alice")
    started_ms = world.now_ms
    alice.send("one")
    world.sleep(20 * MINUTE_MS)
    for minutes in (50, 120, 30):
        alice.forget()
        read_again(world, update_period_ms=minutes * MINUTE_MS)
        general = alice.call("status")["general"]
        assert (general["left"], general["reset_at"]) == (0, started_ms + minutes * MINUTE_MS)
        assert alice.told("limits")[-1]["general"]["reset_at"] == general["reset_at"]
    world.sleep(10 * MINUTE_MS - 2)
    assert alice.refusal("send", text="two")["reset_at"] == started_ms + 30 * MINUTE_MS
    alice.forget()
    world.sleep(SECOND_MS)
    assert alice.told("limits")[-1]["general"]["left"] == 1, "told when it is over"
    alice.send("two")
    world.sleep(20 * MINUTE_MS)
    alice.forget()
    read_again(world, update_period_ms=10 * MINUTE_MS)
    world.settle()
    assert alice.told("limits")[-1]["general"]["left"] == 1, "over at once"
    alice.send("three")


@row("REQUESTS_PER_SECOND")
def the_next_requests_come_at_that_rate(world: World, tmp_path: Path) -> None:
    alice = world.user("alice")
    read_again(world, requests_per_second=1)
    world.sleep(5 * SECOND_MS)
    asked = [alice.request("status") for _ in range(4)]
    world.settle()
    assert sum(map(alice.answered, asked)) < 4
    world.sleep(5 * SECOND_MS)
    assert all(map(alice.answered, asked))
    read_again(world, requests_per_second=0)
    asked = [alice.request("status") for _ in range(300)]
    world.settle()
    assert all(map(alice.answered, asked))


def upload(peer: Peer, content: bytes) -> int:
    sha256 = hashlib.sha256(content).digest()
    size = len(content)
    begun = peer.call("upload", room="general", name="a", size=size, sha256=sha256)
    return int(begun["upload"])


@row("MAX_FILE_SIZE", "FILE_QUOTA")
def an_upload_that_was_begun_goes_on(world: World, tmp_path: Path) -> None:
    alice = world.user("alice")
    number = upload(alice, b"x" * 2_000)
    read_again(world, max_file_size_bytes=1_000)
    assert code(alice, "upload", room="general", name="b", size=1_001, sha256=b"x" * 32) == (
        "too_large"
    )
    alice.call("upload-chunk", upload=number, offset=0, data=b"x" * 2_000)
    alice.call("upload-finish", upload=number)
    read_again(world, max_file_size_bytes=10_000, file_quota_bytes=1_500)
    error = alice.refusal("upload", room="general", name="c", size=100, sha256=b"x" * 32)
    assert error["limit"] == 1_500
    assert alice.call("download", room="general", seq=1, offset=0)["size"] == 2_000
    read_again(world, file_quota_bytes=0)
    upload(alice, b"y" * 5_000)


@row("YOUNG_ACCOUNT")
def what_lies_unread_counts_as_long_as_an_account_is_young(world: World, tmp_path: Path) -> None:
    read_again(world, young_account_ms=0, limit_private=0)
    alice = world.user("alice")
    world.login("bob").close()
    for _ in range(130):
        alice.send_to("bob", "x" * 8_192)
    read_again(world, young_account_ms=DAY_MS)
    assert code(alice, "send-to", to="bob", text="more") == "rate_limited"
    read_again(world, young_account_ms=0)
    alice.send_to("bob", "more")


@row("UPLOADS_BYTES_MAX")
def uploads_that_were_begun_give_way_to_the_next(world: World, tmp_path: Path) -> None:
    alice, bob = world.user("alice"), world.user("bob")
    for letter in (b"a", b"b", b"c"):
        upload(alice, letter * 1_000_000)
    read_again(world, uploads_bytes_max=1 << 20, max_file_size_bytes=1 << 20)
    assert len(world.state.uploads) == 3
    number = upload(bob, b"d" * 500_000)
    assert number in world.state.uploads and len(world.state.uploads) < 4


@row("DISK_RESERVE")
def the_next_file_finds_so_much_room_or_none(world: World, tmp_path: Path) -> None:
    alice = world.user("alice")
    upload(alice, b"a" * 1_000)
    read_again(world, disk_reserve_bytes=1 << 62)
    assert code(alice, "upload", room="general", name="b", size=1, sha256=b"x" * 32) == (
        "storage_full"
    )
    alice.send("messages are written")
    read_again(world, disk_reserve_bytes=0)
    upload(alice, b"b" * 1_000)


# -- messages --------------------------------------------------------------------------------


@row("LIMIT_SHOW_MESSAGES")
def the_next_newcomer_is_shown_so_many(world: World, tmp_path: Path) -> None:
    alice = world.user("alice")
    for number in range(6):
        alice.send(str(number))
    bob = world.user("bob")
    read_again(world, limit_show_messages=2)
    assert world.user("carol").texts() == ["4", "5"]
    assert len(history(bob)) == 6
    read_again(world, limit_show_messages=4)
    assert world.user("dan").texts() == ["2", "3", "4", "5"]


@row("LIFETIME_MESSAGES")
def what_is_there_lives_by_it_and_what_is_gone_stays_gone(world: World, tmp_path: Path) -> None:
    alice = world.user("alice")
    alice.send("one")
    world.sleep(20 * MINUTE_MS)
    alice.send("two")
    world.sleep(20 * MINUTE_MS)
    read_again(world, lifetime_ms=30 * MINUTE_MS)
    world.sleep(SECOND_MS)
    assert history(alice) == ["two"] and not in_memory(world, "one"), "lowered"
    read_again(world, lifetime_ms=2 * HOUR_MS)
    world.sleep(90 * MINUTE_MS)
    assert history(alice) == ["two"], "raised; what is gone does not come back"
    read_again(world, lifetime_ms=0)
    alice.send("three")
    world.oversleep(400 * DAY_MS)
    assert history(alice) == ["two", "three"], "without end"
    alice.send("four")
    read_again(world, lifetime_ms=30 * DAY_MS)
    world.sleep(SECOND_MS)
    assert history(alice) == ["four"] and not in_memory(world, "three"), "with an end again"
    world.oversleep(33 * DAY_MS)
    assert history(alice) == [] and not in_memory(world, "four")


def in_memory(world: World, text: str) -> bool:
    frames = (frame for room in world.state.rooms.values() for frame in room.log.frames)
    return any(text.encode() in frame for frame in frames)


@row("KEEP_UNREAD")
def what_nobody_reads_lives_by_it(world: World, tmp_path: Path) -> None:
    alice, bob = world.user("alice"), world.user("bob")
    alice.send("one")
    bob.close()
    world.oversleep(3 * DAY_MS)
    alice.send("two")
    read_again(world, keep_unread_ms=2 * DAY_MS)
    world.sleep(SECOND_MS)
    assert not in_memory(world, "one") and in_memory(world, "two")
    read_again(world, keep_unread_ms=0)
    world.oversleep(400 * DAY_MS)
    assert world.user("bob").texts() == ["two"]


@row("LOG_BYTES_MAX")
def the_oldest_of_a_log_that_is_too_large_go_at_once(world: World, tmp_path: Path) -> None:
    alice = world.user("alice")
    for number in range(10):
        alice.send(f"{number} {'x' * 1_000}")
    read_again(world, log_bytes_max=5_500)
    world.sleep(SECOND_MS)
    assert world.state.general.log.first_seq == 6
    read_again(world, log_bytes_max=1 << 20)
    alice.send("more")
    assert world.state.general.log.first_seq == 6


@row("TZ")
def times_are_shown_in_it_from_then_on(world: World, tmp_path: Path) -> None:
    alice = world.user("alice")
    read_again(world, tz=ZoneInfo("Asia/Tokyo"))
    assert alice.call("status")["time_zone"] == "Asia/Tokyo"
    assert world.connect().hello()["time_zone"] == "Asia/Tokyo"


# -- order -----------------------------------------------------------------------------------


@row("ADMINS")
def who_is_there_may_moderate_from_then_on_and_not_longer(world: World, tmp_path: Path) -> None:
    alice, bob = world.user("alice"), world.user("bob")
    read_again(world, admins=("alice",))
    alice.call("reports")
    assert code(bob, "reports") == "forbidden"
    read_again(world, admins=("bob",))
    bob.call("reports")
    assert code(alice, "reports") == "forbidden"


def reported(world: World, eve: Peer, *names: str) -> int:
    """Let users report eve; return how many warnings she has then."""
    for name in names:
        world.user(name).call("report", user="eve", reason="spam")
    return int(eve.call("status")["warnings"])


@row("WARNINGS_LIMIT")
def warnings_that_are_there_ban_with_the_next(world: World, tmp_path: Path) -> None:
    eve = world.user("eve")
    eve.send("hello")
    assert reported(world, eve, "alice", "bob") == 2
    read_again(world, warnings_limit=2)
    eve.send("no ban without a warning")
    assert eve.call("status")["warnings_limit"] == 2
    reported(world, eve, "carol")
    assert code(eve, "send", text="hello") == "banned"


@row("BAN_HOURS")
def a_ban_ends_when_it_was_said_to_and_the_next_by_the_new_rule(
    world: World, tmp_path: Path
) -> None:
    eve = world.user("eve")
    eve.send("hello")
    reported(world, eve, "alice", "bob", "carol")
    until_ms = world.now_ms + 4 * HOUR_MS
    for hours in (1, 48):
        read_again(world, ban_ms=hours * HOUR_MS)
        assert eve.refusal("send", text="hello")["until"] == until_ms
    world.sleep(4 * HOUR_MS + SECOND_MS)
    eve.send("hello again")
    reported(world, eve, "dan", "fay", "gus")
    assert eve.refusal("send", text="hello")["until"] == world.now_ms + 48 * HOUR_MS


@row("REPORTER_AGE")
def reports_of_the_young_do_not_warn_from_then_on(world: World, tmp_path: Path) -> None:
    eve = world.user("eve")
    eve.send("hello")
    assert reported(world, eve, "alice") == 1
    read_again(world, reporter_age_ms=DAY_MS)
    assert reported(world, eve, "bob") == 1, "a warning that was given stays"
    read_again(world, reporter_age_ms=0)
    assert reported(world, eve, "carol") == 2


# -- the server's own log --------------------------------------------------------------------


@row("LOG_LEVEL", "LOG_FORMAT", "LOG_FILE", "LOG_FILE_BYTES", "LOG_FILE_COUNT")
def the_next_line_is_written_by_them(world: World, tmp_path: Path) -> None:
    alice, path = world.user("alice"), tmp_path / "log"
    read_again(world, log_file=path)
    alice.send("one")
    assert " send general#1 ok" in path.read_text().splitlines()[-1]
    read_again(world, log_format=LogFormat.JSON)
    alice.send("two")
    assert '"method": "send"' in path.read_text().splitlines()[-1]
    read_again(world, log_level=LogLevel.WARNING)
    before = path.read_text()
    alice.send("three")
    assert path.read_text() == before
    read_again(world, log_level=LogLevel.INFO, log_file_bytes=500, log_file_count=1)
    for number in range(10):
        alice.send(str(number))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["log", "log.1"]
    assert path.stat().st_size <= 500


# -- across restarts, and before them --------------------------------------------------------


@pytest.mark.parametrize("how", ["stop", "kill", "crash"])
def test_lifetime_and_period_that_changed_while_the_server_was_down_hold(how: str) -> None:
    with World(limit_messages=2) as world:
        alice = world.user("alice")
        started_ms = world.now_ms
        alice.send("one")
        world.sleep(20 * MINUTE_MS)
        alice.send("two")
        getattr(world, how)()
        world.restart(lifetime_ms=10 * MINUTE_MS, update_period_ms=25 * MINUTE_MS)
        world.sleep(SECOND_MS)
        alice = world.user("alice")
        assert history(alice) == ["two"] and not in_memory(world, "one")
        reset_at_ms = alice.call("status")["general"]["reset_at"]
        assert reset_at_ms == started_ms + 25 * MINUTE_MS
        getattr(world, how)()
        world.restart(lifetime_ms=0, update_period_ms=HOUR_MS)
        world.oversleep(DAY_MS)
        assert history(world.user("alice")) == ["two"]
        getattr(world, how)()
        world.restart(lifetime_ms=HOUR_MS)
        world.sleep(SECOND_MS)
        assert history(world.user("alice")) == []


def test_text_that_a_limit_holds_goes_when_the_limit_is_raised_or_the_period_over() -> None:
    for options in ({"limit_messages": 20}, {"update_period_ms": 5 * MINUTE_MS}):
        with World(limit_messages=1) as world:
            alice = world.user("alice")
            alice.call("send-at", at=world.now_ms + MINUTE_MS, to="general", text="later")
            alice.send("now")
            world.sleep(6 * MINUTE_MS)
            assert alice.call("status")["held"] == 1
            read_again(world, **options)
            world.settle()
            assert alice.texts() == ["now", "later"]


def test_settings_read_again_while_the_disk_is_full_hold_when_there_is_room() -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send("one")
        world.sleep(20 * MINUTE_MS)
        world.database.transaction.writable = False
        read_again(world, lifetime_ms=10 * MINUTE_MS)
        world.sleep(MINUTE_MS)
        assert in_memory(world, "one")
        world.database.transaction.writable = True
        world.sleep(2 * SECOND_MS)
        assert history(alice) == [] and not in_memory(world, "one")


def test_hangup_without_a_change_writes_nothing() -> None:
    with World() as world:
        world.user("alice").send("one")
        world.sleep(5 * SECOND_MS)
        before = world.state.digest()
        hang_up(world)
        world.sleep(5 * SECOND_MS)
        assert world.state.digest() == before


def test_hangups_together_are_one() -> None:
    with World() as world:
        alice, before = world.user("alice"), world.settings
        reads: list[None] = []

        def count() -> Settings:
            reads.append(None)
            return before

        world.app.reload._read = count
        for _ in range(3):
            world.signals.send(signal.SIGHUP)
        world.settle()
        assert reads == [None] and alice.send("still here")
