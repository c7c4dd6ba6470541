"""Header blocks of messages: fields, and a status where the server itself speaks.

    NATS/1.0 100 Idle Heartbeat\r\n
    Nats-Last-Stream: 5\r\n
    \r\n

A server passes on what a publisher wrote without looking at it. So what is no header line is passed
over: it tells nothing about the server, and the message behind it has to be seen all the same.
"""

from collections.abc import Iterable

import msgspec

VERSION = b"NATS/1.0"
LINE_END = b"\r\n"

Fields = tuple[tuple[str, str], ...]
"""Names and values in their order. A name may stand more than once, and its case counts."""


class Headers(msgspec.Struct, frozen=True, gc=False):
    """What stands before a payload. status: 0 if the message is a publisher's."""

    status: int = 0
    description: str = ""
    fields: Fields = ()

    def last(self, name: str) -> str | None:
        """Return the last value of a field: a server adds its own behind those that came."""
        return next((value for key, value in reversed(self.fields) if key == name), None)

    def number(self, name: str) -> int | None:
        """Return the last value of a field as a number, None if there is none."""
        value = self.last(name)
        if value is None or len(value) > 20 or not (value.isascii() and value.isdecimal()):
            return None
        return int(value)


NO_HEADERS = Headers()


def encode_headers(fields: Iterable[tuple[str, str]]) -> bytes:
    """Return the block that a publisher puts before a payload; b"" without fields."""
    lines = [_line(name, value) for name, value in fields]
    return VERSION + LINE_END + b"".join(lines) + LINE_END if lines else b""


def _line(name: str, value: str) -> bytes:
    assert name and not set(name) & set(": \t\r\n"), name
    assert value == value.strip() and not set(value) & set("\r\n"), value
    return f"{name}: {value}\r\n".encode("utf-8", "surrogateescape")


def decode_headers(block: bytes) -> Headers:
    """Return what a header block says; what is no header line is passed over."""
    first, _, rest = block.partition(LINE_END)
    status, description = _status(first)
    fields = []
    for line in rest.split(LINE_END):
        name, colon, value = line.decode("utf-8", "surrogateescape").partition(":")
        if colon and name:
            fields.append((name, value.strip()))
    return Headers(status, description, tuple(fields))


def _status(line: bytes) -> tuple[int, str]:
    version, _, rest = line.partition(b" ")
    if version != VERSION:
        return 0, ""
    number, _, description = rest.strip().partition(b" ")
    if len(number) != 3 or not number.isdigit():
        return 0, ""
    return int(number), description.strip().decode("utf-8", "surrogateescape")
