"""The real environment: sockets that connect, nonces that differ."""

import socket

import pytest

from chatd.wire.commands import NONCE_CHARACTERS_MAX
from client.environment import new_nonce, open_socket


def test_a_socket_is_connected_and_sends_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()
        with open_socket(host, port, 5.0) as sock:
            assert sock.getpeername() == (host, port)
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_where_nobody_listens_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()
    with pytest.raises(ConnectionRefusedError):
        open_socket(host, port, 5.0)


def test_nonces_differ_and_fit_the_protocol() -> None:
    nonces = {new_nonce() for _ in range(100)}
    assert len(nonces) == 100
    assert all(0 < len(nonce) <= NONCE_CHARACTERS_MAX for nonce in nonces)
