"""The snapshot's file: what goes in comes out, and nothing else gets in."""

import errno
import gc
import io
import os
import pickle
import stat
from collections import OrderedDict
from collections.abc import Callable
from enum import IntEnum
from hashlib import blake2b
from pathlib import Path
from struct import pack
from typing import Any, NamedTuple
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.disk import RealDisk, write_snapshot
from chatd.disk.formats import FORMAT, OLDEST_READER
from chatd.disk.snapshot import (
    CHUNK_BYTES,
    HEADER_BYTES,
    SYNC_BYTES,
    Snapshot,
    load_snapshot,
    temporary_path,
)
from chatd.errors import StoreCorrupt, StoreTooNew, StoreUnsafe
from tests.disk.store import MARK, PATH, new_disk
from tests.simulation.disk import SimDisk

LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
)
TREES = st.recursive(
    LEAVES | st.frozensets(st.integers()) | st.sets(st.text()),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
)


def sealed(payload: bytes, format: int = FORMAT, oldest: int = OLDEST_READER) -> bytes:
    """Return a snapshot file around any payload, with the right checksums."""
    prefix = pack(">8sII", b"chatsnap", format, oldest)
    fields = prefix + pack(">IQ8sQ", crc32(prefix), 7, MARK, len(payload))
    return fields + blake2b(payload + fields, digest_size=32).digest() + payload


def sealed_1(payload: bytes) -> bytes:
    """Return a snapshot file of format 1."""
    fields = pack(">8sIQQ", b"chatsnap", 1, 7, len(payload))
    return fields + blake2b(payload + fields, digest_size=32).digest() + payload


def disk_with(content: bytes) -> SimDisk:
    disk = new_disk()
    disk.put(PATH, content)
    return disk


def access_refusal(disk: SimDisk) -> str:
    with pytest.raises(StoreUnsafe) as caught:
        load_snapshot(disk, PATH)
    assert not disk.open_paths()
    return str(caught.value)


def refusal(disk: SimDisk) -> str:
    with pytest.raises(StoreCorrupt) as caught:
        load_snapshot(disk, PATH)
    assert caught.value.path == PATH
    assert not disk.open_paths()
    return caught.value.reason


@given(TREES, st.integers(0, 2**64 - 1))
def test_any_tree_of_builtins_comes_back(tree: Any, last_tick: int) -> None:
    disk = new_disk()
    write_snapshot(disk, PATH, tree, last_tick, MARK)
    assert load_snapshot(disk, PATH) == Snapshot(tree, last_tick, MARK)


def test_snapshot_that_does_not_exist_is_none() -> None:
    assert load_snapshot(new_disk(), PATH) is None


def test_shared_values_are_stored_and_loaded_once() -> None:
    name = "a name of some length"
    disk = new_disk()
    write_snapshot(disk, PATH, [name] * 1000, 1, MARK)
    assert len(disk.files()[PATH]) < 4000
    snapshot = load_snapshot(disk, PATH)
    assert snapshot is not None and len(set(map(id, snapshot.tree))) == 1


def test_file_has_the_documented_format() -> None:
    disk = new_disk()
    write_snapshot(disk, PATH, {"a": 1}, 7, MARK)
    content = disk.files()[PATH]
    assert content == sealed(content[HEADER_BYTES:])
    assert pickle.loads(content[HEADER_BYTES:]) == {"a": 1}


def test_write_replaces_the_old_snapshot_durably_and_leaves_nothing_else() -> None:
    disk = new_disk()
    write_snapshot(disk, PATH, "old", 1, MARK)
    write_snapshot(disk, PATH, "new", 2, MARK)
    disk.crash()
    assert set(disk.files()) == {PATH}
    assert load_snapshot(disk, PATH) == Snapshot("new", 2, MARK)


def test_write_syncs_as_it_goes() -> None:
    disk = new_disk()
    write_snapshot(disk, PATH, [bytes([n]) * CHUNK_BYTES for n in range(9)], 1, MARK)
    assert disk.calls.count("datasync") == 9 * CHUNK_BYTES // SYNC_BYTES
    assert disk.calls[-4:] == ["sync", "close", "rename", "sync_folder"]


@pytest.mark.parametrize("operation", ["create", "write", "sync", "rename", "sync_folder"])
def test_write_that_fails_leaves_a_whole_snapshot_and_no_temporary_file(operation: str) -> None:
    disk = new_disk()
    write_snapshot(disk, PATH, "old", 1, MARK)
    disk.fail_on(operation, errno.EIO)
    with pytest.raises(OSError, match="Input/output error"):
        write_snapshot(disk, PATH, "new", 2, MARK)
    snapshot = load_snapshot(disk, PATH)
    assert snapshot is not None
    assert snapshot.tree == ("new" if operation == "sync_folder" else "old")
    assert set(disk.files()) == {PATH}
    assert not disk.open_paths()


def test_write_on_a_full_disk_keeps_the_old_snapshot() -> None:
    disk = new_disk(capacity=1000)
    write_snapshot(disk, PATH, "old", 1, MARK)
    with pytest.raises(OSError, match="No space left"):
        write_snapshot(disk, PATH, bytes(1000), 2, MARK)
    assert load_snapshot(disk, PATH) == Snapshot("old", 1, MARK)
    assert set(disk.files()) == {PATH}


class Pair(NamedTuple):
    one: int
    two: int


class Colour(IntEnum):
    RED = 1


class Name(str):
    pass


@pytest.mark.parametrize(
    "leaf",
    [object(), Pair(1, 2), Colour.RED, Name("x"), OrderedDict(), 1j, range(3), len, int],
)
def test_write_of_anything_but_builtins_is_refused(leaf: object) -> None:
    disk = new_disk()
    with pytest.raises(TypeError, match="builtins only"):
        write_snapshot(disk, PATH, {"deep": [(1, leaf)]}, 1, MARK)
    assert not disk.files()


class Hostile:
    """Pickles to a call."""

    def __init__(self, function: Any, *arguments: object) -> None:
        self.call = function, arguments

    def __reduce__(self) -> Any:
        return self.call


class BySetState:
    def __reduce__(self) -> Any:
        return (dict, (), {"a": 1}, None, iter([("key", "value")]))


def marked(marker: Path, protocol: int) -> bytes:
    return pickle.dumps(Hostile(os.mkdir, str(marker)), protocol)


@pytest.mark.parametrize("protocol", range(6))
def test_pickle_that_calls_a_function_is_refused_and_not_run(protocol: int, tmp_path: Path) -> None:
    marker = tmp_path / "was here"
    pickle.loads(marked(marker, protocol))  # such a pickle does run where it is let
    marker.rmdir()
    assert "not a pickle of builtins" in refusal(disk_with(sealed(marked(marker, protocol))))
    assert not marker.exists()


@pytest.mark.parametrize(
    "payload",
    [
        pickle.dumps(Hostile(eval, "1 + 1")),
        pickle.dumps(BySetState()),
        pickle.dumps(os.system),
        pickle.dumps(int),
        pickle.dumps(Colour.RED),
        b"cos\nsystem\n(S'true'\ntR.",  # GLOBAL, REDUCE
        b"(S'true'\nios\nsystem\n.",  # INST
        b"(cos\nsystem\nS'true'\no.",  # OBJ
        b"Pname\n.",  # a persistent id, as text
        b"\x80\x02X\x01\x00\x00\x00aQ.",  # a persistent id, from the stack
        b"\x80\x05\x97.",  # a buffer that is not in the file
        b"\x80\x02]X\x01\x00\x00\x00ab.",  # BUILD: a state for a list
        b"\x80\x02])R.",  # REDUCE: a call of a list
        b"\x80\x02\x82\x01.",  # EXT1: a global by number
        b"",
        b".",
        b"junk",
        b"\x80\x05\x8e\xff\xff\xff\xff\xff\xff\xff\x7fx.",  # bytes of 2**63 - 1
        b"\x80\xff.",  # a protocol to come
    ],
)
def test_payload_that_is_no_pickle_of_builtins_is_refused(payload: bytes) -> None:
    assert "not a pickle of builtins" in refusal(disk_with(sealed(payload)))


def test_pickle_nested_deeply_is_loaded_without_recursion() -> None:
    depth = 100_000
    disk = disk_with(sealed(b"\x80\x05" + b"]" * depth + b"a" * (depth - 1) + b"."))
    snapshot = load_snapshot(disk, PATH)
    assert snapshot is not None
    tree = snapshot.tree
    while tree:
        tree = tree.pop()


@pytest.mark.parametrize("seal", [sealed, sealed_1])
def test_any_byte_flipped_or_cut_is_refused(seal: Callable[[bytes], bytes]) -> None:
    content = seal(pickle.dumps({"key": [1, 2]}, 5))
    for at in range(len(content)):
        refusal(disk_with(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]))
        refusal(disk_with(content[:at]))
    refusal(disk_with(content + b"\0"))


def test_snapshot_of_format_1_is_read_and_has_no_mark() -> None:
    snapshot = load_snapshot(disk_with(sealed_1(pickle.dumps([1], 5))), PATH)
    assert snapshot == Snapshot([1], 7, None, 1)


def test_snapshot_of_a_later_format_is_read_if_it_may_be_and_else_refused() -> None:
    payload = pickle.dumps([1], 5)
    later, told = FORMAT + 2, f"know format {FORMAT + 1} .* knows 1 to {FORMAT}"
    readable = disk_with(sealed(payload, later, FORMAT))
    assert load_snapshot(readable, PATH) == Snapshot([1], 7, MARK, later)
    with pytest.raises(StoreTooNew, match=f"has format {later}, .* {told}"):
        load_snapshot(disk_with(sealed(payload, later, FORMAT + 1)), PATH)


def test_snapshot_of_another_owner_is_refused() -> None:
    disk = disk_with(sealed(pickle.dumps([])))
    disk.set_access(PATH, owner=os.geteuid() + 1, mode=0o600)
    assert f"{PATH} belongs to user {os.geteuid() + 1}" in access_refusal(disk)


def test_snapshot_of_root_is_loaded_by_anybody_who_may_read_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    disk = disk_with(sealed(pickle.dumps([], 5)))
    disk.set_access(PATH, owner=0, mode=0o444)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert load_snapshot(disk, PATH) == Snapshot([], 7, MARK)


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666, 0o777])
def test_snapshot_that_others_may_write_is_refused(mode: int) -> None:
    disk = disk_with(sealed(pickle.dumps([])))
    disk.set_access(PATH, owner=os.geteuid(), mode=mode)
    assert f"others may write {PATH} (mode {mode:o})" in access_refusal(disk)


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_is_refused_at_once(make: Callable[[str], None], tmp_path: Path) -> None:
    path = str(tmp_path / "chat.db")
    make(path)
    with pytest.raises(StoreUnsafe, match="is not a regular file"):
        load_snapshot(RealDisk(), path)


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o644])
def test_snapshot_that_others_may_at_most_read_is_loaded(mode: int) -> None:
    disk = disk_with(sealed(pickle.dumps([])))
    disk.set_access(PATH, owner=os.geteuid(), mode=mode)
    assert load_snapshot(disk, PATH) == Snapshot([], 7, MARK)


def test_owner_and_mode_are_those_of_the_real_file(tmp_path: Path) -> None:
    path = str(tmp_path / "chat.db")
    write_snapshot(RealDisk(), path, [1], 1, MARK)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert load_snapshot(RealDisk(), path) == Snapshot([1], 1, MARK)
    os.chmod(path, 0o660)
    with pytest.raises(StoreUnsafe, match=f"chmod go-w {path}"):
        load_snapshot(RealDisk(), path)


class WatchesTheCollector(SimDisk):
    """Notes whether the collector runs while the payload is read."""

    def __init__(self, disk: SimDisk) -> None:
        super().__init__()
        self.make_folder("data")
        self.put(PATH, disk.files()[PATH])
        self.collecting: list[bool] = []

    def read(self, fd: int, size: int, offset: int) -> bytes:
        self.collecting.append(gc.isenabled())
        return super().read(fd, size, offset)


def test_collector_is_off_while_loading_and_then_as_before() -> None:
    disk = WatchesTheCollector(disk_with(sealed(pickle.dumps([1]))))
    load_snapshot(disk, PATH)
    assert disk.collecting[0] and not disk.collecting[-1]
    assert gc.isenabled()
    gc.disable()
    try:
        load_snapshot(disk, PATH)
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_read_error_while_loading_is_an_error_of_the_disk() -> None:
    disk = disk_with(sealed(pickle.dumps([1])))
    load_snapshot(disk, PATH)
    reads = [at for at, call in enumerate(disk.calls, 1) if call == "read"]
    for read in reads:
        again = disk_with(sealed(pickle.dumps([1])))
        again.fail_at(read, errno.EIO)
        with pytest.raises(OSError, match="Input/output error"):
            load_snapshot(again, PATH)
        assert not again.open_paths()


def test_temporary_file_stands_beside_the_store() -> None:
    assert os.path.dirname(temporary_path(PATH)) == os.path.dirname(PATH)


def test_pickle_larger_than_the_buffers_comes_back() -> None:
    tree = [bytes([n]) * (CHUNK_BYTES // 2 + 1) for n in range(5)] + list(range(100_000))
    disk = new_disk()
    write_snapshot(disk, PATH, tree, 1, MARK)
    assert load_snapshot(disk, PATH) == Snapshot(tree, 1, MARK)
    assert pickle.load(io.BytesIO(disk.files()[PATH][HEADER_BYTES:])) == tree
