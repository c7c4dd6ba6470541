"""What the process holds at a moment, each thing as a line of text.

Two such sets tell what came in between. Nothing is collected or waited for: what only the
garbage collector closes was left open, and a thread that will end soon was not joined.
"""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

WATCHED_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD, signal.SIGPIPE)


def held() -> set[str]:
    """Return what is open, running or set now."""
    return {*_descriptors(), *_children(), *_threads(), *_signals()}


def _descriptors() -> Iterator[str]:
    for number in os.listdir("/proc/self/fd"):
        try:
            yield f"descriptor {number} ({os.readlink(f'/proc/self/fd/{number}')})"
        except FileNotFoundError:
            pass  # that of the listing itself


def _children() -> Iterator[str]:
    """Ended ones that nobody waited for are among them."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return  # none at all, as nearly always, so no need to look through all processes
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            process, _, rest = stat.read_text(errors="replace").rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            continue  # ended while we looked
        if int(rest.split()[1]) == os.getpid():
            yield f"child {process})"


def _threads() -> Iterator[str]:
    for thread in threading.enumerate():
        yield f"thread {thread.name} {thread.ident}"


def _signals() -> Iterator[str]:
    """Handlers, the wake-up descriptor and the alarm are one for the whole process."""
    for number in WATCHED_SIGNALS:
        yield f"handler of {number.name} ({signal.getsignal(number)})"
    yield f"wake-up descriptor {_wakeup_descriptor()}"
    if signal.getitimer(signal.ITIMER_REAL) != (0.0, 0.0):
        yield "alarm"


def _wakeup_descriptor() -> int:
    descriptor = signal.set_wakeup_fd(-1)  # the only way to read it is to replace it
    if descriptor != -1:
        signal.set_wakeup_fd(descriptor)
    return descriptor
