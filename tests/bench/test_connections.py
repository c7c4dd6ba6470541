"""Connections: a login goes step by step."""

import socket
from collections.abc import Iterator

import pytest

from bench.connections import Peer
from bench.dialects import Login
from bench.servers import HOST


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server((HOST, 0)) as sock:
        yield sock


def test_step_of_a_login_is_taken_when_the_one_before_is_done(listener: socket.socket) -> None:
    peer = Peer(listener.getsockname()[1], Login(b"open", b"yes", Login(b"token", b"welcome")))
    server, _ = listener.accept()
    with peer.sock, server:
        peer.begin()
        assert not peer.advance()
        assert server.recv(100) == b"open"
        peer.heard += b"yes"
        assert not peer.advance()
        assert server.recv(100) == b"token"
        peer.heard += b"welcome"
        assert peer.advance()


def test_login_that_needs_nothing_is_done_at_once(listener: socket.socket) -> None:
    peer = Peer(listener.getsockname()[1], Login(b"", b""))
    with peer.sock:
        peer.begin()
        assert peer.advance()
