"""The lines typed so far: for the user alone, and never too many."""

import stat
from pathlib import Path

from client.console.history_file import KEPT_BYTES_MAX, open_history


def lines_of(folder: Path) -> list[str]:
    """Return the lines that a new console would find, the newest first."""
    return list(open_history(folder).load_history_strings())


def test_lines_are_kept_for_the_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "chat"
    history = open_history(folder)
    history.store_string("send one\nin two lines")
    history.store_string("quit")
    assert lines_of(folder) == ["quit", "send one\nin two lines"]
    assert stat.S_IMODE((folder / "history").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / "history").touch(0o644)
    open_history(tmp_path)
    assert stat.S_IMODE((tmp_path / "history").stat().st_mode) == 0o600


def test_too_many_lines_lose_their_older_half_and_stay_whole(tmp_path: Path) -> None:
    path = tmp_path / "history"
    entries = [f"\n# 2026-01-01 00:00:00\n+send {number:06}\n" for number in range(20_000)]
    path.write_text("".join(entries))
    assert path.stat().st_size > KEPT_BYTES_MAX
    lines = lines_of(tmp_path)
    assert path.stat().st_size <= KEPT_BYTES_MAX // 2
    assert lines == [f"send {number:06}" for number in range(19_999, 19_999 - len(lines), -1)]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["history"]
