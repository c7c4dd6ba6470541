"""Files between real processes: sent, fetched, broken off, resumed; and hostile names."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from chatd.wire.entries import File
from client import Client
from client.files import FileTrouble, local_name
from tests.e2e.client import connect
from tests.e2e.server import ServerProcess

CONTENT = os.urandom(1024) * 3 * 1024  # 3 MiB
Users = Callable[[str], Client]


@pytest.fixture
def people(server: ServerProcess) -> Iterator[Users]:
    """Makes clients of new users, by their names."""
    with ExitStack() as stack:

        def user(name: str) -> Client:
            with connect(server.port) as stranger:
                stranger.register(name)
                token: str = stranger.login(name, device="test")["token"]
            client = stack.enter_context(Client("127.0.0.1", server.port))
            client.log_in_token(token)
            return client

        yield user


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(CONTENT)
    return path


def restart(server: ServerProcess) -> None:
    """Kill the server and start it again where its clients look for it."""
    server.settings["PORT"] = str(server.port)
    server.kill()
    server.start()


class KillOnce:
    """Progress that kills the server when half of the file is through."""

    def __init__(self, server: ServerProcess) -> None:
        self._server: ServerProcess | None = server
        self.seen: list[int] = []

    def __call__(self, done: int, size: int) -> None:
        self.seen.append(done)
        if self._server is not None and done * 2 > size:
            server, self._server = self._server, None
            restart(server)


def test_file_arrives_whole(people: Users, path: Path, tmp_path: Path) -> None:
    alice, bob = people("alice"), people("bob")
    posted = alice.send_file(path, "general", "look")
    entry = bob.find_file("general", posted.seq)
    assert (entry.name, entry.size, entry.text) == ("photo.jpg", len(CONTENT), "look")
    folder = tmp_path / "downloads"
    folder.mkdir()
    assert bob.fetch_file(entry, folder).read_bytes() == CONTENT
    assert [found.name for found in folder.iterdir()] == ["photo.jpg"]


def test_upload_goes_on_after_the_server_was_killed(
    server: ServerProcess, people: Users, path: Path, tmp_path: Path
) -> None:
    alice = people("alice")
    progress = KillOnce(server)
    posted = alice.send_file(path, "general", progress=progress)
    killed_at = next(done for done in progress.seen if done * 2 > len(CONTENT))
    later = progress.seen[progress.seen.index(killed_at) :]
    assert min(later) == killed_at, "what had been acknowledged was sent again"
    entry = alice.find_file("general", posted.seq)
    assert alice.fetch_file(entry, tmp_path / "copy").read_bytes() == CONTENT


def test_download_goes_on_after_the_server_was_killed(
    server: ServerProcess, people: Users, path: Path, tmp_path: Path
) -> None:
    alice = people("alice")
    entry = alice.find_file("general", alice.send_file(path, "general").seq)
    progress = KillOnce(server)
    assert alice.fetch_file(entry, tmp_path / "copy", progress).read_bytes() == CONTENT
    assert progress.seen == sorted(progress.seen)


def test_download_that_was_broken_off_goes_on_with_what_is_there(
    people: Users, path: Path, tmp_path: Path
) -> None:
    alice = people("alice")
    entry = alice.find_file("general", alice.send_file(path, "general").seq)
    (tmp_path / ".copy.part").write_bytes(CONTENT[:1_000_000])
    seen: list[int] = []
    target = alice.fetch_file(entry, tmp_path / "copy", lambda done, size: seen.append(done))
    assert seen[0] == 1_000_000 and target.read_bytes() == CONTENT


def test_rest_of_another_file_is_noticed_and_the_next_try_is_right(
    people: Users, path: Path, tmp_path: Path
) -> None:
    alice = people("alice")
    entry = alice.find_file("general", alice.send_file(path, "general").seq)
    (tmp_path / ".copy.part").write_bytes(b"something else")
    with pytest.raises(FileTrouble, match="arrived damaged"):
        alice.fetch_file(entry, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    assert alice.fetch_file(entry, tmp_path / "copy").read_bytes() == CONTENT


def test_local_file_is_replaced_only_when_that_is_wanted(
    people: Users, path: Path, tmp_path: Path
) -> None:
    alice = people("alice")
    entry = alice.find_file("general", alice.send_file(path, "general").seq)
    (tmp_path / "copy").write_bytes(b"mine")
    with pytest.raises(FileTrouble, match="already exists"):
        alice.fetch_file(entry, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"mine"
    alice.fetch_file(entry, tmp_path / "copy", replace=True)
    assert (tmp_path / "copy").read_bytes() == CONTENT


def test_file_that_is_not_there_is_told(people: Users, tmp_path: Path) -> None:
    with pytest.raises(FileTrouble, match="No such file"):
        people("alice").send_file(tmp_path / "none", "general")


@pytest.mark.parametrize(
    ("sent", "local"),
    [
        ("a.txt", "a.txt"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/etc/shadow", "shadow"),
        (".bashrc", "_bashrc"),
        ("..", "_"),
        ("/", "_"),
        ("", "_"),
        ("a\x1b[31m\n", "a_[31m_"),
        ("9.41\u202fAM 👩\u200d💻.png", "9.41\u202fAM 👩\u200d💻.png"),
        ("photo\u202egpj.exe", "photo_gpj.exe"),
        ("ä" * 200, "ä" * 127),
    ],
)
def test_name_from_elsewhere_stays_in_the_folder_and_is_visible(
    sent: str, local: str, tmp_path: Path
) -> None:
    assert local_name(sent) == local
    assert (tmp_path / local_name(sent)).parent == tmp_path


def test_hostile_name_of_a_hostile_server_is_written_into_the_folder(
    people: Users, path: Path, tmp_path: Path
) -> None:
    alice = people("alice")
    entry = alice.find_file("general", alice.send_file(path, "general").seq)
    fields = {name: getattr(entry, name) for name in entry.__struct_fields__}
    evil = File(**{**fields, "name": "../evil"})
    folder = tmp_path / "downloads"
    folder.mkdir()
    assert alice.fetch_file(evil, folder) == folder / "evil"
