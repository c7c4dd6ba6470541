"""The front of framed msgpack and of WebSockets: each request is a call, and has a response."""

from typing import Any

from chatd.calls import Calls
from chatd.errors import ChatError, ProtocolError
from chatd.net.connection import Connection
from chatd.net.protocol import handle_transport
from chatd.wire.codec import RpcCodec
from chatd.wire.commands import Error
from chatd.wire.envelope import Notification, Request, Response


class RpcFront:
    """Calls handlers, and answers in the order of the requests."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def handle(self, connection: Connection, event: Any, now_ms: int, began_ns: int) -> bool:
        """Do what a peer asks for. No answer is ever under way."""
        match event:
            case Request():
                codec: RpcCodec = connection.codec
                calls, method = self._calls, event.method
                try:
                    result = calls.call(connection.session, method, event.params)
                except ChatError as error:
                    connection.enqueue(codec.encode_error(event.id, error))
                    calls.log(connection, connection.name, method, error.code, began_ns)
                else:
                    connection.enqueue(codec.encode_result(event.id, result))
                    calls.log(connection, connection.name, method, "ok", began_ns, result)
            case Notification():
                self._notify(connection, event, began_ns)
            case Response():
                raise ProtocolError("this server sends no requests, so it expects no responses")
            case _:
                handle_transport(connection, event)
        return False

    def _notify(self, connection: Connection, notification: Notification, began_ns: int) -> None:
        outcome = "ok"
        try:
            self._calls.call(connection.session, notification.method, notification.params)
        except ChatError as error:
            connection.send_notice(Error(error.code, error.message))
            outcome = error.code
        self._calls.log(connection, connection.name, notification.method, outcome, began_ns)
