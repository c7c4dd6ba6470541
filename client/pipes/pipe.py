"""What every command between pipes has in hand."""

import argparse
import sys
from dataclasses import dataclass
from functools import cached_property

from chatd.terminal import read_input, without_mark

from ..console.directory import room_named
from ..console.keyring import Keyring
from ..errors import UsageError
from ..options import ConsoleOptions
from ..sync_client import Client
from .output import Output, PlainRenderer, Printer, plain_renderer

STDIN_BYTES_MAX = 64 * 1024
"""More than any text has; what comes above it is not read."""


@dataclass
class Pipe:
    """One command: whom it talks to, its arguments, where its answer goes.

    arguments: as argparse left them. The client is logged in where the command wants that.
    """

    client: Client
    options: ConsoleOptions
    keyring: Keyring
    arguments: argparse.Namespace
    output: Output

    @cached_property
    def renderer(self) -> PlainRenderer:
        """Return the renderer for who is logged in."""
        assert self.client.welcome is not None
        return plain_renderer(self.client.name, self.client.welcome.time_zone)

    @cached_property
    def printer(self) -> Printer:
        """Return what prints entries in the way that was asked for."""
        return Printer(self.output, self.renderer, self.arguments.json)

    def room(self, title: str) -> str:
        """Return the id of a room as people name it."""
        return room_named(title, self.client.name)

    def place(self, reference: str) -> tuple[str, int]:
        """Return room and number of an entry, `general#42`. Raises UsageError."""
        title, _, number = reference.rpartition("#")
        if not title or not (number.isascii() and number.isdigit() and len(number) <= 15):
            raise UsageError(f"`{reference}` is not an entry; write one like general#42")
        return self.room(title), int(number)


def text_from_stdin() -> str:
    """Return all of standard input as a text. Raises UsageError for none, and what is no UTF-8."""
    if sys.stdin.isatty():
        raise UsageError("there is no text: give one, or pipe it in")
    data = b""
    while len(data) <= STDIN_BYTES_MAX and (more := read_input(STDIN_BYTES_MAX)):
        data += more
    if len(data) > STDIN_BYTES_MAX:
        raise UsageError(f"more than {STDIN_BYTES_MAX} bytes can't be a message; nothing was sent")
    return decoded(data)


def decoded(data: bytes) -> str:
    """Return what came in as a text, without the mark in front. Raises UsageError."""
    try:
        return without_mark(data).decode()
    except UnicodeDecodeError:
        raise UsageError("the input is not UTF-8 text; nothing was sent") from None
    except ValueError as error:
        raise UsageError(f"{error}; nothing was sent") from None
