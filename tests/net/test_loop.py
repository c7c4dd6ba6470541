"""The loop on real sockets, and signals that wait for their place in the tick."""

import os
import selectors
import signal
import socket
from collections.abc import Iterator

import pytest

from chatd.net.loop import READ, WRITE, Loop, SignalWatcher


class Noted:
    """A watcher that notes what it is told."""

    def __init__(self) -> None:
        self.events: list[int] = []

    def on_ready(self, events: int) -> None:
        self.events.append(events)


@pytest.fixture
def loop() -> Iterator[Loop]:
    loop = Loop(selectors.DefaultSelector())
    yield loop
    loop.close()


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    one, other = socket.socketpair()
    with one, other:
        yield one, other


def test_loop_tells_whose_socket_is_ready_for_what(
    loop: Loop, pair: tuple[socket.socket, socket.socket]
) -> None:
    one, other = pair
    watcher = Noted()
    loop.watch(one, watcher, READ)
    assert loop.wait(0) == []
    other.send(b"x")
    assert loop.wait(None) == [(watcher, READ)]
    loop.change(one, watcher, WRITE)
    assert loop.wait(None) == [(watcher, WRITE)]
    loop.forget(one)
    assert loop.wait(0) == []


def test_signals_come_in_order_when_they_are_taken_and_all_is_put_back(loop: Loop) -> None:
    before = signal.getsignal(signal.SIGHUP)
    signals = SignalWatcher(loop, [signal.SIGHUP, signal.SIGTERM])
    try:
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGHUP):
            os.kill(os.getpid(), number)
        assert signals.take() == []
        for watcher, events in loop.wait(None):
            watcher.on_ready(events)
        assert signals.take() == [signal.SIGHUP, signal.SIGTERM, signal.SIGHUP]
        assert signals.take() == []
    finally:
        signals.close()
    assert signal.getsignal(signal.SIGHUP) == before
    assert loop.wait(0) == []
