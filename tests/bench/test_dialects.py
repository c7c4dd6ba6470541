"""The dialects: texts and confirmations out of a stream, and nothing that has no place there."""

import pytest

from bench.dialects import ROOM, Dialect, Login
from bench.dialects.broadcast import BroadcastDialect
from bench.dialects.chatd import POST_ID, ChatdDialect
from bench.dialects.chatd_socket import ChatdSocketDialect
from bench.dialects.irc import IrcDialect
from bench.dialects.redis import RedisDialect
from bench.dialects.relay import RelayDialect
from bench.dialects.websocket import ACCEPTED, MASKED, behind_handshake, text_frame, texts
from bench.servers import DIALECTS
from bench.texts import NUMBERS, VerificationError, make_text
from chatd.errors import RateLimited
from chatd.wire.codec import FrameCodec, RpcCodec
from chatd.wire.commands import Live, Nothing, Posted, Presence
from chatd.wire.entries import Message, encode_entry
from chatd.wire.envelope import Request
from chatd.wire.websocket import open_websocket

TEXTS = [make_text(0, 0), make_text(1, 0)]
SPOKEN: dict[str, Dialect] = {
    **DIALECTS,
    "chatd-socket": ChatdSocketDialect(),
    "broadcast": BroadcastDialect(),
}
OURS: dict[str, ChatdDialect] = {"chatd": ChatdDialect(), "chatd-socket": ChatdSocketDialect()}


def codec_of(name: str) -> RpcCodec:
    """The server's side of one of our dialects."""
    if name == "chatd":
        return FrameCodec()
    answer, codec = open_websocket(behind_handshake("/ws", Login(b"", b"")).request)
    assert ACCEPTED in answer
    return codec


def entry(name: str, text: bytes, seq: int, room: str = ROOM) -> bytes:
    return codec_of(name).encode_entries(
        [encode_entry(Message(room, seq, 1, "w000", text.decode()))]
    )


def posted(name: str, number: int) -> bytes:
    return codec_of(name).encode_result(POST_ID + number, Posted(ROOM, number + 1, 1))


def ours(name: str) -> list[bytes]:
    live = codec_of(name).encode_notice(Live())
    return [entry(name, TEXTS[0], 41), posted(name, 0), entry(name, TEXTS[1], 42), live]


def resp(text: bytes) -> bytes:
    return b"*3\r\n$7\r\nmessage\r\n$7\r\ngeneral\r\n$100\r\n" + text + b"\r\n"


def irc(text: bytes) -> bytes:
    return b":w000!~w000@127.0.0.1 PRIVMSG #bench :" + text + b"\r\n"


def relayed(text: bytes) -> bytes:
    return b"\0\0\0\x65M" + text


def broadcasted(text: bytes) -> bytes:
    return b"\x81\x64" + text


HEARD: dict[str, list[bytes]] = {
    "chatd": ours("chatd"),
    "chatd-socket": ours("chatd-socket"),
    "redis": [resp(TEXTS[0]), b":1000\r\n", resp(TEXTS[1])],
    "ngircd": [irc(TEXTS[0]), b"PING :bench.example.net\r\n", irc(TEXTS[1])],
    "relay": [relayed(TEXTS[0]), relayed(TEXTS[1])],
    "broadcast": [broadcasted(TEXTS[0]), broadcasted(TEXTS[1])],
}


@pytest.mark.parametrize("name", SPOKEN)
def test_stream_holds_its_texts_their_ends_and_the_confirmations(name: str) -> None:
    dialect, parts = SPOKEN[name], HEARD[name]
    heard = dialect.heard(b"".join(parts))
    ends = [len(b"".join(parts[: i + 1])) for i, part in enumerate(parts) if b"xxx" in part]
    assert (heard.texts, heard.ends) == (TEXTS, ends)
    assert heard.answers == (1 if dialect.confirms else 0)


@pytest.mark.parametrize("name", SPOKEN)
def test_what_has_no_place_in_a_stream_is_refused(name: str) -> None:
    for stream in (b"".join(HEARD[name]) + b"junk", b"".join(HEARD[name])[:-1]):
        with pytest.raises(VerificationError, match="no place|in the middle"):
            SPOKEN[name].heard(stream)


@pytest.mark.parametrize("name", SPOKEN)
@pytest.mark.parametrize("room", [ROOM, "t042"])
def test_posts_are_all_of_one_size_and_carry_their_text(name: str, room: str) -> None:
    dialect = SPOKEN[name]
    posts = [dialect.post(room, make_text(3, n), n) for n in (0, 1, NUMBERS - 1)]
    assert len(set(map(len, posts))) == 1
    assert all(make_text(3, n) in posts[i] for i, n in enumerate((0, 1, NUMBERS - 1)))


def test_confirmation_that_redis_reached_nobody_is_refused() -> None:
    with pytest.raises(VerificationError):
        RedisDialect().heard(b":0\r\n")


@pytest.mark.parametrize("dialect", [IrcDialect(), RelayDialect(), BroadcastDialect()])
def test_irc_relay_and_broadcast_confirm_nothing(dialect: Dialect) -> None:
    assert not dialect.confirms


@pytest.mark.parametrize("name", OURS)
def test_chatd_posts_are_requests_of_the_table(name: str) -> None:
    codec = codec_of(name)
    codec.feed(OURS[name].post("t042", TEXTS[0], 7))
    expected = {"to": "t042", "text": TEXTS[0].decode()}
    assert codec.next_event() == Request(POST_ID + 7, "send-to", expected)


@pytest.mark.parametrize("name", OURS)
def test_chatd_entry_out_of_order_in_its_room_is_refused(name: str) -> None:
    for seq in (41, 43):
        with pytest.raises(VerificationError, match="general#41 is followed by"):
            OURS[name].heard(entry(name, TEXTS[0], 41) + entry(name, TEXTS[1], seq))


@pytest.mark.parametrize("name", OURS)
def test_chatd_entries_of_other_rooms_have_numbers_of_their_own(name: str) -> None:
    stream = entry(name, TEXTS[0], 41) + entry(name, TEXTS[1], 7, "d:a:b")
    assert OURS[name].heard(stream).texts == TEXTS


@pytest.mark.parametrize("name", OURS)
def test_chatd_refused_post_is_no_confirmation(name: str) -> None:
    refused = codec_of(name).encode_error(POST_ID, RateLimited("not now"))
    with pytest.raises(VerificationError, match="rate_limited"):
        OURS[name].heard(posted(name, 0) + refused)


@pytest.mark.parametrize("name", OURS)
def test_chatd_harmless_notices_are_passed_over(name: str) -> None:
    codec = codec_of(name)
    stream = codec.encode_notice(Presence(["a"], [], 1)) + codec.encode_notice(Live())
    assert OURS[name].heard(stream) == ([], [], 0)


@pytest.mark.parametrize("name", OURS)
def test_chatd_answers_by_what_the_load_looks_for(name: str) -> None:
    dialect, codec = OURS[name], codec_of(name)
    codec.feed(dialect.ping())
    request = codec.next_event()
    assert isinstance(request, Request)
    assert codec.encode_result(request.id, Nothing()).endswith(dialect.pinged)
    assert codec.encode_notice(Live()).endswith(dialect.live)


@pytest.mark.parametrize("size", [0, 125, 126, 65_535])
def test_websocket_text_is_framed_as_its_length_calls_for(size: int) -> None:
    masked = text_frame(b"x" * size)
    unmasked = bytes((masked[0], masked[1] & ~MASKED)) + masked[2:].replace(bytes(4), b"", 1)
    assert masked[1] & MASKED
    assert list(texts(unmasked)) == [(len(masked) - 4, b"x" * size)]


@pytest.mark.parametrize(
    "frame",
    [b"\x82\x01x", b"\x01\x01x", b"\x88\x00", b"\x89\x01x", b"\x81\x81\0\0\0\0x", b"\x81\x7f"],
    ids=["binary", "part", "close", "ping", "masked", "huge"],
)
def test_websocket_frame_that_is_no_whole_text_is_refused(frame: bytes) -> None:
    with pytest.raises(VerificationError, match="no place"):
        list(texts(frame + bytes(8)))
