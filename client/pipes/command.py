"""One run between pipes: from the parsed command line to the exit status."""

import argparse
import os
import shlex
import sys
from collections.abc import Callable

from chatd.errors import ChatError
from chatd.wire.surrogates import is_whole

from ..errors import ClientError, UsageError
from ..options import ConsoleOptions
from ..sync_client import Client
from . import asking, login, reading, sending
from .failures import complain, words_of
from .lines import converse
from .login import keyring_of, log_in_by_token
from .output import DatedZone, standard_output
from .pipe import Pipe
from .plain_console import run_once
from .status import Status, TimedOut, status_of

GIVE_UP_SECONDS = 60.0
"""After this long a script is told that the server is gone; commands that wait have --timeout."""

WRITTEN_OUT: dict[str, Callable[[Pipe], int | None]] = {
    "send": sending.send,
    "send-to": sending.send_to,
    "post": sending.post,
    "history": reading.history,
    "tail": reading.tail,
    "wait": reading.wait,
    "ask": asking.ask,
    "login": login.login,
}

PATIENT = frozenset({"tail", "wait", "ask"})
PATH_WORD = {"send-file": 0, "get-file": 1}
"""Which word of these is a path: its blanks are its own, and its bytes."""
PATHS = frozenset({"token_file", "ca_file"})


def run(arguments: argparse.Namespace, options: ConsoleOptions) -> int:
    """Run the command, or the lines of standard input; return the exit status."""
    try:
        return _run(arguments, options)
    except BrokenPipeError:
        return Status.BROKEN_PIPE
    except (UsageError, TimedOut, ClientError, ChatError, OSError) as error:
        complain(words_of(error, DatedZone(), arguments.command or ""))
        return status_of(error)


def check_text(arguments: argparse.Namespace) -> None:
    """Refuse arguments that are not text; paths may be anything. Raises UsageError."""
    for name, value in vars(arguments).items():
        words = value if isinstance(value, list) else [value]
        path = PATH_WORD.get(arguments.command) if name == "words" else None
        for at, word in enumerate(words):
            if isinstance(word, str) and at != path and name not in PATHS and not is_whole(word):
                raise UsageError(f"`{_bytes_shown(word)}` is not UTF-8 text; nothing was done")


def _bytes_shown(word: str) -> str:
    """Return a word with what is no text in it as `\\xff`."""
    return os.fsencode(word).decode("utf-8", "backslashreplace")


def _run(arguments: argparse.Namespace, options: ConsoleOptions) -> int:
    check_text(arguments)
    patience = getattr(arguments, "timeout", None)
    give_up = patience if arguments.command in PATIENT else GIVE_UP_SECONDS
    client = Client(
        options.host,
        options.port,
        client="chat",
        give_up_seconds=give_up,
        environment=options.environment,
    )
    with client:
        pipe = Pipe(client, options, keyring_of(options), arguments, standard_output())
        if arguments.command != "login":
            log_in_by_token(client, options)
        if arguments.command in WRITTEN_OUT:
            return WRITTEN_OUT[arguments.command](pipe) or Status.DONE
        return _as_the_console(pipe)


def _as_the_console(pipe: Pipe) -> int:
    """Run a command of the console, or lines of them."""
    if pipe.arguments.command is None:
        return converse(pipe, sys.stdin.fileno())
    run_once(pipe, pipe.arguments.command, _rest(pipe.arguments))
    return Status.DONE


def _rest(arguments: argparse.Namespace) -> str:
    """Return the words as somebody would type them."""
    words = list(arguments.words)
    at = PATH_WORD.get(arguments.command, len(words))
    if at < len(words):
        words[at] = shlex.quote(words[at])
    return " ".join(words)
