"""What is printed between pipes: plain lines, or one JSON object a line.

    2026-11-25 09:41 general#42 alice: an entry
                                       its second line, never at the margin

Plain lines come from the console's renderer, so other people's control characters are shown
there. In JSON they are escaped, and the string means the same.
"""

import json
import sys
from datetime import date
from typing import TextIO

import msgspec

from chatd.terminal import silence
from chatd.wire.commands import METHOD_OF, Notice

from ..console.render import Renderer
from ..console.safe_text import shown
from ..console.styled import Line, plain
from ..console.times import Zone, zone_for
from ..events import SeenEntry

COLUMNS = 100_000
"""No line is broken for a screen that is not there; the longest text has 8 KiB."""
ROWS = 55
"""Pages of lists are as long as if this were a screen of this many rows."""


class DatedZone(Zone):
    """A zone whose clock shows the day too: a pipe has no rules between days."""

    def clock(self, ts_ms: int) -> str:
        return f"{self.local(ts_ms):%Y-%m-%d %H:%M}"

    def moment(self, ts_ms: int, now_ms: int) -> str:
        return self.clock(ts_ms)


class PlainRenderer(Renderer):
    """Renders without rules, headings, and the width of a screen."""

    def __init__(self, me: str, zone: Zone) -> None:
        super().__init__(me, zone, COLUMNS)

    def day(self, day: date) -> list[Line]:
        return []

    def unread(self, text: str) -> list[Line]:
        return []

    def heading(self, text: str) -> list[Line]:
        return []


def plain_renderer(me: str, server_zone: str) -> PlainRenderer:
    """Return a renderer for a user, in the user's zone or the server's."""
    return PlainRenderer(me, DatedZone(zone_for(server_zone).tz))


class Output:
    """Standard output, flushed with each thing printed: its reader waits for nothing.

    Raises BrokenPipeError when nobody reads it any more, OSError when it takes nothing.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def text(self, text: str) -> None:
        """Print a line of our own words."""
        self._write(text + "\n")

    def lines(self, lines: list[Line]) -> None:
        """Print rendered lines."""
        self._write("".join(plain(line).rstrip() + "\n" for line in lines))

    def json(self, value: object) -> None:
        """Print a struct, or a map, as one line of JSON."""
        self._write(json_line(value) + "\n")

    def _write(self, text: str) -> None:
        if not text:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError as error:
            silence(self._stream)
            raise OSError(error.errno, error.strerror, "standard output") from None


class Printer:
    """Prints events and answers, as plain lines or as JSON."""

    def __init__(self, output: Output, renderer: Renderer, as_json: bool) -> None:
        self.output = output
        self.renderer = renderer
        self.as_json = as_json

    def entry(self, entry: SeenEntry) -> None:
        """Print an entry."""
        if self.as_json:
            self.output.json(entry)
        else:
            self.output.lines(self.renderer.entry(entry))

    def notice(self, notice: Notice) -> None:
        """Print what the server says by itself; in JSON its name is under `notice`."""
        if self.as_json:
            values = msgspec.to_builtins(notice)
            self.output.json({"notice": METHOD_OF[type(notice)], **values})
        else:
            self.output.lines(self.renderer.notice(notice))

    def answer(self, answer: object, lines: list[Line]) -> None:
        """Print an answer: itself as JSON, or else these lines."""
        if self.as_json:
            self.output.json(answer)
        else:
            self.output.lines(lines)


def json_line(value: object) -> str:
    """Return a value as JSON on one line that no terminal obeys."""
    text = json.dumps(msgspec.to_builtins(value), ensure_ascii=False, separators=(",", ":"))
    return "".join(map(_escaped, text))


def standard_output() -> Output:
    """Return ours."""
    return Output(sys.stdout)


def _escaped(character: str) -> str:
    """Return a character of a JSON text; a control can only stand inside a string of it."""
    if shown(character) == character:
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
