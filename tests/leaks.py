"""What the process holds at a moment, and how it is set: what one test may leave for the next.

Two looks tell what came in between. Nothing is collected or waited for: what only the
garbage collector closes was left open, and a thread that will end soon was not joined.
"""

import gc
import locale
import logging
import os
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

WATCHED_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD, signal.SIGPIPE)
LIMITS = {name: number for name, number in vars(resource).items() if name.startswith("RLIMIT_")}
PACKAGES = ("chatd", "client", "bench")
RUNNERS_OWN = "PYTEST_CURRENT_TEST"


def held() -> set[str]:
    """Return what is open, running or set now, each thing as a line of text."""
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


def settings() -> dict[str, object]:
    """Return by name what is one for the whole process, signals aside."""
    return {
        "working directory": os.getcwd(),
        "umask": _umask(),
        "time zone": (time.tzname, time.timezone),
        "locale": locale.setlocale(locale.LC_ALL),
        "garbage collector": (gc.isenabled(), gc.get_threshold(), gc.get_debug()),
        "recursion limit": sys.getrecursionlimit(),
        "import path": tuple(sys.path),
        "timeout of sockets": socket.getdefaulttimeout(),
        **{name: resource.getrlimit(number) for name, number in LIMITS.items()},
        **{f"environment {k}": v for k, v in os.environ.items() if k != RUNNERS_OWN},
        **dict(_loggers()),
    }


def _umask() -> int:
    mask = os.umask(0o077)  # the only way to read it is to replace it
    os.umask(mask)
    return mask


def _loggers() -> Iterator[tuple[str, object]]:
    """The root's and our own, but for new ones that do as those above them say."""
    yield "log", (logging.root.level, logging.root.handlers[:], logging.root.manager.disable)
    for name, logger in logging.root.manager.loggerDict.items():
        if isinstance(logger, logging.Logger) and name.partition(".")[0] in PACKAGES:
            own = [*logger.handlers, *logger.filters]
            if logger.level or own or logger.disabled or not logger.propagate:
                yield f"log {name}", (logger.level, own, logger.disabled, logger.propagate)
