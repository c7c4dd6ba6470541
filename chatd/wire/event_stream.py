"""Event streams: entries and notices as server-sent events, for as long as the peer listens.

    event: entry
    data: {"kind":"message","room":"general","seq":42,…}

    id: 5f2c…/1790000000000/general:42

Behind the last entry of a tick comes an id alone: how far the client has come in all its rooms at
once (`chatd.core.resume_token`), which it sends as `Last-Event-ID` when it comes back.
Source: https://html.spec.whatwg.org/multipage/server-sent-events.html.
"""

from collections.abc import Sequence

from chatd.errors import ChatError
from chatd.wire.commands import METHOD_OF, Bye, Error, Notice, PingNotice
from chatd.wire.entries import METHOD
from chatd.wire.json import as_json, entry_json

KIND = "text/event-stream"
HEAD = (
    "HTTP/1.1 200 OK\r\n"
    f"content-type: {KIND}\r\n"
    "cache-control: no-store\r\n"
    "x-content-type-options: nosniff\r\n"
    "x-accel-buffering: no\r\n"  # so that nginx passes on what comes when it comes
    "connection: close\r\n"
    "\r\n"
).encode()


class EventStreamCodec:
    """Says, and hears nothing any more."""

    __slots__ = ()

    sends_event_ids = True
    view = "event stream"

    @property
    def pusher(self) -> "EventStreamCodec":
        return self

    def log_in(self, name: str) -> None:
        """Who that is changes nothing."""

    @property
    def buffered_bytes(self) -> int:
        """Nothing is kept."""
        return 0

    def feed(self, data: bytes) -> None:
        """Whatever the peer sends now, nobody asked for it."""

    def next_event(self) -> None:
        return None

    def encode_notice(self, notice: Notice) -> bytes:
        if isinstance(notice, PingNotice):
            return b": still here\n\n"
        return _event(METHOD_OF[type(notice)], as_json(notice))

    def encode_fatal(self, error: ChatError, now_ms: int = 0) -> bytes:
        return self.encode_notice(Error(error.code, error.message))

    def encode_bye(self, bye: Bye) -> bytes:
        return self.encode_notice(bye)

    def encode_entries(self, frames: Sequence[bytes]) -> bytes:
        return b"".join(_event(METHOD, entry_json(frame)) for frame in frames)

    def encode_event_id(self, token: str) -> bytes:
        return b"id: %b\n\n" % token.encode() if token else b""


def _event(name: str, data: bytes) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), data)
