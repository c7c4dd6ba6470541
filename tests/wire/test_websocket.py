"""WebSockets without a network: which turns come out of which frames, however they come in."""

from struct import pack

import pytest
from websockets.frames import Opcode

from chatd.wire.codec import NoRequest, Over, Say, Turn
from chatd.wire.envelope import Request
from chatd.wire.frames import PAYLOAD_BYTES_MAX, PAYLOAD_BYTES_MAX_BEFORE_LOGIN
from chatd.wire.websocket import WebSocketCodec, open_websocket
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


def turns(codec: WebSocketCodec) -> list[Turn]:
    found = []
    while (turn := codec.next_turn()) is not None:
        found.append(turn)
        if isinstance(turn, Over):
            break
    return found


def test_each_ping_of_one_read_is_a_turn_of_its_own() -> None:
    codec = opened()
    codec.feed(frame(Opcode.PING) * 10_900)
    found = turns(codec)
    assert len(found) == 10_900 and all(isinstance(turn, Say) for turn in found)
    assert codec.buffered_bytes == 0


@pytest.mark.parametrize("opcode", [Opcode.PONG, Opcode.CONT])
def test_each_frame_that_asks_for_nothing_is_a_turn_of_its_own(opcode: Opcode) -> None:
    codec = opened()
    codec.feed(frame(Opcode.TEXT, fin=False) + frame(opcode, fin=opcode is Opcode.PONG) * 100)
    assert turns(codec) == [NoRequest()] * 101


def test_message_in_fragments_with_a_ping_between_them_is_a_request() -> None:
    codec = opened()
    first, last = frame(Opcode.TEXT, REQUEST[:5], fin=False), frame(Opcode.CONT, REQUEST[5:])
    codec.feed(first + frame(Opcode.PING, b"x") + last)
    fragment, pong, asked = turns(codec)
    assert fragment == NoRequest()
    assert isinstance(pong, Say) and pong.data == b"\x8a\x01x"
    assert isinstance(asked, Request) and asked.method == "ping"


@pytest.mark.parametrize("size", [len(REQUEST), 125, 126, 127, 8_000])
@pytest.mark.parametrize("step", [1, 3, 100, 10_000])
def test_frames_of_any_length_in_any_pieces_are_the_same(size: int, step: int) -> None:
    codec = opened()
    data = frame(Opcode.TEXT, REQUEST.ljust(size)) + frame(Opcode.PONG) + frame(Opcode.CLOSE)
    found = []
    for at in range(0, len(data), step):
        codec.feed(data[at : at + step])
        found += turns(codec)
    kinds = [type(turn) for turn in found]
    assert kinds == [Request, NoRequest, NoRequest, Say, Over]


def test_frame_that_announces_too_much_ends_it_before_it_has_come() -> None:
    codec = opened()
    codec.payload_bytes_max = PAYLOAD_BYTES_MAX
    codec.feed(b"\x81\xff" + pack(">Q", 1 << 40) + bytes(4))
    assert isinstance(turns(codec)[-1], Over)


def test_frame_before_login_is_bounded_in_fragments_too() -> None:
    codec = opened()
    part = frame(Opcode.TEXT, b"x" * PAYLOAD_BYTES_MAX_BEFORE_LOGIN, fin=False)
    codec.feed(part + frame(Opcode.CONT, b"x" * PAYLOAD_BYTES_MAX_BEFORE_LOGIN))
    assert isinstance(turns(codec)[-1], Over)
