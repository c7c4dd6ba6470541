"""Envelopes: the shapes of MessagePack-RPC, one msgpack value in each frame.

    request       [0, id, method, params]
    response      [1, id, error, result]
    notification  [2, method, params]

`params` and `result` are always maps; `error` is nil or `{code, message, …}`.
Source: https://github.com/msgpack-rpc/msgpack-rpc/blob/master/spec.md
"""

from typing import Annotated, Any

import msgpack
import msgspec

from chatd.errors import ChatError, ProtocolError
from chatd.wire.frames import encode_frame
from chatd.wire.surrogates import REPLACED

ID_MAX = 2**32 - 1
NESTED_ITEMS_MAX = 1024
"""The most items in any one array or map inside a frame."""

RequestId = Annotated[int, msgspec.Meta(ge=0, le=ID_MAX)]


class Request(msgspec.Struct, tag=0, array_like=True, forbid_unknown_fields=True, gc=False):
    """A call that wants a response. `params` is unchecked: a bad one is answered."""

    id: RequestId
    method: str
    params: Any


class Response(msgspec.Struct, tag=1, array_like=True, forbid_unknown_fields=True, gc=False):
    """The answer to the request of the same id: an error map, or a result map."""

    id: RequestId
    error: Any
    result: Any


class Notification(msgspec.Struct, tag=2, array_like=True, forbid_unknown_fields=True, gc=False):
    """A message that is not answered."""

    method: str
    params: Any


Envelope = Request | Response | Notification

# One struct at a time: converting to a union costs ten times as much.
_SHAPES: dict[int, type[Envelope]] = {0: Request, 1: Response, 2: Notification}

_encode = msgspec.msgpack.Encoder().encode


def encode_payload(envelope: Envelope) -> bytes:
    """Return the payload of the frame that carries an envelope."""
    return _encode(envelope)


def encode_request(request_id: int, method: str, params: object) -> bytes:
    """Return the frame of a request; `params` is a struct or a dict."""
    return encode_frame(_encode(Request(request_id, method, params)))


def encode_result(request_id: int, result: object) -> bytes:
    """Return the frame that answers `request_id` with a result."""
    return encode_frame(_encode(Response(request_id, None, result)))


def encode_error(request_id: int, error: ChatError) -> bytes:
    """Return the frame that answers `request_id` with an error."""
    return encode_frame(_encode(Response(request_id, error.to_wire(), None)))


def encode_notification(method: str, params: object) -> bytes:
    """Return the frame of a notification; `params` is a struct or a dict."""
    return encode_frame(_encode(Notification(method, params)))


def decode_envelope(payload: bytes | bytearray) -> Envelope:
    """Return what a payload says, hostile or not, in bounded time and memory.

    Raises ProtocolError for anything that is not exactly one envelope of the allowed kinds.
    """
    try:
        value = msgpack.unpackb(
            payload,
            raw=False,
            unicode_errors=REPLACED,
            strict_map_key=True,
            max_array_len=NESTED_ITEMS_MAX,
            max_map_len=NESTED_ITEMS_MAX,
            max_ext_len=0,
            ext_hook=_refuse_extension,
        )
    except (ValueError, RecursionError):
        # ValueError is the parent of all that msgpack raises for bad input; lengths of
        # strings are bounded by the frame's own.
        raise ProtocolError("not one well-formed msgpack value") from None
    return envelope_of(value)


def _refuse_extension(code: int, data: bytes) -> Any:
    # `max_ext_len` lets those through that have no bytes at all.
    raise ValueError(code)


def envelope_of(value: Any) -> Envelope:
    """Return the envelope that a decoded value is. Raises ProtocolError if it is none."""
    if type(value) is not list or not value or type(value[0]) is not int:
        raise ProtocolError("not an envelope: an array that starts with its kind")
    shape = _SHAPES.get(value[0])
    if shape is None:
        raise ProtocolError("not a request, a response or a notification")
    try:
        return msgspec.convert(value, shape)
    except (msgspec.ValidationError, RecursionError):
        raise ProtocolError(f"not a well-formed {shape.__name__.lower()}") from None
