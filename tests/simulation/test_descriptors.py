"""Out of descriptors: what the store would open is put off, as on a full disk; nothing ends."""

import errno
import hashlib

import pytest

from chatd.disk.blobs import OPEN_MAX
from tests.simulation.peer import Peer, Refused
from tests.simulation.world import World

SECOND_MS = 1_000
OPENING = frozenset({"create", "open_read", "open_write", "sync_folder", "list_folder"})
"""The calls to the disk that need a descriptor."""
PUT_OFF = {"storage_full", "overloaded", "not_found", "conflict"}
"""What may be answered meanwhile; the last two where a file was given up."""
FILE = bytes(range(256)) * 300


def call(peer: Peer, method: str, **params: object) -> dict[str, object] | None:
    """Call, and return None if that is put off."""
    try:
        return peer.call(method, **params)
    except Refused as refused:
        assert refused.code in PUT_OFF, refused
        return None


def upload(peer: Peer, name: str) -> None:
    digest = hashlib.sha256(FILE).digest()
    begun = call(peer, "upload", room="general", name=name, size=len(FILE), sha256=digest)
    if begun is None:
        return
    for offset in range(0, len(FILE), 40_000):
        data = FILE[offset : offset + 40_000]
        call(peer, "upload-chunk", upload=begun["upload"], offset=offset, data=data)
    call(peer, "upload-finish", upload=begun["upload"])


def day(world: World) -> None:
    """Do everything that opens files: segments, uploads, downloads, snapshots."""
    alice = world.user("alice")
    for _ in range(40):
        for _ in range(7):
            alice.request("send", text="x" * 8_000)
        world.settle()
    for number in range(2):
        upload(alice, f"file {number}")
        world.sleep(world.settings.snapshot_interval_ms + SECOND_MS)
    seq = world.state.general.log.last_seq
    call(alice, "download", room="general", seq=seq, offset=0)
    alice.close()


def world_of() -> World:
    return World(
        limit_messages=0, limit_private=0, requests_per_second=0, snapshot_interval_ms=60_000
    )


def opening_calls() -> list[int]:
    with world_of() as world:
        world.disk.calls.clear()
        day(world)
        calls = world.disk.calls
        return [number for number, name in enumerate(calls, 1) if name in OPENING]


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE])
def test_no_descriptor_for_any_file_of_the_store_ends_nothing(number: int) -> None:
    for place in opening_calls():
        with world_of() as world:
            bob = world.user("bob")
            world.disk.calls.clear()
            world.disk.fail_at(place, number)
            day(world)
            world.sleep(5 * SECOND_MS)
            world.user("alice").send("still here")
            assert bob.texts()[-1] == "still here", place
            world.stop()
            world.restart()


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE])
def test_no_descriptor_is_told_as_what_it_is(number: int, caplog: pytest.LogCaptureFixture) -> None:
    with world_of() as world:
        alice = world.user("alice")
        upload(alice, "a")
        seq = world.state.general.log.last_seq
        for operation, method, params in (
            ("create", "upload", {"room": "general", "name": "b", "size": 1, "sha256": b"x" * 32}),
            ("open_read", "download", {"room": "general", "seq": seq, "offset": 0}),
        ):
            world.disk.fail_on(operation, number)
            error = alice.refusal(method, **params)
            assert error["code"] in ("storage_full", "overloaded")
            assert "out of file descriptors" in error["message"]
            assert alice.call(method, **params)
        assert "Traceback" not in caplog.text


def test_uploads_of_many_at_once_hold_a_bounded_number_of_descriptors() -> None:
    """Written to in the same tick, so that none of their files is synced before its end."""
    with World(requests_per_second=0, tick_bytes_max=4 * 2**20) as world:
        peers = [world.user(f"user{number}") for number in range(OPEN_MAX // 8 + 2)]
        begun = [
            (peer, peer.call("upload", room="general", name=name, size=1, sha256=sha256)["upload"])
            for peer in peers
            for name, sha256 in ((str(n), bytes([n]) * 32) for n in range(8))
        ]
        most, opened = 0, world.disk._opened

        def count(path: str) -> int:
            nonlocal most
            fd = opened(path)
            most = max(most, sum("-files/" in path for path in world.disk.open_paths()))
            return fd

        world.disk._opened = count  # type: ignore[method-assign]
        asked = [(p, p.request("upload-chunk", upload=u, offset=0, data=b"x")) for p, u in begun]
        world.tick()
        world.settle()
        assert all(peer.result(number)["offset"] == 1 for peer, number in asked)
        assert OPEN_MAX <= most <= OPEN_MAX + 1
        world.crash()
        world.restart()
        assert all(upload.offset == 1 for upload in world.state.uploads.values())
        files = world.disk.files("data/chat.db-files/")
        assert list(files.values()) == [b"x"] * len(begun)
