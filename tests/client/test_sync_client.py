"""The client over lines that break: nothing is missed, nothing doubles, nothing hangs."""

import msgspec
import pytest

from chatd.errors import AuthFailed, BadRequest, Overloaded, RateLimited, TooLarge, UnknownMethod
from chatd.wire.commands import (
    BannedUntil,
    Bye,
    Error,
    Explanation,
    Found,
    Gap,
    Hooks,
    HookState,
    NewHook,
    Nothing,
    OpenReports,
    Ping,
    PingNotice,
    Posted,
    Reset,
    ScheduledPost,
    ScheduledPosts,
    Send,
    Start,
    Synced,
    ThreadList,
    ThreadPage,
    ThreadStatus,
)
from chatd.wire.envelope import Notification, Request, encode_notification
from chatd.wire.frames import encode_frame
from client import (
    Client,
    Connected,
    ConnectionLost,
    Disconnected,
    Environment,
    FoundPage,
    LoginRequired,
    SeenThread,
    UnknownEntry,
)
from client.protocol import (
    PENDING_MAX,
    QUIET_SECONDS_MAX,
    SILENCE_SECONDS_MAX,
    TIMES_SENT_MAX,
)
from tests.client.network import LIVE, SYNCED, WELCOME, Network, posted, said

TLS_ONLY = encode_notification(
    "error", {"code": "bad_frame", "message": "this server speaks TLS only"}
)


def seqs(client: Client, count: int) -> list[object]:
    """Take so many events; entries by their numbers, the rest by their types."""
    events = [client.next_event(20) for _ in range(count)]
    return [getattr(event, "seq", type(event)) for event in events]


# -- Logging in ------------------------------------------------------------------------------


def test_log_in_with_a_token_greets_first(network: Network, client: Client) -> None:
    peer = network.peer().lets_in()
    assert client.log_in_token("secret").name == "alice"
    first, second = peer.heard()
    assert isinstance(first, Request) and first.method == "hello"
    assert isinstance(second, Request) and second.params == {"token": "secret"}


def test_log_in_with_a_dead_token_raises_and_another_try_may_follow(
    network: Network, client: Client
) -> None:
    network.peer().turns_away(AuthFailed("no")).answers(0, AuthFailed("no"))
    for _ in range(2):
        with pytest.raises(AuthFailed):
            client.log_in_token("secret")


def test_log_in_after_the_server_tired_of_waiting_connects_again(
    network: Network, client: Client
) -> None:
    network.peer().turns_away(AuthFailed("no")).hangs_up()
    with pytest.raises(AuthFailed):
        client.log_in_token("wrong")
    network.peer().lets_in()
    assert client.log_in_token("right").name == "alice"


def test_a_first_connection_that_is_refused_raises_at_once(
    network: Network, client: Client
) -> None:
    network.refuse()
    with pytest.raises(ConnectionLost, match="127.0.0.1:8000: Connection refused"):
        client.connect()
    assert network.slept == []


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            b"HTTP/1.1 400 Bad Request\r\n\r\n",
            "127.0.0.1:8000: that is not a chatd server: it speaks HTTP",
        ),
        (
            b"\x00\xff\xff\xff",
            "127.0.0.1:8000: that is not a chatd server: a frame of 16777215 bytes",
        ),
        (b"\x00\x00\x00\x01\xc0", "127.0.0.1:8000: that is not a chatd server: not an envelope"),
        (b"", "127.0.0.1:8000: the server ended the connection"),
        (TLS_ONLY, "^127.0.0.1:8000: this server speaks TLS only$"),
    ],
)
def test_a_port_that_is_no_chatd_is_no_connection(
    network: Network, client: Client, said: bytes, words: str
) -> None:
    network.peer().sends(said).hangs_up()
    with pytest.raises(ConnectionLost, match=words):
        client.connect()


@pytest.mark.parametrize("host", ["", "..", "a b", "a" * 64, "\udcff", "a\0b"])
def test_a_host_that_is_none_is_no_connection(host: str) -> None:
    with Client(host, 8000) as client, pytest.raises(ConnectionLost):
        client.connect()


def test_hanging_up_before_the_login_lets_the_next_method_connect_again(
    network: Network, client: Client
) -> None:
    network.peer().answers(0, WELCOME)
    network.peer().lets_in()
    client.connect()
    client.hang_up()
    assert network.made[0].near.fileno() < 0
    assert client.log_in_token("secret").name == "alice"


def test_a_request_before_the_login_raises(client: Client) -> None:
    with pytest.raises(LoginRequired):
        client.send("hi")


def test_a_server_that_hangs_up_in_the_middle_of_a_frame_is_a_lost_connection(
    network: Network, client: Client
) -> None:
    network.peer().sends(b"\x00\x00\x00").hangs_up()
    with pytest.raises(ConnectionLost):
        client.connect()


# -- Events ----------------------------------------------------------------------------------


def test_entries_come_in_order_and_each_once(network: Network, following: Client) -> None:
    network.made[0].says(said(1), said(2), said(2), said(1), LIVE, said(3))
    assert seqs(following, 4) == [1, 2, type(LIVE), 3]


def test_an_entry_of_a_newer_server_comes_as_unknown(network: Network, following: Client) -> None:
    newer = {"kind": "hologram", "room": "general", "seq": 1, "ts": 5, "beam": [1, 2]}
    network.made[0].sends(encode_notification("entry", newer))
    assert following.next_event(1) == UnknownEntry("general", 1, 5, "hologram")


def test_a_notification_of_a_newer_server_is_passed_over(
    network: Network, following: Client
) -> None:
    network.made[0].sends(encode_notification("weather", {"sun": True})).says(said(1))
    assert seqs(following, 1) == [1]


def test_a_ping_is_answered_and_not_shown(network: Network, following: Client) -> None:
    network.made[0].says(PingNotice(), said(1))
    assert seqs(following, 1) == [1]
    assert Notification("pong", {}) in network.made[0].heard()


def test_next_event_returns_none_after_its_time(following: Client) -> None:
    assert following.next_event(0) is None


def test_events_end_when_the_client_is_closed(network: Network, following: Client) -> None:
    network.made[0].says(said(1))
    for _ in following.events():
        following.close()
    assert following.next_event() is None


def test_events_above_the_bound_are_fetched_again_when_there_is_room(
    network: Network, following: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("client.protocol.EVENTS_MAX", 2)
    network.made[0].says(said(1), said(2), said(3)).answers(2, posted(4))
    following.send("while nobody takes events")
    second = network.peer().lets_in(SYNCED).says(said(3))
    assert seqs(following, 5) == [1, 2, Disconnected, Connected, 3]
    assert second.requests("sync")[0]["positions"] == {"general": 2}


# -- Reconnecting ----------------------------------------------------------------------------


def test_a_lost_connection_resumes_behind_the_last_entry(
    network: Network, following: Client
) -> None:
    network.made[0].says(said(7)).hangs_up()
    second = network.peer().lets_in(SYNCED).says(said(7), said(8))
    assert seqs(following, 4) == [7, Disconnected, Connected, 8]
    (sync,) = second.requests("sync")
    assert (sync["positions"], sync["epoch"]) == ({"general": 7}, "epoch")


def test_reconnecting_waits_longer_each_time_and_says_why(
    network: Network, following: Client
) -> None:
    network.made[0].says(Bye("restart")).hangs_up()
    network.refuse(4)
    network.peer().turns_away(Overloaded("later"))
    network.peer().lets_in(SYNCED)
    events = [following.next_event(100) for _ in range(3)]
    assert [type(event) for event in events] == [Bye, Disconnected, Connected]
    assert network.slept == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0]


def test_delays_begin_small_again_after_a_connection_that_held(
    network: Network, following: Client
) -> None:
    network.made[0].hangs_up()
    network.refuse(3)
    second = network.peer().lets_in(SYNCED)
    assert seqs(following, 2) == [Disconnected, Connected]
    network.now += 10
    second.hangs_up()
    network.peer().lets_in(SYNCED)
    assert seqs(following, 2) == [Disconnected, Connected]
    assert network.slept[-1] == 0.5


def test_delays_grow_though_each_connection_is_made_and_lost_at_once(
    network: Network, following: Client
) -> None:
    network.made[0].hangs_up()
    for _ in range(3):
        network.peer().lets_in(SYNCED).hangs_up()
    network.peer().lets_in(SYNCED)
    assert seqs(following, 8) == [Disconnected, Connected] * 4
    assert network.slept == [0.5, 1.0, 2.0, 4.0]


def test_a_wait_that_ends_while_disconnected_does_not_oversleep(
    network: Network, following: Client
) -> None:
    network.made[0].hangs_up()
    assert isinstance(following.next_event(1), Disconnected)
    assert following.next_event(0.25) is None
    assert network.slept == [0.25]


def test_giving_up_raises_after_the_time(network: Network) -> None:
    with network.client(give_up_seconds=3) as client:
        network.peer().lets_in().answers(1, SYNCED).hangs_up()
        client.log_in_token("secret")
        network.refuse(10)
        with pytest.raises(ConnectionLost, match="Connection refused; gave up"):
            for _ in client.events():
                pass
        assert network.slept == [0.5, 1.0, 2.0]


def test_a_token_that_was_revoked_meanwhile_ends_it(network: Network, following: Client) -> None:
    network.made[0].hangs_up()
    network.peer().turns_away(AuthFailed("revoked"))
    with pytest.raises(LoginRequired):
        list(following.events())
    with pytest.raises(LoginRequired):
        following.send("hi")


def test_a_goodbye_to_a_login_that_is_over_ends_it_and_nothing_is_tried_again(
    network: Network, following: Client
) -> None:
    network.made[0].says(Bye("this device was revoked", logged_out=True)).hangs_up()
    assert isinstance(following.next_event(), Bye)
    with pytest.raises(LoginRequired, match="no longer accepts our login: this device was revoked"):
        following.next_event()
    assert network.slept == [] and not following.connected


def test_a_gap_moves_the_position_behind_it(network: Network, following: Client) -> None:
    network.made[0].says(Gap("general", 1, 40)).hangs_up()
    second = network.peer().lets_in(SYNCED)
    assert seqs(following, 3) == [Gap, Disconnected, Connected]
    assert second.requests("sync")[0]["positions"] == {"general": 40}


def test_a_reset_forgets_the_position(network: Network, following: Client) -> None:
    network.made[0].says(said(9), Reset("general"), said(2))
    assert seqs(following, 3) == [9, Reset, 2]


def test_a_new_epoch_is_kept_for_the_next_time(network: Network, following: Client) -> None:
    network.made[0].hangs_up()
    network.peer().lets_in(Synced("later", "alice", 1, 0)).hangs_up()
    third = network.peer().lets_in(SYNCED)
    assert seqs(following, 4) == [Disconnected, Connected] * 2
    assert third.requests("sync")[0]["epoch"] == "later"


@pytest.mark.parametrize("start", [Start.NOW, Start.END])
def test_following_from_the_end_resumes_without_a_hole(
    network: Network, client: Client, start: Start
) -> None:
    first = network.peer().lets_in().answers(1, SYNCED).hangs_up()
    client.log_in_token("secret")
    client.sync(start=start, peek=True)
    second = network.peer().lets_in(SYNCED)
    assert seqs(client, 2) == [Disconnected, Connected]
    assert first.requests("sync")[0]["start"] == start.value
    assert second.requests("sync")[0].get("start", "unread") == "unread"


def test_a_sync_on_its_way_when_the_line_breaks_is_done_by_the_reconnection(
    network: Network, client: Client
) -> None:
    network.peer().lets_in().hangs_up()
    second = network.peer().lets_in(SYNCED)
    client.log_in_token("secret")
    assert client.sync() == SYNCED
    assert len(second.requests("sync")) == 1


@pytest.mark.parametrize("garbage", [b"\xff\xff\xff\xff", encode_frame(b"\xc1"), encode_frame(b"")])
def test_bytes_that_are_no_envelope_end_the_link_and_not_the_client(
    network: Network, following: Client, garbage: bytes
) -> None:
    network.made[0].sends(garbage)
    network.peer().lets_in(SYNCED).says(said(1))
    assert seqs(following, 3) == [Disconnected, Connected, 1]


def test_an_answer_that_nobody_asked_for_ends_the_link(network: Network, following: Client) -> None:
    network.made[0].answers(77, Nothing())
    network.peer().lets_in(SYNCED)
    assert seqs(following, 2) == [Disconnected, Connected]


def test_an_answer_to_something_else_is_not_taken_for_the_one_that_is_waited_for(
    network: Network, following: Client
) -> None:
    network.made[0].answers(77, posted(7))
    network.peer().lets_in(SYNCED).answers(2, posted(1))
    assert following.send("hi") == posted(1)


# -- A silent line ---------------------------------------------------------------------------


def test_a_quiet_server_is_asked_for_a_sign_of_life(network: Network, following: Client) -> None:
    network.now += QUIET_SECONDS_MAX
    assert following.next_event(0) is None
    assert network.made[0].requests("ping") == [{}]


def test_a_server_that_stays_silent_is_given_up(network: Network, following: Client) -> None:
    network.now += QUIET_SECONDS_MAX
    following.next_event(0)
    network.now += SILENCE_SECONDS_MAX - QUIET_SECONDS_MAX
    assert isinstance(following.next_event(0), Disconnected)


# -- Posting once ----------------------------------------------------------------------------


def test_send_takes_a_nonce_and_returns_where_it_is(network: Network, following: Client) -> None:
    network.made[0].answers(2, posted(1))
    assert following.send("hi").seq == 1
    assert network.made[0].requests("send") == [{"text": "hi", "nonce": "nonce-1"}]


def test_a_post_without_an_answer_goes_out_again_under_the_same_nonce(
    network: Network, following: Client
) -> None:
    network.made[0].hangs_up()
    second = network.peer().lets_in(SYNCED).answers(2, posted(1))
    assert following.send("hi").seq == 1
    for peer in network.made:
        assert peer.requests("send") == [{"text": "hi", "nonce": "nonce-1"}]
    assert len(network.made) == 2 and second is network.made[1]


def test_pipelined_posts_are_sent_again_in_their_order(network: Network, following: Client) -> None:
    network.made[0].answers(2, posted(1)).hangs_up()
    replies = [following.request(Send(text, f"nonce-{text}")) for text in "abc"]
    second = network.peer().lets_in(SYNCED).answers(3, posted(2), posted(3))
    assert [reply.result().seq for reply in replies] == [1, 2, 3]
    assert [params["text"] for params in second.requests("send")] == ["b", "c"]


def test_a_list_without_an_answer_is_asked_for_again(network: Network, following: Client) -> None:
    network.made[0].hangs_up()
    network.peer().lets_in(SYNCED).answers(2, Hooks([]))
    assert following.hooks() == Hooks([])


def test_what_can_not_be_done_twice_is_not_sent_again(network: Network, following: Client) -> None:
    network.made[0].hangs_up()
    network.peer().lets_in(SYNCED).answers(2, Nothing())  # if it were
    with pytest.raises(ConnectionLost, match="may or may not"):
        following.revoke(3)


def test_what_was_asked_while_disconnected_goes_out_when_connected(
    network: Network, following: Client
) -> None:
    network.made[0].hangs_up()
    assert isinstance(following.next_event(1), Disconnected)
    second = network.peer().lets_in(SYNCED).answers(2, Nothing())
    following.revoke(3)
    assert second.requests("revoke") == [{"device": 3}]


def test_a_request_that_was_lost_too_often_is_given_up(network: Network, following: Client) -> None:
    network.made[0].hangs_up()
    for _ in range(TIMES_SENT_MAX - 1):
        network.peer().lets_in(SYNCED).hangs_up()
    network.peer().lets_in(SYNCED)
    with pytest.raises(ConnectionLost):
        following.send("poison")
    assert sum(len(peer.requests("send")) for peer in network.made) == TIMES_SENT_MAX


def test_a_call_gives_up_after_its_time_while_the_server_is_away(
    network: Network, following: Client
) -> None:
    network.made[0].hangs_up()
    network.refuse(20)
    with pytest.raises(ConnectionLost, match="did not answer in time"):
        following.send("hi")
    assert sum(network.slept) == 30
    assert following.pending_count == 0


def test_requests_on_their_way_are_bounded(network: Network, following: Client) -> None:
    for _ in range(PENDING_MAX):
        following.request(Ping())
    assert following.pending_count == PENDING_MAX
    network.made[0].answers(2, Nothing())
    following.request(Ping())  # waits for the answer to the first
    assert following.pending_count == PENDING_MAX


# -- Errors ----------------------------------------------------------------------------------


def test_a_refusal_is_raised_with_its_detail(network: Network, following: Client) -> None:
    network.made[0].answers(2, RateLimited("slow down", limit=20, reset_at=99))
    with pytest.raises(RateLimited) as refused:
        following.send("hi")
    assert refused.value.detail == {"limit": 20, "reset_at": 99}


def test_a_call_checks_method_and_parameters_before_anything_is_sent(following: Client) -> None:
    with pytest.raises(UnknownMethod):
        following.call_by_name("dance")
    with pytest.raises(UnknownMethod):
        following.call_by_name("ack", room="general", seq=1)
    with pytest.raises(BadRequest):
        following.call_by_name("send", text="")


def test_a_text_that_fits_no_frame_is_refused_here(following: Client) -> None:
    with pytest.raises((TooLarge, BadRequest)):
        following.send("x" * 70_000)


# -- Acknowledgements ------------------------------------------------------------------------


def acked(network: Network, peer: int = 0) -> list[object]:
    heard = network.made[peer].heard()
    return [
        (envelope.params["room"], envelope.params["seq"])
        for envelope in heard
        if isinstance(envelope, Notification) and envelope.method == "ack"
    ]


def test_acks_are_gathered_for_two_seconds(network: Network, following: Client) -> None:
    network.made[0].says(said(1), said(2), said(1, room="alice,bob"), LIVE, said(3), said(4))
    seqs(following, 2)  # asking for the second says that the first was read
    assert acked(network) == [("general", 1)]
    seqs(following, 3)
    assert acked(network) == []
    network.now += 2
    seqs(following, 1)
    assert acked(network) == [("general", 3), ("alice,bob", 1)]


def test_closing_acknowledges_what_was_handed_out(network: Network, following: Client) -> None:
    network.made[0].says(said(1))
    seqs(following, 1)
    following.close()
    assert acked(network) == [("general", 1)]


def test_an_entry_whose_handling_failed_is_not_acknowledged(network: Network) -> None:
    network.peer().lets_in().answers(1, SYNCED).says(said(1))
    with pytest.raises(ZeroDivisionError), network.client() as client:
        client.log_in_token("secret")
        for _ in client.events():
            raise ZeroDivisionError
    assert acked(network) == []


def test_acks_are_said_again_on_a_new_connection(network: Network, following: Client) -> None:
    network.made[0].says(said(1), said(2)).hangs_up()
    network.peer().lets_in(SYNCED).says(said(3))
    assert seqs(following, 5) == [1, 2, Disconnected, Connected, 3]
    following.close()
    assert acked(network, 1)[-1] == ("general", 3)


def test_acks_that_were_told_on_a_lost_line_are_said_again(
    network: Network, following: Client
) -> None:
    network.made[0].says(said(1), LIVE).hangs_up()
    network.peer().lets_in(SYNCED)
    assert seqs(following, 4)[2:] == [Disconnected, Connected]
    following.close()
    assert acked(network) == acked(network, 1) == [("general", 1)]


def test_nothing_of_an_earlier_epoch_is_acknowledged(network: Network, following: Client) -> None:
    network.made[0].says(said(8), said(9), said(7, room="alice,bob")).hangs_up()
    network.peer().lets_in(Synced("later", "alice", 1, 0)).says(Reset("general"), said(1))
    assert seqs(following, 7) == [8, 9, 7, Disconnected, Connected, Reset, 1]
    following.close()
    assert acked(network, 1) == [("general", 1)]


def test_what_came_before_a_restore_is_not_acknowledged_though_it_is_read_behind_it(
    network: Network, following: Client
) -> None:
    network.made[0].says(said(9)).hangs_up()
    network.peer().lets_in(Synced("later", "alice", 1, 0)).answers(2, posted(1)).says(said(2))
    following.send("hi")  # by which all that has come waits to be handed out
    assert seqs(following, 4) == [9, Disconnected, Connected, 2]
    following.close()
    assert acked(network, 1) == [("general", 2)]


def test_room_without_a_position_of_its_own_begins_anew_in_another_epoch(
    network: Network, following: Client
) -> None:
    network.made[0].says(said(9)).hangs_up()
    network.peer().lets_in(Synced("later", "alice", 1, 0)).says(said(1))
    assert seqs(following, 4) == [9, Disconnected, Connected, 1]


def test_what_came_before_a_reset_is_not_acknowledged_behind_it(
    network: Network, following: Client
) -> None:
    network.made[0].says(said(9), said(4, room="alice,bob"), Reset("general")).answers(2, posted(1))
    following.send("hi")
    network.made[0].says(said(2))
    assert seqs(following, 4) == [9, 4, Reset, 2]
    following.close()
    assert acked(network) == [("alice,bob", 4), ("general", 2)]


def test_an_ack_that_met_the_end_of_its_room_is_no_news_and_other_errors_are(
    network: Network, following: Client
) -> None:
    lost, kept = Error("not_found", "no such room"), Error("bad_request", "what?")
    network.made[0].says(said(1), lost, kept, said(2))
    assert seqs(following, 3) == [1, Error, 2]


def test_peek_acknowledges_nothing(network: Network, client: Client) -> None:
    network.peer().lets_in().answers(1, SYNCED).says(said(1), said(2))
    client.log_in_token("secret")
    client.sync(peek=True)
    seqs(client, 2)
    client.close()
    assert acked(network) == []


# -- Moderating ------------------------------------------------------------------------------


def test_a_report_and_what_administrators_do_go_out_as_their_commands(
    network: Network, client: Client
) -> None:
    banned, removed = BannedUntil("eve", 5_000), Posted("general", 9, 7)
    peer = network.peer().lets_in()
    for request_id, answer in enumerate(
        [Nothing(), OpenReports([], None), banned, Nothing(), Nothing(), removed], 1
    ):
        peer.answers(request_id, answer)
    client.log_in_token("secret")
    client.report("eve", "spam", "general", 7)
    assert client.reports(5) == OpenReports([], None)
    assert client.ban("eve", 2, "enough") == banned
    client.unban("eve")
    client.dismiss(3)
    assert client.remove("general", 7, "spam") == removed
    heard = [(h.method, h.params) for h in peer.heard() if isinstance(h, Request)]
    assert heard[2:] == [
        ("report", {"user": "eve", "reason": "spam", "room": "general", "seq": 7}),
        ("reports", {"after": 5}),
        ("ban", {"user": "eve", "hours": 2, "reason": "enough"}),
        ("unban", {"user": "eve"}),
        ("dismiss", {"report": 3}),
        ("remove", {"room": "general", "seq": 7, "reason": "spam"}),
    ]


# -- Scheduling ------------------------------------------------------------------------------


def test_a_scheduled_text_carries_a_nonce_and_is_listed_and_cancelled(
    network: Network, client: Client
) -> None:
    waits = ScheduledPost(3, 5_000, "general", "later")
    peer = network.peer().lets_in()
    for request_id, answer in enumerate([waits, ScheduledPosts([waits], None), waits], 1):
        peer.answers(request_id, answer)
    client.log_in_token("secret")
    assert client.send_at(5_000, "later") == waits
    assert client.scheduled().posts == [waits]
    assert client.cancel(3) == waits
    heard = [(h.method, h.params) for h in peer.heard() if isinstance(h, Request)]
    assert heard[2:] == [
        ("send-at", {"at": 5_000, "text": "later", "to": "general", "nonce": "nonce-1"}),
        ("scheduled", {"after": 0}),
        ("cancel", {"id": 3}),
    ]


# -- Hooks -----------------------------------------------------------------------------------


def test_a_hook_is_made_listed_and_revoked(network: Network, client: Client) -> None:
    made, listed = NewHook(3, "general", "token"), Hooks([HookState(3, "general", "ci", 5_000)])
    peer = network.peer().lets_in()
    for request_id, answer in enumerate([made, listed, Nothing()], 1):
        peer.answers(request_id, answer)
    client.log_in_token("secret")
    assert client.hook("general", "ci") == made
    assert client.hooks() == listed
    client.unhook(3)
    heard = [(h.method, h.params) for h in peer.heard() if isinstance(h, Request)]
    assert heard[2:] == [
        ("hook", {"room": "general", "label": "ci"}),
        ("hooks", {}),
        ("unhook", {"hook": 3}),
    ]


@pytest.mark.parametrize(
    ("host", "scheme", "address"),
    [
        ("127.0.0.1", "http", "http://127.0.0.1:8000"),
        ("chat.example.org", "https", "https://chat.example.org:8000"),
        ("::1", "http", "http://[::1]:8000"),
    ],
)
def test_the_web_address_is_what_a_browser_takes(host: str, scheme: str, address: str) -> None:
    assert Client(host, environment=Environment(scheme=scheme)).web_address == address


# -- Searching, and why ----------------------------------------------------------------------


def test_a_search_brings_entries_of_any_kind_and_where_to_go_on(
    network: Network, following: Client
) -> None:
    newer = {"kind": "hologram", "room": "general", "seq": 1, "ts": 5, "beam": [1, 2]}
    page = [msgspec.Raw(msgspec.msgpack.encode(entry)) for entry in (said(2), newer)]
    network.made[0].answers(2, Found(page, " 5:1:general"))
    found = following.search("hi", room="general", author="bob", limit=7)
    assert found == FoundPage([said(2), UnknownEntry("general", 1, 5, "hologram")], " 5:1:general")
    (asked,) = network.made[0].requests("search")
    assert asked == {
        "words": "hi", "room": "general", "author": "bob", "after": "", "limit": 7,
    }  # fmt: skip


def test_a_thread_says_what_is_unread_in_it_and_threads_are_listed(
    network: Network, following: Client
) -> None:
    raw = [msgspec.Raw(msgspec.msgpack.encode(said(2)))]
    listed = ThreadList("general", [ThreadStatus(2, 3, 9, 5, 1, "bob", "hi")], 9)
    network.made[0].answers(2, ThreadPage("general", raw, None, 2, 3, 1))
    assert following.thread("general", 2) == SeenThread("general", [said(2)], None, 2, 3, 1)
    network.made[0].answers(3, listed)
    assert following.threads(unread=True) == listed
    (asked,) = network.made[0].requests("threads")
    assert asked == {"room": "general", "unread": True, "after": 0, "limit": 40}


def test_a_refusal_is_explained(network: Network, following: Client) -> None:
    why = Explanation("send", 5, "rate_limited", "no more", "So many.", "LIMIT_MESSAGES", "20", 9)
    network.made[0].answers(2, why)
    assert following.why() == why
