"""A session with a server, without a socket: the order of what is said."""

import pytest

from chatd.cluster.nats.protocol import PING, PONG, Connect, Message
from chatd.cluster.nats.session import Phase, Ready, Secure, Session
from chatd.errors import EngineProtocolError, EngineRefused


def greeting(**more: bool) -> bytes:
    told = {"headers": True} | more
    rest = "".join(f',"{name}":{str(value).lower()}' for name, value in told.items())
    info = f'"server_id":"A","server_name":"n1","version":"2.12.0","max_payload":64{rest}'
    return f"INFO {{{info}}}\r\n".encode()


def session(*, encrypted: bool = False) -> Session:
    return Session(Connect("n", "1", auth_token="secret"), encrypted)


def test_server_is_told_who_we_are_and_has_taken_us_with_its_pong() -> None:
    one = session()
    one.feed(greeting())
    assert one.next_event() is None
    said = one.data_to_send()
    assert said.startswith(b"CONNECT {") and said.endswith(PING) and b'"secret"' in said
    assert one.phase is Phase.PROVING
    one.feed(b"PONG\r\n")
    assert one.next_event() == Ready()
    one.feed(b"PING\r\nMSG a 1 1\r\nx\r\nPONG\r\n+OK\r\n")
    event = one.next_event()
    assert isinstance(event, Message) and event.payload == b"x"
    assert one.next_event() is None
    assert one.data_to_send() == PONG and one.data_to_send() == b""


def test_bound_of_a_server_holds_and_a_later_info_changes_it() -> None:
    one = session()
    one.feed(greeting() + b"PONG\r\n" + greeting().replace(b":64", b":8"))
    assert one.next_event() == Ready()
    assert one.next_event() is None
    assert one.info is not None and one.info.max_payload == 8
    assert one._decoder.payload_bytes_max == 8


def test_nothing_is_said_before_the_handshake_of_tls_is_done() -> None:
    one = session(encrypted=True)
    one.feed(greeting(tls_available=True))
    assert one.next_event() == Secure()
    assert one.data_to_send() == b""
    one.secured()
    assert b"secret" in one.data_to_send()


def test_what_is_put_in_front_of_tls_is_refused() -> None:
    one = session(encrypted=True)
    one.feed(greeting(tls_required=True) + b"PONG\r\n")
    with pytest.raises(EngineProtocolError, match="in the clear"):
        one.next_event()


@pytest.mark.parametrize(
    ("encrypted", "told", "why"),
    [
        (True, {}, "has no TLS"),
        (False, {"tls_required": True}, "tls://"),
        (False, {"headers": False}, "too old"),
    ],
)
def test_server_that_can_not_what_we_need_gets_no_login(
    encrypted: bool, told: dict[str, bool], why: str
) -> None:
    one = session(encrypted=encrypted)
    one.feed(greeting(**told))
    with pytest.raises(EngineRefused, match=why):
        one.next_event()
    assert one.data_to_send() == b""


def test_refused_login_says_what_the_server_says() -> None:
    one = session()
    one.feed(greeting() + b"-ERR 'Authorization Violation'\r\n")
    with pytest.raises(EngineRefused, match="Authorization Violation"):
        one.next_event()


@pytest.mark.parametrize("early", [b"MSG a 1 0\r\n\r\n", b"PONG\r\n"])
def test_message_before_the_greeting_is_refused(early: bytes) -> None:
    one = session()
    one.feed(early)
    with pytest.raises(EngineProtocolError):
        one.next_event()
