"""Make the store that is attacked: python -m bench.hostile.store <path> <messages>

The names of the honest users come from standard input. The hostile have what makes their requests
dear: a hundred rooms of a thousand unread messages each, and a long thread in the general room.
"""

import os
import sys
from collections.abc import Iterator

from bench.hostile.attacks import PEERS, user
from bench.store import OLD_HAND, account, general_messages, write_store
from chatd.core import events as e
from chatd.wire.rooms import GENERAL, group_room

ROOMS = 100
UNREAD = 1_000
COMMENTS = 2_000
HOUR_MS = 3_600_000


def events_at(now_ms: int, honest: list[str], messages: int) -> Iterator[e.Event]:
    """Yield all that has happened."""
    yield from account(now_ms, OLD_HAND, 0)
    yield from general_messages(now_ms, messages)
    reset_at = now_ms + HOUR_MS
    for seq in range(messages + 1, messages + COMMENTS + 1):
        yield e.CommentPosted(
            now_ms, GENERAL, seq, OLD_HAND, reset_at, 0, "", b"", f"comment {seq}", 1
        )
    for name in honest:
        yield from account(now_ms, name, messages + COMMENTS)
    for peer in range(PEERS):
        yield from account(now_ms, user(peer), messages + COMMENTS)
    for number in range(ROOMS):
        yield from _room(now_ms, f"room{number}")


def _room(now_ms: int, title: str) -> Iterator[e.Event]:
    room = group_room(title, "bench")
    yield e.GroupCreated(now_ms, room, title, OLD_HAND, 0)
    for peer in range(PEERS):
        name = user(peer)
        yield e.MemberInvited(now_ms, room, name, OLD_HAND, now_ms + HOUR_MS)
        yield e.MemberJoined(now_ms, room, peer + 2, name, name, 0, 0)
    for seq in range(PEERS + 2, PEERS + 2 + UNREAD):
        text = f"{seq} for @{user(seq % PEERS)}"
        yield e.MessagePosted(
            now_ms, room, seq, OLD_HAND, now_ms + HOUR_MS, 0, "", b"", text, [user(seq % PEERS)]
        )


if __name__ == "__main__":
    names, count = sys.stdin.read().split(), int(sys.argv[2])
    write_store(sys.argv[1], lambda now_ms: events_at(now_ms, names, count))
    os._exit(0)
