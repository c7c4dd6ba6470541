"""Make a store of chatd with accounts in it: python -m bench.store <path> <messages>

The names of the accounts come from standard input. No password is ever proved: every account has
a device token, and has followed before. The process ends without the last snapshot, so that a
server reads a journal at its start. What a snapshot takes while it is read is free afterwards,
and would hide what connections take.
"""

import hashlib
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from bench.dialects.chatd import token_of
from bench.texts import make_text
from chatd.config import load
from chatd.core import events as e
from chatd.core.model import Credentials
from chatd.database import Database, Machine
from chatd.disk.files import RealDisk
from chatd.disk.fork import fork_child
from chatd.wire.commands import ITERATIONS_MIN
from chatd.wire.rooms import GENERAL

EVENTS_PER_TICK = 300
HOUR_MS = 3_600_000
OLD_HAND = "a000"
"""The author of all messages, who has never read one: so none of them is ever over."""
NOBODY = Credentials(bytes(16), ITERATIONS_MIN, bytes(32), bytes(32))


def make_store(path: str, names: Iterable[str], messages: int) -> None:
    """Make a store of messages that the named need not read."""

    def events(now_ms: int) -> Iterator[e.Event]:
        yield from account(now_ms, OLD_HAND, 0)
        yield from general_messages(now_ms, messages)
        for name in names:
            yield from account(now_ms, name, messages)

    write_store(path, events)


def write_store(path: str, events_at: Callable[[int], Iterator[e.Event]]) -> None:
    """Make a store, durable and never closed, of the events that happen at a time (ms UTC)."""
    database = Database(load(None, {}, {"DB_NAME": path}), _machine())
    events = events_at(database.clock.now_ms)
    while some := list(islice(events, EVENTS_PER_TICK)):
        assert database.reserve(), "the disk is full"
        database.transaction.commit(*some)
        database.submit()


def account(now_ms: int, name: str, read_seq: int) -> list[e.Event]:
    """Return what makes an account with a token that has read the general room up to there."""
    token_hash = hashlib.sha256(token_of(name).encode()).digest()
    return [
        e.UserRegistered(now_ms, name, NOBODY),
        e.DeviceAdded(now_ms, name, 1, "bench", token_hash),
        e.MemberStarted(now_ms, GENERAL, name, read_seq),
    ]


def general_messages(now_ms: int, count: int) -> Iterator[e.Event]:
    """Yield so many messages of one author."""
    for number in range(count):
        text = make_text(0, number).decode()
        reset_at = now_ms + HOUR_MS
        yield e.MessagePosted(
            now_ms, GENERAL, number + 1, OLD_HAND, reset_at, 0, nonce="", digest=b"", text=text
        )


def _machine() -> Machine:
    return Machine(
        disk=RealDisk(),
        wall_ns=time.time_ns,
        boot_ns=time.monotonic_ns,
        monotonic_ns=time.monotonic_ns,
        random=os.urandom,
        spawn=fork_child,
    )


if __name__ == "__main__":
    make_store(sys.argv[1], sys.stdin.read().split(), int(sys.argv[2]))
    os._exit(0)
