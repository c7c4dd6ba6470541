"""The server's own log: one line for each result of an action, written once a tick.

A line says who did what, how it ended and how long it took; texts, tokens and proofs are
never in it. All actions of a tick travel in one log record, so that a busy server pays for
formatting a line but not for a record of each.
"""

import json
import logging
import logging.handlers
import sys
from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import NamedTuple, Protocol

from chatd.config import LogFormat, Settings
from chatd.wire.commands import COMMANDS

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


def configure(settings: Settings) -> None:
    """Send the log where the settings want it; called again, it opens the file anew."""
    handler: logging.Handler
    if settings.log_file is None:
        handler = logging.StreamHandler(sys.stderr)
    else:
        settings.log_file.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            settings.log_file,
            maxBytes=settings.log_file_bytes,
            backupCount=settings.log_file_count,
            encoding="utf-8",
        )
    as_json = settings.log_format is LogFormat.JSON
    handler.setFormatter(JsonFormatter() if as_json else LineFormatter(settings.tz))
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(settings.log_level.upper())


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
