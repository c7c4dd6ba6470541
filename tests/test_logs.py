"""The server's log: a line for each action, for people or for machines, never a text."""

import json
import logging
import os
import resource
import stat
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from chatd import logs
from chatd.config import Settings, load
from chatd.logs import Action, ActionLog, JsonFormatter, LineFormatter, action_record

SENT = ("alice", "127.0.0.1", 7, "send", "ok", 21_600, "general#42")
REFUSED = ("", "::1", 8, "login-token", "auth_failed", 1_000_000, "")


@pytest.fixture(autouse=True)
def _no_other_handlers() -> None:
    logging.getLogger().handlers[:] = []


def settings(tmp_path: Path, **options: str) -> Settings:
    return load(None, {}, {"LOG_FILE": str(tmp_path / "log" / "chatd.log"), **options})


def written(tmp_path: Path) -> list[str]:
    return (tmp_path / "log" / "chatd.log").read_text().splitlines()


def record_of(*actions: Action) -> logging.LogRecord:
    record = action_record(list(actions))
    record.created = 1_790_000_000.25
    return record


def test_actions_of_a_tick_become_one_line_each() -> None:
    lines = LineFormatter(ZoneInfo("Europe/Berlin")).format(record_of(SENT, REFUSED))
    assert lines.split("\n") == [
        "2026-09-21T16:13:20.250+02:00 info alice 127.0.0.1 (7) send general#42 ok 0.022 ms",
        "2026-09-21T16:13:20.250+02:00 info nobody ::1 (8) login-token auth_failed 1.000 ms",
    ]


def test_actions_of_a_tick_become_one_json_object_each() -> None:
    first, second = map(json.loads, JsonFormatter().format(record_of(SENT, REFUSED)).split("\n"))
    assert first == {
        "time": 1_790_000_000.25,
        "level": "info",
        "user": "alice",
        "address": "127.0.0.1",
        "connection": 7,
        "method": "send",
        "outcome": "ok",
        "ms": 0.0216,
        "place": "general#42",
    }
    assert (second["user"], second["outcome"]) == ("", "auth_failed")
    assert "place" not in second


def test_a_method_that_somebody_made_up_can_not_forge_a_line() -> None:
    method = 'x\n2026 info root "logged in"' + "x" * 1000
    forged = ("alice", "127.0.0.1", 7, method, "unknown_method", 21_600, "")
    for formatter in (LineFormatter(ZoneInfo("UTC")), JsonFormatter()):
        text = formatter.format(record_of(forged))
        assert "\n" not in text and len(text) < 400
    assert json.loads(text)["method"] == repr(method[:64])


def test_actions_are_written_once_and_only_when_asked(tmp_path: Path) -> None:
    logs.configure(settings(tmp_path))
    actions = ActionLog()
    actions.add(SENT)
    assert written(tmp_path) == []
    actions.write()
    actions.write()
    assert [line.split(" ", 2)[2] for line in written(tmp_path)] == [
        "alice 127.0.0.1 (7) send general#42 ok 0.022 ms"
    ]


def test_a_name_with_quotes_is_one_in_json() -> None:
    named = ('al"ic\\e\u2028é', "127.0.0.1", 7, "send", "ok", 21_600, "general#42")
    assert json.loads(JsonFormatter().format(record_of(named)))["user"] == named[0]


def test_an_action_costs_the_format_of_a_line_and_no_call_of_its_own(tmp_path: Path) -> None:
    logs.configure(settings(tmp_path))
    few, many = calls_for(1), calls_for(1_000)
    assert many - few <= 999, "add, and nothing else"


def calls_for(count: int) -> int:
    """Return how many functions of Python's are called to log so many actions of a tick."""
    actions, calls = ActionLog(), 0

    def count_call(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count_call)
    try:
        for _ in range(count):
            actions.add(SENT)
        actions.write()
    finally:
        sys.setprofile(None)
    return calls


def test_actions_of_a_tick_are_written_in_one_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs.configure(settings(tmp_path))
    (handler,) = logging.getLogger().handlers
    assert isinstance(handler, logs.LogFile)
    flushed: list[int] = []
    monkeypatch.setattr(handler, "flush", lambda: flushed.append(1))
    actions = ActionLog()
    for _ in range(20):
        actions.add(SENT)
    actions.write()
    logs.LogFile.flush(handler)
    assert (len(written(tmp_path)), flushed) == (20, [1])


def test_a_record_larger_than_a_file_stands_in_one_alone(tmp_path: Path) -> None:
    logs.configure(settings(tmp_path, LOG_FILE_BYTES="64K", LOG_FILE_COUNT="2"))
    for _ in range(2):
        logging.getLogger("chatd").info("x" * 100_000)
    sizes = {path.name: path.stat().st_size for path in (tmp_path / "log").iterdir()}
    assert sizes.keys() == {"chatd.log", "chatd.log.1"} and min(sizes.values()) > 100_000


@pytest.mark.parametrize(
    ("level", "wants_send", "wants_ack"),
    [("debug", True, True), ("info", True, False), ("warning", False, False)],
)
def test_the_level_decides_which_actions_are_wanted(
    tmp_path: Path, level: str, wants_send: bool, wants_ack: bool
) -> None:
    logs.configure(settings(tmp_path, LOG_LEVEL=level))
    actions = ActionLog()
    assert actions.enabled == wants_send
    assert (actions.enabled and "ack" not in actions.quiet) == wants_ack


def test_an_exception_is_logged_with_its_traceback(tmp_path: Path) -> None:
    for log_format in ("text", "json"):
        logs.configure(settings(tmp_path, LOG_FORMAT=log_format))
        try:
            raise ZeroDivisionError("a bug")
        except ZeroDivisionError:
            logging.getLogger("chatd.service").exception("send failed")
    text = "\n".join(written(tmp_path))
    assert text.count("Traceback (most recent call last)") == 2
    assert json.loads(written(tmp_path)[-1])["message"] == "send failed"


def test_a_full_file_is_renamed_and_only_so_many_are_kept(tmp_path: Path) -> None:
    logs.configure(settings(tmp_path, LOG_FILE_BYTES="64K", LOG_FILE_COUNT="2"))
    for _ in range(4):
        for _ in range(64):
            logging.getLogger("chatd").info("x" * 1000)
    names = sorted(path.name for path in (tmp_path / "log").iterdir())
    assert names == ["chatd.log", "chatd.log.1", "chatd.log.2"]
    assert all(path.stat().st_size <= 64 * 1024 for path in (tmp_path / "log").iterdir())


def test_a_file_is_for_its_owner_only(tmp_path: Path) -> None:
    mask = os.umask(0)
    try:
        logs.configure(settings(tmp_path))
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "log" / "chatd.log").stat().st_mode) == 0o600


def test_a_full_file_that_can_not_be_renamed_goes_on_and_loses_no_line(tmp_path: Path) -> None:
    (tmp_path / "log" / "chatd.log.1" / "folder").mkdir(parents=True)
    logs.configure(settings(tmp_path, LOG_FILE_BYTES="64K", LOG_FILE_COUNT="1"))
    for number in range(200):
        logging.getLogger("chatd").info("%d %s", number, "x" * 1000)
    lines = [line.split(": ", 1) for line in written(tmp_path)]
    numbers = [int(text.split()[0]) for head, text in lines if head.endswith(" chatd")]
    assert numbers == list(range(200))
    told = [text for head, text in lines if head.endswith("chatd.logs")]
    assert len(told) == 2, "at 64 KB and at 128 KB"
    assert "keeps growing" in told[0]


def test_a_character_that_is_none_in_utf8_costs_no_line(tmp_path: Path) -> None:
    logs.configure(settings(tmp_path))
    logging.getLogger("chatd").info("half a pair: \ud83d")
    assert written(tmp_path)[0].endswith("half a pair: \\ud83d")


@pytest.mark.parametrize("kind", ["folder", "pipe", "under a file"])
def test_a_file_that_can_not_be_opened_leaves_the_log_as_it_was(tmp_path: Path, kind: str) -> None:
    logs.configure(settings(tmp_path))
    other = tmp_path / "other"
    if kind == "folder":
        other.mkdir()
    elif kind == "pipe":
        os.mkfifo(other)
    else:
        other.touch()
        other /= "chatd.log"
    wanted = load(None, {}, {"LOG_FILE": str(other), "LOG_LEVEL": "error"})
    for refuse in (logs.configure, logs.check):
        with pytest.raises(OSError, match=f"^LOG_FILE {other}: "):
            refuse(wanted)
    logging.getLogger("chatd").info("still here")
    assert written(tmp_path)[-1].endswith("still here")


def test_a_new_file_of_which_the_disk_takes_nothing_leaves_the_log_as_it_was(
    tmp_path: Path,
) -> None:
    logs.configure(settings(tmp_path))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        with pytest.raises(OSError, match="LOG_FILE .*: File too large"):
            logs.configure(load(None, {}, {"LOG_FILE": str(tmp_path / "other")}))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    logging.getLogger("chatd").info("still here")
    assert written(tmp_path)[-1].endswith("still here")
    assert not (tmp_path / "other").exists()


def test_a_check_makes_no_file_and_no_folder(tmp_path: Path) -> None:
    logs.check(settings(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_configure_again_leaves_the_old_file_and_takes_the_new(tmp_path: Path) -> None:
    logs.configure(settings(tmp_path))
    logging.getLogger("chatd").info("before")
    (tmp_path / "log" / "chatd.log").rename(tmp_path / "log" / "moved")
    logs.configure(settings(tmp_path))
    logging.getLogger("chatd").info("after")
    assert [line.rsplit(" ", 1)[1] for line in written(tmp_path)] == ["after"]


def test_renamed_files_are_for_their_owner_only_too(tmp_path: Path) -> None:
    logs.configure(settings(tmp_path, LOG_FILE_BYTES="64K", LOG_FILE_COUNT="2"))
    for _ in range(200):
        logging.getLogger("chatd").info("x" * 1000)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "log").iterdir()}
    assert modes == {0o600}


def test_file_that_is_there_keeps_the_mode_that_somebody_gave_it(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    path = tmp_path / "log" / "chatd.log"
    path.touch()
    path.chmod(0o640)
    logs.configure(settings(tmp_path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
