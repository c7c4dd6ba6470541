"""File links: a file without a token in its address, for one device and as long as it is used."""

import pytest

from chatd.core.file_links import LINK_KEPT_MS, LINKS_MAX, FileLinks
from tests.logged import logged_actions
from tests.simulation.test_files import CONTENT, share
from tests.simulation.web import WebPeer, replies, request
from tests.simulation.world import World
from tests.wire.images import png

PICTURE = png(640, 480) + bytes(100_000)


def linked(web: WebPeer, seq: int = 1, room: str = "general") -> str:
    """Return the path that opens a file."""
    path: str = web.call("file-link", room=room, seq=seq).json["path"]
    return path


def shared(world: World, content: bytes = PICTURE, name: str = "a.png") -> tuple[WebPeer, str]:
    """Share a file; return who has a link to it, and the link."""
    share(world.user("alice"), content, name=name)
    bob = world.web(world.token("bob"))
    return bob, linked(bob)


def status(world: World, path: str) -> int:
    """Return what a browser is answered that knows the address and nothing else."""
    return world.web().ask("GET", path).status


def test_picture_is_shown_in_place_without_a_token() -> None:
    with World() as world:
        _, path = shared(world)
        assert path.startswith("/f/") and path.endswith("/a.png")
        reply = world.web().ask("GET", path)
        assert (reply.status, reply.body) == (200, PICTURE)
        assert reply.fields["content-type"] == "image/png"
        assert reply.fields["content-disposition"] == 'inline; filename="a.png"'
        assert reply.fields["x-content-type-options"] == "nosniff"
        assert reply.fields["referrer-policy"] == "no-referrer"
        assert reply.fields["cross-origin-resource-policy"] == "same-origin"
        assert reply.fields["content-security-policy"].startswith("sandbox;")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.svg", b"<svg onload='alert(1)'/>"),
        ("a.html", b"<script>alert(1)</script>"),
        ("a.pdf", b"%PDF-1.7"),
        ("a.png", b"<script>alert(1)</script>"),
        ("a.bin", CONTENT),
    ],
)
def test_what_could_run_is_for_saving(name: str, content: bytes) -> None:
    with World() as world:
        _, path = shared(world, content, name)
        reply = world.web().ask("GET", path)
        assert (reply.status, reply.body) == (200, content)
        assert reply.fields["content-type"] == "application/octet-stream"
        assert reply.fields["content-disposition"].startswith("attachment;")


def test_parts_and_heads_and_conditions_work_as_for_all_files() -> None:
    with World() as world:
        _, path = shared(world)
        web = world.web()
        part = web.ask("GET", path, range="bytes=5-60000")
        assert (part.status, part.body) == (206, PICTURE[5:60_001])
        assert part.fields["content-range"] == f"bytes 5-60000/{len(PICTURE)}"
        head = web.ask("HEAD", path)
        assert (head.status, head.body) == (200, b"")
        assert head.fields["content-length"] == str(len(PICTURE))
        assert web.ask("GET", path, if_none_match=head.fields["etag"]).status == 304
        assert web.ask("POST", path, b"x").status == 405


def test_link_opens_for_five_minutes_since_its_last_use_and_never_again() -> None:
    with World() as world:
        bob, path = shared(world)
        for _ in range(3):
            world.sleep(LINK_KEPT_MS - 1)
            assert status(world, path) == 200
        world.sleep(LINK_KEPT_MS)
        assert status(world, path) == 404
        again = linked(world.web(bob.token))
        assert again != path and status(world, again) == 200
        assert status(world, path) == 404


def test_link_stays_the_same_while_it_is_used_and_is_another_for_each_device() -> None:
    with World() as world:
        bob, path = shared(world)
        assert linked(bob) == path
        phone = world.web(world.token("bob"))
        alice = world.web(world.token("alice"))
        assert len({path, linked(phone), linked(alice)}) == 3


def test_link_ends_with_its_device_and_not_with_another() -> None:
    with World() as world:
        bob, path = shared(world)
        phone = world.web(world.token("bob"))
        other = linked(phone)
        assert bob.call("revoke", device=1).status == 200
        assert status(world, path) == 404
        assert status(world, other) == 200


def test_link_ends_with_the_right_to_see_the_file() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("ops", bob)
        seq = share(alice, PICTURE, room, name="a.png")["seq"]
        path = linked(world.web(world.token("bob")), seq, room)
        mine = linked(world.web(world.token("alice")), seq, room)
        assert status(world, path) == 200
        alice.call("kick", room=room, user="bob")
        assert status(world, path) == 404
        assert status(world, mine) == 200
        alice.call("delete", room=room, seq=seq)
        assert status(world, mine) == 404


def test_download_by_a_link_ends_when_its_device_does() -> None:
    with World() as world:
        share(world.user("alice"), bytes(3_000_000), name="a.bin")
        bob = world.web(world.token("bob"))
        path = linked(bob)
        peer = world.raw(kernel_bytes=4096)
        peer.reads = False
        peer.say(request("GET", path))
        assert bob.call("revoke", device=1).status == 200
        peer.reads = True
        world.settle()
        assert peer.ended and b"200 OK" in peer.heard and len(peer.heard) < 200_000


def test_link_is_in_use_as_long_as_pieces_are_taken_by_it() -> None:
    content = CONTENT * 10
    with World(stall_timeout_ms=20_000) as world:
        _, path = shared(world, content, "a.bin")
        peer = world.raw(kernel_bytes=32 * 1024)
        peer.reads = False
        peer.say(request("GET", path))
        for _ in range(len(content) // (32 * 1024) + 1):
            world.sleep(10_000)
            peer._pull()
        assert len(content) // (32 * 1024) * 10_000 > LINK_KEPT_MS
        peer.reads = True
        world.settle()
        assert replies(peer.heard, "GET")[0].body == content
        assert status(world, path) == 200


def test_connection_on_which_only_links_are_asked_for_is_its_users() -> None:
    with World(login_timeout_ms=30_000) as world:
        _, path = shared(world)
        browser = world.web()
        for _ in range(3):
            assert "connection" not in browser.ask("GET", path).fields
            world.sleep(20_000)
        browser.ask("GET", path)
        assert {c.party for c in world.connections.values()} >= {"bob"}


def test_link_ends_with_the_server() -> None:
    with World() as world:
        _, path = shared(world)
        world.kill()
        world.restart()
        assert status(world, path) == 404


def test_user_has_so_many_links_and_the_one_used_longest_ago_goes() -> None:
    with World(requests_per_second=0, limit_messages=0) as world:
        alice = world.user("alice")
        for _ in range(LINKS_MAX + 1):
            share(alice, b"x")
        web = world.web(world.token("alice"))
        hers = linked(world.web(world.token("bob")), LINKS_MAX)
        first, second, *_ = [linked(web, seq) for seq in range(1, LINKS_MAX + 1)]
        assert status(world, first) == 200  # so the second is the one used longest ago
        linked(web, LINKS_MAX + 1)
        assert (status(world, first), status(world, second)) == (200, 404)
        assert status(world, hers) == 200
        assert len(world.app.file_links) == LINKS_MAX + 1


def test_links_that_expired_are_forgotten_faster_than_others_come() -> None:
    links = FileLinks(b"secret")
    for seq in range(100):
        links.make("alice", 1, "general", seq, 0)
    for seq in range(100):
        links.make("bob", 1, "general", seq, LINK_KEPT_MS)
    assert len(links) == 100


@pytest.mark.parametrize("path", ["/f/", "/f/x", "/f/x/a.png", "/f/%00/a", "/f/" + "x" * 5_000])
def test_what_is_no_link_is_not_found(path: str) -> None:
    with World() as world:
        assert status(world, path) == 404


def test_link_under_another_name_is_not_found() -> None:
    with World() as world:
        _, path = shared(world)
        assert status(world, path.replace("a.png", "b.html")) == 404
        assert status(world, path.removesuffix("/a.png")) == 404
        assert status(world, path) == 200


def test_link_is_made_of_files_that_one_sees_and_for_devices() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        alice.call("send", text="a text")
        share(alice, b"x")
        world.user("carol")
        direct = share(alice, b"y", "carol")["room"]
        for room, seq in (("general", 1), ("general", 3), (direct, 1), ("nowhere", 1)):
            assert bob.refusal("file-link", room=room, seq=seq)["code"] == "not_found"
        assert bob.refusal("file-link", room="general", seq=2)["code"] == "forbidden"
        assert len(world.app.file_links) == 0


def test_link_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"), World() as world:
        _, path = shared(world)
        assert status(world, path) == 200
        assert status(world, path + "x") == 404
        actions = [(a["user"], a["method"], a["outcome"]) for a in logged_actions(caplog)]
        assert actions[-2:] == [("bob", "download", "ok"), ("bob", "history", "not_found")]
        assert path.split("/")[2] not in caplog.text
