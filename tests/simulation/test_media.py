"""What a file is: found by the server when it is posted, in its entry for everybody."""

import errno

import pytest

from tests.simulation.test_files import CONTENT, begin, fill, share
from tests.simulation.test_web_files import put
from tests.simulation.world import World
from tests.wire.images import exif, jpeg, png, segment

MEDIA = ("media_type", "width", "height")


def test_picture_has_its_type_and_its_size_in_its_entry() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        share(alice, png(640, 480), name="photo.txt")
        (entry,) = bob.entries
        assert [entry[key] for key in MEDIA] == ["image/png", 640, 480]
        world.kill()
        world.restart()
        (again,) = world.user("bob").call("history", room="general")["entries"]
        assert again == entry


def test_picture_in_many_chunks_without_a_hash_is_shown_upright() -> None:
    with World() as world:
        bob = world.user("bob")
        photo = jpeg(4_000, 3_000, exif(6), *[segment(0xE2, bytes(60_000))] * 3)
        assert put(world.web(world.token("alice")), photo).status == 201
        (entry,) = bob.entries
        assert [entry[key] for key in MEDIA] == ["image/jpeg", 3_000, 4_000]


@pytest.mark.parametrize("content", [CONTENT, b""], ids=["bytes", "nothing"])
def test_what_nobody_knows_is_bytes_and_has_no_size(content: bytes) -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        share(alice, content)
        (entry,) = bob.entries
        assert entry["media_type"] == "application/octet-stream"
        assert not {"width", "height"} & entry.keys()


def test_client_can_not_say_what_a_file_is() -> None:
    with World() as world:
        bob = world.user("bob")
        refusal = bob.refusal("upload", room="general", name="a", media_type="image/png")
        assert refusal["code"] == "bad_request"
        web = world.web(world.token("alice"))
        assert put(web, b"a text", content_type="image/png").status == 201
        assert bob.entries[0]["media_type"] == "text/plain"


def test_same_bytes_under_another_name_are_what_that_name_says() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        for name in ("a.csv", "a.svg"):
            share(alice, b"<svg/>", name=name)
        assert [entry["media_type"] for entry in bob.entries] == ["text/csv", "image/svg+xml"]
        assert len(world.state.blobs) == 1


def test_deleted_picture_leaves_neither_type_nor_size() -> None:
    with World() as world:
        alice = world.user("alice")
        seq = share(alice, png(640, 480))["seq"]
        alice.call("delete", room="general", seq=seq)
        left = alice.call("history", room="general")["entries"][0]
        assert left["deleted"] and not {*MEDIA} & left.keys()


def test_file_that_can_not_be_read_now_is_posted_later() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        number = begin(alice, png(640, 480))["upload"]
        fill(alice, number, png(640, 480))
        world.disk.fail_on("open_read", errno.EMFILE)
        assert alice.refusal("upload-finish", upload=number)["code"] == "overloaded"
        assert not bob.entries
        alice.call("upload-finish", upload=number)
        assert bob.entries[0]["width"] == 640
