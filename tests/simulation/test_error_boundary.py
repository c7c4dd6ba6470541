"""The error boundary: a bug costs the connection that met it, behind a commit the process."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from websockets.exceptions import InvalidState
from websockets.frames import Close

from chatd.core.state import State
from chatd.errors import StoreError
from chatd.handlers.dispatch import Dispatcher
from chatd.handlers.posting import Posting
from chatd.handlers.status import StatusHandlers
from chatd.http.api import HttpApi
from chatd.http.downloads import Downloads
from chatd.http.sessions import HttpSessions
from chatd.http.streams import Streams
from chatd.http.uploads import Upload, Uploads
from chatd.idle_monitor import IdleMonitor
from chatd.net.connection import Connection
from chatd.net.delivery import Delivery
from chatd.net.listener import Listener
from chatd.net.notices import Notices
from chatd.net.tls import TlsSock
from chatd.places import Places
from chatd.rpc.front import RpcFront
from chatd.service import Service
from chatd.timers import FAILED_RETRY_MS
from chatd.wire.codec import FrameCodec
from chatd.wire.event_stream import EventStreamCodec
from chatd.wire.first_bytes import FirstBytes
from chatd.wire.http.codec import HttpCodec
from chatd.wire.websocket import JsonSocketCodec
from tests.certificates import Certificate, certificate
from tests.simulation.network import SimSocket
from tests.simulation.peer import Lost
from tests.simulation.test_metrics import metrics
from tests.simulation.web import HANDSHAKE, RawPeer, replies, request
from tests.simulation.world import World

SECOND_MS = 1_000
TIMEOUT_MS = 30_000
HIGH_WATER_BYTES = 16 * 1024
FILE = bytes(300_000)


class Bug(Exception):
    """What nobody expected."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("tls"))


class Scene:
    """Alice and bob, who talk; and eve, on whose connections something is going to break."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.expects_errors = True
        self.alice, self.bob = world.user("alice"), world.user("bob")
        self.honest = set(world.connections.values())
        self.eve = world.user("eve")
        self.room = self.eve.create("ops", self.alice, self.bob)
        self.token = world.token("eve")
        self.failed: list[Connection] = []
        self.peers: list[RawPeer] = []

    def break_(self, patch: pytest.MonkeyPatch, owner: type, method: str, *, any_: bool) -> None:
        """Let a method fail when it is called for a connection of eve's; any_: always."""
        original = getattr(owner, method)

        def broken(*args: Any, **kwargs: Any) -> Any:
            mine = [c for c in map(self._eves, args) if c is not None]
            if not mine and not any_:
                return original(*args, **kwargs)
            self.failed += mine
            raise Bug(method)

        patch.setattr(owner, method, broken)

    def _eves(self, thing: object) -> Connection | None:
        """Return the connection of eve's that an argument stands for."""
        for connection in self.world.connections.values():
            parts = (connection, connection.codec, connection._sock)
            its = any(thing is part for part in parts)
            asked = getattr(thing, "connection", None) is connection
            if connection not in self.honest and (its or asked):
                return connection
        return None

    def say(self, *data: bytes) -> RawPeer:
        """Let eve open another connection and send bytes."""
        peer = self.world.raw()
        self.peers.append(peer)
        for piece in data:
            peer.say(piece)
        return peer

    def ask(self, method: str, target: str, body: bytes | None = None, **fields: str) -> RawPeer:
        """Let eve send a request over HTTP."""
        return self.say(
            request(method, target, body, authorization=f"Bearer {self.token}", **fields)
        )

    def check_others(self) -> None:
        """Alice and bob talk as if nothing had happened."""
        self.alice.send("still here")
        assert self.bob.texts()[-1] == "still here"
        self.bob.post(self.room, "here, too")
        assert self.alice.texts(self.room)[-1] == "here, too"


# -- what eve does ---------------------------------------------------------------------------


def frames(scene: Scene) -> None:
    scene.eve.request("ping")


def posts(scene: Scene) -> None:
    scene.alice.send("to all")
    scene.alice.post(scene.room, "to some")


def hangs_up(scene: Scene) -> None:
    scene.eve.sock.close()
    scene.eve.ended = True


def breaks_off_an_upload(scene: Scene) -> None:
    token = f"Bearer {scene.token}"
    target = "/api/v1/files?room=general&name=b"
    scene.say(request("POST", target, FILE, authorization=token)[:-1]).close()
    scene.world.settle()


def downloads(scene: Scene) -> None:
    scene.ask("GET", "/files/general/1/a")


def reads_late(scene: Scene) -> None:
    """Fall behind, and catch up."""
    scene.eve.reads = False
    for _ in range(40):
        scene.alice.send("x" * 8_000)
    scene.eve.tell("ping")
    scene.bob.ack("general")
    scene.eve.reads = True


def hears_late(scene: Scene) -> None:
    """Have notices wait until the answers are taken."""
    device = scene.world.user("eve")
    for _ in range(7):
        scene.alice.send("x" * 8_000)
    scene.eve.reads = False
    for _ in range(10):
        scene.eve.request("history", room="general", limit=200)
    scene.world.settle()
    device.ack("general")
    scene.world.sleep(2 * SECOND_MS)
    scene.eve.reads = True


def floods(scene: Scene) -> None:
    for _ in range(500):
        scene.eve.request("ping")
    scene.world.sleep(5 * SECOND_MS)


def connects(scene: Scene) -> None:
    scene.say()


def opens_tls(scene: Scene) -> None:
    scene.say(b"\x16\x03\x01\x00\x05hello")


def streams(scene: Scene) -> None:
    scene.ask("GET", "/api/v1/events")
    posts(scene)


def opens_a_websocket(scene: Scene) -> None:
    socket = scene.world.socket().enter(scene.token)
    socket.call("sync")
    posts(scene)
    scene.world.sleep(2 * SECOND_MS)


def is_silent(scene: Scene) -> None:
    scene.say(b"POST /api/v1/send HTTP/1.1\r\n")
    scene.world.sleep(TIMEOUT_MS + SECOND_MS)


def says_get(scene: Scene) -> None:
    scene.ask("GET", "/api/v1/")


def uploads(scene: Scene) -> None:
    scene.ask("POST", "/api/v1/files?room=general&name=b", FILE)


def others_come(scene: Scene) -> None:
    scene.world.user("carol")
    scene.world.sleep(2 * SECOND_MS)


class Case(NamedTuple):
    """A method that fails, and what eve does so that it is called. any_: for whomever."""

    owner: type
    method: str
    act: Callable[[Scene], None]
    any_: bool = False


CASES = [
    # reading and handling
    Case(Connection, "on_ready", frames),
    Case(SimSocket, "recv", frames),
    Case(FrameCodec, "feed", frames),
    Case(Service, "_serve_some", frames),
    Case(Service, "_read", frames),
    Case(Service, "_handle", frames),
    Case(RpcFront, "handle", frames),
    Case(FrameCodec, "next_event", frames),
    Case(FrameCodec, "encode_result", frames),
    Case(FirstBytes, "next_event", says_get),
    Case(HttpCodec, "feed", says_get, any_=True),
    Case(HttpCodec, "next_event", says_get),
    Case(HttpCodec, "encode_response", says_get),
    Case(HttpApi, "_respond", says_get),
    Case(HttpApi, "party_of", says_get),
    Case(Streams, "_sync", streams, any_=True),
    Case(HttpSessions, "check_origin", opens_a_websocket, any_=True),
    Case(JsonSocketCodec, "next_event", opens_a_websocket),
    Case(Uploads, "_begun", uploads, any_=True),
    Case(Upload, "take", uploads, any_=True),
    Case(Downloads, "_begun", downloads, any_=True),
    Case(TlsSock, "recv", opens_tls),
    Case(TlsSock, "__init__", opens_tls, any_=True),
    # coming and going
    Case(Connection, "__init__", connects, any_=True),
    Case(IdleMonitor, "first_check_ms", connects, any_=True),
    Case(IdleMonitor, "last_check_ms", hangs_up, any_=True),
    Case(Places, "check_address", connects, any_=True),
    Case(Places, "come", connects),
    Case(Places, "leave", hangs_up),
    Case(SimSocket, "shutdown", hangs_up),
    Case(Delivery, "leave", hangs_up),
    Case(Notices, "forget", hangs_up),
    Case(Connection, "close", hangs_up),
    # timers
    Case(IdleMonitor, "check", is_silent),
    Case(HttpCodec, "encode_bye", is_silent),
    Case(Service, "enqueue", floods),
    Case(Upload, "drop", breaks_off_an_upload, any_=True),
    # delivery
    Case(StatusHandlers, "allowances", posts, any_=True),
    Case(Connection, "enqueue", posts),
    Case(Connection, "send", posts),
    Case(SimSocket, "send", posts),
    Case(Connection, "flush", frames),
    Case(EventStreamCodec, "encode_entries", streams),
    Case(EventStreamCodec, "encode_event_id", streams),
    Case(JsonSocketCodec, "encode_entries", opens_a_websocket),
    Case(JsonSocketCodec, "encode_notice", opens_a_websocket),
    Case(Delivery, "_become_lagging", reads_late),
    Case(Delivery, "_queue_page", reads_late),
    Case(Service, "enqueue", hears_late),
    Case(Notices, "send_late", hears_late),
    Case(FrameCodec, "encode_notice", others_come),
    Case(Downloads, "_go_on", downloads),
    Case(Downloads, "_end", downloads),
]


def world_of(files: Certificate, **options: Any) -> World:
    return World(
        is_followed=False,  # its parts would fail with the server's
        limit_messages=1_000,
        login_timeout_ms=TIMEOUT_MS,
        high_water_bytes=HIGH_WATER_BYTES,
        requests_per_second=100,
        tls_cert=files.cert,
        tls_key=files.key,
        **options,
    )


def post_file(scene: Scene) -> None:
    answer = scene.ask("POST", "/api/v1/files?room=general&name=a", FILE).heard
    assert replies(answer, "POST")[0].json["seq"] == 1
    scene.world.sleep(5 * SECOND_MS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.owner.__name__}.{case.method}")
def test_exception_at_an_entry_point_costs_its_connection_only(
    case: Case,
    files: Certificate,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with world_of(files) as world:
        scene = Scene(world)
        post_file(scene)
        with monkeypatch.context() as patch:
            scene.break_(patch, case.owner, case.method, any_=case.any_)
            try:
                case.act(scene)
            except (Lost, KeyError, ValueError, InvalidState):
                pass  # eve's client is not answered
            world.settle()
        assert world.errors
        assert f"test_error_boundary.Bug: {case.method}" in caplog.text
        assert "Traceback" in caplog.text
        scene.check_others()
        world.sleep(10 * SECOND_MS)
        assert not set(scene.failed) & set(world.connections.values())
        found = metrics(world.web().ask("GET", "/metrics"))
        assert found["chatd_internal_errors_total", ""] == world.errors
        world.stop()


# -- what the peer is told -------------------------------------------------------------------


def broken(*arguments: object) -> Any:
    raise Bug


def test_request_that_meets_a_bug_in_its_handler_is_answered_and_the_connection_lives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with World(is_followed=False) as world:
        world.expects_errors = True
        web = world.web(world.token("alice"))
        with monkeypatch.context() as patch:
            patch.setattr(Dispatcher, "call", broken)
            reply = web.call("status")
            assert (reply.status, reply.json["code"]) == (500, "internal")
        assert web.call("status").status == 200
        assert world.errors == 1


def test_framed_request_that_meets_a_bug_outside_its_handler_is_told_internal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with World(is_followed=False) as world:
        world.expects_errors = True
        alice = world.user("alice")
        monkeypatch.setattr(FrameCodec, "encode_result", broken)
        alice.request("ping")
        world.settle()
        assert [error["code"] for error in alice.told("error")] == ["internal"]
        assert alice.ended


def test_what_came_before_the_request_that_meets_a_bug_is_answered_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with World(is_followed=False) as world:
        world.expects_errors = True
        alice = world.user("alice")
        done = [alice.request("ping") for _ in range(3)]
        monkeypatch.setattr(FrameCodec, "encode_error", broken)
        alice.request("nothing of that name")
        never = alice.request("ping")
        world.settle()
        assert all(map(alice.answered, done)) and not alice.answered(never)
        assert [error["code"] for error in alice.told("error")] == ["internal"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_request_over_http_that_meets_a_bug_is_answered_500(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with World(is_followed=False) as world:
        world.expects_errors = True
        monkeypatch.setattr(HttpApi, "_respond", broken)
        peer = world.raw()
        (reply,) = replies(peer.say(request(method, "/api/v1/")), method)
        assert reply.status == 500
        assert reply.fields["connection"] == "close"
        assert peer.ended
        assert peer.heard.endswith(b"\r\n\r\n") == (method == "HEAD")


def test_websocket_that_meets_a_bug_is_closed_by_1011(monkeypatch: pytest.MonkeyPatch) -> None:
    with World(is_followed=False) as world:
        world.expects_errors = True
        socket = world.socket()
        monkeypatch.setattr(JsonSocketCodec, "encode_result", broken)
        with pytest.raises(ValueError):
            socket.call("hello", version=1)
        assert socket.told("error")[0]["code"] == "internal"
        assert Close.parse(bytes(socket.frames[-1].data)).code == 1011


@pytest.mark.parametrize("method", ["begin_response", "encode_body", "end_response"])
def test_nothing_of_half_an_answer_leaves(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was queued before the bug in the same step is taken back."""
    with World(is_followed=False) as world:
        world.expects_errors = True
        token = f"Bearer {world.token('alice')}"
        target = "/api/v1/files?room=general&name=a"
        world.raw().say(request("POST", target, b"content", authorization=token))
        with monkeypatch.context() as patch:
            patch.setattr(HttpCodec, method, broken)
            peer = world.raw()
            heard = peer.say(request("GET", "/files/general/1/a", authorization=token))
        assert peer.ended
        if method == "begin_response":
            assert heard.startswith(b"HTTP/1.1 500 ")
        else:
            assert heard == b"" if method == "encode_body" else heard.endswith(b"content")


def test_websocket_whose_opening_fails_behind_its_answer_is_answered_500_instead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with World(is_followed=False) as world:
        world.expects_errors = True
        monkeypatch.setattr(Service, "_serve_next", fails_behind(Service._serve_next))
        heard = world.raw().say(request("GET", "/ws", None, **HANDSHAKE))
        assert heard.startswith(b"HTTP/1.1 500 ")
        assert b" 101 " not in heard


def fails_behind(original: Callable[..., bool]) -> Callable[..., bool]:
    """Return the method, which now does what it does, and fails when it has upgraded."""

    def serve(service: Service, connection: Connection) -> bool:
        codec = connection.codec
        done = original(service, connection)
        if isinstance(codec, HttpCodec) and connection.codec is not codec:
            raise Bug
        return done

    return serve


# -- commits ---------------------------------------------------------------------------------


def test_bug_behind_a_commit_ends_the_process_before_anybody_hears_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with World(is_followed=False) as world:
        alice, bob = world.user("alice"), world.user("bob")
        monkeypatch.setattr(FrameCodec, "encode_result", broken)
        alice.request("send", text="never heard")
        with pytest.raises(Bug):
            world.settle()
        bob.pull()
        assert bob.texts() == []
        assert world.errors == 0


def test_bug_where_no_connection_is_concerned_ends_the_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with World(is_followed=False) as world:
        monkeypatch.setattr(Listener, "on_ready", broken)
        world.connect()
        with pytest.raises(Bug):
            world.tick()
        assert not world.errors


def test_bug_in_a_commit_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    with World(is_followed=False) as world:
        alice = world.user("alice")
        monkeypatch.setattr(State, "apply", broken)
        alice.request("send", text="never heard")
        with pytest.raises(Bug):
            world.settle()


def test_bug_behind_the_commit_of_an_earlier_request_costs_the_connection_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each request is a step of its own, though they came in one read."""
    with World(is_followed=False) as world:
        world.expects_errors = True
        alice, bob = world.user("alice"), world.user("bob")
        monkeypatch.setattr(FrameCodec, "encode_error", broken)
        done = alice.request("send", text="heard")
        alice.request("nonsense")
        world.settle()
        assert alice.result(done)["seq"] == 1
        assert bob.texts() == ["heard"]
        assert alice.ended and world.errors == 1


def test_store_that_fails_in_a_step_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise StoreError("the disk is gone")

    with World(is_followed=False) as world:
        alice = world.user("alice")
        monkeypatch.setattr(Dispatcher, "call", fail)
        alice.request("send", text="never heard")
        with pytest.raises(StoreError):
            world.settle()


def test_scheduled_text_that_meets_a_bug_is_tried_again_and_is_not_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with World(is_followed=False) as world:
        world.expects_errors = True
        alice, bob = world.user("alice"), world.user("bob")
        alice.call("send-at", text="late", at=world.now_ms + 5 * SECOND_MS)
        with monkeypatch.context() as patch:
            patch.setattr(Posting, "who_see", broken)
            world.sleep(10 * SECOND_MS)
        assert world.errors == 1 and bob.texts() == []
        world.sleep(FAILED_RETRY_MS)
        assert bob.texts() == ["late"]
