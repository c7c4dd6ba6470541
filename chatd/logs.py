"""The server's own log: one line for each result of an action, written once a tick.

A line says who did what, how it ended and how long it took; texts, tokens and proofs are
never in it. All actions of a tick travel in one log record, so that a busy server pays for
formatting a line but not for a record of each.
"""

import errno
import json
import logging
import logging.handlers
import os
import stat
import sys
from collections.abc import Iterator
from datetime import datetime, tzinfo
from io import TextIOWrapper
from pathlib import Path
from typing import NamedTuple, Protocol

from chatd.config import LogFormat, Settings
from chatd.wire.commands import COMMANDS

log = logging.getLogger(__name__)

METHOD_CHARACTERS_MAX = 64
QUIET = frozenset({"ack", "ping", "pong"})
"""Methods that say little and come often: they are logged at the level debug."""


class Source(Protocol):
    """Where a request came from: a connection, or what a proxy says of who is behind it."""

    @property
    def address(self) -> str: ...

    @property
    def number(self) -> int: ...


class Action(NamedTuple):
    """One request and its outcome: `ok`, or the code of the error. place: `room#seq` or ""."""

    user: str
    address: str
    connection: int
    method: str
    outcome: str
    duration_ns: int
    place: str


class ActionLog:
    """Gathers the actions of a tick."""

    def __init__(self) -> None:
        self._log = logging.getLogger("chatd.actions")
        self._actions: list[Action] = []
        self.enabled = self.verbose = False
        self.configure()

    def configure(self) -> None:
        """Look again what is wanted; the level may have changed."""
        self.enabled = self._log.isEnabledFor(logging.INFO)
        self.verbose = self._log.isEnabledFor(logging.DEBUG)

    def wants(self, method: str) -> bool:
        """Whether actions of this method are logged at all."""
        return self.verbose or (self.enabled and method not in QUIET)

    def add(self, action: Action) -> None:
        """Keep an action until the tick is durable."""
        self._actions.append(action)

    def write(self) -> None:
        """Write what has been gathered, as one record."""
        if self._actions:
            actions, self._actions = self._actions, []
            self._log.info("%d actions", len(actions), extra={"actions": actions})


class LineFormatter(logging.Formatter):
    """A line for people, its time in the server's zone."""

    def __init__(self, zone: tzinfo) -> None:
        super().__init__()
        self._zone = zone

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, self._zone)
        head = f"{moment.isoformat(timespec='milliseconds')} {record.levelname.lower()}"
        actions = _actions(record)
        if actions is not None:
            return "\n".join(f"{head} {line}" for line in map(_line, actions))
        text = f"{head} {record.name}: {record.getMessage()}"
        return text + "\n" + self.formatException(record.exc_info) if record.exc_info else text


class JsonFormatter(logging.Formatter):
    """An object for each line, its time in seconds UTC."""

    def format(self, record: logging.LogRecord) -> str:
        return "\n".join(json.dumps(item, ensure_ascii=False) for item in self._items(record))

    def _items(self, record: logging.LogRecord) -> Iterator[dict[str, object]]:
        head = {"time": round(record.created, 3), "level": record.levelname.lower()}
        actions = _actions(record)
        for action in actions or ():
            yield head | _fields(action)
        if actions is None:
            message = {"logger": record.name, "message": record.getMessage()}
            if record.exc_info:
                message["exception"] = self.formatException(record.exc_info)
            yield head | message


class LogFile(logging.handlers.RotatingFileHandler):
    """LOG_FILE. What goes wrong with it costs lines at most: nobody who logs is told of it."""

    def _open(self) -> TextIOWrapper:
        file = open(self.baseFilename, "ab", opener=_open_private)
        return TextIOWrapper(file, encoding="utf-8", errors="backslashreplace")

    def doRollover(self) -> None:
        """Begin a new file; if the old one can't be renamed, go on in it up to twice its size."""
        size = os.path.getsize(self.baseFilename)
        try:
            super().doRollover()
        except OSError as error:
            self.maxBytes = max(self.maxBytes, 2 * size)
            if self.stream is None:
                self.stream = self._open()
            log.warning("LOG_FILE %s goes on growing: %s", self.baseFilename, error)

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
    switch_to(open_log(settings), settings)


def open_log(settings: Settings) -> logging.Handler:
    """Return what writes the log as the settings want it. Raises OSError, which says why not."""
    handler: logging.Handler
    if settings.log_file is None:
        handler = logging.StreamHandler(sys.stderr)
    else:
        handler = _open_file(settings.log_file, settings)
    as_json = settings.log_format is LogFormat.JSON
    handler.setFormatter(JsonFormatter() if as_json else LineFormatter(settings.tz))
    return handler


def switch_to(handler: logging.Handler, settings: Settings) -> None:
    """Let `handler` write the log from now on, at the level of the settings."""
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


def _method(action: Action) -> str:
    if action.method in COMMANDS:
        return action.method
    return repr(action.method[:METHOD_CHARACTERS_MAX])  # whatever somebody sent


def _line(action: Action) -> str:
    who = action.user or "nobody"
    where = f" {action.place}" if action.place else ""
    return (
        f"{who} {action.address} ({action.connection}) {_method(action)}{where} "
        f"{action.outcome} {action.duration_ns / 1e6:.3f} ms"
    )


def _fields(action: Action) -> dict[str, object]:
    fields: dict[str, object] = {
        "user": action.user,
        "address": action.address,
        "connection": action.connection,
        "method": _method(action),
        "outcome": action.outcome,
        "ms": action.duration_ns / 1e6,
    }
    return fields | ({"place": action.place} if action.place else {})
