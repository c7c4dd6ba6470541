"""WebSockets without a network: which turns come out of which frames, however they come in."""

from struct import pack

import pytest
from websockets.frames import Opcode

from chatd.wire.codec import Close, NoRequest, SendBytes
from chatd.wire.envelope import Request
from chatd.wire.frames import PAYLOAD_BYTES_MAX, PAYLOAD_BYTES_MAX_BEFORE_LOGIN
from chatd.wire.websocket import Event, WebSocketCodec, open_websocket
from tests.simulation.web import HANDSHAKE, request

REQUEST = b'[0, 7, "ping", {}]'


def opened() -> WebSocketCodec:
    return open_websocket(request("GET", "/ws", None, **HANDSHAKE))[1]


def frame(opcode: Opcode, payload: bytes = b"", *, fin: bool = True) -> bytes:
    """Return a frame of a client; a mask of zeros leaves the payload as it is."""
    size = len(payload)
    if size < 126:
        length = bytes([0x80 | size])
    else:
        length = b"\xfe" + pack(">H", size) if size < 1 << 16 else b"\xff" + pack(">Q", size)
    return bytes([0x80 * fin | opcode]) + length + bytes(4) + payload


def events(codec: WebSocketCodec) -> list[Event]:
    found = []
    while (event := codec.next_event()) is not None:
        found.append(event)
        if isinstance(event, Close):
            break
    return found


def test_each_ping_of_one_read_is_a_turn_of_its_own() -> None:
    codec = opened()
    codec.feed(frame(Opcode.PING) * 10_900)
    found = events(codec)
    assert len(found) == 10_900 and all(isinstance(event, SendBytes) for event in found)
    assert codec.buffered_bytes == 0


@pytest.mark.parametrize("opcode", [Opcode.PONG, Opcode.CONT])
def test_each_frame_that_asks_for_nothing_is_a_turn_of_its_own(opcode: Opcode) -> None:
    codec = opened()
    codec.feed(frame(Opcode.TEXT, fin=False) + frame(opcode, fin=opcode is Opcode.PONG) * 100)
    assert events(codec) == [NoRequest()] * 101


def test_message_in_fragments_with_a_ping_between_them_is_a_request() -> None:
    codec = opened()
    first, last = frame(Opcode.TEXT, REQUEST[:5], fin=False), frame(Opcode.CONT, REQUEST[5:])
    codec.feed(first + frame(Opcode.PING, b"x") + last)
    fragment, pong, asked = events(codec)
    assert fragment == NoRequest()
    assert isinstance(pong, SendBytes) and pong.data == b"\x8a\x01x"
    assert isinstance(asked, Request) and asked.method == "ping"


@pytest.mark.parametrize("size", [len(REQUEST), 125, 126, 127, 8_000])
@pytest.mark.parametrize("step", [1, 3, 100, 10_000])
def test_frames_of_any_length_in_any_pieces_are_the_same(size: int, step: int) -> None:
    codec = opened()
    data = frame(Opcode.TEXT, REQUEST.ljust(size)) + frame(Opcode.PONG) + frame(Opcode.CLOSE)
    found = []
    for at in range(0, len(data), step):
        codec.feed(data[at : at + step])
        found += events(codec)
    kinds = [type(event) for event in found]
    assert kinds == [Request, NoRequest, NoRequest, SendBytes, Close]


def test_frame_that_announces_too_much_ends_it_before_it_has_come() -> None:
    codec = opened()
    codec.payload_bytes_max = PAYLOAD_BYTES_MAX
    codec.feed(b"\x81\xff" + pack(">Q", 1 << 40) + bytes(4))
    assert isinstance(events(codec)[-1], Close)


def test_frame_before_login_is_bounded_in_fragments_too() -> None:
    codec = opened()
    part = frame(Opcode.TEXT, b"x" * PAYLOAD_BYTES_MAX_BEFORE_LOGIN, fin=False)
    codec.feed(part + frame(Opcode.CONT, b"x" * PAYLOAD_BYTES_MAX_BEFORE_LOGIN))
    assert isinstance(events(codec)[-1], Close)
