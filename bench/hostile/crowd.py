"""The crowd: the process of all hostile peers: python -m bench.hostile.crowd PORT SECONDS ATTACK …

With several attacks the peers take one each in turn. Its last line tells how much it sent.
"""

import contextlib
import os
import selectors
import socket
import sys
import time

from bench.hostile.attacks import ATTACKS, PEERS, Attack, address
from bench.servers import HOST

READ_BYTES = 256 * 1024
REOPENED_PER_S = 2_000
"""So many connections does the crowd open a second, at most."""


class Line:
    """One connection of a hostile peer, and what it is about to send."""

    def __init__(self, attack: Attack, peer: int) -> None:
        self.attack = attack
        self.peer = peer
        self.sock: socket.socket | None = None
        self.waits = b""
        self.next_s = 0.0
        self._bursts = 0

    def open(self, port: int) -> None:
        """Begin to connect from the peer's own address."""
        sock = socket.socket()
        sock.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            sock.bind((address(self.peer), 0))
            sock.connect((HOST, port))
        self.sock = sock
        self.waits = self.attack.opening(self.peer, self._bursts)
        self.next_s = 0.0

    def refill(self, now_s: float) -> None:
        """Have the next burst ready when it is time for it."""
        if not self.waits and now_s >= self.next_s:
            self.waits = self.attack.burst(self.peer, self._bursts)
            self._bursts += 1
            self.next_s = now_s + self.attack.pause_s


def shared_out(attacks: list[Attack]) -> list[Line]:
    """Return the connections of all peers, who take the attacks in turn."""
    lines: list[Line] = []
    for peer in range(PEERS):
        attack = attacks[peer % len(attacks)]
        lines += [Line(attack, peer) for _ in range(attack.connections // PEERS)]
    return lines


class Crowd:
    """All lines of all hostile peers, as fast as the server takes what they send."""

    def __init__(self, port: int, attacks: list[Attack]) -> None:
        self._port = port
        self._selector = selectors.DefaultSelector()
        self._closed = shared_out(attacks)
        self.sent_bytes = self.opened = 0

    def run(self, seconds: float) -> None:
        """Do harm for so long."""
        started_s = time.monotonic()
        while (now_s := time.monotonic()) < started_s + seconds:
            self._open(int((now_s - started_s) * REOPENED_PER_S))
            for key, events in self._selector.select(0.01):
                self._serve(key.data, events, now_s)
            self._wake(now_s)

    def _open(self, allowed: int) -> None:
        while self._closed and self.opened < allowed:
            line = self._closed.pop(0)
            self.opened += 1
            with contextlib.suppress(OSError):
                line.open(self._port)
                assert line.sock
                self._selector.register(line.sock, self._events(line, writes=True), line)
                continue
            self._closed.append(line)

    def _serve(self, line: Line, events: int, now_s: float) -> None:
        assert line.sock
        try:
            if events & selectors.EVENT_READ and not line.sock.recv(READ_BYTES):
                raise ConnectionResetError
            if events & selectors.EVENT_WRITE:
                line.refill(now_s)
                if line.waits:
                    sent = line.sock.send(line.waits)
                    self.sent_bytes += sent
                    line.waits = line.waits[sent:]
                elif line.attack.pause_s:
                    self._selector.modify(line.sock, self._events(line, writes=False), line)
        except BlockingIOError:
            pass
        except OSError:
            self._end(line)

    def _wake(self, now_s: float) -> None:
        """Let those who pause go on when it is time."""
        for key in list(self._selector.get_map().values()):
            line = key.data
            if line.attack.pause_s and now_s >= line.next_s:
                self._selector.modify(key.fileobj, self._events(line, writes=True), line)

    def _end(self, line: Line) -> None:
        assert line.sock
        self._selector.unregister(line.sock)
        line.sock.close()
        line.sock = None
        if line.attack.again:
            self._closed.append(line)

    @staticmethod
    def _events(line: Line, *, writes: bool) -> int:
        # A selector refuses to watch for nothing: who never reads still asks to write.
        reads = line.attack.reads or not writes
        return selectors.EVENT_READ * reads | selectors.EVENT_WRITE * writes


def main() -> None:
    """Run the command line."""
    port, seconds, *names = sys.argv[1:]
    # It takes what the honest leave of their core, so that those are measured and not it.
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    crowd = Crowd(int(port), [ATTACKS[name] for name in names])
    crowd.run(float(seconds))
    print(crowd.sent_bytes, crowd.opened)


if __name__ == "__main__":
    main()
