"""The whole server over TLS, beside plain connections on the same port."""

import dataclasses
import signal
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from chatd.config import Tls
from chatd.net.tls import RECORDS_MAX
from chatd.wire.envelope import encode_request
from tests.certificates import Certificate, certificate
from tests.simulation.network import KERNEL_BYTES
from tests.simulation.web import RawPeer, replies, request
from tests.simulation.world import World

READ_BYTES = 1 << 20


@pytest.fixture
def files(tmp_path: Path) -> Certificate:
    return certificate(tmp_path)


def world_with(files: Certificate, **options: Any) -> World:
    return World(tls_cert=files.cert, tls_key=files.key, **options)


class TlsPeer(RawPeer):
    """Encrypts what it says. plain: what came, decrypted."""

    def __init__(self, world: World, files: Certificate, kernel_bytes: int = KERNEL_BYTES) -> None:
        super().__init__(world.listener.connect("127.0.0.1", kernel_bytes), world.settle)
        world.peers.append(self)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.context = ssl.create_default_context(cafile=str(files.authority))
        self._decrypted = 0
        self.plain = b""
        self.is_over = False

    def shake(self) -> "TlsPeer":
        """Do the handshake; raise ssl.SSLError if it fails."""
        self.tls = self.context.wrap_bio(
            self._incoming, self._outgoing, server_hostname="localhost"
        )
        while True:
            try:
                self.tls.do_handshake()
            except ssl.SSLWantReadError:
                before = len(self.heard)
                self.say(self._outgoing.read())
                if len(self.heard) == before and self.ended:
                    raise ConnectionResetError from None
                self._incoming.write(self.heard[self._decrypted :])
                self._decrypted = len(self.heard)
                continue
            self.say(self._outgoing.read())
            return self

    def tell(self, data: bytes) -> bytes:
        """Say something encrypted; return all that came, decrypted."""
        self.tls.write(data)
        self.say(self._outgoing.read())
        return self.listen()

    def listen(self) -> bytes:
        self._incoming.write(self.heard[self._decrypted :])
        self._decrypted = len(self.heard)
        while True:
            try:
                data = self.tls.read(READ_BYTES)
            except ssl.SSLWantReadError:
                return self.plain
            self.plain += data
            if not data:  # the goodbye of TLS, not just the end of the line
                self.is_over = True
                return self.plain


def test_all_protocols_are_spoken_inside_tls_and_beside_it(files: Certificate) -> None:
    with world_with(files) as world:
        framed = TlsPeer(world, files).shake()
        said = framed.tell(encode_request(1, "hello", {"version": 1}))
        assert b"registration" in said
        http = TlsPeer(world, files).shake()
        (reply,) = replies(http.tell(request("GET", "/api/v1/")), "GET")
        assert reply.status == 200
        assert world.web().ask("GET", "/api/v1/").status == 200
        assert world.guest().call("ping") == {}


def test_a_handshake_byte_by_byte_is_one(files: Certificate) -> None:
    with world_with(files) as world:
        peer = TlsPeer(world, files)
        at_once = peer.say

        def by_bytes(data: bytes) -> bytes:
            for place in range(len(data)):
                at_once(data[place : place + 1])
            return peer.heard

        peer.say = by_bytes  # type: ignore[method-assign]
        peer.shake()
        assert b"HTTP/1.1 200" in peer.tell(request("GET", "/api/v1/"))


def test_many_requests_in_one_record_and_in_one_read_are_all_answered(files: Certificate) -> None:
    """What is decrypted and not read would wait for ever: no socket is ready for it."""
    with world_with(files, requests_per_second=0) as world:
        peer = TlsPeer(world, files).shake()
        asked = request("GET", "/nothing")
        count = 60_000 // len(asked)
        for _ in range(count):
            peer.tls.write(asked)
        peer.say(peer._outgoing.read())
        assert len(replies(peer.listen(), *["GET"] * count)) == count


def test_records_are_decrypted_some_at_a_time_however_many_come_in_one_read(
    files: Certificate,
) -> None:
    with world_with(files) as world:
        peer = TlsPeer(world, files).shake()
        (connection,) = world.connections.values()
        asked = request("GET", "/nothing") * 4
        for place in range(len(asked)):
            peer.tls.write(asked[place : place + 1])
        peer.sock.send(peer._outgoing.read())
        assert connection.sock.recv(READ_BYTES) == asked[:RECORDS_MAX]
        assert connection.sock.recv(READ_BYTES) == asked[RECORDS_MAX : 2 * RECORDS_MAX]
        connection.codec.feed(asked[: 2 * RECORDS_MAX])
        connection.is_readable = True
        world.app.service.enqueue(connection)
        world.settle()
        assert len(replies(peer.listen(), *["GET"] * 4)) == 4


def test_records_in_front_of_a_hang_up_are_all_handled(files: Certificate) -> None:
    with world_with(files) as world:
        peer = TlsPeer(world, files).shake()
        asked = request("GET", "/nothing") * 20
        for place in range(0, len(asked), 3):
            peer.tls.write(asked[place : place + 3])
        peer.sock.send(peer._outgoing.read())
        peer.sock.shutdown(socket.SHUT_WR)
        world.settle()
        assert len(replies(peer.listen(), *["GET"] * 20)) == 20
        assert peer.ended


def test_peer_that_takes_nothing_of_what_tls_itself_answers_is_lost(
    files: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatd.net.tls.UNSENT_BYTES_MAX", 300)
    with world_with(files) as world:
        peer = TlsPeer(world, files, kernel_bytes=100)
        peer.reads = False
        tls = peer.context.wrap_bio(peer._incoming, peer._outgoing, server_hostname="localhost")
        with pytest.raises(ssl.SSLWantReadError):
            tls.do_handshake()
        peer._outbox = peer._outgoing.read()
        world.settle()
        assert peer.sock.other.closed and not world.connections


def test_large_answers_go_through_a_narrow_line_whole(files: Certificate) -> None:
    with world_with(files, limit_messages=0, requests_per_second=0) as world:
        alice = world.user("alice")
        for _ in range(40):
            alice.send("x" * 8_000)
        token = world.token("bob")
        peer = TlsPeer(world, files, kernel_bytes=3_000).shake()
        fields = {"authorization": f"Bearer {token}"}
        said = peer.tell(request("GET", "/api/v1/events", None, **fields))
        assert said.count(b"x" * 8_000) == 20  # a newcomer's
        for _ in range(40):
            alice.send("y" * 8_000)
        assert peer.listen().count(b"y" * 8_000) == 40


def test_a_client_over_tls_that_does_not_read_costs_a_bounded_number_of_bytes(
    files: Certificate,
) -> None:
    with world_with(files, limit_messages=0, high_water_bytes=64 * 1024) as world:
        alice, token = world.user("alice"), world.token("bob")
        peer = TlsPeer(world, files, kernel_bytes=4_096).shake()
        peer.tell(request("GET", "/api/v1/events", None, authorization=f"Bearer {token}"))
        peer.reads = False
        for _ in range(100):
            alice.send("y" * 8_000)
        (connection,) = [c for c in world.connections.values() if c.name == "bob"]
        assert connection.queued_bytes <= 2 * 64 * 1024
        peer.reads = True
        world.settle()
        assert peer.listen().count(b"y" * 8_000) == 100


def test_the_end_is_told_inside_tls(files: Certificate) -> None:
    with world_with(files) as world:
        peer = TlsPeer(world, files).shake()
        peer.tell(request("GET", "/nothing", connection="close"))
        assert peer.is_over
        assert peer.ended


def test_a_handshake_that_stalls_ends_in_time_and_costs_nothing_else(files: Certificate) -> None:
    with world_with(files, login_timeout_ms=30_000) as world:
        peer = world.raw()
        peer.say(b"\x16\x03\x01\x02\x00\x01")
        quiet = world.raw()
        quiet.say(b"\x16")
        assert world.guest().call("ping") == {}
        world.sleep(32_000)
        assert peer.ended and quiet.ended
        assert peer.heard == quiet.heard == b"", "nothing is said in the clear"


@pytest.mark.parametrize(
    "data",
    [b"\x16" * 1000, b"\x16\x03\x01\x00\x05hello", b"\x16\x03\x01\x02\x00" + b"\0" * 512],
)
def test_what_is_no_handshake_ends_the_connection(files: Certificate, data: bytes) -> None:
    with world_with(files) as world:
        peer = world.raw()
        peer.say(data)
        assert peer.ended
        assert len(world.connections) == 0


def test_what_is_no_record_after_the_handshake_ends_the_connection(files: Certificate) -> None:
    with world_with(files) as world:
        peer = TlsPeer(world, files).shake()
        peer.say(b"GET / HTTP/1.1\r\n\r\n")
        assert peer.ended
        assert len(world.connections) == 0


def test_who_finds_no_room_is_told_so_inside_tls(files: Certificate) -> None:
    with world_with(files, connections_max=2, connections_reserved=0) as world:
        world.user("alice"), world.user("bob")
        late = TlsPeer(world, files).shake()
        (reply,) = replies(late.tell(request("GET", "/api/v1/")), "GET")
        assert (reply.status, reply.json["code"]) == (503, "overloaded")


def test_an_old_version_is_refused(files: Certificate) -> None:
    with world_with(files) as world:
        peer = TlsPeer(world, files)
        with pytest.warns(DeprecationWarning):
            peer.context.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises((ssl.SSLError, ConnectionResetError)):
            peer.shake()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_present_version_is_spoken(files: Certificate, version: ssl.TLSVersion) -> None:
    with world_with(files) as world:
        peer = TlsPeer(world, files)
        peer.context.minimum_version = peer.context.maximum_version = version
        peer.shake()
        assert peer.tls.version() == version.name.replace("_", ".")


def test_plain_connections_are_refused_where_tls_is_required(files: Certificate) -> None:
    with world_with(files, tls=Tls.REQUIRED) as world:
        (reply,) = replies(world.raw().say(request("GET", "/api/v1/")), "GET")
        assert reply.status == 400
        assert "HTTPS" in reply.json["detail"]
        framed = world.connect()
        framed.tell("pong")
        world.settle()
        assert framed.told("error")[0]["message"] == "this server speaks TLS only"
        assert framed.ended
        peer = TlsPeer(world, files).shake()
        assert b"HTTP/1.1 200" in peer.tell(request("GET", "/api/v1/"))


def test_plain_connections_are_refused_on_other_addresses_unless_allowed(
    files: Certificate,
) -> None:
    with world_with(files, host="0.0.0.0") as world:
        assert world.raw().say(request("GET", "/api/v1/")).startswith(b"HTTP/1.1 400 ")
    with world_with(files, host="0.0.0.0", insecure=True) as world:
        assert world.raw().say(request("GET", "/api/v1/")).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_where_there_is_none_gets_an_alert_and_a_line_in_the_log(
    files: Certificate, version: ssl.TLSVersion, caplog: pytest.LogCaptureFixture
) -> None:
    with World() as world:
        peer = TlsPeer(world, files)
        peer.context.minimum_version = peer.context.maximum_version = version
        with pytest.raises(ssl.SSLError, match="(?i)alert.handshake.failure"):
            peer.shake()
        assert peer.ended
        assert caplog.text.count("127.0.0.1 began a TLS handshake") == 1
        assert len(world.connections) == 0


def test_first_byte_of_tls_where_there_is_none_is_enough() -> None:
    with World() as world:
        peer = world.raw()
        assert peer.say_by_bytes(b"\x16\x03\x01\x02") == b"\x15\x03\x01\x00\x02\x02\x28"


def test_a_new_certificate_is_taken_up_and_a_bad_one_is_not(
    files: Certificate, tmp_path: Path
) -> None:
    with world_with(files) as world:
        old = TlsPeer(world, files).shake()
        other = certificate(tmp_path, "two")
        world.settings = dataclasses.replace(world.settings, tls_cert=other.cert, tls_key=other.key)
        world.signals.send(signal.SIGHUP)
        world.settle()
        TlsPeer(world, other).shake()
        with pytest.raises(ssl.SSLCertVerificationError):
            TlsPeer(world, files).shake()
        assert b"HTTP/1.1 200" in old.tell(request("GET", "/api/v1/"))
        other.cert.write_text("nonsense")
        world.signals.send(signal.SIGHUP)
        world.settle()
        TlsPeer(world, other).shake()
