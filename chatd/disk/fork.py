"""Work in a forked child, which shares nothing with the server but the memory's content."""

import gc
import os
import signal
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn, Protocol

DONE = b"done"
REPORT_BYTES_MAX = 4096
"""What the child writes into its pipe in one piece (PIPE_BUF), without ever waiting."""


class Child(Protocol):
    """Work that goes on beside the server."""

    def poll(self) -> str | None:
        """Return None while it runs, then "" or what went wrong; never waits."""

    def end(self) -> None:
        """Have the system end it, and don't wait: `poll` says when it is gone."""

    def kill(self) -> None:
        """End it, wait for that, and free what it held."""


Spawn = Callable[[Callable[[], object], Collection[int]], Child]
"""Starts work in a child that keeps only the given descriptors open."""


class ForkedChild:
    """A process and the pipe through which it says how it ended."""

    def __init__(self, pid: int, report: int) -> None:
        self.pid = pid
        self._report = report

    def poll(self) -> str | None:
        status = self._reap(os.WNOHANG)
        return None if status is None else self._outcome(status)

    def end(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def kill(self) -> None:
        self.end()
        self._reap(0)
        os.close(self._report)

    def _reap(self, options: int) -> int | None:
        try:
            pid, status = os.waitpid(self.pid, options)
        except ChildProcessError:  # where SIGCHLD is ignored the system has reaped it
            return 0
        return status if pid else None

    def _outcome(self, status: int) -> str:
        report = os.read(self._report, REPORT_BYTES_MAX)
        os.close(self._report)
        if report == DONE:
            return ""
        code = os.waitstatus_to_exitcode(status)
        return report.decode(errors="replace") or f"the child ended with status {code}"


def fork_child(work: Callable[[], object], keep: Collection[int]) -> ForkedChild:
    """Run `work` in a child. Raises OSError if there can't be one."""
    report, child_report = os.pipe()
    try:
        with _signals_held():  # none of the server's handlers may run in the child
            pid = os.fork()
            if not pid:
                _run(work, {child_report, *keep}, child_report)
    except OSError:
        os.close(report)
        raise
    finally:
        os.close(child_report)
    return ForkedChild(pid, report)


def _run(work: Callable[[], object], keep: Collection[int], report: int) -> NoReturn:
    """Be the child: whatever happens, nothing of the server's code runs after this."""
    try:
        _reset_signals()
        _close_all_but(keep)
        gc.disable()  # it would touch, and so copy, the pages shared with the server
        work()
        os.write(report, DONE)
    except BaseException as error:
        text = f"{type(error).__name__}: {error}"
        os.write(report, text.encode()[:REPORT_BYTES_MAX])
    finally:
        os._exit(0)


@contextmanager
def _signals_held() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _reset_signals() -> None:
    """Give up the server's handlers and its wake-up descriptor, then let signals in."""
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals():
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _close_all_but(keep: Collection[int]) -> None:
    """Close everything else, the terminal too, lest the child keeps a connection open."""
    for fd in map(int, os.listdir("/dev/fd")):
        if fd not in keep:
            with suppress(OSError):  # the listing's own descriptor is closed by now
                os.close(fd)
