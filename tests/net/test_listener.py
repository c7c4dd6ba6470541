"""The listener: bounded, polite when there are no descriptors left, and on real sockets too."""

import errno
import os
import resource
import selectors
import socket

import pytest

from chatd.net.connection import Sock
from chatd.net.listener import ACCEPTS_PER_TICK, LOST, NOTHING_LEFT, Listener, listen
from chatd.net.loop import Loop
from tests.simulation.network import Descriptors, SimListener, SimSelector


class Door:
    """A listener over a simulated network, and who came in."""

    def __init__(self) -> None:
        self.network = SimListener(Descriptors())
        self.selector = SimSelector()
        self.came: list[str] = []
        self.exhausted = 0
        self.listener = Listener(
            self.network, Loop(self.selector, SimSelector()), self._accept, self._exhaust
        )

    def __enter__(self) -> "Door":
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.close()

    def _accept(self, sock: Sock, address: str) -> None:
        self.came.append(address)

    def _exhaust(self) -> None:
        self.exhausted += 1

    def turn(self) -> None:
        for key, events in self.selector.select(0):
            key.data.on_ready(events)


def test_listener_takes_a_bounded_number_in_a_tick_and_the_rest_in_the_next() -> None:
    with Door() as door:
        for number in range(ACCEPTS_PER_TICK + 1):
            door.network.connect(f"192.0.2.{number}")
        door.turn()
        assert len(door.came) == ACCEPTS_PER_TICK
        door.turn()
        assert len(door.came) == ACCEPTS_PER_TICK + 1
        assert door.came[:2] == ["192.0.2.0", "192.0.2.1"]


def test_paused_listener_is_not_watched_and_takes_who_waited_afterwards() -> None:
    with Door() as door:
        door.listener.pause()
        door.listener.pause()
        door.network.connect("192.0.2.1")
        door.turn()
        assert door.came == [] and not door.selector.get_map()
        door.listener.resume()
        door.listener.resume()
        door.turn()
        assert door.came == ["192.0.2.1"]


@pytest.mark.parametrize("number", sorted(LOST), ids=errno.errorcode.__getitem__)
def test_connection_that_the_network_lost_is_passed_over_and_the_next_one_is_taken(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Door() as door:
        for host in (1, 2):
            door.network.connect(f"192.0.2.{host}")
        accept, calls = door.network.accept, []

        def lose_the_first() -> object:
            taken = accept()
            calls.append(taken)
            if len(calls) == 1:
                raise OSError(number, os.strerror(number))
            return taken

        monkeypatch.setattr(door.network, "accept", lose_the_first)
        door.turn()
        assert (door.exhausted, door.came) == (0, ["192.0.2.2"])


def test_stopped_listener_does_not_resume() -> None:
    with Door() as door:
        door.listener.stop()
        door.listener.resume()
        door.network.connect("192.0.2.1")
        door.turn()
        assert door.came == []


@pytest.mark.parametrize("number", [errno.EBADF, errno.EINVAL, errno.ENOTSOCK])
def test_listener_that_is_broken_is_not_passed_over(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise OSError(number, os.strerror(number))

    with Door() as door:
        door.network.connect("192.0.2.1")
        monkeypatch.setattr(door.network, "accept", fail)
        with pytest.raises(OSError):
            door.turn()


@pytest.mark.parametrize("number", sorted(NOTHING_LEFT), ids=errno.errorcode.__getitem__)
def test_listener_without_descriptors_says_so_and_takes_nobody(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise OSError(number, os.strerror(number))

    with Door() as door:
        door.network.connect("192.0.2.1")
        monkeypatch.setattr(door.network, "accept", fail)
        door.turn()
        assert (door.exhausted, door.came) == (1, [])
        assert not door.selector.get_map(), "it is not asked again until it resumes"


def test_client_that_is_gone_before_it_is_accepted_is_no_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail() -> None:
        raise ConnectionAbortedError(errno.ECONNABORTED, "gone")

    with Door() as door:
        door.network.connect("192.0.2.1")
        monkeypatch.setattr(door.network, "accept", fail)
        door.turn()
        assert (door.exhausted, door.came) == (0, [])


def test_what_only_a_bug_can_do_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OSError(errno.EINVAL, "not listening")

    with Door() as door:
        door.network.connect("192.0.2.1")
        monkeypatch.setattr(door.network, "accept", fail)
        with pytest.raises(OSError, match="not listening"):
            door.turn()


# -- real sockets ----------------------------------------------------------------------------


def test_one_client_is_turned_away_with_the_descriptor_in_reserve() -> None:
    loop = Loop(selectors.DefaultSelector(), selectors.DefaultSelector())
    came: list[Sock] = []
    exhausted: list[bool] = []
    sock = listen("127.0.0.1", 0)
    listener = Listener(sock, loop, lambda s, _: came.append(s), lambda: exhausted.append(True))
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    client = socket.create_connection(sock.getsockname(), timeout=10)
    try:
        highest = max(map(int, os.listdir("/proc/self/fd")))
        fill = [os.dup(0)]
        while fill[-1] < highest:
            fill.append(os.dup(0))
        resource.setrlimit(resource.RLIMIT_NOFILE, (fill[-1] + 1, limits[1]))
        try:
            for watcher, events in loop.wait(None):
                watcher.on_ready(events)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
            for fd in fill:
                os.close(fd)
        assert came == [] and exhausted == [True]
        assert client.recv(1) == b""  # turned away at once, not left hanging
    finally:
        client.close()
        listener.close()
        loop.close()


def test_address_in_use_says_where_it_can_not_listen() -> None:
    with listen("127.0.0.1", 0) as sock:
        port = sock.getsockname()[1]
        with pytest.raises(OSError, match=f"can't listen on 127.0.0.1:{port}: "):
            listen("127.0.0.1", port)


def test_name_that_stands_for_nothing_says_so_too() -> None:
    with pytest.raises(OSError, match="can't listen on 256.0.0.1:0: "):
        listen("256.0.0.1", 0)
