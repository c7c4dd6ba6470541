"""JSON: the same values as in msgpack; what is binary there is base64 here."""

from typing import Any

import msgspec

from chatd.errors import ProtocolError
from chatd.wire.entries import METHOD, entry_map
from chatd.wire.envelope import Envelope, Notification, envelope_of
from chatd.wire.surrogates import mended_json

NOT_JSON = "not one well-formed JSON value"

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode
_to_msgpack = msgspec.msgpack.Encoder().encode
_from_msgpack = msgspec.msgpack.Decoder().decode


def as_json(value: object) -> bytes:
    """Return a value as JSON, also one with entries in it, which are kept as msgpack."""
    return _encode(_from_msgpack(_to_msgpack(value)))


def entry_json(frame: bytes) -> bytes:
    """Return the entry in a frame, as JSON."""
    return _encode(_from_msgpack(entry_map(frame)))


def entry_notification(frame: bytes) -> bytes:
    """Return the notification that carries the entry in a frame, as JSON."""
    return _encode(Notification(METHOD, _from_msgpack(entry_map(frame))))


def read_json(text: bytes) -> Any:
    """Return the value of a JSON text. Raises ProtocolError if it is none."""
    try:
        return _decode(text)
    except msgspec.DecodeError:
        pass  # a lone surrogate may be all that is wrong
    except RecursionError:
        raise ProtocolError(NOT_JSON) from None
    try:
        return _decode(mended_json(text))
    except (msgspec.DecodeError, RecursionError):
        raise ProtocolError(NOT_JSON) from None


def read_envelope(text: bytes) -> Envelope:
    """Return the envelope that a JSON text holds. Raises ProtocolError if it holds none."""
    return envelope_of(read_json(text))
