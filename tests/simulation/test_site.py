"""The chat's page over HTTP: what was built stands at its paths, and nothing else does."""

import gzip
import signal

import pytest

from chatd.wire.http.message import HTML
from tests.simulation.web import Reply
from tests.simulation.world import World

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " img-src 'self' blob:; media-src 'self' blob:; manifest-src 'self'; worker-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types chatd"
)
SCRIPT = b"'use strict';" * 200
FILES = {
    "index.html": b"<!doctype html><title>chat</title>",
    "manifest.webmanifest": b'{"name": "chat"}',
    "sw.js": b"self",
    "THIRD-PARTY.txt": b"preact",
    "assets/main-1a2b.js": SCRIPT,
    "assets/main-1a2b.js.gz": gzip.compress(SCRIPT, mtime=0),
    "assets/app-3c4d.css": b"body {}",
    "assets/icon-5e6f.svg": b"<svg/>",
    "BUILD": b"1234",
}
DOCUMENT = ["/", "/join", "/join?x", "/r/general/42", "/r/bob/1?a=b", "/r/"]
KINDS = {
    "/": HTML,
    "/manifest.webmanifest": "application/manifest+json",
    "/sw.js": "text/javascript; charset=utf-8",
    "/THIRD-PARTY.txt": "text/plain; charset=utf-8",
    "/assets/main-1a2b.js": "text/javascript; charset=utf-8",
    "/assets/app-3c4d.css": "text/css; charset=utf-8",
    "/assets/icon-5e6f.svg": "image/svg+xml",
}


def built() -> World:
    return World(page_files=FILES)


def get(world: World, path: str, method: str = "GET", **fields: str) -> Reply:
    return world.web().ask(method, path, None, **fields)


@pytest.mark.parametrize("path", DOCUMENT)
def test_document_stands_at_every_path_that_the_page_reads_itself(path: str) -> None:
    with built() as world:
        reply = get(world, path, accept="text/html,*/*;q=0.8")
        assert (reply.status, reply.body) == (200, FILES["index.html"])


@pytest.mark.parametrize(("path", "kind"), KINDS.items())
def test_each_file_has_its_kind_and_the_fields_that_bind_the_page(path: str, kind: str) -> None:
    with built() as world:
        reply = get(world, path)
        assert reply.status == 200
        assert reply.fields["content-type"] == kind
        assert reply.fields["content-security-policy"] == POLICY
        assert reply.fields["x-content-type-options"] == "nosniff"
        assert reply.fields["referrer-policy"] == "no-referrer"
        assert reply.fields["cross-origin-opener-policy"] == "same-origin"
        assert get(world, path, "HEAD").fields["content-length"] == str(len(reply.body))
        assert get(world, path, "POST").status == 405


def test_what_is_named_by_its_content_is_kept_for_a_year_and_the_rest_is_asked_for_again() -> None:
    with built() as world:
        for path in KINDS:
            kept = get(world, path).fields["cache-control"]
            assets = path.startswith("/assets/")
            assert kept == ("public, max-age=31536000, immutable" if assets else "no-cache")


def test_document_that_is_known_is_not_sent_again() -> None:
    with built() as world:
        tag = get(world, "/").fields["etag"]
        reply = get(world, "/", if_none_match=tag)
        assert (reply.status, reply.body, reply.fields["etag"]) == (304, b"", tag)
        assert "content-length" not in reply.fields
        assert reply.fields["content-security-policy"] == POLICY
        assert get(world, "/", if_none_match='"other"').status == 200


def test_script_comes_compressed_to_who_takes_that() -> None:
    with built() as world:
        plain = get(world, "/assets/main-1a2b.js")
        packed = get(world, "/assets/main-1a2b.js", accept_encoding="gzip, br")
        assert plain.fields["vary"] == packed.fields["vary"] == "accept-encoding"
        assert packed.fields["content-encoding"] == "gzip"
        assert packed.body == FILES["assets/main-1a2b.js.gz"]
        assert plain.body == SCRIPT


@pytest.mark.parametrize(
    "path",
    [
        *("/assets/", "/assets/none.js", "/assets/../index.html", "/assets/%2e%2e/index.html"),
        *("/assets/main-1a2b.js.gz", "/index.html", "/BUILD", "/assets//main-1a2b.js", "/app"),
        *("/assets/../../__init__.py", "//assets/main-1a2b.js", "/join/x", "/sw.js/"),
    ],
)
def test_nothing_but_what_was_built_is_handed_out(path: str) -> None:
    with built() as world:
        assert get(world, path).status in (400, 404)


def test_page_that_was_built_again_is_served_after_a_reload() -> None:
    with built() as world:
        old = get(world, "/").fields["etag"]
        world.page_files = {"index.html": b"<!doctype html>new", "assets/main-7.js": b"7"}
        assert get(world, "/").body == FILES["index.html"]
        world.signals.send(signal.SIGHUP)
        world.settle()
        assert get(world, "/", if_none_match=old).body == b"<!doctype html>new"
        assert get(world, "/assets/main-7.js").body == b"7"
        assert get(world, "/assets/main-1a2b.js").status == 404


@pytest.mark.parametrize("path", ["/", "/r/general/42"])
def test_server_without_a_page_says_how_to_build_it(path: str) -> None:
    with World() as world:
        reply = get(world, path, accept="text/html")
        assert reply.status == 200
        assert b"make page" in reply.body and b"<script" not in reply.body
        assert "default-src 'none'" in reply.fields["content-security-policy"]
        assert get(world, "/sw.js").status == get(world, "/assets/main-1a2b.js").status == 404


def test_page_for_another_host_is_refused() -> None:
    with built() as world:
        assert get(world, "/", host="evil.example").status == 421


def test_join_link_without_a_page_says_what_to_do_and_nothing_of_the_room() -> None:
    with World() as world:
        alice = world.user("alice")
        room = alice.call("create", title="secret")["room"]
        link = alice.call("link", room=room)["link"]
        reply = world.web().ask("GET", "/join", accept="text/html")
        page = reply.body.decode()
        assert reply.status == 200
        assert "paste the whole address" in page
        assert "secret" not in page and "<script" not in page
        policy = reply.fields["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert reply.fields["referrer-policy"] == "no-referrer"
        for other in (f"/join?{link}", "/join?nonsense"):
            assert world.web().ask("GET", other).body == reply.body
        for path in (f"/join/{link}", "/join/nonsense"):
            assert world.web().ask("GET", path).status == 404
