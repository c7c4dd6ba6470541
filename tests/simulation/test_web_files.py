"""Files over HTTP: taken and given piece by piece, under the rules that hold for all files."""

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress

import pytest

from chatd.handlers.files import UNHASHED_KEPT_MS, UPLOADS_MAX
from chatd.wire.commands import CHUNK_BYTES_MAX
from chatd.wire.http.attachment import file_path
from chatd.wire.http.codec import BODY_CHUNK_BYTES
from chatd.wire.http.form import BESIDE_BYTES_MAX, FIELDS_MAX
from tests.logged import logged_actions
from tests.simulation.disk import PowerCut
from tests.simulation.test_files import CONTENT, fetch, files_on_disk, share
from tests.simulation.web import RawPeer, Reply, WebPeer, replies, request
from tests.simulation.world import World

FILES = "/api/v1/files"
BOUNDARY = "xxBOUNDARYxx"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
TAG = f'"{hashlib.sha256(CONTENT).hexdigest()}"'


def part(name: str, value: bytes | str, file_name: str | None = None) -> bytes:
    """Return a part of a form, as curl writes it."""
    head = f'Content-Disposition: form-data; name="{name}"'
    if file_name is not None:
        head += f'; filename="{file_name}"\r\nContent-Type: application/octet-stream'
    data = value.encode() if isinstance(value, str) else value
    return f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + data + b"\r\n"


def form(content: bytes = CONTENT, file_name: str = "a.bin", **fields: str) -> bytes:
    """Return the body of a form."""
    parts = [part(name, value) for name, value in {"room": "general", **fields}.items()]
    return b"".join([*parts, part("file", content, file_name), f"--{BOUNDARY}--\r\n".encode()])


def put(
    peer: WebPeer, content: bytes = CONTENT, query: str = "room=general&name=a.bin", **fields: str
) -> Reply:
    """Upload a file as the body."""
    return peer.ask("POST", f"{FILES}?{query}", content, **fields)


def put_form(peer: WebPeer, body: bytes, **fields: str) -> Reply:
    """Upload a file in a form."""
    return peer.ask("POST", FILES, body, content_type=FORM, **fields)


def chunked(body: bytes, size: int = 10_000) -> bytes:
    """Return a body in chunks."""
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"


def upload_head(token: str, query: str = "room=general&name=a.bin", **fields: str) -> bytes:
    """Return the head of an upload."""
    fields.setdefault("authorization", f"Bearer {token}")
    return request("POST", f"{FILES}?{query}", None, **fields)


LAST = f"--{BOUNDARY}--\r\n".encode()
ROOM, PHOTO = part("room", "general"), part("file", b"x", "a")


# -- Uploads ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "size",
    [
        0,
        1,
        BODY_CHUNK_BYTES - 1,
        BODY_CHUNK_BYTES,
        BODY_CHUNK_BYTES + 1,
        2 * BODY_CHUNK_BYTES,
        len(CONTENT),
    ],
)
def test_a_body_becomes_a_file_of_the_room(size: int) -> None:
    with World() as world:
        bob = world.user("bob")
        alice = world.web(world.token("alice"))
        query = "room=general&name=na%C3%AFve.txt&caption=look+%26+see"
        reply = put(alice, CONTENT[:size], query, content_type="text/html")
        assert reply.status == 201
        assert reply.fields["location"] == "/files/general/1/na%C3%AFve.txt"
        (entry,) = bob.entries
        assert (entry["author"], entry["name"]) == ("alice", "naïve.txt")
        assert entry["text"] == "look & see"
        assert (entry["room"], entry["seq"], entry["ts"]) == tuple(reply.json.values())
        assert entry["sha256"] == hashlib.sha256(CONTENT[:size]).hexdigest()
        assert fetch(bob, 1) == CONTENT[:size]
        assert put(alice, b"next").status == 201, "the connection goes on"


@pytest.mark.parametrize(
    ("query", "name", "caption"),
    [
        ("room=+ops&name=a.bin", "a.bin", ""),
        ("room=%2Bops&name=%2B1.bin&caption=%2B1", "+1.bin", "+1"),
        ("name=+1.bin&caption=+1+from+me&room=+ops", "+1.bin", "+1 from me"),
        ("room=+ops&name=a+b.bin&caption=as%20promised", "a b.bin", "as promised"),
        ("room=+ops&name=a.bin&caption=a%ED%A0%BD", "a.bin", "a\ufffd"),
    ],
)
def test_a_plus_that_begins_a_value_is_one_and_another_is_a_blank(
    query: str, name: str, caption: str
) -> None:
    with World() as world:
        alice = world.user("alice")
        room = alice.create("ops")
        assert put(world.web(world.token("alice")), CONTENT, query).status == 201
        (entry,) = (entry for entry in alice.entries if entry["kind"] == "file")
        assert (entry["room"], entry["name"]) == (room, name)
        assert entry.get("text", "") == caption


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("filename*=UTF-8''na%C3%AFve%20%E2%82%AC.txt", "naïve €.txt"),
        ("FILENAME* = utf-8'de'a%3Bb.txt", "a;b.txt"),
        ("filename*=iso-8859-1''na%EFve.txt", "naïve.txt"),
        ("filename=\"naive.txt\"; filename*=UTF-8''na%C3%AFve.txt", "naïve.txt"),
        ("filename*=UTF-8''na%C3%AFve.txt; filename=\"naive.txt\"", "naïve.txt"),
        ("filename=\"naive.txt\"; filename*=UTF-8''na%EFve.txt", "naive.txt"),
        ("filename=\"a; filename*=UTF-8''b\"", "a; filename*=UTF-8''b"),
    ],
)
def test_a_file_of_a_form_is_named_by_either_form_of_its_name(disposition: str, name: str) -> None:
    with World() as world:
        bob = world.user("bob")
        body = form(room="general").replace(b'filename="a.bin"', disposition.encode())
        assert put_form(world.web(world.token("alice")), body).status == 201
        assert bob.entries[-1]["name"] == name


def test_a_name_that_cannot_be_read_is_refused_with_its_charset() -> None:
    with World() as world:
        body = form(room="general").replace(b'filename="a.bin"', b"filename*=UTF-8''na%EFve")
        reply = put_form(world.web(world.token("alice")), body)
        assert (reply.status, reply.json["code"]) == (400, "bad_request")
        assert "'UTF-8'" in reply.json["detail"]


@pytest.mark.parametrize("size", [0, 1, BODY_CHUNK_BYTES, len(CONTENT)])
def test_a_form_becomes_a_file_of_the_room(size: int) -> None:
    with World() as world:
        bob = world.user("bob")
        alice = world.web(world.token("alice"))
        reply = put_form(alice, form(CONTENT[:size], room="bob", caption="schön"))
        assert (reply.status, reply.json["room"]) == (201, "alice,bob")
        (entry,) = bob.entries
        assert (entry["name"], entry["text"], entry["size"]) == ("a.bin", "schön", size)
        assert fetch(bob, 1, "alice") == CONTENT[:size]


def test_the_query_may_tell_of_the_file_in_a_form() -> None:
    with World() as world:
        alice = world.web(world.token("alice"))
        body = part("caption", "look") + PHOTO + LAST
        path = f"{FILES}?room=general&name=b.bin"
        assert alice.ask("POST", path, body, content_type=FORM).status == 201
        (entry,) = world.user("bob").entries
        assert (entry["name"], entry["text"]) == ("b.bin", "look")
        twice = alice.ask("POST", f"{FILES}?room=general", form(), content_type=FORM)
        assert twice.status == 400


def test_a_name_in_the_form_goes_before_that_of_the_file() -> None:
    with World() as world:
        alice = world.web(world.token("alice"))
        assert put_form(alice, form(name="b.bin")).status == 201
        assert world.user("bob").entries[0]["name"] == "b.bin"


@pytest.mark.parametrize("is_form", [False, True])
def test_file_whose_bytes_are_not_those_announced_is_refused(is_form: bool) -> None:
    with World() as world:
        token = world.token("alice")

        def send(sha256: str) -> int:
            alice = world.web(token)
            if is_form:
                return put_form(alice, form(sha256=sha256)).status
            return put(alice, query=f"room=general&name=a.bin&sha256={sha256}").status

        right = _sha256(CONTENT)
        for wrong in ("0" * 64, right.upper(), right[1:], ""):
            assert send(wrong) == 400
        assert not world.state.uploads and not files_on_disk(world)
        assert send(right) == 201


@pytest.mark.parametrize("is_form", [False, True])
def test_bytes_one_by_one_are_the_same_as_all_at_once(is_form: bool) -> None:
    content = CONTENT[:300] + b"\r\n--" + BOUNDARY[:-1].encode() + b"\r\n" + CONTENT[:300]
    body = form(content) if is_form else content
    fields = {"content_type": FORM} if is_form else {}
    path = FILES if is_form else f"{FILES}?room=general&name=a.bin"
    with World(requests_per_second=0) as world:
        token = world.token("alice")
        fields["authorization"] = f"Bearer {token}"
        in_chunks = request("POST", path, None, transfer_encoding="chunked", **fields)
        both = request("POST", path, body, **fields) + in_chunks + chunked(body, 7)
        (first, second) = replies(world.raw().say_by_bytes(both), "POST", "POST")
        (third, fourth) = replies(world.raw().say(both), "POST", "POST")
        assert [r.status for r in (first, second, third, fourth)] == [201] * 4
        bob = world.user("bob")
        assert {e["sha256"] for e in bob.entries} == {hashlib.sha256(content).hexdigest()}


def test_a_file_in_chunks_needs_no_length() -> None:
    with World() as world:
        token = world.token("alice")
        head = upload_head(token, transfer_encoding="chunked")
        (reply,) = replies(world.raw().say(head + chunked(CONTENT)), "POST")
        assert reply.status == 201
        assert fetch(world.user("bob"), 1) == CONTENT


def test_a_file_that_fills_the_largest_size_takes_bounded_memory() -> None:
    size = 1024 * 1024
    with World(max_file_size_bytes=size) as world:
        peer = world.raw()
        peer.say(upload_head(world.token("alice"), content_length=str(size)))
        (connection,) = world.connections.values()
        most = 0
        for _ in range(0, size, 1 << 16):
            peer.say(CONTENT[:1] * (1 << 16))
            most = max(most, connection.codec.buffered_bytes)
        assert most <= BODY_CHUNK_BYTES
        assert replies(peer.heard, "POST")[0].status == 201


def test_a_large_upload_lets_others_speak_in_between() -> None:
    with World(tick_bytes_max=64 * 1024) as world:
        bob = world.user("bob")
        peer = world.raw()
        peer.say(upload_head(world.token("alice"), content_length=str(1 << 20)))
        peer._outbox = b"x" * (1 << 20)
        request_id = bob.request("send", text="meanwhile")
        ticks = 0
        while not bob.answered(request_id):
            world.tick()
            world._turn()
            ticks += 1
        assert ticks < 4
        world.settle()
        assert [entry["kind"] for entry in bob.entries] == ["message", "file"]


def test_an_expectation_is_met_when_the_file_is_wanted_and_not_before() -> None:
    with World(max_file_size_bytes=100) as world:
        token = world.token("alice")
        wanted = {"expect": "100-continue", "content_length": "100"}
        assert world.raw().say(upload_head(token, **wanted)).startswith(b"HTTP/1.1 100 ")
        unwanted = {"expect": "100-continue", "content_length": "101"}
        peer = world.raw()
        assert peer.say(upload_head(token, **unwanted)).startswith(b"HTTP/1.1 413 ")
        assert peer.ended


# -- Uploads that are refused ----------------------------------------------------------------


def nothing_is_left(world: World) -> bool:
    return not world.state.uploads and not files_on_disk(world)


@pytest.mark.parametrize(
    ("field", "code"), [("", "unauthenticated"), ("Bearer nonsense", "auth_failed")]
)
def test_an_upload_without_a_good_token_is_refused_before_its_body(field: str, code: str) -> None:
    with World() as world:
        head = upload_head("", authorization=field, content_length="1000")
        (reply,) = replies(world.raw().say(head), "POST")
        assert (reply.status, reply.json["code"]) == (401, code)
        assert reply.fields["connection"] == "close"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("room=general", 400),
        ("name=a", 400),
        ("room=general&name=a&room=bob", 400),
        ("room=general&name=a&size=3", 400),
        ("room=general&name=a&sha256=AAAA", 400),
        ("room=general&name=%FF", 400),
        ("room=general&name=", 400),
        ("room=general&name=..", 400),
        ("room=general&name=a%2Fb", 400),
        ("room=general&name=a%2Fb", 400),
        ("room=general&name=a%00", 400),
        ("room=general&name=" + "a" * 256, 400),
        ("room=general&name=a&caption=%20", 400),
        ("room=%2Bnowhere&name=a", 404),
        ("room=nobody&name=a", 404),
        ("room=@alice&name=a", 403),
    ],
)
def test_what_can_be_no_file_is_refused_before_its_body(query: str, status: int) -> None:
    with World() as world:
        peer = world.raw()
        head = upload_head(world.token("alice"), query, content_length="1000")
        (reply,) = replies(peer.say(head), "POST")
        assert reply.status == status
        assert nothing_is_left(world)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"accept": "text/html"}, 406),
        ({"content_encoding": "gzip"}, 415),
        ({"content_type": "multipart/mixed; boundary=x"}, 415),
        ({"content_type": "multipart/form-data"}, 400),
        ({"content_type": "multipart/form-data; boundary=" + "x" * 71}, 400),
        ({"idempotency_key": "k" * 65}, 400),
    ],
)
def test_a_head_of_another_kind_is_refused(fields: dict[str, str], status: int) -> None:
    with World() as world:
        alice = world.web(world.token("alice"))
        assert put(alice, b"x", **fields).status == status
        assert nothing_is_left(world)


def test_an_upload_needs_a_length_or_chunks() -> None:
    with World() as world:
        alice = world.web(world.token("alice"))
        assert alice.ask("POST", f"{FILES}?room=general&name=a").status == 411
        assert world.web(alice.token).ask("GET", FILES).status == 405


def test_a_file_over_the_size_is_refused_as_soon_as_that_is_known() -> None:
    with World(max_file_size_bytes=BODY_CHUNK_BYTES) as world:
        token = world.token("alice")
        told = upload_head(token, content_length=str(BODY_CHUNK_BYTES + 1))
        (reply,) = replies(world.raw().say(told), "POST")
        assert (reply.status, reply.json["limit"]) == (413, BODY_CHUNK_BYTES)
        peer = world.raw()
        peer.say(upload_head(token, transfer_encoding="chunked"))
        peer.say(b"%x\r\n%b\r\n" % (BODY_CHUNK_BYTES, b"x" * BODY_CHUNK_BYTES))
        assert peer.heard == b""
        peer.say(b"2\r\nxx\r\n")
        peer.say(b"%x\r\n%b\r\n" % (BODY_CHUNK_BYTES, b"x" * BODY_CHUNK_BYTES))
        assert replies(peer.heard, "POST")[0].status == 413
        body_bytes = BODY_CHUNK_BYTES + BESIDE_BYTES_MAX + 1
        fields = {"content_type": FORM, "content_length": str(body_bytes)}
        told = upload_head(token, "", **fields)
        assert replies(world.raw().say(told), "POST")[0].status == 413
        assert nothing_is_left(world)


@pytest.mark.parametrize("over", [0, 1])
def test_a_form_has_a_file_of_the_largest_size_and_no_larger(over: int) -> None:
    with World(max_file_size_bytes=len(CONTENT) - over) as world:
        alice = world.web(world.token("alice"))
        assert put_form(alice, form()).status == (413 if over else 201)
        assert nothing_is_left(world) is bool(over)


def test_limits_bans_and_quotas_are_those_of_all_files() -> None:
    def status(world: World, size: int = 10) -> int:
        peer = world.raw()
        peer.say(upload_head(world.token("alice"), content_length=str(size)))
        return replies(peer.heard, "POST")[0].status if peer.heard else 0

    with World(limit_messages=1) as world:
        world.user("alice").send("the one message of this period")
        assert status(world) == 429
    with World() as world:
        world.user("alice")
        world.state.users["alice"].banned_until_ms = world.now_ms + 60_000
        assert status(world) == 403
    with World(file_quota_bytes=100) as world:
        share(world.user("alice"), b"x" * 95)
        assert (status(world, 5), status(world, 6)) == (0, 507)
    with World() as world:
        assert [status(world) for _ in range(UPLOADS_MAX + 1)] == [0] * UPLOADS_MAX + [409]


def test_who_gets_banned_meanwhile_posts_nothing() -> None:
    with World() as world:
        peer = world.raw()
        peer.say(upload_head(world.token("alice"), content_length="10") + b"12345")
        world.state.users["alice"].banned_until_ms = world.now_ms + 60_000
        peer.say(b"67890")
        (reply,) = replies(peer.heard, "POST")
        assert (reply.status, reply.json["code"]) == (403, "banned")
        assert nothing_is_left(world)
        assert not peer.ended, "the request was read to its end"


def test_whose_token_is_revoked_meanwhile_posts_nothing() -> None:
    with World() as world:
        token = world.token("alice")
        peer = world.raw()
        peer.say(upload_head(token, content_length="10") + b"12345")
        alice = world.web(token)
        assert alice.call("revoke", device=alice.call("status").json["device"]).status == 200
        peer.say(b"67890")
        assert replies(peer.heard, "POST")[0].status == 401
        assert nothing_is_left(world)


def test_a_full_disk_refuses_and_what_was_begun_goes_in_time() -> None:
    with World() as world:
        peer = world.raw()
        head = upload_head(world.token("alice"), content_length=str(len(CONTENT)))
        peer.say(head + CONTENT[: BODY_CHUNK_BYTES + 1])
        world.disk.capacity = sum(map(len, world.disk.files().values()))
        peer.say(CONTENT[BODY_CHUNK_BYTES + 1 :])
        assert replies(peer.heard, "POST")[0].status == 507
        world.disk.capacity = None
        world.sleep(UNHASHED_KEPT_MS)
        assert nothing_is_left(world)


FORMS = {
    "nothing": b"",
    "no part": LAST,
    "no file": ROOM + LAST,
    "no room": PHOTO + LAST,
    "no end": ROOM + PHOTO,
    "two files": ROOM + PHOTO + PHOTO + LAST,
    "a field behind the file": PHOTO + ROOM + LAST,
    "a field twice": ROOM + ROOM + PHOTO + LAST,
    "another field": ROOM + part("size", "1") + PHOTO + LAST,
    "another file": ROOM + part("photo", b"x", "a") + LAST,
    "a file without a name": ROOM + part("file", b"x", "") + LAST,
    "a path": ROOM + part("file", b"x", "../a") + LAST,
    "no disposition": b"--" + BOUNDARY.encode() + b"\r\n\r\nx\r\n" + ROOM + PHOTO + LAST,
    "bare line feeds": (ROOM + PHOTO + LAST).replace(b"\r\n", b"\n"),
    "another boundary": (ROOM + PHOTO + LAST).replace(b"xxB", b"xyB"),
    "not UTF-8": part("room", b"\xff") + PHOTO + LAST,
    "a name that is not UTF-8": (ROOM + PHOTO + LAST).replace(b'"a"', b'"\xff"'),
    "too many parts": b"".join(part(f"f{n}", "") for n in range(FIELDS_MAX + 1)) + PHOTO + LAST,
    "a head without an end": b"--" + BOUNDARY.encode() + b"\r\n" + b"a" * 10_000,
}


@pytest.mark.parametrize("body", FORMS.values(), ids=FORMS.keys())
def test_a_form_that_is_none_is_refused_and_leaves_nothing(body: bytes) -> None:
    with World(requests_per_second=0) as world:
        alice = world.web(world.token("alice"))
        reply = put_form(alice, body)
        assert (reply.status, reply.json["code"]) == (400, "bad_request")
        assert nothing_is_left(world)
        assert world.state.general.log.last_seq == 0


@pytest.mark.parametrize("place", ["before", "in a field", "behind"])
def test_what_a_form_has_besides_its_file_is_bounded(place: str) -> None:
    noise = b"x" * BESIDE_BYTES_MAX + b"\r\n"
    if place == "before":
        body = noise + ROOM + PHOTO + LAST
    elif place == "in a field":
        body = part("caption", noise) + ROOM + PHOTO + LAST
    else:
        body = ROOM + PHOTO + LAST + noise
    with World() as world:
        assert put_form(world.web(world.token("alice")), body).status == 413
        assert nothing_is_left(world)


# -- Uploads that are broken off -------------------------------------------------------------


def begun(world: World, size: int = len(CONTENT)) -> RawPeer:
    """Return a peer in the middle of an upload."""
    peer = world.raw()
    head = upload_head(world.token("alice"), content_length=str(size))
    peer.say(head + CONTENT[: 2 * BODY_CHUNK_BYTES + 1])
    assert len(world.state.uploads) == len(files_on_disk(world)) == 1
    return peer


@pytest.mark.parametrize("way", ["close", "reset", "silence"])
def test_an_upload_that_is_broken_off_costs_nothing_lasting(way: str) -> None:
    with World(login_timeout_ms=30_000) as world:
        peer = begun(world)
        if way == "close":
            peer.close()
        elif way == "reset":
            peer.sock.reset()
            peer.ended = True
        else:
            world.sleep(32_000)
            assert replies(peer.heard, "POST")[0].status == 408
        world.settle()
        world.sleep(100)
        assert nothing_is_left(world)
        assert world.state.users["alice"].file_bytes == 0


def test_an_upload_that_is_slow_goes_on_while_pieces_come() -> None:
    with World(login_timeout_ms=30_000) as world:
        peer = begun(world, 6 * BODY_CHUNK_BYTES + 1)
        for _ in range(4):
            world.sleep(20_000)
            peer.say(b"x" * BODY_CHUNK_BYTES)
        assert replies(peer.heard, "POST")[0].status == 201


def test_an_upload_of_which_no_whole_piece_comes_is_ended() -> None:
    with World(login_timeout_ms=30_000) as world:
        peer = begun(world)
        for _ in range(4):
            world.sleep(10_000)
            if not peer.ended:
                peer.say(b"x")
        assert replies(peer.heard, "POST")[0].status == 408
        assert nothing_is_left(world)


@pytest.mark.parametrize("end", ["stop", "kill", "crash"])
def test_an_upload_of_a_server_that_ends_goes_in_time(end: str) -> None:
    with World() as world:
        begun(world)
        getattr(world, end)()
        world.restart()
        world.sleep(UNHASHED_KEPT_MS)
        assert nothing_is_left(world)


SHORT = CONTENT[: BODY_CHUNK_BYTES + 1]


def test_power_cut_at_any_call_of_an_upload_keeps_what_was_answered_and_nothing_else() -> None:
    with World() as world:
        alice = world.web(world.token("alice"))
        world.disk.calls.clear()
        put(alice, SHORT)
        calls = len(world.disk.calls)
    assert calls > 6
    for call in range(1, calls + 2):
        cut_in_the_middle(call)


def cut_in_the_middle(call: int) -> None:
    with World() as world:
        alice = world.web(world.token("alice"))
        world.cut_power_at(call)
        with suppress(PowerCut):
            alice.say(upload_head(alice.token, content_length=str(len(SHORT))) + SHORT)
        answered = alice.heard.startswith(b"HTTP/1.1 201 ")
        world.crash()
        world.restart()
        world.sleep(UNHASHED_KEPT_MS)
        posted = world.state.general.log.last_seq
        assert posted or not answered
        assert not world.state.uploads and len(files_on_disk(world)) == posted
        if posted:
            again = world.web(world.token("alice"))
            assert again.ask("GET", "/files/general/1/a.bin").body == SHORT


# -- Once only -------------------------------------------------------------------------------


def test_an_upload_with_the_same_key_is_posted_once() -> None:
    with World(limit_messages=1, file_quota_bytes=len(CONTENT)) as world:
        alice = world.web(world.token("alice"))
        first = put(alice, idempotency_key="k")
        again = put(alice, idempotency_key='"k"')
        assert first.status == again.status == 201
        assert (first.json, first.fields["location"]) == (again.json, again.fields["location"])
        assert put_form(alice, form(), idempotency_key="k").json == first.json
        assert world.state.general.log.last_seq == 1
        assert len(files_on_disk(world)) == 1 and not world.state.uploads


@pytest.mark.parametrize("told", [False, True])
def test_what_is_too_large_with_a_known_key_is_refused(told: bool) -> None:
    with World(max_file_size_bytes=len(CONTENT)) as world:
        alice = world.web(world.token("alice"))
        put(alice, idempotency_key="k")
        length = {"content_length": str(len(CONTENT) + 1)} if told else {}
        coding = {} if told else {"transfer_encoding": "chunked"}
        head = upload_head(alice.token, idempotency_key="k", **length, **coding)
        peer = world.raw()
        peer.say(head)
        if not told:
            peer.say(chunked(CONTENT + b"x"))
        assert replies(peer.heard, "POST")[0].status == 413


def test_an_upload_with_the_same_key_over_a_crash_is_posted_once() -> None:
    with World() as world:
        first = put(world.web(world.token("alice")), idempotency_key="k")
        world.crash()
        world.restart()
        again = put(world.web(world.token("alice")), idempotency_key="k")
        assert again.json == first.json


@pytest.mark.parametrize(
    ("content", "query"),
    [
        (CONTENT + b"x", "room=general&name=a.bin"),
        (CONTENT[:-1], "room=general&name=a.bin"),
        (CONTENT, "room=general&name=b.bin"),
        (CONTENT, "room=general&name=a.bin&caption=c"),
        (CONTENT, "room=bob&name=a.bin"),
        (CONTENT, "room=general"),
    ],
)
def test_another_upload_with_the_same_key_is_a_conflict(content: bytes, query: str) -> None:
    with World() as world:
        world.user("bob")
        alice = world.web(world.token("alice"))
        put(alice, idempotency_key="k")
        assert put(alice, content, query, idempotency_key="k").json["code"] == "conflict"
        assert len(world.state.users["alice"].nonces or ()) == len(files_on_disk(world)) == 1


def test_two_uploads_with_the_same_key_at_the_same_time_are_posted_once() -> None:
    with World() as world:
        token = world.token("alice")
        one, two = world.raw(), world.raw()
        for peer in (one, two):
            peer.say(upload_head(token, content_length="4", idempotency_key="k") + b"fil")
        answers = [replies(peer.say(b"e"), "POST")[0] for peer in (one, two)]
        assert answers[0].json == answers[1].json
        assert world.state.general.log.last_seq == 1
        assert not world.state.uploads and len(files_on_disk(world)) == 1


# -- Downloads -------------------------------------------------------------------------------

URL = "/files/general/1/a.bin"


def shared(world: World, content: bytes = CONTENT, name: str = "a.bin") -> WebPeer:
    """Return bob, who may fetch the file that alice has posted."""
    share(world.user("alice"), content, name=name)
    return world.web(world.token("bob"))


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES_MAX, CHUNK_BYTES_MAX + 1, len(CONTENT)])
def test_a_file_comes_as_it_was_sent_and_as_nothing_that_runs(size: int) -> None:
    with World() as world:
        bob = shared(world, CONTENT[:size], name="evil.html")
        reply = bob.ask("GET", "/files/general/1/evil.html")
        assert (reply.status, reply.body) == (200, CONTENT[:size])
        fields = reply.fields
        assert fields["content-length"] == str(size)
        assert fields["content-type"] == "application/octet-stream"
        assert fields["content-disposition"] == 'attachment; filename="evil.html"'
        assert fields["x-content-type-options"] == "nosniff"
        assert "sandbox" in fields["content-security-policy"]
        assert "default-src 'none'" in fields["content-security-policy"]
        assert fields["cache-control"] == "private, no-cache"
        assert fields["etag"] == f'"{hashlib.sha256(CONTENT[:size]).hexdigest()}"'
        assert fields["accept-ranges"] == "bytes"
        assert "content-encoding" not in fields


def test_head_says_the_same_without_a_body() -> None:
    with World() as world:
        bob = shared(world)
        get, head = bob.ask("GET", URL), bob.ask("HEAD", URL, range="bytes=0-1")
        assert head.body == b""
        assert (head.status, head.fields) == (get.status, get.fields)


@pytest.mark.parametrize("name", ['a "b".txt', "100%.txt", "日本語.txt", "a;b=c", "naïve's.txt"])
def test_a_name_arrives_whatever_is_in_it(name: str) -> None:
    with World() as world:
        bob = shared(world, b"x", name=name)
        reply = bob.ask("GET", file_path("general", 1, name))
        assert (reply.status, reply.body) == (200, b"x")
        field = reply.fields["content-disposition"]
        assert field.isascii() and field.startswith('attachment; filename="')


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-0", range(0, 1)),
        ("bytes=0-", range(0, len(CONTENT))),
        ("bytes=5-9", range(5, 10)),
        ("BYTES=5-9", range(5, 10)),
        (f"bytes={CHUNK_BYTES_MAX - 1}-{CHUNK_BYTES_MAX}", None),
        ("bytes=100-999999999", range(100, len(CONTENT))),
        ("bytes=-1", range(len(CONTENT) - 1, len(CONTENT))),
        ("bytes=-999999999", range(0, len(CONTENT))),
        (f"bytes={len(CONTENT) - 1}-", range(len(CONTENT) - 1, len(CONTENT))),
    ],
)
def test_a_range_is_served(asked: str, part: range | None) -> None:
    part = part or range(CHUNK_BYTES_MAX - 1, CHUNK_BYTES_MAX + 1)
    with World() as world:
        bob = shared(world)
        reply = bob.ask("GET", URL, range=asked)
        assert (reply.status, reply.body) == (206, CONTENT[part.start : part.stop])
        span = f"bytes {part.start}-{part.stop - 1}/{len(CONTENT)}"
        assert reply.fields["content-range"] == span
        assert reply.fields["content-length"] == str(len(part))
        assert reply.fields["etag"] == TAG
        assert bob.ask("GET", URL).body == CONTENT


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,3-4", "bytes=9-5", "bytes=x", "lines=1-2", "bytes=", "bytes=-", "0-5", ""]
)
def test_what_is_no_single_range_gets_the_whole(asked: str) -> None:
    with World() as world:
        reply = shared(world).ask("GET", URL, range=asked)
        assert (reply.status, reply.body) == (200, CONTENT)


@pytest.mark.parametrize("asked", [f"bytes={len(CONTENT)}-", "bytes=999999999-", "bytes=-0"])
def test_a_range_behind_the_end_is_refused_with_the_size(asked: str) -> None:
    with World() as world:
        bob = shared(world)
        reply = bob.ask("GET", URL, range=asked)
        assert reply.status == 416
        assert reply.fields["content-range"] == f"bytes */{len(CONTENT)}"
        assert bob.ask("GET", URL).status == 200


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"if_none_match": TAG}, 304),
        ({"if_none_match": f'"other", W/{TAG}'}, 304),
        ({"if_none_match": "*"}, 304),
        ({"if_none_match": TAG, "range": "bytes=0-1"}, 304),
        ({"if_none_match": '"other"'}, 200),
        ({"if_none_match": TAG.strip('"')}, 200),
        ({"if_match": TAG}, 200),
        ({"if_match": '"other"'}, 412),
        ({"if_range": TAG, "range": "bytes=0-1"}, 206),
        ({"if_range": '"other"', "range": "bytes=0-1"}, 200),
        ({"if_range": f"W/{TAG}", "range": "bytes=0-1"}, 200),
        ({"if_range": "Sat, 29 Oct 1994 19:43:31 GMT", "range": "bytes=0-1"}, 200),
    ],
)
def test_conditions_are_met(fields: dict[str, str], status: int) -> None:
    with World() as world:
        bob = shared(world)
        reply = bob.ask("GET", URL, None, **fields)
        assert reply.status == status
        assert (reply.body == b"") is (status == 304)
        assert bob.ask("GET", URL).status == 200, "the connection goes on"


def test_what_a_user_may_not_see_is_answered_like_what_is_not_there() -> None:
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("ops", bob)
        alice.send("no file")
        share(alice, room="bob")
        share(alice, room=room)
        seq = alice.last[room]
        eve, bobs = world.web(world.token("eve")), world.web(world.token("bob"))
        for room_text in ("alice,bob", room, "+ops"):
            where = 1 if room_text == "alice,bob" else seq
            path = file_path(room_text, where, "a.bin")
            assert bobs.ask("GET", path).body == CONTENT, path
        absent = eve.ask("GET", "/files/nowhere/1/a.bin")
        for path in (
            "/files/alice,bob/1/a.bin",
            "/files/alice/1/a.bin",
            file_path(room, seq, "a.bin"),
            file_path("+ops", seq, "a.bin"),
            "/files/general/1/a.bin",
            "/files/general/99/a.bin",
        ):
            hidden = eve.ask("GET", path)
            assert (hidden.status, hidden.body, hidden.fields) == (
                404,
                absent.body,
                absent.fields,
            ), path


@pytest.mark.parametrize(
    "path",
    [
        "/files/",
        "/files/general",
        "/files/general/1",
        "/files/general/1/",
        "/files/general/1/b.bin",
        "/files/general/1/a.bin/",
        "/files/general/1/a.bin/x",
        "/files/general/1/../1/a.bin",
        "/files/general/1/%61.bin%00",
        "/files/general/1/A.BIN",
        "/files/general/01/a.bin",
        "/files/general/0/a.bin",
        "/files/general/-1/a.bin",
        "/files/general/+1/a.bin",
        "/files/general/%D9%A1/a.bin",
        "/files/general/99999999999999999999/a.bin",
        "/files//1/a.bin",
        "/files/" + "g" * 300 + "/1/a.bin",
        "/files/general/1/%FF",
        "/files/general%2F1%2Fa.bin",
    ],
)
def test_another_path_is_not_found(path: str) -> None:
    with World() as world:
        reply = shared(world).ask("GET", path)
        assert (reply.status, reply.json["code"]) == (404, "not_found")


def test_a_path_may_be_encoded_as_one_likes() -> None:
    with World() as world:
        assert shared(world).ask("GET", "/files/%67eneral/1/%61%2Ebin").body == CONTENT


def test_a_download_needs_a_token_in_the_head() -> None:
    with World() as world:
        token = shared(world).token
        peer = world.web()
        assert peer.ask("GET", URL).status == 401
        assert peer.ask("GET", f"{URL}?token={token}").status == 401
        assert peer.ask("POST", URL, b"").status == 405


def test_a_file_that_was_deleted_or_taken_from_the_disk_says_so() -> None:
    with World() as world:
        bob = shared(world)
        share(world.user("alice"), b"other")
        world.user("alice").call("delete", room="general", seq=2)
        assert bob.ask("GET", "/files/general/2/a.bin").status == 404
        world.disk.take(*files_on_disk(world))
        for method in ("GET", "HEAD"):
            assert bob.ask(method, URL).status == 410


# -- Downloads that take their time ----------------------------------------------------------


def slow(world: World, kernel_bytes: int = 4096) -> RawPeer:
    """Return a peer that asks for a file and takes nothing of it yet."""
    peer = world.raw(kernel_bytes=kernel_bytes)
    peer.reads = False
    peer.say(request("GET", URL, authorization=f"Bearer {world.token('bob')}"))
    return peer


def test_a_slow_reader_holds_a_bounded_number_of_bytes() -> None:
    content = CONTENT * 3
    with World() as world:
        shared(world, content)
        peer = slow(world)
        for _ in range(10):
            peer.say(request("GET", "/healthz") * 100)
        assert world.queued_bytes(peer) <= 2 * CHUNK_BYTES_MAX + 1024
        (connection,) = [c for c in world.connections.values() if c.queued_bytes]
        assert connection.codec.buffered_bytes <= 2 * 64 * 1024
        peer._outbox = b""
        peer.reads = True
        world.settle()
        assert replies(peer.heard, "GET")[0].body == content


def test_requests_behind_a_download_are_answered_behind_it() -> None:
    with World() as world:
        token = shared(world, CONTENT * 3).token
        get = request("GET", URL, authorization=f"Bearer {token}")
        post = request("POST", "/api/v1/status", b"{}", content_type="application/json")
        last = request("GET", URL, authorization=f"Bearer {token}", connection="close")
        peer = world.raw()
        answers = replies(peer.say(get + post + get + last), "GET", "POST", "GET", "GET")
        assert [answer.status for answer in answers] == [200, 401, 200, 200]
        assert answers[0].body == answers[2].body == answers[3].body == CONTENT * 3
        assert peer.ended


def test_a_download_lets_others_speak_in_between() -> None:
    with World(tick_bytes_max=64 * 1024) as world:
        token = shared(world, CONTENT * 20).token
        peer = world.raw()
        peer._outbox = request("GET", URL, authorization=f"Bearer {token}")
        alice = world.user("alice")
        request_id = alice.request("send", text="meanwhile")
        ticks = 0
        while not alice.answered(request_id):
            world.tick()
            world._turn()
            ticks += 1
        assert ticks < 4
        world.settle()
        assert replies(peer.heard, "GET")[0].body == CONTENT * 20


Meanwhile = Callable[[World], None]


def leave(world: World) -> None:
    world.user("bob").call("leave", room="+ops")


def log_out(world: World) -> None:
    for device in list(world.state.users["bob"].devices):
        world.user("bob").call("revoke", device=device)


def take_away(world: World) -> None:
    world.disk.take(*files_on_disk(world))


@pytest.mark.parametrize("meanwhile", [leave, log_out, take_away])
def test_a_download_ends_when_its_right_does(meanwhile: Meanwhile) -> None:
    content = CONTENT * 10
    with World() as world:
        alice, bob = world.user("alice"), world.user("bob")
        room = alice.create("ops", bob)
        seq = share(alice, content, room=room)["seq"]
        token = world.token("bob")
        peer = world.raw(kernel_bytes=4096)
        peer.reads = False
        peer.say(request("GET", file_path(room, seq, "a.bin"), authorization=f"Bearer {token}"))
        meanwhile(world)
        peer.reads = True
        world.settle()
        assert peer.ended
        head, _, body = peer.heard.partition(b"\r\n\r\n")
        assert f"content-length: {len(content)}".encode() in head
        assert content.startswith(body) and len(body) <= 3 * CHUNK_BYTES_MAX


def test_a_download_that_nobody_takes_is_ended() -> None:
    with World(stall_timeout_ms=60_000) as world:
        shared(world, CONTENT * 10)
        peer = slow(world)
        world.sleep(70_000)
        assert peer.sock.is_over
        assert not world.app.downloads._running


def test_a_download_may_take_longer_than_a_request() -> None:
    content = CONTENT * 10
    with World(login_timeout_ms=30_000, stall_timeout_ms=20_000) as world:
        shared(world, content)
        peer = slow(world, kernel_bytes=32 * 1024)
        for _ in range(len(content) // (32 * 1024) + 1):
            world.sleep(10_000)
            peer._pull()
        world.settle()
        peer.reads = True
        assert replies(peer.heard, "GET")[0].body == content
        post = request("POST", "/api/v1/status", b"{}", content_type="application/json")
        peer.heard = b""
        assert replies(peer.say(post), "POST")[0].status == 401, "the connection goes on"


def test_a_server_that_stops_ends_downloads_where_they_can_be_gone_on_with() -> None:
    content = CONTENT * 10
    with World() as world:
        shared(world, content)
        peer = slow(world)
        peer.reads = True
        world.tick()
        world.stop()
        body = peer.heard.partition(b"\r\n\r\n")[2]
        assert content.startswith(body) and len(body) < len(content)
        world.restart()
        bob = world.web(world.token("bob"))
        rest = bob.ask("GET", URL, range=f"bytes={len(body)}-", if_range=f'"{_sha256(content)}"')
        assert (rest.status, body + rest.body) == (206, content)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_transfers_are_logged_without_names_and_captions(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level("INFO"), World() as world:
        alice = world.web(world.token("alice"))
        put(alice, b"x", "room=general&name=secret.txt&caption=hush")
        alice.ask("GET", "/files/general/1/secret.txt")
        put(alice, b"x", "room=nobody&name=a")
        actions = logged_actions(caplog)
        assert [(a["user"], a["method"], a["outcome"], a["place"]) for a in actions[-3:]] == [
            ("alice", "upload-finish", "ok", "general#1"),
            ("alice", "download", "ok", ""),
            ("alice", "upload", "not_found", ""),
        ]
        assert "secret" not in json.dumps(actions)


def test_name_that_steers_is_replaced_in_entry_and_address_and_again_by_nonce() -> None:
    with World() as world:
        web = world.web(world.token("alice"))
        query = "room=general&name=a%0A%E2%80%AEb.bin"
        first = put(web, query=query, idempotency_key="nonce-1")
        assert (first.status, first.fields["location"]) == (201, "/files/general/1/a__b.bin")
        again = put(web, query=query, idempotency_key="nonce-1")
        assert (again.status, again.json) == (201, first.json)
        assert web.ask("GET", first.fields["location"]).body == CONTENT


def test_name_with_a_narrow_blank_is_saved_under_it_by_a_browser() -> None:
    with World() as world:
        web = world.web(world.token("alice"))
        put(web, query="room=general&name=9.41%E2%80%AFAM.png")
        reply = web.ask("GET", "/files/general/1/9.41%E2%80%AFAM.png")
        assert reply.fields["content-disposition"] == (
            "attachment; filename=\"9.41_AM.png\"; filename*=UTF-8''9.41%E2%80%AFAM.png"
        )
