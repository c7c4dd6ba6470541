"""chatd's own language as a browser speaks it: JSON over a WebSocket."""

from collections.abc import Iterator
from typing import Any

import msgspec

from bench.dialects import Login
from bench.dialects.chatd import ANSWER, LAST_ID, ChatdDialect
from bench.dialects.websocket import behind_handshake, text_frame, texts
from chatd.wire.envelope import Request
from chatd.wire.json import as_json


class ChatdSocketDialect(ChatdDialect):
    """The same requests, answers and notifications, each a message."""

    live = b'"live",{}]'
    pinged = b"[%d,%d,null,{}]" % (ANSWER, LAST_ID)

    def request(self, request_id: int, method: str, params: object) -> bytes:
        return text_frame(as_json(Request(request_id, method, params)))

    def values(self, stream: bytes) -> Iterator[tuple[int, Any]]:
        decode = msgspec.json.Decoder().decode
        return ((end, decode(text)) for end, text in texts(stream))

    def login(self, user: str, method: str, params: object, done: bytes) -> Login:
        return behind_handshake("/ws", super().login(user, method, params, done))
