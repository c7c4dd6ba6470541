"""The dialects: texts and confirmations out of a stream, and nothing that has no place there."""

import pytest

from bench.dialects import ROOM, Dialect
from bench.dialects.chatd import POST_ID, PINGED, ChatdDialect, ping
from bench.dialects.irc import IrcDialect
from bench.dialects.redis import RedisDialect
from bench.dialects.relay import RelayDialect
from bench.servers import DIALECTS
from bench.texts import NUMBERS, Wrong, make_text
from chatd.errors import RateLimited
from chatd.wire.commands import Live, Nothing, Posted, Presence
from chatd.wire.codec import FrameCodec
from chatd.wire.entries import Message, encode_entry
from chatd.wire.envelope import Request, encode_error, encode_result

TEXTS = [make_text(0, 0), make_text(1, 0)]
CODEC = FrameCodec()


def entry(text: bytes, seq: int, room: str = ROOM) -> bytes:
    return encode_entry(Message(room, seq, 1, "w000", text.decode()))


def posted(number: int) -> bytes:
    return encode_result(POST_ID + number, Posted(ROOM, number + 1, 1))


def resp(text: bytes) -> bytes:
    return b"*3\r\n$7\r\nmessage\r\n$7\r\ngeneral\r\n$100\r\n" + text + b"\r\n"


def irc(text: bytes) -> bytes:
    return b":w000!~w000@127.0.0.1 PRIVMSG #bench :" + text + b"\r\n"


def relayed(text: bytes) -> bytes:
    return b"\0\0\0\x65M" + text


HEARD: dict[str, list[bytes]] = {
    "chatd": [entry(TEXTS[0], 41), posted(0), entry(TEXTS[1], 42), CODEC.notice(Live())],
    "redis": [resp(TEXTS[0]), b":1000\r\n", resp(TEXTS[1])],
    "ngircd": [irc(TEXTS[0]), b"PING :bench.example.net\r\n", irc(TEXTS[1])],
    "relay": [relayed(TEXTS[0]), relayed(TEXTS[1])],
}


@pytest.mark.parametrize("name", DIALECTS)
def test_stream_holds_its_texts_their_ends_and_the_confirmations(name: str) -> None:
    dialect, parts = DIALECTS[name], HEARD[name]
    heard = dialect.heard(b"".join(parts))
    ends = [len(b"".join(parts[: i + 1])) for i, part in enumerate(parts) if b"xxx" in part]
    assert (heard.texts, heard.ends) == (TEXTS, ends)
    assert heard.answers == (1 if dialect.confirms else 0)


@pytest.mark.parametrize("name", DIALECTS)
def test_what_has_no_place_in_a_stream_is_refused(name: str) -> None:
    for stream in (b"".join(HEARD[name]) + b"junk", b"".join(HEARD[name])[:-1]):
        with pytest.raises(Wrong, match="no place|in the middle"):
            DIALECTS[name].heard(stream)


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("room", [ROOM, "t042"])
def test_posts_are_all_of_one_size_and_carry_their_text(name: str, room: str) -> None:
    dialect: Dialect = DIALECTS[name]
    posts = [dialect.post(room, make_text(3, n), n) for n in (0, 1, NUMBERS - 1)]
    assert len(set(map(len, posts))) == 1
    assert all(make_text(3, n) in posts[i] for i, n in enumerate((0, 1, NUMBERS - 1)))


def test_confirmation_that_redis_reached_nobody_is_refused() -> None:
    with pytest.raises(Wrong):
        RedisDialect().heard(b":0\r\n")


def test_irc_and_relay_confirm_nothing() -> None:
    assert not IrcDialect().confirms and not RelayDialect().confirms


def test_chatd_posts_are_requests_of_the_table() -> None:
    decoder = FrameCodec()
    decoder.feed(ChatdDialect().post("t042", TEXTS[0], 7))
    request = decoder.next_turn()
    expected = {"to": "t042", "text": TEXTS[0].decode()}
    assert request == Request(POST_ID + 7, "send-to", expected)


def test_chatd_entry_out_of_order_in_its_room_is_refused() -> None:
    for seq in (41, 43):
        with pytest.raises(Wrong, match="general#41 is followed by"):
            ChatdDialect().heard(entry(TEXTS[0], 41) + entry(TEXTS[1], seq))


def test_chatd_entries_of_other_rooms_have_numbers_of_their_own() -> None:
    stream = entry(TEXTS[0], 41) + entry(TEXTS[1], 7, "d:a:b")
    assert ChatdDialect().heard(stream).texts == TEXTS


def test_chatd_refused_post_is_no_confirmation() -> None:
    refused = encode_error(POST_ID, RateLimited("not now"))
    with pytest.raises(Wrong, match="rate_limited"):
        ChatdDialect().heard(posted(0) + refused)


def test_chatd_harmless_notices_are_passed_over() -> None:
    stream = CODEC.notice(Presence(["a"], [], 1)) + CODEC.notice(Live())
    assert ChatdDialect().heard(stream) == ([], [], 0)


def test_chatd_ping_is_answered_by_what_the_probe_looks_for() -> None:
    decoder = FrameCodec()
    decoder.feed(ping())
    request = decoder.next_turn()
    assert isinstance(request, Request)
    assert encode_result(request.id, Nothing()).endswith(PINGED)
