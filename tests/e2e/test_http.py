"""Real clients over real sockets: curl, http.client, websockets, the console's library."""

import http.client
import json
import os
import re
import signal
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from client import Client as Library
from client import ConnectionLost, Environment
from client.credentials import Credentials
from client.pipes.status import Status
from client.tls import connector
from tests.certificates import Certificate, certificate
from tests.e2e.chat import Chat
from tests.e2e.client import PASSWORD, newcomer
from tests.e2e.server import ServerProcess
from tests.e2e.terminal import Terminal
from tests.e2e.waiting import DEADLINE_S, until


@pytest.fixture
def files(tmp_path: Path) -> Certificate:
    return certificate(tmp_path)


@pytest.fixture
def secure(tmp_path: Path, files: Certificate) -> Iterator[ServerProcess]:
    """A server that speaks TLS beside plain connections."""
    settings = {"TLS_CERT": str(files.cert), "TLS_KEY": str(files.key)}
    with ServerProcess(tmp_path, **settings) as process:
        yield process


def token_of(server: ServerProcess, name: str) -> str:
    with newcomer(server.port, name) as client:
        token: str = client.call("token-create", label="test")["token"]
        return token


def curl(*arguments: str, input: bytes = b"") -> bytes:
    """Return what curl prints; it has to succeed."""
    limit = str(int(DEADLINE_S))
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--max-time", limit, *arguments],
        input=input,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_curl_sends_reads_and_uploads_in_chunks(secure: ServerProcess, files: Certificate) -> None:
    token = token_of(secure, "alice")
    url = f"https://localhost:{secure.port}/api/v1"
    common = ["--cacert", str(files.authority), "-H", f"Authorization: Bearer {token}"]
    posted = curl(*common, "--json", '{"text": "by curl"}', f"{url}/send")
    assert json.loads(posted)["seq"] == 1
    chunked = ["--json", "@-", "-H", "Transfer-Encoding: chunked", "-H", "Expect: 100-continue"]
    curl(*common, *chunked, f"{url}/send", input=b'{"text": "in chunks"}')
    packed = curl(*common, "--compressed", "--json", '{"room": "general"}', f"{url}/history")
    texts = [entry["text"] for entry in json.loads(packed)["entries"]]
    assert texts == ["by curl", "in chunks"]
    head = curl("--cacert", str(files.authority), "--head", f"{url}/openapi.json")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")


def test_http_client_keeps_its_connection_plain_and_encrypted(
    secure: ServerProcess, files: Certificate
) -> None:
    token = token_of(secure, "alice")
    context = ssl.create_default_context(cafile=str(files.authority))
    connections = [
        http.client.HTTPConnection("127.0.0.1", secure.port, timeout=DEADLINE_S),
        http.client.HTTPSConnection("127.0.0.1", secure.port, timeout=DEADLINE_S, context=context),
    ]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    for connection in connections:
        with closing(connection):
            connection.connect()
            sock = connection.sock
            for number in range(3):
                body = json.dumps({"text": f"{number}"})
                connection.request("POST", "/api/v1/send", body, headers)
                response = connection.getresponse()
                assert (response.status, json.load(response)["room"]) == (200, "general")
            assert connection.sock is sock, "three requests over one connection"


def read_messages(socket: ClientConnection, entries: int) -> list[Any]:
    """Return the next entries that a WebSocket tells of."""
    found: list[Any] = []
    while len(found) < entries:
        said = json.loads(socket.recv(DEADLINE_S))
        if said[:2] == [2, "entry"] and not said[2]["room"].startswith("@"):
            found.append(said[2])
    return found


@contextmanager
def open_socket(
    url: str, token: str, ssl: ssl.SSLContext | None = None
) -> Iterator[ClientConnection]:
    """A WebSocket that is logged in."""
    with connect(url, proxy=None, ssl=ssl) as socket:
        ask(socket, "hello", version=1)
        ask(socket, "login-token", token=token)
        yield socket


def ask(socket: ClientConnection, method: str, **params: Any) -> Any:
    """Return the answer to a request, before which nothing may come."""
    socket.send(json.dumps([0, 7, method, params]))
    kind, number, error, result = json.loads(socket.recv(DEADLINE_S))
    assert (kind, number, error) == (1, 7, None)
    return result


def test_the_websockets_client_hears_what_curl_says(
    secure: ServerProcess, files: Certificate
) -> None:
    token = token_of(secure, "alice")
    context = ssl.create_default_context(cafile=str(files.authority))
    with open_socket(f"wss://localhost:{secure.port}/ws", token, context) as socket:
        ask(socket, "sync")
        url = f"http://127.0.0.1:{secure.port}/api/v1/send"
        for text in ("one", "two"):
            body = json.dumps({"text": text})
            curl("-H", f"Authorization: Bearer {token}", "--json", body, url)
        assert [entry["text"] for entry in read_messages(socket, 2)] == ["one", "two"]


# -- Side by side ----------------------------------------------------------------------------

Said = tuple[str, int, str]
"""A room as bob sees it, a number, a text."""


def said_in(entry: dict[str, Any]) -> Said:
    """Return what an entry says, `alice,bob` being the room that bob calls alice."""
    return entry["room"].partition(",")[0], entry["seq"], entry["text"]


class CurlStream:
    """`curl -N` on the stream of events, again and again where the last one ended."""

    def __init__(self, server: ServerProcess, token: str, folder: Path) -> None:
        self.heard: list[Said] = []
        self._url = f"http://127.0.0.1:{server.port}/api/v1/events"
        self._token = token
        self._out = folder / "stream"
        self._last_id = ""

    @contextmanager
    def listens(self) -> Iterator[None]:
        """Listen until the server ends it, which has to happen in the block."""
        fields = ["-H", f"Authorization: Bearer {self._token}"]
        if self._last_id:
            fields += ["-H", f"Last-Event-ID: {self._last_id}"]
        with (
            open(self._out, "wb") as file,
            subprocess.Popen(["curl", "-sN", *fields, self._url], stdout=file) as process,
        ):
            try:
                self._until("event: live")
                yield
                process.wait(DEADLINE_S)
            finally:
                process.kill()
        self._take()

    def until(self, count: int) -> None:
        """Wait until it has heard so many messages in all."""
        self._until('"kind":"message"', count - len(self.heard))

    def _until(self, text: str, count: int = 1) -> None:
        def is_there() -> bool:
            out = self._out.read_text()
            return out.count(text) >= count and out.endswith("\n\n")

        until(is_there, f"{text} in the stream, {count} times")

    def _take(self) -> None:
        for line in self._out.read_text().splitlines():
            field, _, value = line.partition(": ")
            if field == "id":
                self._last_id = value
            elif field == "data" and '"kind":"message"' in value:
                self.heard.append(said_in(json.loads(value)))


class SocketStream:
    """The `websockets` client, again and again from the positions that the last one had."""

    def __init__(self, server: ServerProcess, token: str) -> None:
        self.heard: list[Said] = []
        self._url = f"ws://127.0.0.1:{server.port}/ws"
        self._token = token
        self._sync: dict[str, Any] = {}
        self._positions: dict[str, int] = {}

    @contextmanager
    def listens(self) -> Iterator[None]:
        """Listen until the server ends it, which has to happen in the block."""
        with open_socket(self._url, self._token) as self._socket:
            synced = ask(self._socket, "sync", **self._sync)
            self._sync = {"epoch": synced["epoch"], "positions": self._positions}
            yield
            with suppress(ConnectionClosed):
                while True:
                    self._take()

    def until(self, count: int) -> None:
        """Wait until it has heard so many messages in all."""
        while len(self.heard) < count:
            self._take()

    def _take(self) -> None:
        _, method, params = json.loads(self._socket.recv(DEADLINE_S))
        if method != "entry":
            return
        self._positions[params["room"]] = params["seq"]
        if params["kind"] == "message":
            self.heard.append(said_in(params))


def shown_on(console: Terminal) -> list[Said]:
    """Return what alice said, as bob's console shows it."""
    found = (re.search(r"(\w+)#(\d+) alice(?: → bob)?: (.*)$", row) for row in console.everything)
    return [(match[1], int(match[2]), match[3]) for match in found if match]


def test_console_curl_and_websocket_see_the_same_over_restarts(
    server: ServerProcess, tmp_path: Path
) -> None:
    """Each resumes as its users do: by itself, by Last-Event-ID, by positions."""
    token = token_of(server, "bob")
    server.settings["PORT"] = str(server.port)
    Credentials(tmp_path / "chat").keep(f"http://127.0.0.1:{server.port}", "bob", token)
    streams = (CurlStream(server, token, tmp_path), SocketStream(server, token))
    expected: list[Said] = []
    with Library(port=server.port) as alice, Terminal(tmp_path, server.port, "bob") as console:
        console.toolbar_shows(" connected")
        alice.register("alice", PASSWORD)
        alice.log_in("alice", PASSWORD)

        def say(*texts: str) -> None:
            for text in texts:
                expected.append(("general", alice.send(text).seq, text))
                expected.append(("alice", alice.send_to("bob", text).seq, text))

        for life in ("killed", "stopped", "killed again"):
            say(f"{life}: before they come", f"{life}: and again")
            with ExitStack() as listening:
                for stream in streams:
                    listening.enter_context(stream.listens())
                say(*(f"{life}: number {number}" for number in range(5)))
                for stream in streams:
                    stream.until(len(expected))
                server.stop() if life == "stopped" else server.kill()
            server.start()
        console.until(lambda: len(shown_on(console)) >= len(expected), "all that was said")
        assert sorted(shown_on(console)) == sorted(expected)
    for stream in streams:
        assert sorted(stream.heard) == sorted(expected), type(stream).__name__


# -- TLS -------------------------------------------------------------------------------------


def test_the_library_talks_over_tls_and_checks_who_is_there(
    secure: ServerProcess, files: Certificate, tmp_path: Path
) -> None:
    trusting = Environment(connect=connector(str(files.authority)))
    with Library("localhost", secure.port, environment=trusting) as client:
        client.register("alice", PASSWORD)
        client.log_in("alice", PASSWORD)
        client.sync()
        assert client.send("x" * 8_000).seq == 1
    other = certificate(tmp_path, "two")
    wary = Environment(connect=connector(str(other.authority)))
    with pytest.raises(ConnectionLost, match="certificate"):
        Library("localhost", secure.port, environment=wary).connect()


def test_token_that_came_over_tls_is_sent_nowhere_without(
    secure: ServerProcess, files: Certificate, tmp_path: Path
) -> None:
    chat = Chat(tmp_path / "home", secure.port)
    tls = ("--host", "localhost", "--tls", "--ca-file", str(files.authority), "-u", "alice")
    assert chat.run(*tls, "login", "--register", input=f"{PASSWORD}\n").returncode == Status.DONE
    assert chat.run(*tls, "send", "hello").returncode == Status.DONE
    for host in ("localhost", "LOCALHOST", "localhost."):
        plain = chat.run("--host", host, "-u", "alice", "send", "in the clear")
        assert plain.returncode == Status.LOGIN
        assert "goes over TLS only: give --tls" in plain.stderr
    by_variable = chat.run(*tls[:2], *tls[3:], "send", "encrypted", CHAT_TLS="1")
    assert by_variable.returncode == Status.DONE


def test_lines_from_a_pipe_and_large_files_go_over_tls(
    secure: ServerProcess, files: Certificate, tmp_path: Path
) -> None:
    chat = Chat(tmp_path / "home", secure.port)
    tls = ("--host", "localhost", "--tls", "--ca-file", str(files.authority), "-u", "alice")
    assert chat.run(*tls, "login", "--register", input=f"{PASSWORD}\n").returncode == Status.DONE
    sent, fetched = tmp_path / "sent", tmp_path / "fetched"
    sent.write_bytes(os.urandom(3_000_000))
    lines = f"send {'x' * 8_000}\nsend-file {sent}\nget-file general#2 {fetched}\n"
    done = chat.run(*tls, input=lines)
    assert (done.returncode, done.stderr) == (Status.DONE, "")
    assert fetched.read_bytes() == sent.read_bytes()


@pytest.mark.parametrize("host", ["192.0.2.1", "chat.example", "127.0.0.1.example"])
def test_token_that_is_given_goes_over_no_network_in_the_clear(tmp_path: Path, host: str) -> None:
    chat = Chat(tmp_path / "home", 1)
    done = chat.run("--host", host, "send", "hello", CHAT_TOKEN="secret")
    assert done.returncode == Status.USAGE and "in the clear: give --tls" in done.stderr
    here = chat.run("--host", "127.0.0.1", "send", "hello", CHAT_TOKEN="secret")
    assert here.returncode == Status.CONNECTION


def test_the_library_says_so_where_there_is_no_tls(server: ServerProcess) -> None:
    with pytest.raises(ConnectionLost):
        Library(port=server.port, environment=Environment(connect=connector())).connect()


def test_a_certificate_is_taken_up_again_on_sighup(
    secure: ServerProcess, files: Certificate, tmp_path: Path
) -> None:
    url = f"https://localhost:{secure.port}/api/v1/"
    curl("--cacert", str(files.authority), url)
    other = certificate(tmp_path, "two")
    files.cert.write_bytes(other.cert.read_bytes())
    files.key.write_bytes(other.key.read_bytes())
    secure.signal(signal.SIGHUP)
    until(lambda: "settings reloaded" in secure.log, "the settings to be read again")
    curl("--cacert", str(other.authority), url)


@pytest.mark.parametrize("damage", ["missing", "nonsense", "another key"])
def test_a_bad_certificate_stops_the_start(files: Certificate, tmp_path: Path, damage: str) -> None:
    if damage == "missing":
        files.cert.unlink()
    elif damage == "nonsense":
        files.cert.write_text("nonsense")
    else:
        files.key.write_bytes(certificate(tmp_path, "two").key.read_bytes())
    server = ServerProcess(tmp_path, TLS_CERT=str(files.cert), TLS_KEY=str(files.key))
    done = server.run()
    assert done.returncode == 1
    assert "TLS_CERT" in done.stderr and str(files.cert) in done.stderr
    assert not server.db_path.parent.joinpath("chat.db-lock").exists()
