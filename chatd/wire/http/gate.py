"""The gate: reads the head of an HTTP request line by line, and is stricter than most.

Whatever two programs could read in two ways is refused here, before the parser behind it sees
any of it: so no proxy in front can be made to see other requests than this server does. Every
bound is checked as soon as the bytes show that it is passed. No byte is looked at more than a few
times: what a pattern has taken it never gives back (`*+`). Source: RFC 9112.
"""

import re
from typing import NamedTuple

from chatd.errors import HttpError
from chatd.wire.sizes import size_text

REQUEST_LINE_BYTES_MAX = 8 * 1024
HEAD_BYTES_MAX = 16 * 1024
FIELDS_MAX = 100

BLANKS = " \t"
"""What may stand around a field's value (RFC 9110, section 5.6.3)."""

_REQUEST_LINE = re.compile(rb"([A-Z]{1,16}) ([!-~]++) HTTP/([0-9]\.[0-9])")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]++):([\t -~\x80-\xff]*+)")
_LENGTH = re.compile(r"[0-9]{1,15}")
_TARGET = re.compile(r"(?:https?://([^/?#]*+))?+(/[^?#]*+|(?=\?|$))(?:\?([^#]*+))?+", re.IGNORECASE)

ONCE = frozenset(
    "authorization content-encoding content-length content-type expect host idempotency-key "
    "last-event-id origin sec-websocket-key sec-websocket-version transfer-encoding".split()
)
"""Fields that a request may have one of; two could be read as either."""


class Head(NamedTuple):
    """The head of a request. raw: as it was sent. length: of the body; -1 if it is chunked."""

    raw: bytes
    method: str
    path: str
    query: str
    fields: dict[str, str]
    length: int


class Gate:
    """Takes the lines of heads from a buffer, and lets whole heads through.

    is_head: whether the request that was begun last is a HEAD request, as far as it has come:
    the answer has no body then, not even a refusal.
    """

    def __init__(self) -> None:
        self.is_head = False
        self._lines: list[bytes] = []
        self._size = 0
        self._searched = 0  # so much of the buffer has no end of a line in it

    @property
    def has_begun(self) -> bool:
        """Whether a part of a head has been taken."""
        return bool(self._lines)

    def next_head(self, buffer: bytearray) -> Head | None:
        """Take lines until a head is whole; None until more comes. Raises HttpError."""
        while (line := self._next_line(buffer)) is not None:
            if line:
                _check_line(line, is_first=not self._lines)
                self._lines.append(line)
                if len(self._lines) > FIELDS_MAX + 1:
                    raise HttpError(431, f"at most {FIELDS_MAX} header fields are allowed")
            elif self._lines:
                lines, self._lines, self._size = self._lines, [], 0
                return _head(lines)
            elif self._size > 2:  # one empty line may stand in front: RFC 9112, section 2.2
                raise HttpError(400, "no request line")
        return None

    def _next_line(self, buffer: bytearray) -> bytes | None:
        if not self._lines:
            self.is_head = buffer.startswith(b"HEAD ")
        end = buffer.find(b"\n", self._searched)
        self._searched = len(buffer) if end < 0 else 0
        line_bytes = len(buffer) if end < 0 else end + 1
        if not self._lines and line_bytes > REQUEST_LINE_BYTES_MAX:
            raise HttpError(414, f"a request line has at most {size_text(REQUEST_LINE_BYTES_MAX)}")
        if self._size + line_bytes > HEAD_BYTES_MAX:
            raise HttpError(431, f"the head of a request has at most {size_text(HEAD_BYTES_MAX)}")
        if end < 0:
            return None
        line = bytes(buffer[:end])
        del buffer[: end + 1]
        self._size += end + 1
        if not line.endswith(b"\r"):
            raise HttpError(400, "a line of the head ends with a bare line feed")
        return line[:-1]


def _check_line(line: bytes, *, is_first: bool) -> None:
    if is_first:
        if not (found := _REQUEST_LINE.fullmatch(line)):
            raise HttpError(400, "not a request line")
        if found[3] != b"1.1":
            raise HttpError(505, "this server speaks HTTP/1.1")
    elif line[:1] in b" \t":
        raise HttpError(400, "a header field is folded over several lines")
    elif not _FIELD.fullmatch(line):
        raise HttpError(400, "not a header field")


def _head(lines: list[bytes]) -> Head:
    fields: dict[str, str] = {}
    for line in lines[1:]:
        name, value = (part.decode("latin-1") for part in _parts(_FIELD, line))
        name, value = name.lower(), value.strip(BLANKS)
        if name in fields and name in ONCE:
            raise HttpError(400, f"the field {name} is there twice")
        fields[name] = f"{fields[name]}, {value}" if name in fields else value
    method, target, _ = (part.decode() for part in _parts(_REQUEST_LINE, lines[0]))
    path, query = _target(target, fields)
    raw = b"\r\n".join([*lines, b"", b""])
    return Head(raw, method, path, query, fields, _body_length(fields))


def _parts(pattern: re.Pattern[bytes], line: bytes) -> tuple[bytes, ...]:
    found = pattern.fullmatch(line)
    assert found  # by `_check_line`
    return found.groups()


def _target(target: str, fields: dict[str, str]) -> tuple[str, str]:
    """Return path and query; the host that an absolute target names must be the field's."""
    if "host" not in fields:
        raise HttpError(400, "the field host is missing")
    if target == "*":
        return "*", ""
    found = _TARGET.fullmatch(target)
    if not found:
        raise HttpError(400, "not a target")
    host, path, query = found.groups()
    if host is not None and host.lower() != fields["host"].lower():
        raise HttpError(400, "target and host name two servers")
    return path or "/", query or ""


def _body_length(fields: dict[str, str]) -> int:
    coding, length = fields.get("transfer-encoding"), fields.get("content-length")
    if fields.get("expect", "100-continue").lower() != "100-continue":
        raise HttpError(417, "the only expectation is 100-continue")
    if coding is None:
        if length is not None and not _LENGTH.fullmatch(length):
            raise HttpError(400, "not a content-length")
        return int(length or 0)
    if length is not None:
        raise HttpError(400, "content-length is given together with transfer-encoding")
    if coding.lower() != "chunked":
        raise HttpError(501, "the only transfer-encoding is chunked")
    return -1
