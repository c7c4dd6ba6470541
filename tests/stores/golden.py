"""The golden stores, each on a simulated disk, with what its users saw when it was written."""

import json
from functools import cache
from hashlib import blake2b
from pathlib import Path
from random import Random
from struct import pack
from typing import Any
from zlib import crc32

from chatd.core.state import State
from chatd.database import Database, Machine, replay
from chatd.disk.recovery import Recovered, check
from chatd.disk.segment import HEADER_BYTES as SEGMENT_HEADER_BYTES
from chatd.disk.segment import MAGIC as SEGMENT_MAGIC
from chatd.disk.snapshot import DIGEST_BYTES, HEADER_BYTES
from tests.simulation.clock import SimClock
from tests.simulation.disk import SimDisk, run_inline
from tests.simulation.world import DB_NAME, World, settings_of

STORES = Path(__file__).parent
NAMES = sorted(path.name for path in STORES.iterdir() if (path / "chat.db").exists())
ADMIN = "root"
MINUTE_MS = 60_000
OPTIONS: dict[str, Any] = {"admins": (ADMIN,), "limit_messages": 0, "limit_private": 0}
"""The settings that the server had which wrote them."""


def format_of(name: str) -> int:
    """Return the format of a store, with which its name begins."""
    return int(name.partition("-")[0])


@cache
def seen_in(name: str) -> dict[str, Any]:
    """Return what the server that wrote a store told its users, and the store's `format`."""
    seen: dict[str, Any] = json.loads((STORES / f"{name.rpartition('-')[0]}.json").read_text())
    return {**seen, "format": format_of(name)}


def disk_with(name: str) -> SimDisk:
    """Return a disk with a store's files."""
    disk = SimDisk()
    for folder in ("data", f"{DB_NAME}-files"):
        disk.make_folder(folder)
    for file in (STORES / name).rglob("*"):
        if file.is_file():
            disk.put(f"data/{file.relative_to(STORES / name)}", file.read_bytes())
    disk.calls.clear()
    return disk


def held_in(name: str) -> Recovered:
    """Return what a store's files hold."""
    return check(disk_with(name), DB_NAME)


def state_of(name: str) -> State:
    """Return what a store's files lead to."""
    return replay(held_in(name), DB_NAME)


def world_with(name: str, disk: SimDisk | None = None) -> World:
    """Return a world whose server has just opened a store, a minute after it was written."""
    return World(disk=disk or disk_with(name), clock=_clock_of(name), **OPTIONS)


def database_with(name: str, disk: SimDisk) -> Database:
    """Return a store, which its disk may refuse, opened without a server."""
    clock = _clock_of(name)
    clocks = clock.wall_ns, clock.boot_ns, clock.monotonic_ns
    machine = Machine(disk, *clocks, Random(0).randbytes, run_inline, clock_is_right=True)
    return Database(settings_of(**OPTIONS, journal_segment_bytes=0), machine)  # as small as can be


def made_newer(data: bytes, oldest: int) -> bytes:
    """Return a snapshot or a segment of today as if format 9 had written just that."""
    prefix = data[:8] + pack(">II", 9, oldest)
    prefix += pack(">I", crc32(prefix))
    if data.startswith(SEGMENT_MAGIC):
        fields = prefix + data[len(prefix) : SEGMENT_HEADER_BYTES - 4]
        return fields + pack(">I", crc32(fields)) + data[SEGMENT_HEADER_BYTES:]
    fields = prefix + data[len(prefix) : HEADER_BYTES - DIGEST_BYTES]
    payload = data[HEADER_BYTES:]
    return fields + blake2b(payload + fields, digest_size=DIGEST_BYTES).digest() + payload


def _clock_of(name: str) -> SimClock:
    return SimClock(seen_in(name)["now_ms"] + MINUTE_MS)
