"""The whole server over HTTP: commands, pages, and who may ask."""

import gzip
import json
import logging

import pytest

from chatd.http import logins
from chatd.net.connection import READ_BYTES
from chatd.wire import commands as c
from chatd.wire.http import openapi
from chatd.wire.http.codec import BODY_BYTES_MAX
from chatd.wire.http.gate import HEAD_BYTES_MAX, REQUEST_LINE_BYTES_MAX
from tests.logged import logged_actions
from tests.simulation.account import client_final, client_first, password_of
from tests.simulation.web import replies, request
from tests.simulation.world import World

JSON = "application/json"


# -- Commands --------------------------------------------------------------------------------


def test_a_command_does_over_http_what_it_does_framed() -> None:
    with World() as world:
        bob = world.user("bob")
        alice = world.web(world.token("alice"))
        posted = alice.call("send", text="hello")
        assert (posted.status, posted.json["seq"]) == (200, 1)
        assert bob.texts() == ["hello"]
        page = alice.call("history", room="general").json
        assert page["entries"] == bob.entries


def test_every_command_but_the_live_ones_is_offered() -> None:
    with World() as world:
        alice = world.web(world.token("alice"))
        for command in c.COMMANDS.values():
            code = alice.call(command.method, no_such_parameter=1).json["code"]
            assert (code == "unknown_method") is command.live, command.method


def test_many_requests_go_over_one_connection_and_are_answered_in_order() -> None:
    with World() as world:
        token = world.token("alice")
        peer = world.raw()
        asked = b"".join(
            request(
                "POST",
                "/api/v1/send",
                json.dumps({"text": str(number)}).encode(),
                content_type=JSON,
                authorization=f"Bearer {token}",
            )
            for number in range(5)
        )
        answers = replies(peer.say(asked), *["POST"] * 5)
        assert [answer.json["seq"] for answer in answers] == [1, 2, 3, 4, 5]
        assert not peer.ended


def test_each_request_is_its_own_users_whatever_the_connection() -> None:
    with World() as world:
        peer = world.web()
        for name in ("alice", "bob", "alice"):
            peer.token = world.token(name)
            assert peer.call("status").json["name"] == name


def test_binary_fields_are_base64() -> None:
    with World() as world:
        alice = world.web(world.token("alice"))
        reply = alice.call("upload", room="general", name="a", size=1, sha256="A" * 43 + "=")
        assert (reply.status, reply.json["offset"]) == (200, 0)


def test_an_idempotency_key_is_the_nonce() -> None:
    with World() as world:
        alice = world.web(world.token("alice"))
        body = b'{"text": "once"}'

        def ask(key: str, body: bytes = body) -> tuple[int, object]:
            reply = alice.ask("POST", "/api/v1/send", body, content_type=JSON, idempotency_key=key)
            return reply.status, reply.json.get("seq")

        assert ask('"k"') == ask("k") == (200, 1)
        assert ask("other") == (200, 2)
        assert ask("k", b'{"text": "twice"}') == (409, None)
        assert ask("k" * 64) == (200, 3)
        for wrong in ("k" * 65, '"k', 'k"', '""', ""):
            assert ask(wrong) == (400, None), wrong
        assert ask("k", b'{"text": "once", "nonce": "k"}') == (200, 1)
        assert ask("k", b'{"text": "once", "nonce": "other"}') == (400, None)


# -- Who asks --------------------------------------------------------------------------------


def test_a_request_without_a_token_is_refused_and_told_what_is_needed() -> None:
    with World() as world:
        reply = world.web().call("status")
        assert (reply.status, reply.json["code"]) == (401, "unauthenticated")
        assert reply.fields["www-authenticate"] == "Bearer"


def test_a_token_counts_in_its_field_only_and_never_in_query_or_cookie() -> None:
    with World() as world:
        token = world.token("alice")
        for name in ("token", "access_token", "authorization"):
            path = f"/api/v1/status?{name}={token}"
            reply = world.web().ask(
                "POST", path, b"{}", content_type=JSON, cookie=f"{name}={token}"
            )
            assert (reply.status, reply.json["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize("path", ["/api/v1/send", "/api/v1/openapi.json", "/hooks/x", "/ws"])
def test_no_page_of_another_server_is_let_in_by_its_browser(path: str) -> None:
    with World() as world:
        asked = {"origin": "http://evil.example", "access_control_request_method": "POST"}
        reply = world.web().ask("OPTIONS", path, None, **asked)
        assert reply.status == 405
        assert not [name for name in reply.fields if name.startswith("access-control-")]


@pytest.mark.parametrize("field", ["Basic YTpi", "Bearer", "Bearer ", "nonsense"])
def test_what_is_no_bearer_token_is_refused(field: str) -> None:
    with World() as world:
        peer = world.web()
        reply = peer.ask("POST", "/api/v1/status", b"{}", content_type=JSON, authorization=field)
        assert (reply.status, reply.json["code"]) == (401, "unauthenticated")


def test_a_token_that_opens_nothing_is_refused_and_a_revoked_one_too() -> None:
    with World() as world:
        assert world.web("nonsense").call("status").json["code"] == "auth_failed"
        alice = world.web(world.token("alice"))
        device = alice.call("status").json["device"]
        assert alice.call("revoke", device=device).status == 200
        assert alice.call("status").status == 401


def test_a_login_takes_two_requests_which_may_come_over_two_connections() -> None:
    with World() as world:
        world.register("alice")
        challenge = world.web().call("login-start", message=client_first("alice")).json
        final = client_final("alice", password_of("alice"), challenge["message"])
        entered = world.web().call("login-finish", message=final, device="script").json
        assert entered["name"] == "alice"
        assert world.web(entered["token"]).call("status").status == 200
        again = world.web().call("login-finish", message=final)
        assert again.json["code"] == "auth_failed", "a proof counts once"


def test_a_wrong_password_is_refused_and_backs_off() -> None:
    with World() as world:
        world.register("alice")
        for _ in range(3):
            peer = world.web()
            challenge = peer.call("login-start", message=client_first("alice")).json
            final = client_final("alice", "wrong", challenge["message"])
            assert peer.call("login-finish", message=final).json["code"] == "auth_failed"
        reply = world.web().call("login-start", message=client_first("alice"))
        assert (reply.status, reply.json["code"]) == (429, "rate_limited")
        assert reply.fields["retry-after"] == "1"


def test_one_connection_has_a_handful_of_logins_and_ends() -> None:
    with World() as world:
        peer = world.web()
        codes = [
            peer.call("login-start", message=client_first(f"user{number}")).json.get("code")
            for number in range(6)
        ]
        assert codes == [None] * 5 + ["rate_limited"]
        assert peer.ended


def test_a_login_that_ends_too_late_is_refused() -> None:
    with World() as world:
        world.register("alice")
        peer = world.web()
        challenge = peer.call("login-start", message=client_first("alice")).json
        final = client_final("alice", password_of("alice"), challenge["message"])
        world.sleep(61_000)
        assert world.web().call("login-finish", message=final).status == 401


def test_logins_that_have_begun_are_kept_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logins, "LOGINS_MAX", 3)
    with World() as world:
        world.register("alice")
        begun = [
            world.web().call("login-start", message=client_first("alice")).json["message"]
            for _ in range(4)
        ]
        finals = [client_final("alice", password_of("alice"), message) for message in begun]
        entered = [world.web().call("login-finish", message=final).status for final in finals]
        assert entered == [401, 200, 200, 200], "the oldest had to go"


def test_a_bot_gets_a_token_of_its_own() -> None:
    with World() as world:
        alice = world.user("alice")
        made = alice.call("token-create", label="ci")
        bot = world.web(made["token"])
        assert bot.call("status").json["device"] == made["device"]
        assert bot.call("send", text="deployed").status == 200


# -- Refusals --------------------------------------------------------------------------------


def test_a_refusal_is_a_problem_with_code_status_and_detail() -> None:
    with World(limit_messages=1) as world:
        alice = world.web(world.token("alice"))
        alice.call("send", text="one")
        reply = alice.call("send", text="two")
        assert reply.fields["content-type"] == "application/problem+json"
        assert reply.fields["retry-after"] == "3600"
        assert reply.json["type"] == "/api/v1/#rate_limited"
        assert reply.json["title"] == "Too Many Requests"
        assert (reply.status, reply.json["status"], reply.json["limit"]) == (429, 429, 1)
        assert world.state.general.log.last_seq == 1


def test_a_refused_request_leaves_the_connection_open() -> None:
    with World() as world:
        alice = world.web(world.token("alice"))
        assert alice.call("send", text="  ").status == 400
        assert alice.call("send", text=1).status == 400
        assert alice.call("history", room="nobody").status == 404
        assert alice.call("send", text="ok").status == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"a"', b"\xff", b"[" * 5000])
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    with World() as world:
        alice = world.web(world.token("alice"))
        reply = alice.ask("POST", "/api/v1/send", body, content_type=JSON)
        assert (reply.status, reply.json["code"]) == (400, "bad_request")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b'{"text": "a\\ud83d"}', "a\ufffd"),
        (b'{"text": "a\\ud83d\\ude00\\ude00"}', "a\U0001f600\ufffd"),
        (b'{"text": "a\\\\ud83d\\uDC00"}', "a\\ud83d\ufffd"),
        (b'{"text": "a\xed\xa0\xbd"}', "a\ufffd"),
    ],
)
def test_a_lone_surrogate_is_a_character_that_cannot_be_shown(body: bytes, text: str) -> None:
    with World() as world:
        alice = world.user("alice")
        web = world.web(world.token("alice"))
        assert web.ask("POST", "/api/v1/send", body, content_type=JSON).status == 200
        assert alice.texts() == [text]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"content_type": "text/plain"}, 415),
        ({"content_type": "application/x-www-form-urlencoded"}, 415),
        ({}, 415),
        ({"content_type": JSON, "content_encoding": "gzip"}, 415),
        ({"content_type": JSON, "accept": "text/html"}, 406),
        ({"content_type": "Application/JSON; charset=utf-8"}, 200),
    ],
)
def test_what_is_no_json_is_refused(fields: dict[str, str], status: int) -> None:
    with World() as world:
        alice = world.web(world.token("alice"))
        assert alice.ask("POST", "/api/v1/status", b"{}", **fields).status == status


def test_a_form_of_a_page_can_call_nothing() -> None:
    with World() as world:
        alice = world.web(world.token("alice"))
        for kind in ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain"):
            reply = alice.ask("POST", "/api/v1/send", b'{"text": "x"}', content_type=kind)
            assert reply.status == 415
        assert world.state.general.log.last_seq == 0


def test_a_body_of_unknown_length_is_asked_for() -> None:
    with World() as world:
        alice = world.web(world.token("alice"))
        assert alice.ask("POST", "/api/v1/status", None, content_type=JSON).status == 411


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/api/v1/send", 405, "POST"),
        ("PUT", "/api/v1/send", 405, "POST"),
        ("POST", "/api/v1/openapi.json", 405, "GET, HEAD"),
        ("DELETE", "/api/v1/", 405, "GET, HEAD"),
        ("GET", "/nothing", 404, None),
        ("OPTIONS", "*", 404, None),
    ],
)
def test_another_method_or_path_is_refused(
    method: str, path: str, status: int, allow: str | None
) -> None:
    with World() as world:
        reply = world.web().ask(method, path)
        assert (reply.status, reply.fields.get("allow")) == (status, allow)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (request("GET", "/" + "a" * REQUEST_LINE_BYTES_MAX), 414),
        (request("GET", "/", None, foo="a" * HEAD_BYTES_MAX), 431),
        (request("POST", "/api/v1/send", None, content_length=str(BODY_BYTES_MAX + 1)), 413),
        (request("POST", "/api/v1/send", b"{}").replace(b"\r\n", b"\n"), 400),
    ],
)
def test_what_is_refused_for_its_form_is_told_why_and_the_connection_ends(
    asked: bytes, status: int
) -> None:
    with World() as world:
        peer = world.raw()
        (reply,) = replies(peer.say(asked + request("GET", "/api/v1/")), "GET")
        assert (reply.status, reply.json["status"]) == (status, status)
        assert reply.fields["content-type"] == "application/problem+json"
        assert peer.ended


CODED = request("HEAD", "/api/v1/", transfer_encoding="chunked")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (request("HEAD", "/" + "a" * REQUEST_LINE_BYTES_MAX), 414),
        (request("HEAD", "/", None, foo="a" * HEAD_BYTES_MAX), 431),
        (request("HEAD", "/", foo="a\0b"), 400),
        (request("HEAD", "/").replace(b"/1.1", b"/1.0"), 505),
        (request("HEAD", "/", expect="200-ok"), 417),
        (request("HEAD", "/", content_length=str(BODY_BYTES_MAX + 1)), 413),
        (request("HEAD", "/", content_length="x"), 400),
        (CODED + b"18000\r\n" + bytes(0x18000) + b"\r\n1\r\nx\r\n", 413),
        (CODED + b"zz\r\n", 400),
        (CODED + b"1\r\nab\r\n", 400),
        (CODED + b"0\r\nx: y\r\n\r\n", 400),
    ],
)
@pytest.mark.parametrize("before", ["", "GET", "HEAD"])
def test_refusal_of_a_head_request_is_a_head_alone(asked: bytes, status: int, before: str) -> None:
    with World() as world:
        peer = world.raw()
        first = request(before, "/api/v1/") if before else b""
        heard = peer.say(first + asked)
        *_, reply = replies(heard, *filter(None, [before, "HEAD"]))
        assert (reply.status, reply.body) == (status, b"")
        assert reply.fields["connection"] == "close"
        assert heard.endswith(b"\r\n\r\n")
        assert peer.ended


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize(
    "rest",
    [
        b"",
        b"content-length: 5\r\n\r\nabc",
        b"content-length: 5\r\nexpect: 100-continue\r\n\r\n",
        b"transfer-encoding: chunked\r\n\r\n3\r\nab",
        b"transfer-encoding: chunked\r\nexpect: 100-continue\r\n\r\n",
    ],
)
def test_silence_in_the_middle_of_any_request_is_answered_408(method: str, rest: bytes) -> None:
    with World(login_timeout_ms=30_000) as world:
        peer = world.raw()
        peer.say(f"{method} /api/v1/ HTTP/1.1\r\nhost: localhost\r\n".encode() + rest)
        world.sleep(32_000)
        heard = peer.heard.removeprefix(b"HTTP/1.1 100 \r\n\r\n")
        (reply,) = replies(heard, method)
        assert reply.status == 408
        assert heard.endswith(b"\r\n\r\n") == (method == "HEAD")
        assert peer.ended


def test_a_bad_head_gets_an_answer_and_the_connection_ends() -> None:
    with World() as world:
        peer = world.raw()
        (reply,) = replies(peer.say(b"GET / HTTP/1.0\r\n\r\n"), "GET")
        assert reply.status == 505
        assert peer.ended


def test_a_full_disk_refuses_what_writes_and_nothing_else() -> None:
    with World() as world:
        alice = world.web(world.token("alice"))
        world.database.transaction.writable = False
        world.database.reserve = lambda: False  # type: ignore[method-assign]
        assert alice.call("send", text="hello").status == 507
        assert alice.call("status").status == 200


# -- Hosts and proxies -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:8000", 200),
        ("localhost.", 200),
        ("127.0.0.1:8000", 200),
        ("[::1]:8000", 200),
        ("192.0.2.7", 200),
        ("chat.example.org:443", 200),
        ("evil.example", 421),
        ("chat.example.org.evil.example", 421),
        ("localhost@evil.example", 421),
        ("", 421),
    ],
)
def test_only_known_hosts_are_spoken_for(host: str, status: int) -> None:
    with World(allowed_hosts=("chat.example.org",)) as world:
        assert world.web().ask("GET", "/api/v1/", host=host).status == status


def test_any_host_is_spoken_for_if_allowed() -> None:
    with World(allowed_hosts=("*",)) as world:
        assert world.web().ask("GET", "/api/v1/", host="any.example").status == 200


def test_only_trusted_proxies_say_who_asks() -> None:
    def failures(address: str, forwarded: str, trusted: tuple[str, ...]) -> int:
        with World(trusted_proxies=trusted) as world:
            world.register("alice")
            for _ in range(3):
                peer = world.web(address=address)
                start = {"message": client_first("alice")}
                challenge = peer.call("login-start", **start).json["message"]
                final = {"message": client_final("alice", "wrong", challenge)}
                peer.ask(
                    "POST",
                    "/api/v1/login-finish",
                    json.dumps(final).encode(),
                    content_type=JSON,
                    x_forwarded_for=forwarded,
                )
            return world.app.backoff.failures("203.0.113.9", "alice", world.now_ms).times

    trusted = ("10.0.0.0/8",)
    assert failures("10.0.0.1", "6.6.6.6, 203.0.113.9, 10.0.0.2", trusted) == 3
    assert failures("10.0.0.1", "203.0.113.9", trusted) == 3
    assert failures("192.0.2.1", "203.0.113.9", trusted) == 0
    assert failures("10.0.0.1", "203.0.113.9", ()) == 0


def test_the_log_names_who_asks_and_from_where(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with World(trusted_proxies=("10.0.0.0/8",)) as world:
        alice = world.web(world.token("alice"), address="10.0.0.1")
        for text in (b'{"text": "hello"}', b'{"text": " "}'):
            alice.ask("POST", "/api/v1/send", text, content_type=JSON, x_forwarded_for="192.0.2.9")
        sent = [action for action in logged_actions(caplog) if action["method"] == "send"]
        told = [(a["user"], a["address"], a["outcome"], a["place"]) for a in sent]
        assert told == [
            ("alice", "192.0.2.9", "ok", "general#1"),
            ("alice", "192.0.2.9", "bad_request", ""),
        ]


def test_what_stands_in_place_of_a_method_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with World() as world:
        world.web().ask("POST", "/api/v1/s3cret", b"{}", content_type=JSON)
    (action,) = logged_actions(caplog)
    assert "?" in action["method"] and "s3cret" not in f"{action}{caplog.text}"


# -- Pages -----------------------------------------------------------------------------------


def test_the_document_describes_what_is_offered() -> None:
    with World() as world:
        reply = world.web().ask("GET", "/api/v1/openapi.json")
        assert reply.fields["content-type"] == JSON
        paths = reply.json["paths"]
        offered = {command.method for command in c.COMMANDS.values() if not command.live}
        commands = {openapi.BASE + method for method in offered}
        files = {"/api/v1/files", "/files/{room}/{seq}/{name}", "/f/{capability}/{name}"}
        others = {"/api/v1/events", "/hooks/{token}"}
        assert set(paths) == commands | files | others
        schemas = reply.json["components"]["schemas"]
        assert schemas["Send"]["properties"]["text"]["maxLength"] == c.TEXT_BYTES_MAX
        assert schemas["Page"]["properties"]["entries"]["items"] == {
            "$ref": "#/components/schemas/Entry"
        }
        text = reply.body.decode()
        names = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}
        assert names <= set(schemas)


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1", "/api/v1/"])
def test_the_page_names_every_command_and_code_without_scripts(path: str) -> None:
    with World() as world:
        reply = world.web().ask("GET", path, accept="text/html")
        page = reply.body.decode()
        for command in openapi.offered():
            assert f'<h2 id="{command.method}">' in page
        assert "<pre>POST /api/v1/files</pre>" in page
        assert "<pre>GET /files/{room}/{seq}/{name}</pre>" in page
        assert '<tr id="rate_limited">' in page
        assert "<script" not in page
        assert "default-src 'none'" in reply.fields["content-security-policy"]


def test_text_is_compressed_where_it_pays_and_is_wanted() -> None:
    with World() as world:
        peer = world.web()
        small = peer.ask("GET", "/nothing", accept_encoding="gzip")
        assert "content-encoding" not in small.fields
        plain = peer.ask("GET", "/api/v1/")
        packed = peer.ask("GET", "/api/v1/", accept_encoding="gzip")
        assert plain.fields["vary"] == packed.fields["vary"] == "accept-encoding"
        assert packed.fields["content-encoding"] == "gzip"
        assert len(packed.body) < len(plain.body) / 3
        assert gzip.decompress(packed.body) == plain.body


def test_history_is_compressed_and_a_short_answer_is_not() -> None:
    with World(limit_messages=0) as world:
        alice = world.web(world.token("alice"))
        for _ in range(20):
            alice.call("send", text="the same again")
        asked = {"content_type": JSON, "accept_encoding": "gzip, br"}
        status = alice.ask("POST", "/api/v1/devices", b"{}", **asked)
        history = alice.ask("POST", "/api/v1/history", b'{"room": "general"}', **asked)
        assert "content-encoding" not in status.fields
        assert history.fields["content-encoding"] == "gzip"
        assert len(json.loads(gzip.decompress(history.body))["entries"]) == 20


# -- Connections -----------------------------------------------------------------------------


def test_an_idle_connection_is_closed_without_a_word() -> None:
    with World(login_timeout_ms=30_000) as world:
        peer = world.web()
        peer.ask("GET", "/api/v1/")
        world.sleep(29_000)
        assert not peer.ended
        peer.ask("GET", "/api/v1/")
        peer.heard = b""
        world.sleep(29_000)
        assert not peer.ended
        world.sleep(3_000)
        assert peer.ended
        assert peer.heard == b""


def test_a_request_that_never_gets_whole_is_refused_in_time() -> None:
    with World(login_timeout_ms=30_000) as world:
        for start in (b"POST / HTTP/1.1\r\n", request("POST", "/", content_length="10")):
            peer = world.raw()
            peer.say(start)
            for _ in range(32):
                world.sleep(1_000)
                peer.say(b"x" if peer.ended else b"x: y\r\n" if b"host" not in start else b"")
            assert peer.ended
            assert replies(peer.heard, "POST")[0].status == 408


def test_a_client_that_takes_no_answers_costs_a_bounded_number_of_bytes() -> None:
    with World(high_water_bytes=64 * 1024, requests_per_second=0) as world:
        peer = world.raw(kernel_bytes=4096)
        peer.reads = False
        for _ in range(50):
            peer.say(request("GET", "/api/v1/") * 10)
        assert world.queued_bytes(peer) <= 128 * 1024


@pytest.mark.parametrize("waits_for", ["a client that reads", "its turn"])
def test_megabytes_of_requests_that_have_to_wait_wait_outside(waits_for: str) -> None:
    is_reading = waits_for == "its turn"
    limit = 10 if is_reading else 0
    with World(high_water_bytes=64 * 1024, requests_per_second=limit) as world:
        peer = world.raw(kernel_bytes=4096)
        peer.reads = is_reading
        padding = "x" * (HEAD_BYTES_MAX - 200)
        count = 200
        peer.say(request("GET", "/nothing", None, padding=padding) * count)
        (connection,) = world.connections.values()
        assert connection.codec.buffered_bytes <= READ_BYTES
        assert world.queued_bytes(peer) <= 128 * 1024
        peer.reads = True
        world.sleep(30_000)
        answers = replies(peer.heard, *["GET"] * count)
        assert [answer.status for answer in answers] == [404] * count


def test_a_stopping_server_answers_and_ends_connections() -> None:
    with World() as world:
        peer = world.web()
        assert peer.ask("GET", "/api/v1/").status == 200
        peer.heard = b""
        world.stop()
        assert peer.ended
        assert peer.heard == b""
