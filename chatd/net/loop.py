"""The event loop's outside: which sockets are ready, and which signals came.

It only waits and tells. What is done about it, and in which order, is the tick's business.
"""

import selectors
import signal
import socket
from collections.abc import Iterable
from typing import Protocol

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
SIGNALS_READ_MAX = 4096


class Pollable(Protocol):
    """What a selector can watch: a real socket, or a simulated one."""

    def fileno(self) -> int:
        """Return the descriptor."""


class Watcher(Protocol):
    """Something that wants to know when its socket is ready."""

    def on_ready(self, events: int) -> None:
        """Act on READ, WRITE or both."""


class Loop:
    """A selector whose every key belongs to a `Watcher`, and one for what is urgent alone.

    Urgent is what the server waits for while its peers have to wait.
    """

    def __init__(self, selector: selectors.BaseSelector, urgent: selectors.BaseSelector) -> None:
        self._selector = selector
        self._urgent = urgent

    def watch(self, sock: Pollable, watcher: Watcher, events: int) -> None:
        """Begin to watch a socket."""
        self._selector.register(sock, events, watcher)

    def watch_urgent(self, sock: Pollable, watcher: Watcher, events: int = READ) -> None:
        """Begin to watch a socket, in `wait_urgent` too."""
        self._selector.register(sock, events, watcher)
        self._urgent.register(sock, events, watcher)

    def change(self, sock: Pollable, watcher: Watcher, events: int) -> None:
        """Watch for something else."""
        self._selector.modify(sock, events, watcher)

    def change_urgent(self, sock: Pollable, watcher: Watcher, events: int) -> None:
        """Watch an urgent socket for something else."""
        self._selector.modify(sock, events, watcher)
        self._urgent.modify(sock, events, watcher)

    def forget(self, sock: Pollable) -> None:
        """Stop watching."""
        self._selector.unregister(sock)

    def forget_urgent(self, sock: Pollable) -> None:
        """Stop watching an urgent socket."""
        self._selector.unregister(sock)
        self._urgent.unregister(sock)

    def wait(self, timeout_s: float | None) -> list[tuple[Watcher, int]]:
        """Return who is ready for what, after `timeout_s` at the latest; None waits on."""
        return [(key.data, events) for key, events in self._selector.select(timeout_s)]

    def wait_urgent(self, timeout_s: float | None) -> list[tuple[Watcher, int]]:
        """Return which of the urgent are ready; what the others have stays in the kernel."""
        return [(key.data, events) for key, events in self._urgent.select(timeout_s)]

    def close(self) -> None:
        """Let go of the selectors."""
        self._selector.close()
        self._urgent.close()


class SignalWatcher:
    """Notes signals, and wakes the loop that watches its socket (`signal.set_wakeup_fd`).

    A signal's Python handler does nothing else, so nothing ever happens in the middle of a
    tick. One that comes again before it was taken is noted once, however many there are.
    """

    def __init__(self, loop: Loop, numbers: Iterable[signal.Signals]) -> None:
        """numbers: may be blocked up to here; those that came meanwhile are noted now."""
        self._loop = loop
        self._receiver, self._sender = socket.socketpair()
        self._receiver.setblocking(False)
        self._sender.setblocking(False)
        self._came: dict[signal.Signals, None] = {}
        self._before = {number: signal.signal(number, self._note) for number in numbers}
        self._fd_before = signal.set_wakeup_fd(self._sender.fileno(), warn_on_full_buffer=False)
        loop.watch_urgent(self._receiver, self)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, self._before)

    def _note(self, number: int, frame: object) -> None:
        self._came[signal.Signals(number)] = None

    def on_ready(self, events: int) -> None:
        self._receiver.recv(SIGNALS_READ_MAX)

    def take(self) -> list[signal.Signals]:
        """Return the signals since the last time, in the order in which they first came."""
        came, self._came = self._came, {}
        return list(came)

    def close(self) -> None:
        """Put everything back as it was."""
        signal.set_wakeup_fd(self._fd_before)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._loop.forget_urgent(self._receiver)
        self._receiver.close()
        self._sender.close()
