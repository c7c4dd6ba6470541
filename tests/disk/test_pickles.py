"""What a snapshot's pickle may ask for: memory and time in proportion to its length."""

import pickle
import tracemalloc
from collections.abc import Iterator
from hashlib import blake2b
from struct import pack
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.disk.pickles import OpcodeScanner, refuse_sharing
from chatd.disk.snapshot import Snapshot, load_snapshot
from chatd.errors import StoreCorrupt
from tests.disk.store import PATH, new_disk
from tests.disk.test_snapshot import TREES

MIB = 1 << 20
HUGE = 2**31 - 1
PROTOCOL = b"\x80\x05"


def sealed(payload: bytes) -> bytes:
    """Return a snapshot file around any payload, with the right checksum."""
    fields = pack(">8sIQQ", b"chatsnap", 1, 7, len(payload))
    return fields + blake2b(payload + fields, digest_size=32).digest() + payload


def scan(payload: bytes, piece: int = MIB) -> None:
    scanner = OpcodeScanner(len(payload))
    for start in range(0, len(payload), piece):
        scanner.feed(payload[start : start + piece])
    scanner.finish()


def refused_cheaply(payload: bytes) -> str:
    """Load a snapshot with this payload, which is refused without much memory; say why."""
    disk = new_disk()
    disk.put(PATH, sealed(payload))
    tracemalloc.start()
    try:
        with pytest.raises(StoreCorrupt, match="not a pickle of builtins") as caught:
            load_snapshot(disk, PATH)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * MIB, f"{peak} bytes for {len(payload)}"
    return caught.value.reason


@pytest.mark.parametrize(
    "payload",
    [
        b"Nr" + pack("<I", HUGE // 64),  # LONG_BINPUT: a place in the memo, far behind all others
        b"Nq\xff",  # BINPUT
        b"Np1000000000\n",  # PUT
        b"\x95" + pack("<Q", HUGE),  # a frame
        b"\x95" + pack("<Q", 2**62),
        b"B" + pack("<I", HUGE) + b"x",
        b"X" + pack("<I", HUGE) + b"x",
        b"\x8e" + pack("<Q", HUGE) + b"x",
        b"\x8d" + pack("<Q", HUGE) + b"x",
        b"\x96" + pack("<Q", HUGE) + b"x",
        b"\x8e" + pack("<Q", 2**63 - 1) + b"x",
        b"\x8e" + pack("<Q", 2**64 - 1) + b"x",
        b"\x8b" + pack("<i", HUGE) + b"x",  # LONG4
        b"I" + b"9" * 100_000 + b"\n",  # INT: quadratic
        b"L" + b"9" * 100_000 + b"L\n",
        b"N2",  # DUP
        b"j" + pack("<I", HUGE),  # LONG_BINGET of nothing
    ],
)
def test_pickle_that_asks_for_more_than_it_is_is_refused_cheaply(payload: bytes) -> None:
    refused_cheaply(PROTOCOL + payload + b".")


def laughs(levels: int) -> Any:
    tree: Any = ["ha"] * 10
    for _ in range(levels):
        tree = [tree] * 10
    return tree


def test_containers_that_are_shared_are_refused_before_anything_walks_over_them() -> None:
    assert "shared" in refused_cheaply(pickle.dumps(laughs(30), 5))
    table = {"a": 1}
    assert "shared" in refused_cheaply(pickle.dumps({"x": table, "y": [(table,)]}, 5))


def test_container_within_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    assert "shared" in refused_cheaply(pickle.dumps(loop, 5))


def test_texts_bytes_and_empty_containers_may_be_shared() -> None:
    name, data = "a name", b"some bytes"
    refuse_sharing([name, name, data, data, (), (), frozenset(), frozenset()])


@given(TREES, st.integers(1, 40))
def test_what_our_pickler_writes_is_let_through_in_pieces_of_any_size(
    tree: Any, piece: int
) -> None:
    scan(pickle.dumps(tree, 5), piece)


def kinds() -> Iterator[Any]:
    for size in (0, 1, 255, 256, 65_535, 65_536):
        yield "x" * size
        yield b"x" * size
        yield bytearray(size)
        yield list(range(size))
        yield {n: n for n in range(size)}
    yield from (True, False, None, 1.5, -1, 2**31, -(2**31), 2**64, -(2**64), 2**1000)
    yield from ((), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), {1, 2}, frozenset({1, 2}))


def test_every_opcode_of_our_pickler_is_known() -> None:
    for value in kinds():
        for piece in (7, MIB):
            scan(pickle.dumps([value, value], 5), piece)


@given(TREES, st.data())
def test_pickle_cut_or_gone_on_with_is_refused(tree: Any, data: st.DataObject) -> None:
    payload = pickle.dumps(tree, 5)
    cut = data.draw(st.integers(0, len(payload) - 1))
    for other in (payload[:cut], payload + b"N", payload + payload):
        disk = new_disk()
        disk.put(PATH, sealed(other))
        with pytest.raises(StoreCorrupt):
            load_snapshot(disk, PATH)


@given(st.binary(max_size=60))
def test_whatever_is_let_through_loads_or_fails_cheaply(payload: bytes) -> None:
    disk = new_disk()
    disk.put(PATH, sealed(PROTOCOL + payload + b"."))
    try:
        assert isinstance(load_snapshot(disk, PATH), Snapshot)
    except StoreCorrupt:
        pass
