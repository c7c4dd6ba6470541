"""Tokens on disk: by server and name, for their owner alone, replaced in one step."""

import stat
from pathlib import Path

import pytest

from client.credentials import Credentials, origin, state_folder
from client.hosts import is_this_machine

HERE, THERE = "http://127.0.0.1:8000", "https://chat.example:8000"


def test_a_kept_token_is_found_again_by_server_and_name(tmp_path: Path) -> None:
    Credentials(tmp_path).keep(HERE, "alice", "one")
    Credentials(tmp_path).keep(HERE, "bob", "two")
    Credentials(tmp_path).keep(THERE, "alice", "three")
    kept = Credentials(tmp_path)
    tokens = [kept.token(*who) for who in ((HERE, "alice"), (HERE, "bob"), (THERE, "alice"))]
    assert tokens == ["one", "two", "three"]
    assert (kept.last_name(HERE), kept.last_name(THERE)) == ("bob", "alice")


def test_what_was_never_kept_is_nothing(tmp_path: Path) -> None:
    kept = Credentials(tmp_path / "not there")
    assert (kept.token(HERE, "alice"), kept.last_name(HERE)) == ("", "")
    kept.forget(HERE, "alice")
    assert not (tmp_path / "not there").exists()


def test_a_forgotten_token_is_gone_and_the_others_stay(tmp_path: Path) -> None:
    kept = Credentials(tmp_path)
    kept.keep(HERE, "alice", "one")
    kept.keep(HERE, "bob", "two")
    kept.forget(HERE, "alice")
    assert (kept.token(HERE, "alice"), kept.token(HERE, "bob")) == ("", "two")


def test_file_and_folder_are_for_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    Credentials(folder).keep(HERE, "alice", "one")
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("bytes", [b"", b"{", b"[]", b"\xff", b'{"x": 1}'])
def test_a_file_that_is_none_of_ours_counts_as_none_and_is_made_anew(
    tmp_path: Path, bytes: bytes
) -> None:
    (tmp_path / "tokens.json").write_bytes(bytes)
    kept = Credentials(tmp_path)
    assert kept.token(HERE, "alice") == ""
    kept.keep(HERE, "alice", "one")
    assert kept.token(HERE, "alice") == "one"


@pytest.mark.parametrize(
    ("variable", "folder"), [("/state", "/state/chat"), ("not/absolute", None), ("", None)]
)
def test_the_state_folder_is_that_of_the_xdg_specification(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, folder: str | None
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", variable)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert state_folder() == (Path(folder) if folder else tmp_path / ".local/state/chat")


# -- what came over TLS goes nowhere else ----------------------------------------------------


def test_a_token_that_came_over_tls_is_not_there_without(tmp_path: Path) -> None:
    kept = Credentials(tmp_path)
    kept.keep("https://chat.example:8000", "alice", "one")
    assert kept.token("http://chat.example:8000", "alice") == ""
    assert kept.token("https://chat.example:8001", "alice") == ""
    assert kept.token("https://chat.example:8000", "alice") == "one"


@pytest.mark.parametrize(
    ("server", "token"),
    [
        ("https://chat.example:8000", "old"),
        ("http://chat.example:8000", ""),
        ("http://127.0.0.1:8000", "here"),
        ("https://127.0.0.1:8000", "here"),
        ("http://[::1]:8000", "six"),
        ("http://10.0.0.1:8000", ""),
        ("https://chat.example:8001", ""),
    ],
)
def test_a_token_of_an_older_file_goes_over_tls_or_stays_on_this_machine(
    tmp_path: Path, server: str, token: str
) -> None:
    (tmp_path / "tokens.json").write_text(
        """{"chat.example:8000": {"last_name": "alice", "tokens": {"alice": "old"}},
            "127.0.0.1:8000": {"last_name": "alice", "tokens": {"alice": "here"}},
            "10.0.0.1:8000": {"last_name": "alice", "tokens": {"alice": "there"}},
            "::1:8000": {"last_name": "alice", "tokens": {"alice": "six"}}}"""
    )
    kept = Credentials(tmp_path)
    assert kept.token(server, "alice") == token
    assert kept.last_name(server) == ("" if server.endswith("1") else "alice")


def test_a_token_of_an_older_file_is_replaced_and_forgotten(tmp_path: Path) -> None:
    file = tmp_path / "tokens.json"
    file.write_text("""{"127.0.0.1:8000": {"last_name": "alice", "tokens": {"alice": "old"}}}""")
    kept = Credentials(tmp_path)
    kept.keep(HERE, "alice", "new")
    assert kept.token(HERE, "alice") == "new"
    kept.forget(HERE, "alice")
    assert kept.token(HERE, "alice") == "" and "old" not in file.read_text()


@pytest.mark.parametrize(
    ("host", "written"),
    [
        ("LocalHost", "localhost"),
        ("chat.example.", "chat.example"),
        ("0:0:0:0:0:0:0:1", "[::1]"),
        ("::1", "[::1]"),
        ("127.0.0.1", "127.0.0.1"),
    ],
)
def test_a_host_is_the_same_server_however_it_is_written(host: str, written: str) -> None:
    assert origin("https", host, 8000) == f"https://{written}:8000"


@pytest.mark.parametrize(
    ("host", "is_here"),
    [
        ("127.0.0.1", True),
        ("127.8.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("LOCALHOST.", True),
        ("chat.localhost", True),
        ("localhost.example", False),
        ("127.0.0.1.example", False),
        ("10.0.0.1", False),
        ("0.0.0.0", False),
        ("chat.example", False),
    ],
)
def test_this_machine_is_told_from_a_network(host: str, is_here: bool) -> None:
    assert is_this_machine(host) is is_here
