"""One socket: frames in and out, deadlines, and whatever else a server may say first."""

import pytest

from chatd.errors import AuthFailed, ProtocolError
from chatd.wire.commands import Bye, Error, LoginToken, Nothing, Ping
from chatd.wire.entries import METHOD
from chatd.wire.envelope import Notification, encode_request
from client.errors import ConnectionLost
from client.link import Link
from tests.client.network import ALICE, Network, Peer, said


@pytest.fixture
def peer(network: Network) -> Peer:
    return network.peer()


@pytest.fixture
def link(network: Network, peer: Peer) -> Link:
    return Link(peer.near, lambda: network.now)


def test_an_answer_is_what_was_asked_for(link: Link, peer: Peer) -> None:
    peer.answers(0, ALICE)
    assert link.ask(LoginToken("secret"), type(ALICE), 110) == ALICE


def test_a_refusal_is_raised_as_what_its_code_names(link: Link, peer: Peer) -> None:
    peer.answers(0, AuthFailed("no"))
    with pytest.raises(AuthFailed, match="no"):
        link.ask(LoginToken("secret"), type(ALICE), 110)


def test_what_comes_before_an_answer_is_kept_for_later(link: Link, peer: Peer) -> None:
    peer.says(said(1)).answers(0, Nothing())
    link.ask(Ping(), Nothing, 110)
    envelope = link.receive(100)
    assert isinstance(envelope, Notification) and envelope.method == METHOD


def test_a_goodbye_instead_of_an_answer_says_why(link: Link, peer: Peer) -> None:
    peer.says(Bye("too slow"))
    with pytest.raises(ConnectionLost, match="too slow"):
        link.ask(Ping(), Nothing, 110)


def test_an_error_instead_of_an_answer_is_raised(link: Link, peer: Peer) -> None:
    peer.says(Error("bad_frame", "no frame"))
    with pytest.raises(ProtocolError, match="no frame"):
        link.ask(Ping(), Nothing, 110)


def test_an_answer_that_is_none_of_this_command_is_a_fault_of_the_server(
    link: Link, peer: Peer
) -> None:
    peer.answers(0, Nothing())
    with pytest.raises(ProtocolError, match="malformed answer to login-token"):
        link.ask(LoginToken("secret"), type(ALICE), 110)


def test_a_request_of_the_server_is_a_fault_of_the_server(link: Link, peer: Peer) -> None:
    peer.sends(encode_request(1, "ping", Ping()))
    with pytest.raises(ProtocolError, match="a request"):
        link.ask(Ping(), Nothing, 110)


def test_nothing_until_the_deadline_is_none_and_for_an_answer_a_lost_connection(
    link: Link,
) -> None:
    assert link.receive(100) is None
    with pytest.raises(ConnectionLost, match="does not answer"):
        link.ask(Ping(), Nothing, 100)


def test_bytes_count_as_a_sign_of_life(link: Link, peer: Peer, network: Network) -> None:
    link.probed = True
    network.now = 160
    peer.says(said(1))
    link.receive(160)
    assert (link.heard_at, link.probed) == (160, False)


def test_a_frame_in_pieces_is_whole_in_the_end(link: Link, peer: Peer, network: Network) -> None:
    frame = encode_request(7, "ping", Ping())
    for at in range(len(frame) - 1):
        peer.sends(frame[at : at + 1])
        assert link.receive(network.now) is None
    peer.sends(frame[-1:])
    assert link.receive(network.now) is not None


def test_an_end_in_the_middle_of_a_frame_is_a_lost_connection(link: Link, peer: Peer) -> None:
    peer.sends(b"\x00\x00").hangs_up()
    assert not link.is_alive()


def test_a_living_link_loses_nothing_by_being_looked_at(link: Link, peer: Peer) -> None:
    peer.says(said(1))
    assert link.is_alive() and link.is_alive()
    assert link.receive(100) is not None


def test_a_closed_link_neither_sends_nor_receives(link: Link) -> None:
    link.close()
    link.close()
    with pytest.raises(ConnectionLost):
        link.send(b"x")
    with pytest.raises(ConnectionLost):
        link.receive(100)


@pytest.mark.parametrize(
    ("begin", "words"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "not a chatd server: it speaks HTTP"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "not a chatd server: it speaks SSH"),
        (b"220 mail.example.org ESMTP\r\n", "server: it speaks a protocol for mail or files"),
        (b"-ERR unknown command\r\n", "not a chatd server: it speaks Redis"),
        (b"\x4a\x00\x00\x00\x0a8.0", "not a chatd server: it speaks something else"),
        (b"\x15\x03\x03\x00\x02\x02\x46", "only encrypted connections: use `--tls`"),
        (b"\x16\x03\x01", "only encrypted connections: use `--tls`"),
    ],
)
def test_whoever_else_answers_is_named_by_what_it_speaks(
    link: Link, peer: Peer, begin: bytes, words: str
) -> None:
    peer.sends(begin)
    with pytest.raises(ConnectionLost, match=words):
        link.ask(Ping(), Nothing, 110)
