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
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from bench.dialects.chatd import token_of
from bench.texts import make_text
from chatd.config import load
from chatd.core import events as e
from chatd.core.model import Credentials
from chatd.disk.files import RealDisk
from chatd.disk.fork import fork_child
from chatd.storage import Machine, Storage
from chatd.wire.commands import ITERATIONS_MIN
from chatd.wire.rooms import GENERAL

EVENTS_PER_TICK = 300
HOUR_MS = 3_600_000
OLD_HAND = "a000"
"""The author of all messages, who has never read one: so none of them is ever over."""
NOBODY = Credentials(bytes(16), ITERATIONS_MIN, bytes(32), bytes(32))


def make_store(path: str, names: Iterable[str], messages: int) -> None:
    """Make a store, durable and never closed, of messages that the named need not read."""
    storage = Storage(load(None, {}, {"DB_NAME": path}), _machine())
    now_ms = storage.clock.now_ms
    old = chain(_account(now_ms, OLD_HAND, 0), _messages(now_ms, messages))
    events = chain(old, *(_account(now_ms, name, messages) for name in names))
    while some := list(islice(events, EVENTS_PER_TICK)):
        assert storage.reserve(), "the disk is full"
        storage.store.commit(*some)
        storage.commit()


def _account(now_ms: int, name: str, read_seq: int) -> list[e.Event]:
    token_hash = hashlib.sha256(token_of(name).encode()).digest()
    return [
        e.UserRegistered(now_ms, name, NOBODY),
        e.DeviceAdded(now_ms, name, 1, "bench", token_hash),
        e.MemberStarted(now_ms, GENERAL, name, read_seq),
    ]


def _messages(now_ms: int, count: int) -> Iterator[e.Event]:
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
