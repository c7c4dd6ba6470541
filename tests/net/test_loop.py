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
    loop = Loop(selectors.DefaultSelector(), selectors.DefaultSelector())
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


def test_urgent_socket_is_waited_for_alone_and_with_all_others(
    loop: Loop, pair: tuple[socket.socket, socket.socket]
) -> None:
    one, other = pair
    urgent, patient = Noted(), Noted()
    loop.watch_urgent(one, urgent, WRITE)
    loop.watch(other, patient, WRITE)
    assert loop.wait_urgent(None) == [(urgent, WRITE)]
    assert sorted(map(id, dict(loop.wait(None)))) == sorted([id(urgent), id(patient)])
    loop.change_urgent(one, urgent, READ)
    loop.change(other, patient, READ)
    assert loop.wait_urgent(0) == loop.wait(0) == []
    other.send(b"x")
    assert loop.wait_urgent(None) == loop.wait(None) == [(urgent, READ)]
    loop.forget_urgent(one)
    assert loop.wait_urgent(0) == loop.wait(0) == []


def test_signals_are_noted_once_in_order_and_all_is_put_back(loop: Loop) -> None:
    before = signal.getsignal(signal.SIGHUP)
    signals = SignalWatcher(loop, [signal.SIGHUP, signal.SIGTERM])
    try:
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGHUP):
            os.kill(os.getpid(), number)
        for watcher, events in loop.wait(None):
            watcher.on_ready(events)
        assert signals.take() == [signal.SIGHUP, signal.SIGTERM]
        assert signals.take() == []
    finally:
        signals.close()
    assert signal.getsignal(signal.SIGHUP) == before
    assert loop.wait(0) == []


def test_signal_is_not_lost_behind_more_of_another_than_the_socket_takes(loop: Loop) -> None:
    signals = SignalWatcher(loop, [signal.SIGHUP, signal.SIGTERM])
    try:
        for _ in range(5_000):
            os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGTERM)
        for watcher, events in loop.wait(None):
            watcher.on_ready(events)
        assert signals.take() == [signal.SIGHUP, signal.SIGTERM]
    finally:
        signals.close()


def test_signal_that_was_held_back_before_the_watcher_stood_is_noted(loop: Loop) -> None:
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP])
    try:
        signal.raise_signal(signal.SIGHUP)  # to this thread, the only one that holds it back
        signals = SignalWatcher(loop, [signal.SIGHUP, signal.SIGTERM])
        try:
            assert loop.wait(None)
            assert signals.take() == [signal.SIGHUP]
        finally:
            signals.close()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
