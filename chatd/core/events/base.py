"""What an event is, and how the events of a tick are written down."""

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_
from typing import Any

import msgspec

from chatd.core.state import State
from chatd.core.tick import TickChanges


class Event(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True, gc=False):
    """A fact. `ts`: when the tick was in which it came about.

    Each kind has a tag, which stands in the journal in its class's place, and an `apply`.
    """

    ts: int

    def apply(self, state: State, changes: TickChanges) -> None:
        """Make the event true; called by `State.apply`, which keeps the stamp."""
        raise NotImplementedError


_encoder = msgspec.msgpack.Encoder()


def kinds(base: type[Event]) -> Iterator[type[Event]]:
    """Yield the kinds of events that are derived from `base`, each with a tag of its own."""
    for kind in base.__subclasses__():
        if kind.__struct_config__.tag is not None:
            yield kind
        yield from kinds(kind)


def encode_events(events: list[Event]) -> bytes:
    """Return the body of the journal record that holds a tick's events."""
    return _encoder.encode(events)


class EventDecoder:
    """Reads bodies back. kinds: every event there is."""

    def __init__(self, kinds: Iterable[type[Event]]) -> None:
        of_any: Any = list[reduce(or_, kinds)]  # type: ignore[misc]  # known at run time only
        self._decoder: msgspec.msgpack.Decoder[list[Event]] = msgspec.msgpack.Decoder(of_any)

    def decode(self, body: bytes) -> list[Event]:
        """Return the events of a journal record.

        Raises msgspec.DecodeError if the body, whole by its checksum, holds what is unknown here.
        """
        return self._decoder.decode(body)
