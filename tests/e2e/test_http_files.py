"""Files between curl and real servers: raw, in a form, in chunks, fetched, broken off, resumed."""

import hashlib
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from client import Client
from tests.certificates import certificate
from tests.e2e.server import ServerProcess
from tests.e2e.test_http import curl, token_of
from tests.e2e.waiting import DEADLINE_S, until

CONTENT = os.urandom(1024) * 5 * 1024
"""As large as a file may be."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "naïve photo.jpg"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[ServerProcess]:
    files = certificate(tmp_path)
    settings = {"TLS_CERT": str(files.cert), "TLS_KEY": str(files.key)}
    with ServerProcess(tmp_path, **settings) as process:
        yield process


class Curl:
    """curl with the token of one user."""

    def __init__(self, server: ServerProcess, name: str) -> None:
        self.token = token_of(server, name)
        self.url = f"http://127.0.0.1:{server.port}"
        self.common = ["--noproxy", "*", "-H", f"Authorization: Bearer {self.token}"]

    def __call__(self, path: str, *arguments: str, input: bytes = b"") -> bytes:
        """Return what curl prints; it has to succeed."""
        return curl("--fail-with-body", *self.common, *arguments, self.url + path, input=input)

    def posted(self, path: str, *arguments: str, input: bytes = b"") -> Any:
        """Return where a file was posted, and its path by the answer's head."""
        head, _, body = self(path, "-i", *arguments, input=input).rpartition(b"\r\n\r\n")
        (line,) = [row for row in head.splitlines() if row.lower().startswith(b"location: ")]
        return json.loads(body), line.split(b" ")[1].decode()


@pytest.fixture
def alice(server: ServerProcess) -> Curl:
    return Curl(server, "alice")


@pytest.fixture
def bob(server: ServerProcess) -> Curl:
    return Curl(server, "bob")


def test_curl_posts_a_form_and_another_fetches_it(
    server: ServerProcess, alice: Curl, bob: Curl, path: Path, tmp_path: Path
) -> None:
    form = ["-F", "room=bob", "-F", "caption=look", "-F", f"file=@{path}"]
    posted, where = alice.posted("/api/v1/files", *form)
    assert (posted["room"], where) == ("alice,bob", "/files/alice%2Cbob/1/na%C3%AFve%20photo.jpg")
    folder = tmp_path / "downloads"
    folder.mkdir()
    bob(where, "--output-dir", str(folder), "-OJ")
    (found,) = folder.iterdir()
    assert found.read_bytes() == CONTENT
    with Client("127.0.0.1", server.port) as library:
        library.log_in_token(bob.token)
        entry = library.find_file("alice,bob", 1)
        assert (entry.name, entry.text, entry.size) == (path.name, "look", len(CONTENT))
        assert library.fetch_file(entry, tmp_path / "by the library").read_bytes() == CONTENT


def test_curl_posts_a_body_with_and_without_a_length(alice: Curl, path: Path) -> None:
    query = "/api/v1/files?room=general&name=a.bin"
    for number, more in enumerate(([], ["-H", "Transfer-Encoding: chunked"]), start=1):
        posted, where = alice.posted(query, "--data-binary", "@-", *more, input=CONTENT)
        assert (posted["seq"], where) == (number, f"/files/general/{number}/a.bin")
        assert alice(where) == CONTENT


def test_curl_is_refused_before_it_sends_what_is_too_large(alice: Curl, path: Path) -> None:
    path.write_bytes(CONTENT + b"x")
    query = f"{alice.url}/api/v1/files?room=general&name=a.bin"
    sent = ["-w", "\n%{http_code} %{size_upload}", "--expect100-timeout", "60"]
    out = curl(*alice.common, *sent, "--data-binary", f"@{path}", query)
    assert out.splitlines()[-1] == b"413 0"
    assert json.loads(out.splitlines()[0])["limit"] == len(CONTENT)


def test_a_client_that_sends_all_before_it_listens_hears_that_it_is_too_much(
    server: ServerProcess, alice: Curl
) -> None:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE_S)
    with closing(connection):
        headers = {"Authorization": f"Bearer {alice.token}"}
        path = "/api/v1/files?room=general&name=a.bin"
        connection.request("POST", path, CONTENT * 2, headers)
        response = connection.getresponse()
        assert (response.status, json.load(response)["code"]) == (413, "too_large")


def test_curl_goes_on_with_a_download_where_it_was_broken_off(tmp_path: Path) -> None:
    content = CONTENT * 8  # more than kernels buffer
    part = tmp_path / "a.bin"
    with ServerProcess(tmp_path, MAX_FILE_SIZE="64M") as server:
        alice = Curl(server, "alice")
        query = "/api/v1/files?room=general&name=a.bin"
        _, where = alice.posted(query, "--data-binary", "@-", input=content)
        slow = ["curl", "-s", *alice.common, "--limit-rate", "5M", "-o", str(part)]
        with subprocess.Popen([*slow, alice.url + where]) as process:
            until(lambda: part.exists() and part.stat().st_size > 100_000, "some of the file")
            server.kill()
            process.kill()
        assert 0 < part.stat().st_size < len(content)
        server.settings["PORT"] = str(server.port)
        server.start()
        told = alice(where, "-C", "-", "-o", str(part), "-w", "%{http_code} %{size_download}")
        status, size = told.split()
        assert status == b"206" and 0 < int(size) < len(content)
        assert part.read_bytes() == content


def test_curl_gets_no_second_copy_of_what_it_has(alice: Curl) -> None:
    query = "/api/v1/files?room=general&name=a.bin"
    _, where = alice.posted(query, "--data-binary", "@-", input=CONTENT)
    tag = f'"{hashlib.sha256(CONTENT).hexdigest()}"'
    same = alice(where, "-H", f"If-None-Match: {tag}", "-w", "%{http_code}")
    assert same == b"304"


def test_curl_that_is_killed_leaves_nothing_of_its_upload(
    server: ServerProcess, alice: Curl, path: Path
) -> None:
    files = server.db_path.parent / f"{server.db_path.name}-files"
    query = f"{alice.url}/api/v1/files?room=general&name=a.bin"
    slow = ["curl", "-s", *alice.common, "--limit-rate", "300K", "--data-binary", f"@{path}", query]
    with subprocess.Popen(slow) as process:
        until(
            lambda: any(file.stat().st_size > 0 for file in files.glob("*")),
            "some of the file on disk",
        )
        process.kill()
    until(lambda: not list(files.glob("*")), "the file to be gone")


def test_files_go_over_tls_and_by_the_library(secure: ServerProcess, tmp_path: Path) -> None:
    alice = Curl(secure, "alice")
    alice.url = f"https://localhost:{secure.port}"
    alice.common += ["--insecure"]
    query = "/api/v1/files?room=general&name=a.bin"
    _, where = alice.posted(query, "--data-binary", "@-", input=CONTENT)
    assert alice(where) == CONTENT
    assert alice(where, "-r", "1000-1999") == CONTENT[1000:2000]
