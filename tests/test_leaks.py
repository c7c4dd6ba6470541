"""tests.leaks and the fixture over it: each kind of thing that a test may leave is seen."""

import gc
import logging
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import leaks

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parent.parent


def test_nothing_done_leaves_nothing() -> None:
    before = leaks.held()
    assert leaks.held() == before


def test_an_open_socket_is_seen_until_it_is_closed() -> None:
    before = leaks.held()
    with socket.socket() as left:
        (line,) = leaks.held() - before
        assert line.startswith(f"descriptor {left.fileno()} (socket:")
    assert leaks.held() == before


def test_another_descriptor_under_the_same_number_is_seen() -> None:
    first = os.open("/dev/null", os.O_RDONLY)
    before = leaks.held()
    os.close(first)
    second = os.open("/dev/zero", os.O_RDONLY)
    assert second == first
    assert leaks.held() - before == {f"descriptor {second} (/dev/zero)"}
    os.close(second)


def test_a_child_is_seen_until_it_is_waited_for() -> None:
    before = leaks.held()
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    (line,) = leaks.held() - before
    assert line.startswith(f"child {child.pid} (")
    child.wait()
    assert leaks.held() == before


def test_a_thread_is_seen_until_it_is_joined() -> None:
    before = leaks.held()
    end = threading.Event()
    thread = threading.Thread(target=end.wait, name="waiter")
    thread.start()
    assert leaks.held() - before == {f"thread waiter {thread.ident}"}
    end.set()
    thread.join()
    assert leaks.held() == before


def test_a_changed_signal_handler_is_seen() -> None:
    before = leaks.held()
    old = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    (line,) = leaks.held() - before
    assert line.startswith("handler of SIGTERM (")
    signal.signal(signal.SIGTERM, old)
    assert leaks.held() == before


def test_a_running_alarm_is_seen() -> None:
    before = leaks.held()
    signal.setitimer(signal.ITIMER_REAL, 3600)
    assert leaks.held() - before == {"alarm"}
    signal.setitimer(signal.ITIMER_REAL, 0)
    assert leaks.held() == before


def test_a_wakeup_descriptor_is_seen_and_stays_set() -> None:
    before = leaks.held()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        signal.set_wakeup_fd(ours.fileno())
        assert f"wake-up descriptor {ours.fileno()}" in leaks.held() - before
        assert signal.set_wakeup_fd(-1) == ours.fileno()
    assert leaks.held() == before


FOLDER = os.getcwd()
FILE_SIZES = resource.getrlimit(resource.RLIMIT_FSIZE)
RECURSION = sys.getrecursionlimit()
UMASK = os.umask(0o077)
os.umask(UMASK)
CHANGES: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
    "working directory": (lambda: os.chdir("/"), lambda: os.chdir(FOLDER)),
    "umask": (lambda: os.umask(0o123), lambda: os.umask(UMASK)),
    "garbage collector": (gc.disable, gc.enable),
    "recursion limit": (
        lambda: sys.setrecursionlimit(RECURSION + 1),
        lambda: sys.setrecursionlimit(RECURSION),
    ),
    "import path": (lambda: sys.path.append("/none"), lambda: sys.path.remove("/none")),
    "timeout of sockets": (
        lambda: socket.setdefaulttimeout(7),
        lambda: socket.setdefaulttimeout(None),
    ),
    "environment LEFT": (
        lambda: os.environ.update(LEFT="1"),
        lambda: os.environ.pop("LEFT"),
    ),
    "RLIMIT_FSIZE": (
        lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2**30, FILE_SIZES[1])),
        lambda: resource.setrlimit(resource.RLIMIT_FSIZE, FILE_SIZES),
    ),
    "log": (lambda: logging.disable(logging.INFO), lambda: logging.disable(logging.NOTSET)),
    "log chatd.left": (
        lambda: logging.getLogger("chatd.left").setLevel(logging.ERROR),
        lambda: logging.getLogger("chatd.left").setLevel(logging.NOTSET),
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_set_for_the_whole_process_is_seen(name: str) -> None:
    change, undo = CHANGES[name]
    before = leaks.settings()
    change()
    after = leaks.settings()
    undo()
    assert {key for key in before | after if before.get(key) != after.get(key)} == {name}
    assert leaks.settings() == before


def test_another_time_zone_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    before = leaks.settings()
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "Asia/Kathmandu")
        time.tzset()
        assert leaks.settings()["time zone"] != before["time zone"]
    time.tzset()
    assert leaks.settings() == before


def test_a_test_that_leaves_a_descriptor_or_a_variable_fails(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeconftest("from tests.conftest import leaves_nothing_behind\n")
    pytester.makepyfile(
        "import os\n"
        "def test_clean(): pass\n"
        "def test_leaky(): os.open('/dev/null', os.O_RDONLY)\n"
        "def test_setting(): os.environ['LEFT'] = '1'\n"
        "def test_unsetting(): del os.environ['LEFT']\n"
        "def test_clean_after_it(): pass\n"
    )
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(passed=5, errors=3)
    result.stdout.fnmatch_lines(
        [
            "*left behind: descriptor * (/dev/null)",
            "*left behind: environment LEFT (None -> 1)",
            "*left behind: environment LEFT (1 -> None)",
        ]
    )
