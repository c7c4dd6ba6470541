"""Files: uploaded in pieces, durable when they are answered; posted once; pulled in pieces."""

import errno
import hashlib
import os
from contextlib import suppress

import pytest

from chatd.core.state import State
from chatd.handlers.files import UNHASHED_KEPT_MS, UPLOAD_KEPT_MS, UPLOADS_MAX
from chatd.timers import RETRY_MS
from chatd.wire.commands import CHUNK_BYTES_MAX, FILE_NAME_BYTES_MAX
from tests.simulation.disk import PowerCut
from tests.simulation.peer import Map, Peer, Refused
from tests.simulation.world import World

MINUTE_MS = 60_000
CONTENT = bytes(range(256)) * 500  # three chunks
TEXT = b"the text of a file that must not stay on the disk"


def begin(peer: Peer, content: bytes = CONTENT, room: str = "general", **fields: object) -> Map:
    """Begin an upload."""
    sha256 = hashlib.sha256(content).digest()
    params = {"room": room, "name": "a.bin", "size": len(content), "sha256": sha256, **fields}
    return peer.call("upload", **params)


def fill(peer: Peer, number: int, content: bytes = CONTENT, offset: int = 0) -> None:
    """Send what is missing of an upload."""
    while offset < len(content):
        data = content[offset : offset + CHUNK_BYTES_MAX]
        offset = peer.call("upload-chunk", upload=number, offset=offset, data=data)["offset"]


def share(peer: Peer, content: bytes = CONTENT, room: str = "general", **fields: object) -> Map:
    """Upload a file and post it."""
    number = begin(peer, content, room, **fields)["upload"]
    fill(peer, number, content)
    return peer.call("upload-finish", upload=number)


def fetch(peer: Peer, seq: int, room: str = "general") -> bytes:
    """Download a file, a piece at a time."""
    content = bytearray()
    while True:
        piece = peer.call("download", room=room, seq=seq, offset=len(content))
        content += piece["data"]
        if len(content) == piece["size"]:
            return bytes(content)


def files_on_disk(world: World) -> list[str]:
    return [path for path in world.disk.files() if "-files/" in path]


# -- the way of a file -----------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES_MAX, CHUNK_BYTES_MAX + 1, len(CONTENT)])
def test_file_arrives_as_it_was_sent(size: int) -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        posted = share(alice, CONTENT[:size], caption="look at this")
        (entry,) = bob.entries
        assert (entry["kind"], entry["author"], entry["name"]) == ("file", "alice", "a.bin")
        assert (entry["size"], entry.get("text")) == (size, "look at this")
        assert entry["sha256"] == hashlib.sha256(CONTENT[:size]).hexdigest()
        assert fetch(bob, posted["seq"]) == CONTENT[:size]


def test_file_to_one_user_is_seen_by_nobody_else() -> None:
    with World() as world:
        alice, bob, carol = world.user("alice"), world.user("bob"), world.user("carol")
        posted = share(alice, room="bob")
        assert posted["room"] == "alice,bob"
        assert fetch(bob, posted["seq"], "alice") == CONTENT
        for room in ("alice,bob", "alice", "bob"):
            refusal = carol.refusal("download", room=room, seq=posted["seq"])
            assert refusal["code"] == "not_found"
        assert carol.entries == []


def test_direct_room_opens_with_the_file_and_not_with_its_upload() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        first, second = begin(alice, b"one", "bob")["upload"], begin(alice, b"two", "bob")["upload"]
        alice.call("upload-cancel", upload=first)
        assert [room["room"] for room in bob.call("rooms")["rooms"]] == ["@bob", "general"]
        fill(alice, second, b"two")
        posted = alice.call("upload-finish", upload=second)
        assert (posted["room"], posted["seq"]) == ("alice,bob", 1)
        assert fetch(bob, 1, "alice") == b"two"


def test_upload_goes_on_where_the_server_has_got_to_after_a_crash() -> None:
    with World() as world:
        alice = world.user("alice")
        number = begin(alice)["upload"]
        fill(alice, number, CONTENT[:CHUNK_BYTES_MAX])
        alice.request("upload-chunk", upload=number, offset=CHUNK_BYTES_MAX, data=b"never answered")
        world.crash()
        world.restart()
        alice = world.user("alice")
        state = begin(alice)
        assert (state["upload"], state["offset"]) == (number, CHUNK_BYTES_MAX)
        fill(alice, number, offset=CHUNK_BYTES_MAX)
        assert fetch(alice, alice.call("upload-finish", upload=number)["seq"]) == CONTENT


def test_file_survives_stop_and_crash() -> None:
    with World() as world:
        seq = share(world.user("alice"))["seq"]
        world.stop()
        world.restart()
        assert fetch(world.user("bob"), seq) == CONTENT
        world.crash()
        world.restart()
        assert fetch(world.user("bob"), seq) == CONTENT


def test_same_bytes_are_kept_once_and_only_when_they_have_come() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        first = share(alice)["seq"]
        state = begin(bob)
        assert state["offset"] == 0  # to know the hash gives nothing
        fill(bob, state["upload"])
        second = bob.call("upload-finish", upload=state["upload"])["seq"]
        assert len(files_on_disk(world)) == 1
        assert fetch(alice, second) == fetch(bob, first) == CONTENT


def test_finish_said_twice_posts_once() -> None:
    with World() as world:
        alice = world.user("alice")
        number = begin(alice)["upload"]
        fill(alice, number)
        first = alice.call("upload-finish", upload=number, nonce="n")
        assert alice.call("upload-finish", upload=number, nonce="n") == first
        assert len(alice.entries) == 1


# -- refusals --------------------------------------------------------------------------------


def test_wrong_bytes_are_refused_and_can_be_cancelled() -> None:
    with World() as world:
        alice = world.user("alice")
        number = begin(alice)["upload"]
        fill(alice, number, bytes(len(CONTENT)))
        assert alice.refusal("upload-finish", upload=number)["code"] == "bad_request"
        alice.call("upload-cancel", upload=number)
        assert files_on_disk(world) == [] and alice.entries == []
        assert alice.refusal("upload-finish", upload=number)["code"] == "not_found"
        assert fetch(alice, share(alice)["seq"]) == CONTENT


def test_unfinished_upload_can_not_be_posted() -> None:
    with World() as world:
        alice = world.user("alice")
        number = begin(alice)["upload"]
        refusal = alice.refusal("upload-finish", upload=number)
        assert (refusal["code"], refusal["offset"]) == ("conflict", 0)


def test_chunk_that_comes_again_is_a_conflict_and_adds_nothing() -> None:
    with World() as world:
        alice = world.user("alice")
        number = begin(alice)["upload"]
        chunk = {"upload": number, "offset": 0, "data": CONTENT[:CHUNK_BYTES_MAX]}
        alice.call("upload-chunk", **chunk)
        refusal = alice.refusal("upload-chunk", **chunk)
        assert (refusal["code"], refusal["offset"]) == ("conflict", CHUNK_BYTES_MAX)
        fill(alice, number, offset=CHUNK_BYTES_MAX)
        assert fetch(alice, alice.call("upload-finish", upload=number)["seq"]) == CONTENT


@pytest.mark.parametrize("offset", [1, CHUNK_BYTES_MAX])
def test_chunk_at_another_place_is_a_conflict_that_tells_the_right_one(offset: int) -> None:
    with World() as world:
        alice = world.user("alice")
        number = begin(alice)["upload"]
        refusal = alice.refusal("upload-chunk", upload=number, offset=offset, data=b"x")
        assert (refusal["code"], refusal["offset"]) == ("conflict", 0)


def test_chunk_beyond_the_size_is_too_large() -> None:
    with World() as world:
        alice = world.user("alice")
        number = begin(alice, b"four")["upload"]
        refusal = alice.refusal("upload-chunk", upload=number, offset=0, data=b"fives")
        assert refusal["code"] == "too_large"


def test_upload_of_somebody_else_is_not_found() -> None:
    with World() as world:
        number = begin(world.user("alice"))["upload"]
        bob = world.user("bob")
        for method, fields in (
            ("upload-chunk", {"offset": 0, "data": b"x"}),
            ("upload-finish", {}),
            ("upload-cancel", {}),
        ):
            assert bob.refusal(method, upload=number, **fields)["code"] == "not_found"


@pytest.mark.parametrize(
    "name, told",
    [
        ("", "name"),
        (".", "`.`"),
        ("..", "`..`"),
        ("a/b", "`/` (U+002F)"),
        ("../a", "`/` (U+002F)"),
        ("a\0b", "(U+0000)"),
        (" ", "spaces"),
        ("\u202f", "spaces"),
        ("ä" * FILE_NAME_BYTES_MAX, "at most 255 bytes"),
    ],
)
def test_name_that_no_file_can_have_is_refused_and_told_why(name: str, told: str) -> None:
    with World() as world:
        alice = world.user("alice")
        refusal = alice.refusal("upload", room="general", name=name, size=1, sha256=bytes(32))
        assert refusal["code"] == "bad_request"
        assert told in refusal["message"]


@pytest.mark.parametrize(
    "name",
    [
        "Screenshot 2026-11-29 at 9.41.00\u202fAM.png",  # as macOS calls each of them
        "👩\u200d💻.jpg",
        "👨\u200d👩\u200d👧\u200d👦 family.jpg",
        "❤️.txt",
        "می\u200cخواهم.txt",
        "a\u00a0b\u3000c\u2003d",
        "\U0001faea new emoji.png",
        "\ue000 private.txt",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f.png",
        "קובץ\u200f (1).pdf",
        "ឯក\u200bសារ.pdf",
        ".hidden",
        "...",
        'a:b*c?d"e<f>g|h',
        "trailing. ",
    ],
)
def test_name_that_a_file_system_takes_is_kept_as_it_is(name: str) -> None:
    with World() as world:
        alice = world.user("alice")
        share(alice, name=name)
        assert alice.entries[-1]["name"] == name


@pytest.mark.parametrize(
    "name, kept",
    [
        ("a\nb", "a_b"),
        ("a\x1b[31m", "a_[31m"),
        ("a\x9b31m", "a_31m"),
        ("photo\u202egpj.exe", "photo_gpj.exe"),
        ("a\u2066b\u2069", "a_b_"),
        ("a\u200eb", "a_b"),
        ("a\u2028b", "a_b"),
        ("\ufeffa", "_a"),
        ("..\\..\\boot.ini", ".._.._boot.ini"),
    ],
)
def test_what_steers_or_leads_out_of_a_folder_is_replaced_visibly(name: str, kept: str) -> None:
    with World() as world:
        alice = world.user("alice")
        share(alice, name=name)
        assert alice.entries[-1]["name"] == kept


def test_upload_goes_on_under_a_name_of_which_something_was_replaced() -> None:
    with World() as world:
        alice = world.user("alice")
        first = begin(alice, name="a\nb")["upload"]
        assert begin(alice, name="a\nb")["upload"] == first


@pytest.mark.parametrize("over", [0, 1])
def test_file_over_the_size_is_too_large(over: int) -> None:
    with World(max_file_size_bytes=100) as world:
        alice = world.user("alice")
        params = {"room": "general", "name": "a", "size": 100 + over, "sha256": bytes(32)}
        if over:
            refusal = alice.refusal("upload", **params)
            assert (refusal["code"], refusal["limit"]) == ("too_large", 100)
        else:
            assert alice.call("upload", **params)["offset"] == 0


def test_quota_counts_files_and_unfinished_uploads_and_is_given_back() -> None:
    with World(file_quota_bytes=100, lifetime_ms=60 * MINUTE_MS) as world:
        alice = world.user("alice")
        share(alice, b"x" * 60)
        begin(alice, b"y" * 30)
        refusal = alice.refusal("upload", room="general", name="z", size=11, sha256=bytes(32))
        assert (refusal["code"], refusal["limit"]) == ("storage_full", 100)
        alice.ack("general")
        world.sleep(70 * MINUTE_MS)
        assert begin(alice, b"z" * 70)["offset"] == 0


def test_unfinished_uploads_are_bounded_and_expire() -> None:
    with World() as world:
        alice = world.user("alice")
        for number in range(UPLOADS_MAX):
            begin(alice, b"%d" % number)
        more = {"room": "general", "name": "a", "size": 9, "sha256": bytes(32)}
        assert alice.refusal("upload", **more)["code"] == "conflict"
        world.sleep(UPLOAD_KEPT_MS)
        assert files_on_disk(world) == []
        assert world.user("alice").call("upload", **more)["offset"] == 0


def test_upload_is_kept_for_an_hour_after_a_start_far_from_the_last_stamp() -> None:
    with World() as world:
        begin(world.user("alice"))
        world.stop()
        world.clock.advance(UPLOAD_KEPT_MS + MINUTE_MS)
        world.restart()
        world.sleep(59 * MINUTE_MS)
        assert len(world.state.uploads) == len(files_on_disk(world)) == 1
        world.sleep(MINUTE_MS)
        assert len(world.state.uploads) == len(files_on_disk(world)) == 0


def test_files_count_in_the_limit_and_are_refused_before_any_byte() -> None:
    with World(limit_messages=1) as world:
        alice = world.user("alice")
        number = begin(alice)["upload"]
        fill(alice, number)
        alice.send("the one message of this period")
        assert alice.refusal("upload-finish", upload=number)["code"] == "rate_limited"
        more = {"room": "general", "name": "a", "size": 9, "sha256": bytes(32)}
        assert alice.refusal("upload", **more)["code"] == "rate_limited"


def test_full_disk_refuses_chunks_and_takes_them_when_there_is_room_again() -> None:
    with World() as world:
        alice = world.user("alice")
        number = begin(alice)["upload"]
        world.disk.capacity = sum(map(len, world.disk.files().values()))
        refusal = alice.refusal("upload-chunk", upload=number, offset=0, data=CONTENT[:1000])
        assert refusal["code"] == "storage_full"
        world.disk.capacity = None
        fill(alice, number)
        assert fetch(alice, alice.call("upload-finish", upload=number)["seq"]) == CONTENT


@pytest.mark.parametrize("number", [errno.EIO, errno.EROFS])
def test_disk_that_fails_at_an_uploads_file_refuses_it_with_a_line_in_the_log(
    number: int, caplog: pytest.LogCaptureFixture
) -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        sha256 = hashlib.sha256(CONTENT).digest()
        world.disk.fail_on("create", number)
        params = {"room": "general", "name": "a", "size": len(CONTENT), "sha256": sha256}
        assert alice.refusal("upload", **params)["code"] == "storage_full"
        upload = begin(alice)["upload"]
        world.disk.fail_on("write", number)
        chunk = {"upload": upload, "offset": 0, "data": CONTENT[:1000]}
        assert alice.refusal("upload-chunk", **chunk)["code"] == "storage_full"
        assert caplog.text.count(f"can't be written: {os.strerror(number)}") == 2
        fill(alice, upload)
        assert fetch(bob, alice.call("upload-finish", upload=upload)["seq"]) == CONTENT
        world.crash()
        world.restart()


@pytest.mark.parametrize("number", [errno.EIO, errno.EROFS, errno.ENOSPC])
@pytest.mark.parametrize("operation", ["datasync", "sync_folder"])
def test_upload_whose_bytes_can_not_be_made_durable_is_dropped_and_the_server_goes_on(
    number: int, operation: str, caplog: pytest.LogCaptureFixture
) -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        if operation == "sync_folder":
            world.disk.fail_on(operation, number)
            upload = begin(alice)["upload"]
        else:
            upload = begin(alice)["upload"]
            world.disk.fail_on(operation, number)
            alice.call("upload-chunk", upload=upload, offset=0, data=CONTENT[:1000])
        assert "can't be written" in caplog.text
        chunk = {"upload": upload, "offset": 1000, "data": CONTENT[1000:2000]}
        assert alice.refusal("upload-chunk", **chunk)["code"] == "not_found"
        assert files_on_disk(world) == []
        assert fetch(bob, share(alice)["seq"]) == CONTENT
        world.crash()
        world.restart()


def test_file_whose_bytes_can_not_be_made_durable_is_not_posted() -> None:
    with World() as world:
        alice = world.user("alice")
        upload = begin(alice, b"short")["upload"]
        world.disk.fail_on("datasync", errno.EIO)
        chunk = alice.request("upload-chunk", upload=upload, offset=0, data=b"short")
        finish = alice.request("upload-finish", upload=upload)  # in the same tick
        world.settle()
        assert alice.result(chunk)["offset"] == 5
        with pytest.raises(Refused, match="storage_full"):
            alice.result(finish)
        assert alice.refusal("upload-finish", upload=upload)["code"] == "not_found"
        assert world.state.general.log.last_seq == 0


@pytest.mark.parametrize("seq", [0, 1, 3, 99])
def test_what_is_no_file_is_not_found(seq: int) -> None:
    with World() as world:
        alice = world.user("alice")
        alice.send("a message")
        share(alice)
        assert alice.refusal("download", room="general", seq=seq)["code"] == "not_found"


def test_offset_behind_the_end_of_a_file_is_refused() -> None:
    with World() as world:
        alice = world.user("alice")
        seq = share(alice)["seq"]
        size = len(CONTENT)
        assert alice.call("download", room="general", seq=seq, offset=size)["data"] == b""
        refusal = alice.refusal("download", room="general", seq=seq, offset=size + 1)
        assert refusal["code"] == "bad_request"


# -- the end of a file -----------------------------------------------------------------------


def test_file_leaves_the_disk_with_its_last_entry() -> None:
    with World(lifetime_ms=60 * MINUTE_MS) as world:
        alice = world.user("alice")
        share(alice, TEXT)
        world.sleep(30 * MINUTE_MS)
        share(alice, TEXT)
        alice.ack("general")
        world.sleep(40 * MINUTE_MS)
        assert world.on_disk(TEXT.decode())
        world.sleep(40 * MINUTE_MS)
        assert not world.on_disk(TEXT.decode())
        assert alice.refusal("download", room="general", seq=2)["code"] == "not_found"


def test_newcomer_is_not_shown_files_before_the_last_messages() -> None:
    with World(limit_show_messages=1) as world:
        alice = world.user("alice")
        share(alice)
        alice.send("the last word")
        bob = world.user("bob")
        assert bob.refusal("download", room="general", seq=1)["code"] == "not_found"


def test_orphans_are_removed_at_start_and_what_is_needed_stays() -> None:
    with World() as world:
        alice = world.user("alice")
        seq = share(alice)["seq"]
        world.kill()
        for name in ("00000099", "rubbish"):
            world.disk.put(f"data/chat.db-files/{name}", b"orphan")
        world.restart()
        assert len(files_on_disk(world)) == 1
        assert fetch(world.user("alice"), seq) == CONTENT


def test_file_that_somebody_took_from_the_disk_is_expired() -> None:
    with World() as world:
        alice = world.user("alice")
        seq = share(alice)["seq"]
        world.disk.take(*files_on_disk(world))
        assert alice.refusal("download", room="general", seq=seq)["code"] == "expired"


def test_power_cut_at_any_call_of_an_upload_loses_nothing_that_was_answered() -> None:
    with World() as world:
        alice = world.user("alice")
        world.disk.calls.clear()
        share(alice, b"first")
        calls = len(world.disk.calls)
    for call in range(1, calls + 2):
        cut_in_the_middle(call)


def cut_in_the_middle(call: int) -> None:
    with World() as world:
        alice = world.user("alice")
        world.cut_power_at(call)
        with suppress(PowerCut):
            share(alice, b"first")
        heard = [entry["seq"] for entry in alice.entries]
        world.crash()
        world.restart()
        again = world.user("alice")
        for seq in heard:
            assert fetch(again, seq) == b"first"
        assert fetch(again, share(again, b"second")["seq"]) == b"second"


# -- in groups -------------------------------------------------------------------------------


def test_file_in_a_group_is_for_its_members_while_they_are_that() -> None:
    with World() as world:
        alice, bob, eve = world.user("alice"), world.user("bob"), world.user("eve")
        room = alice.create("ops", bob)
        posted = share(alice, room="+ops")
        assert posted["room"] == room
        assert fetch(bob, posted["seq"], room) == CONTENT
        bob.call("leave", room=room)
        for peer in (bob, eve):
            refusal = peer.refusal("download", room=room, seq=posted["seq"], offset=0)
            assert refusal["code"] == "not_found"


def test_upload_to_a_group_that_its_uploader_has_left_is_not_posted() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("ops", bob)
        number = begin(bob, room=room)["upload"]
        fill(bob, number)
        bob.call("leave", room=room)
        assert bob.refusal("upload-finish", upload=number)["code"] == "not_found"
        assert alice.of_kind("file") == []


def test_files_of_a_group_that_ended_leave_the_disk_and_the_quota() -> None:
    with World(file_quota_bytes=len(CONTENT)) as world:
        alice = world.user("alice")
        alice.create("ops")
        share(alice, room="+ops")
        alice.call("leave", room="+ops")
        assert files_on_disk(world) == []
        share(alice, room="general")


# -- without a hash --------------------------------------------------------------------------


def begin_blind(peer: Peer, name: str = "a.bin", **fields: object) -> int:
    """Begin an upload of which nothing is known yet."""
    number: int = peer.call("upload", room="general", name=name, **fields)["upload"]
    return number


def test_file_of_unknown_size_and_hash_is_what_has_come() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        number = begin_blind(alice, caption="from a pipe")
        fill(alice, number)
        posted = alice.call("upload-finish", upload=number)
        (entry,) = bob.entries
        assert (entry["size"], entry["text"]) == (len(CONTENT), "from a pipe")
        assert entry["sha256"] == hashlib.sha256(CONTENT).hexdigest()
        assert fetch(bob, posted["seq"]) == CONTENT
        world.crash()
        world.restart()
        assert fetch(world.user("bob"), posted["seq"]) == CONTENT


def test_same_bytes_with_and_without_a_hash_are_kept_once() -> None:
    with World() as world:
        alice = world.user("alice")
        share(alice)
        number = begin_blind(alice)
        fill(alice, number)
        alice.call("upload-finish", upload=number)
        assert len(files_on_disk(world)) == 1
        assert world.state.users["alice"].file_bytes == 2 * len(CONTENT)


def test_file_of_known_size_without_a_hash_has_to_be_whole() -> None:
    with World() as world:
        alice = world.user("alice")
        number = begin_blind(alice, size=4)
        fill(alice, number, b"thr")
        assert world.refusal(alice, "upload-finish", upload=number)["offset"] == 3
        fields = {"upload": number, "offset": 3, "data": b"ee"}
        assert world.refusal(alice, "upload-chunk", **fields)["limit"] == 4


@pytest.mark.parametrize("over", [0, 1])
def test_file_of_unknown_size_is_refused_where_it_gets_too_large(over: int) -> None:
    with World(max_file_size_bytes=100) as world:
        alice = world.user("alice")
        number = begin_blind(alice)
        fill(alice, number, b"x" * 60)
        fields = {"upload": number, "offset": 60, "data": b"y" * (40 + over)}
        if over:
            refusal = world.refusal(alice, "upload-chunk", **fields)
            assert (refusal["code"], refusal["limit"]) == ("too_large", 100)
        else:
            assert alice.call("upload-chunk", **fields)["size"] == 100


@pytest.mark.parametrize("over", [0, 1])
def test_file_of_unknown_size_takes_of_the_quota_what_has_come(over: int) -> None:
    with World(file_quota_bytes=100) as world:
        alice = world.user("alice")
        share(alice, b"x" * 60)
        number = begin_blind(alice)
        fill(alice, number, b"y" * 30)
        fields = {"upload": number, "offset": 30, "data": b"z" * (10 + over)}
        if over:
            refusal = world.refusal(alice, "upload-chunk", **fields)
            assert (refusal["code"], refusal["limit"]) == ("storage_full", 100)
        else:
            assert alice.call("upload-chunk", **fields)["offset"] == 40


def test_chunk_that_a_full_journal_refused_is_no_part_of_a_file_of_unknown_size() -> None:
    with World(requests_per_second=0, limit_messages=0) as world:
        alice, bob = world.user("alice"), world.user("bob")
        number = begin_blind(alice)
        fill(alice, number, b"one")
        world.disk.capacity = sum(map(len, world.disk.files().values())) + 2_000
        with suppress(Refused):
            while True:
                alice.send("x" * 8_000)
        refusal = alice.refusal("upload-chunk", upload=number, offset=3, data=b"two")
        assert refusal["code"] == "storage_full"
        world.disk.capacity = None
        world.sleep(RETRY_MS)
        seq = alice.call("upload-finish", upload=number)["seq"]
        assert fetch(bob, seq) == b"one"
        assert bob.entries[-1]["sha256"] == hashlib.sha256(b"one").hexdigest()


def test_what_is_known_of_each_users_uploads_is_what_a_loaded_state_knows() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        begin_blind(alice)
        alice.call("upload-cancel", upload=begin_blind(alice))
        share(bob, b"x")
        begin_blind(bob)
        known = world.state.uploads_by_owner
        assert {name: list(mine) for name, mine in known.items()} == {"alice": [1], "bob": [4]}
        assert State.load(world.state.dump()).uploads_by_owner == known


def test_upload_without_a_hash_is_another_each_time_and_soon_dropped() -> None:
    with World() as world:
        alice = world.user("alice")
        assert begin_blind(alice) != begin_blind(alice)
        begin(alice)
        world.crash()
        world.restart()
        world.sleep(UNHASHED_KEPT_MS)
        assert len(files_on_disk(world)) == len(world.state.uploads) == 1


def test_same_file_without_a_hash_is_posted_once_for_a_nonce() -> None:
    with World(limit_messages=1) as world:
        alice = world.user("alice")
        first, second, third = begin_blind(alice), begin_blind(alice), begin_blind(alice)
        for number, content in ((first, CONTENT), (second, CONTENT), (third, b"other")):
            fill(alice, number, content)
        posted = alice.call("upload-finish", upload=first, nonce="n")
        assert alice.call("upload-finish", upload=second, nonce="n") == posted
        assert second not in world.state.uploads
        refusal = world.refusal(alice, "upload-finish", upload=third, nonce="n")
        assert refusal["code"] == "conflict"
        assert alice.seqs() == [1]
