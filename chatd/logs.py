"""The server's own log: one line for each result of an action, written once a tick.

A line says who did what, how it ended and how long it took; texts, tokens and proofs are
never in it. All actions of a tick travel in one log record and are formatted in one go, so that
a busy server pays for little more than the characters of its lines.
"""

import errno
import json
import logging
import logging.handlers
import os
import stat
import sys
from collections.abc import Callable
from datetime import datetime, tzinfo
from functools import partial
from io import TextIOWrapper
from json.encoder import encode_basestring as _quoted
from pathlib import Path
from typing import Protocol

from chatd.config import LogFormat, Settings
from chatd.wire.commands import COMMANDS

log = logging.getLogger(__name__)

METHOD_CHARACTERS_MAX = 64
QUIET = frozenset(row.method for row in COMMANDS.values() if row.quiet)


class Source(Protocol):
    """Where a request came from: a connection, or what a proxy says of who is behind it."""

    @property
    def address(self) -> str: ...

    @property
    def number(self) -> int: ...


Action = tuple[str, str, int, str, str, int, str]
"""One request and its outcome: user ("" before login), address, number of the connection, method,
`ok` or the code of the error, duration in ns, and `room#seq` or ""."""


class ActionLog:
    """Gathers the actions of a tick.

    enabled: whether there is anything to gather; quiet: methods that are left out.
    """

    def __init__(self) -> None:
        self._log = logging.getLogger("chatd.actions")
        self._actions: list[Action] = []
        self.configure()

    def configure(self) -> None:
        """Look again what is wanted; the level may have changed."""
        self.enabled = self._log.isEnabledFor(logging.INFO)
        self.quiet = frozenset() if self._log.isEnabledFor(logging.DEBUG) else QUIET

    def add(self, action: Action) -> None:
        """Keep an action until the tick is durable."""
        self._actions.append(action)

    def write(self) -> None:
        """Write what has been gathered, as one record."""
        if self._actions:
            actions, self._actions = self._actions, []
            self._log.handle(action_record(actions))


def action_record(actions: list[Action]) -> logging.LogRecord:
    """Return the record of a tick's actions; nobody has to look up who logs it."""
    name, count = "chatd.actions", len(actions)
    record = logging.LogRecord(name, logging.INFO, "", 0, "%d actions", (count,), None)
    record.actions = actions
    return record


class LineFormatter(logging.Formatter):
    """A line for people, its time in the server's zone."""

    def __init__(self, zone: tzinfo) -> None:
        super().__init__()
        self._zone = zone

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, self._zone)
        head = f"{moment.isoformat(timespec='milliseconds')} {record.levelname.lower()}"
        if (actions := _actions(record)) is not None:
            lines = [  # a list: a generator would be called for each line
                f"{head} {user or 'nobody'} {address} ({connection}) "
                f"{method if method in COMMANDS else _made_up(method)}{place and f' {place}'} "
                f"{outcome} {duration_ns / 1e6:.3f} ms"
                for user, address, connection, method, outcome, duration_ns, place in actions
            ]
            return "\n".join(lines)
        text = f"{head} {record.name}: {record.getMessage()}"
        return text + "\n" + self.formatException(record.exc_info) if record.exc_info else text


class JsonFormatter(logging.Formatter):
    """An object for each line, its time in seconds UTC."""

    def format(self, record: logging.LogRecord) -> str:
        time, level = round(record.created, 3), record.levelname.lower()
        if (actions := _actions(record)) is not None:  # a general encoder takes six times as long
            lines = [
                f'{{"time": {time}, "level": "{level}", "user": {_quoted(user)}, '
                f'"address": {_quoted(address)}, "connection": {connection}, '
                f'"method": {_quoted(method if method in COMMANDS else _made_up(method))}, '
                f'"outcome": "{outcome}", "ms": {duration_ns / 1e6}'
                f"""{place and f', "place": {_quoted(place)}'}}}"""
                for user, address, connection, method, outcome, duration_ns, place in actions
            ]
            return "\n".join(lines)
        item = {"time": time, "level": level, "logger": record.name, "message": record.getMessage()}
        if record.exc_info:
            item["exception"] = self.formatException(record.exc_info)
        return json.dumps(item, ensure_ascii=False)


class LogFile(logging.handlers.RotatingFileHandler):
    """LOG_FILE. What goes wrong with it costs lines at most: nobody who logs is told of it."""

    def _open(self) -> TextIOWrapper:
        file = open(self.baseFilename, "ab", opener=_open_private)
        return TextIOWrapper(file, encoding="utf-8", errors="backslashreplace")

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, into a new file if this one has no room for it."""
        try:
            text = self.format(record) + self.terminator
            # There is no stream if it could not be opened behind the last rollover.
            self.stream = stream = self.stream or self._open()
            taken = os.fstat(stream.fileno()).st_size
            if 0 < taken and taken + len(text) > self.maxBytes:
                self.doRollover()
            self.stream.write(text)
            self.flush()
        except Exception:
            self.handleError(record)

    def doRollover(self) -> None:
        """Begin a new file; if the old one can't be renamed, go on in it up to twice its size."""
        size = os.path.getsize(self.baseFilename)
        try:
            super().doRollover()
        except OSError as error:
            self.maxBytes = max(self.maxBytes, 2 * size)
            if self.stream is None:
                self.stream = self._open()
            log.warning(
                "can't rotate LOG_FILE %s, which keeps growing: %s", self.baseFilename, error
            )

    def close(self) -> None:
        """Close the file, whether or not the disk takes what is still to be written."""
        try:
            super().close()
        except OSError as error:
            print(f"chatd: LOG_FILE {self.baseFilename}: {error}", file=sys.stderr)


def configure(settings: Settings) -> None:
    """Send the log where the settings want it; called again, it opens the file anew.

    Raises OSError, and then everything is as it was.
    """
    prepare(settings)()


def prepare(settings: Settings) -> Callable[[], None]:
    """Open the log as the settings want it; return what switches to it.

    Raises OSError, which says why not.
    """
    return partial(_switch_to, _open_log(settings), settings)


def _open_log(settings: Settings) -> logging.Handler:
    handler: logging.Handler
    if settings.log_file is None:
        handler = logging.StreamHandler(sys.stderr)
    else:
        handler = _open_file(settings.log_file, settings)
    as_json = settings.log_format is LogFormat.JSON
    handler.setFormatter(JsonFormatter() if as_json else LineFormatter(settings.tz))
    return handler


def _switch_to(handler: logging.Handler, settings: Settings) -> None:
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(settings.log_level.upper())


def check(settings: Settings) -> None:
    """Raise OSError if LOG_FILE could not be opened, without making it."""
    path = settings.log_file
    if path is None:
        return
    try:
        _check_kind(path)
        there = path if path.exists() else next(p for p in path.absolute().parents if p.exists())
        if there != path and not there.is_dir():
            raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        if not os.access(there, os.W_OK):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise _named(path, error) from error


def _open_file(path: Path, settings: Settings) -> LogFile:
    try:
        _check_kind(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        _check_room(path)
        return LogFile(
            path,
            maxBytes=settings.log_file_bytes,
            backupCount=settings.log_file_count,
        )
    except OSError as error:
        raise _named(path, error) from error


def _check_room(path: Path) -> None:
    """Refuse a new file on a disk that takes no byte of it."""
    if path.exists() and path.stat().st_size:
        return
    fd = _open_private(str(path), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC)
    try:
        os.write(fd, b"\n")
        os.ftruncate(fd, 0)
    except OSError:
        path.unlink()
        raise
    finally:
        os.close(fd)


def _check_kind(path: Path) -> None:
    """Refuse what can't be renamed when it is full, or would hold up whoever opens it."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "not a regular file")


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK, 0o600)  # it may have become a pipe meanwhile


def _named(path: Path, error: OSError) -> OSError:
    return OSError(f"LOG_FILE {path}: {error.strerror or error}")


def _actions(record: logging.LogRecord) -> list[Action] | None:
    return getattr(record, "actions", None)


def _made_up(method: str) -> str:
    """Return a method that is none of ours, whatever somebody sent, so that it forges no line."""
    return repr(method[:METHOD_CHARACTERS_MAX])
