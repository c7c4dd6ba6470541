"""Tokens on disk: by server and name, for their owner alone, replaced in one step."""

import stat
from pathlib import Path

import pytest

from client.credentials import Credentials, state_folder

HERE, THERE = "127.0.0.1:8000", "chat.example:8000"


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
