"""The client's protocol by itself: tables of bytes and times in, bytes and events out.

No socket, no clock, no thread: what a server says is a list of bytes, cut anywhere.
"""

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.errors import AuthFailed, ChatError, Overloaded, RateLimited, UnsupportedVersion
from chatd.wire.commands import (
    Bye,
    Error,
    Gap,
    LoggedIn,
    Nothing,
    Notice,
    Ping,
    PingNotice,
    Posted,
    Reset,
    Result,
    Revoke,
    Send,
    Start,
    Status,
    Synced,
    as_notification,
)
from chatd.wire.entries import Entry, encode_entry
from chatd.wire.envelope import (
    Envelope,
    Notification,
    Request,
    decode_envelope,
    encode_error,
    encode_notification,
    encode_request,
    encode_result,
)
from chatd.wire.frames import FrameDecoder, encode_frame
from client.errors import Closed, ConnectionLost, LoginRequired
from client.events import Connected, Disconnected, Event
from client.login import by_token
from client.outcome import PendingRequest
from client.protocol import (
    ANSWER_SECONDS,
    QUIET_SECONDS_MAX,
    SILENCE_SECONDS_MAX,
    ClientProtocol,
)
from tests.client.network import ALICE, SYNCED, WELCOME, posted, said

Said = Result | ChatError | Entry | Notice | tuple[int, Result | ChatError]


def encoded(*said: Said) -> bytes:
    """Return what a server says: answers, by themselves or with their ids, entries and notices."""
    return b"".join(map(_encoded, said))


def _encoded(said: Said) -> bytes:
    if isinstance(said, Entry):
        return encode_entry(said)
    if isinstance(said, Notice):
        notification = as_notification(said)
        return encode_notification(notification.method, notification.params)
    number, answer = said if isinstance(said, tuple) else (0, said)
    if isinstance(answer, ChatError):
        return encode_error(number, answer)
    return encode_result(number, answer)


class Line:
    """A protocol in the hands of a test, with a clock that the test moves."""

    def __init__(self, give_up_seconds: float | None = None) -> None:
        self.now = 100.0
        self.protocol = ClientProtocol(
            "there:8000",
            "a test",
            uniform=lambda low, high: high,
            give_up_seconds=give_up_seconds,
        )
        self._sent = FrameDecoder()

    def connects(self) -> None:
        """The connection is made that is wanted now."""
        connect_at = self.protocol.connect_at
        self.now = self.now if connect_at is None else max(self.now, connect_at)
        self._sent = FrameDecoder()
        self.opening = self.protocol.connection_made(self.now)

    def receives(self, *parts: bytes) -> None:
        """Bytes come, in these parts."""
        for data in parts:
            self.protocol.receive_data(data, self.now)
            while self.protocol.advance(self.now):
                pass

    def says(self, *said: Said) -> None:
        self.receives(encoded(*said))

    def sent(self) -> list[Envelope]:
        """Return what goes out now."""
        self._sent.feed(self.protocol.data_to_send())
        return [decode_envelope(payload) for payload in iter(self._sent.next_frame, None)]

    def methods(self) -> list[str]:
        """Return what goes out now, by its methods."""
        sent = self.sent()
        return [one.method for one in sent if isinstance(one, Request | Notification)]

    def events(self) -> list[Event]:
        """Take all events there are."""
        return list(iter(lambda: self.protocol.next_event(self.now), None))

    def waits(self, seconds: float) -> None:
        """Nothing comes for a time."""
        self.now += seconds
        self.protocol.on_time(self.now)

    def logs_in(self) -> None:
        """Greet and log in by a token."""
        self.connects()
        self.says(WELCOME)
        self.protocol.log_in(by_token("secret"), lambda _: lambda: by_token("secret"), self.now)
        self.says(ALICE)

    def returns(self, synced: Synced | None = SYNCED) -> None:
        """Connect again, greet, log in, and follow if that is wanted."""
        self.connects()
        self.says(WELCOME, ALICE, *([] if synced is None else [synced]))

    def follows(self) -> None:
        """Be logged in, and follow from what is unread. Its request has the number 1."""
        self.logs_in()
        self.protocol.follow(Start.UNREAD, peek=False)
        self.says((1, SYNCED))
        self.sent()


@pytest.fixture
def line() -> Line:
    """A protocol that follows."""
    line = Line()
    line.follows()
    return line


def numbers(events: Iterable[Event]) -> list[object]:
    return [getattr(event, "seq", type(event)) for event in events]


# -- Opening ---------------------------------------------------------------------------------


def test_opening_greets_and_waits_for_a_login() -> None:
    line = Line()
    assert line.protocol.connect_at is None  # the first connection is made when somebody wants it
    line.connects()
    assert line.methods() == ["hello"] and not line.opening.done
    line.says(WELCOME)
    assert line.opening.value == WELCOME and not line.protocol.is_ready


def test_login_goes_step_by_step_and_its_next_ones_by_themselves() -> None:
    line = Line()
    line.logs_in()
    assert line.methods() == ["hello", "login-token"]
    assert (line.protocol.name, line.protocol.is_ready) == ("alice", True)
    line.receives(b"")
    line.returns(None)
    assert line.methods() == ["hello", "login-token"]
    assert line.events() == [Disconnected("the server ended the connection"), Connected("")]


@pytest.mark.parametrize(
    ("said", "error", "words"),
    [
        (encoded(UnsupportedVersion("2 only")), UnsupportedVersion, "^2 only$"),
        (encoded(Overloaded("full")), Overloaded, "^full$"),
        (encoded(Error("overloaded", "full")), Overloaded, "^full$"),
        (encoded(Error("bad_frame", "TLS only")), ConnectionLost, "^there:8000: TLS only$"),
        (encoded(Bye("restart")), ConnectionLost, "^there:8000: .* the connection: restart$"),
        (b"", ConnectionLost, "^there:8000: the server ended the connection$"),
        (b"SSH-2.0-x\r\n", ConnectionLost, "^there:8000: .* it speaks SSH$"),
        (b"\x15\x03\x01", ConnectionLost, "^there:8000: .* encrypted .* `--tls`$"),
        (b"\x00\xff\xff\xff", ConnectionLost, "^there:8000: that is not a chatd server: a frame"),
        (encode_frame(b"\xc0"), ConnectionLost, "^there:8000: .*: not an envelope"),
        (encode_request(1, "ping", Ping()), ConnectionLost, "^there:8000: .* a request$"),
        (encoded(Nothing()), ConnectionLost, "^there:8000: .* malformed answer to hello$"),
    ],
)
def test_opening_that_fails_says_why_and_is_not_tried_again(
    said: bytes, error: type[Exception], words: str
) -> None:
    line = Line()
    line.connects()
    line.receives(said)
    assert not line.protocol.has_connection and line.protocol.connect_at is None
    with pytest.raises(error, match=words):
        _ = line.opening.value


def test_opening_without_an_answer_is_given_up_at_its_deadline() -> None:
    line = Line()
    line.connects()
    assert line.protocol.timeout_at == line.now + ANSWER_SECONDS
    line.waits(ANSWER_SECONDS - 1)
    assert line.protocol.has_connection
    line.waits(1)
    with pytest.raises(ConnectionLost, match="does not answer"):
        _ = line.opening.value


def test_refused_login_leaves_the_connection_to_another_one() -> None:
    line = Line()
    line.connects()
    line.says(WELCOME)
    again = lambda _: lambda: by_token("right")  # noqa: E731
    refused = line.protocol.log_in(by_token("wrong"), again, line.now)
    line.says(AuthFailed("no"))
    assert isinstance(refused.error, AuthFailed) and not line.protocol.is_logged_in
    made = line.protocol.log_in(by_token("right"), again, line.now)
    line.says(ALICE)
    assert made.value == ALICE and line.protocol.is_ready


def test_what_comes_before_the_answer_to_a_login_is_not_lost() -> None:
    line = Line()
    line.connects()
    line.says(WELCOME)
    line.protocol.log_in(by_token("secret"), lambda _: lambda: by_token("secret"), line.now)
    line.says(said(1), LoggedIn("alice", 1))
    assert line.events() == [said(1)]


# -- Bytes, however they are cut -------------------------------------------------------------

DIALOG: list[tuple[bytes, list[Event]]] = [
    (encoded(said(1), PingNotice(), said(2)), [said(1), said(2)]),
    (encoded((2, posted(3)), said(3)), [said(3)]),
    (
        encoded((3, RateLimited("no")), Gap("general", 4, 6), said(7)),
        [Gap("general", 4, 6), said(7)],
    ),
]


def dialog_in(parts: list[bytes]) -> tuple[list[Event], list[object], list[Envelope]]:
    """Return events, answers and what is sent, when a dialog comes in these parts."""
    line = Line()
    line.follows()
    asked: list[PendingRequest[Posted]] = [
        line.protocol.request(Send(text, f"n-{text}")) for text in "ab"
    ]
    events: list[Event] = []
    for part in parts:
        line.receives(part)
        events += line.events()
    answers: list[object] = [type(one.error) if one.error else one.value for one in asked]
    return events, answers, [one for one in line.sent() if getattr(one, "method", "") != "ack"]


WHOLE = b"".join(data for data, _ in DIALOG)
EXPECTED = dialog_in([WHOLE])


def test_a_dialog_gives_its_events_answers_and_signs_of_life() -> None:
    events, answers, sent = EXPECTED
    assert events == [event for _, events in DIALOG for event in events]
    assert answers == [posted(3), RateLimited]
    assert [getattr(one, "method", "") for one in sent] == ["send", "send", "pong"]


@pytest.mark.parametrize("cut", range(1, len(WHOLE)))
def test_a_dialog_that_is_cut_anywhere_is_the_same(cut: int) -> None:
    assert dialog_in([WHOLE[:cut], WHOLE[cut:]]) == EXPECTED


@given(cuts=st.lists(st.integers(0, len(WHOLE)), max_size=40))
def test_a_dialog_in_any_parts_is_the_same(cuts: list[int]) -> None:
    places = sorted({0, *cuts, len(WHOLE)})
    assert dialog_in([WHOLE[start:end] for start, end in pairwise(places)]) == EXPECTED


def test_a_dialog_that_comes_byte_by_byte_is_the_same() -> None:
    assert dialog_in([bytes([byte]) for byte in WHOLE]) == EXPECTED


@given(
    lost_at=st.integers(0, len(WHOLE)),
    cuts=st.lists(st.integers(0, len(WHOLE)), max_size=5),
)
def test_a_line_that_breaks_at_any_byte_loses_and_doubles_nothing(
    lost_at: int, cuts: list[int]
) -> None:
    line = Line()
    line.follows()
    asked = [line.protocol.request(Send(text, f"n-{text}")) for text in "ab"]
    places = sorted({0, *(cut for cut in cuts if cut < lost_at), lost_at})
    line.receives(*(WHOLE[start:end] for start, end in pairwise(places)), b"")
    events = line.events()
    line.sent()
    line.returns()
    (sync,) = [one for one in line.sent() if getattr(one, "method", "") == "sync"]
    assert isinstance(sync, Request)
    last = sync.params["positions"].get("general", 0)
    resent = [one for one in asked if not one.done]
    for one in resent:
        line.says((one.request_id, posted(3)))
    line.says(*(entry for entry in map(said, (1, 2, 3, 7)) if entry.seq > last))
    events += line.events()
    assert [event.seq for event in events if isinstance(event, Entry)] == [1, 2, 3, 7]
    assert all(one.done for one in asked)


@given(data=st.binary(min_size=1, max_size=200))
def test_whatever_bytes_come_the_protocol_lives_and_comes_back(data: bytes) -> None:
    line = Line()
    line.follows()
    line.receives(data, b"")
    assert line.protocol.connect_at is not None
    line.returns()
    line.says(said(1))
    assert said(1) in line.events()


# -- Requests --------------------------------------------------------------------------------


def test_requests_go_out_at_once_and_are_answered_in_order(line: Line) -> None:
    first, second = (line.protocol.request(Send(text, text)) for text in "ab")
    assert [one.params["text"] for one in line.sent() if isinstance(one, Request)] == ["a", "b"]
    line.says((2, posted(1)))
    assert first.value == posted(1) and not second.done
    line.says((3, posted(2)))
    assert second.value == posted(2)


@pytest.mark.parametrize("answer", [(3, posted(1)), (2, Nothing())])
def test_an_answer_to_something_else_ends_the_connection(
    line: Line, answer: tuple[int, Result]
) -> None:
    asked = line.protocol.request(Send("a", "n"))
    line.says(answer)
    assert not asked.done and not line.protocol.has_connection


def test_after_a_loss_goes_out_again_what_may_be_repeated_under_its_nonce(line: Line) -> None:
    repeated = line.protocol.request(Send("a", "n"))
    failed = line.protocol.request(Revoke(3))
    before = line.sent()
    line.receives(b"")
    assert isinstance(failed.error, ConnectionLost) and "may or may not" in str(failed.error)
    late = line.protocol.request(Revoke(4))  # was never on its way
    assert line.sent() == []
    line.returns()
    again = line.sent()[3:]
    assert again[0] == before[0]
    assert [one.method for one in again if isinstance(one, Request)] == ["send", "revoke"]
    line.says((2, posted(1)), (4, Nothing()))
    assert repeated.value == posted(1) and late.value == Nothing()


def test_a_request_that_nobody_waits_for_any_more_costs_its_connection(line: Line) -> None:
    asked = line.protocol.request(Status())
    line.protocol.give_up(asked, line.now)
    assert isinstance(asked.error, ConnectionLost) and not line.protocol.has_connection
    line.returns()
    assert "status" not in line.methods()


def test_a_sync_on_its_way_is_done_by_the_return() -> None:
    line = Line()
    line.logs_in()
    asked = line.protocol.follow(Start.UNREAD, peek=False)
    line.receives(b"")
    line.returns()
    assert asked.value == SYNCED


# -- Losses, returns and time ----------------------------------------------------------------


def test_delays_double_up_to_a_bound_and_begin_again_after_a_line_that_held(line: Line) -> None:
    delays = []
    line.now += 10
    line.receives(b"")
    for _ in range(8):
        assert line.protocol.connect_at is not None
        delays.append(line.protocol.connect_at - line.now)
        line.now = line.protocol.connect_at
        line.protocol.connection_failed(ConnectionLost("refused"), line.now)
    assert delays == [0.5, 1, 2, 4, 8, 16, 30, 30]
    line.returns()
    line.now += 10
    line.receives(b"")
    assert line.protocol.connect_at == line.now + 0.5


def test_trying_is_given_up_after_its_time() -> None:
    line = Line(give_up_seconds=5)
    line.follows()
    line.receives(b"")
    line.now += 5
    line.protocol.connection_failed(ConnectionLost("refused"), line.now)
    assert line.protocol.ended and str(line.protocol.end_reason) == "refused; gave up"


def test_a_login_that_is_no_longer_valid_ends_it(line: Line) -> None:
    waiting = line.protocol.request(Status())
    line.receives(b"")
    line.connects()
    line.says(WELCOME, AuthFailed("revoked"))
    assert isinstance(line.protocol.end_reason, LoginRequired)
    assert isinstance(waiting.error, LoginRequired)
    assert line.protocol.connect_at is None and not line.protocol.has_connection


def test_a_server_too_busy_to_greet_is_tried_again_later(line: Line) -> None:
    line.receives(b"")
    line.connects()
    line.says(Error("overloaded", "full"))
    assert line.protocol.connect_at == line.now + 1.0


def test_silence_is_asked_about_once_and_then_is_a_loss(line: Line) -> None:
    assert line.protocol.timeout_at == line.now + QUIET_SECONDS_MAX
    line.waits(QUIET_SECONDS_MAX)
    assert line.methods() == ["ping"]
    line.waits(SILENCE_SECONDS_MAX - QUIET_SECONDS_MAX - 1)
    assert line.protocol.has_connection
    line.waits(1)
    assert line.events() == [Disconnected("the server has gone silent")]


def test_any_byte_is_a_sign_of_life(line: Line) -> None:
    line.waits(QUIET_SECONDS_MAX)
    line.receives(b"\x00")
    assert line.protocol.timeout_at == line.now + QUIET_SECONDS_MAX


def test_a_goodbye_after_leaving_is_no_loss(line: Line) -> None:
    asked = line.protocol.request(Revoke(1))
    line.protocol.leave()
    line.says((2, Nothing()), Bye("logged out", logged_out=True))
    line.receives(b"")
    assert asked.value == Nothing()
    assert isinstance(line.protocol.end_reason, Closed)


# -- Positions and acknowledgements ----------------------------------------------------------


def acks(line: Line) -> list[tuple[str, int]]:
    sent = [one for one in line.sent() if isinstance(one, Notification) and one.method == "ack"]
    return [(one.params["room"], one.params["seq"]) for one in sent]


def test_an_event_is_read_when_the_next_is_asked_for(line: Line) -> None:
    line.says(said(1), said(2))
    assert line.protocol.next_event(line.now) == said(1)
    assert acks(line) == []
    assert line.protocol.next_event(line.now) == said(2)
    assert acks(line) == [("general", 1)]


def test_acknowledgements_are_gathered_and_due_at_their_time(line: Line) -> None:
    line.says(said(1), said(2), said(3))
    line.events()
    acks(line)
    assert line.protocol.timeout_at == line.now + 2
    line.waits(1)
    assert acks(line) == []
    line.waits(1)
    assert acks(line) == [("general", 3)]


@pytest.mark.parametrize(
    ("then", "epoch", "expected"),
    [
        ([], "epoch", [("general", 9)]),  # it may not have arrived
        ([], "another", []),  # all numbers mean other entries now
        ([Reset("general"), said(2)], "epoch", [("general", 2)]),
        ([said(9)], "another", [("general", 9)]),
    ],
)
def test_after_a_return_is_acknowledged_what_the_numbers_still_mean(
    line: Line, then: list[Said], epoch: str, expected: list[tuple[str, int]]
) -> None:
    line.says(said(9))
    line.events()
    acks(line)
    line.receives(b"")
    line.returns(Synced(epoch, "alice", 2, 0))
    for one in then:
        line.says(one)
    line.events()
    line.waits(2)
    assert acks(line)[-1:] == expected


def test_a_resumed_line_follows_from_the_last_entries_and_passes_over_repeated_ones(
    line: Line,
) -> None:
    line.says(said(4), said(2, room="alice,bob"))
    line.receives(b"")
    line.returns()
    (sync,) = [one for one in line.sent() if getattr(one, "method", "") == "sync"]
    assert isinstance(sync, Request)
    assert sync.params["positions"] == {"general": 4, "alice,bob": 2}
    line.says(said(4), said(5))
    assert numbers(line.events()) == [4, 2, Disconnected, Connected, 5]


def test_events_over_the_bound_are_dropped_and_fetched_again(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("client.protocol.EVENTS_MAX", 2)
    line.says(*map(said, range(1, 6)))
    assert numbers(line.events()) == [1, 2, Disconnected]
    line.returns()
    (sync,) = [one for one in line.sent() if getattr(one, "method", "") == "sync"]
    assert isinstance(sync, Request) and sync.params["positions"] == {"general": 2}
