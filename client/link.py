"""A link: one socket to the server, with frames and envelopes over it.

Nothing here waits for ever: a read has a deadline, a write `SEND_SECONDS_MAX`. One thread may
read while another writes; any thread may close.
"""

import select
import socket
import threading
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from chatd.errors import ProtocolError
from chatd.wire.commands import COMMAND_OF, AnyParams, Bye, Error, Result
from chatd.wire.envelope import Envelope, Notification, Response, decode_envelope, encode_request
from chatd.wire.frames import FrameDecoder

from .environment import Sock
from .errors import ConnectionLost, error_from_wire
from .events import read_notification, read_result

SEND_SECONDS_MAX = 30.0
READ_BYTES = 256 * 1024

_OTHERS = {
    b"HTTP/": "HTTP",
    b"SSH-": "SSH",
    b"220": "a protocol for mail or files",
    b"* OK": "IMAP",
    b"+OK": "POP3",
    b"-ERR": "Redis",
}
"""How other servers begin."""
_TLS = (b"\x15\x03", b"\x16\x03")

R = TypeVar("R", bound=Result)


class Link:
    """A connected socket that speaks envelopes.

    heard_at: when the last bytes came, by the clock that was handed in.
    probed: whether a sign of life was asked for since.
    """

    def __init__(self, sock: Sock, monotonic: Callable[[], float]) -> None:
        sock.settimeout(SEND_SECONDS_MAX)
        self._socket = sock
        self._monotonic = monotonic
        self._decoder = FrameDecoder()
        self._early: deque[Envelope] = deque()
        self._poll = select.poll()
        self._poll.register(sock, select.POLLIN)
        self._reading = threading.Lock()
        self._writing = threading.Lock()
        self._is_ours = False
        self.heard_at = monotonic()
        self.probed = False

    def send(self, frame: bytes) -> None:
        """Write a whole frame. Raises ConnectionLost."""
        try:
            with self._writing:
                self._socket.sendall(frame)
        except OSError as error:
            raise ConnectionLost(f"the connection broke: {_reason(error)}") from None

    def receive(self, deadline: float | None) -> Envelope | None:
        """Return the next envelope, or None at the deadline (None: never).

        Raises ConnectionLost at the end of the stream, and where no chatd speaks; ProtocolError
        for bad bytes.
        """
        if self._early:
            return self._early.popleft()
        try:
            envelope = self._decoded(deadline)
        except ProtocolError as error:
            if self._is_ours:
                raise
            raise ConnectionLost(f"that is not a chatd server: {error}") from None
        self._is_ours = self._is_ours or envelope is not None
        return envelope

    def _decoded(self, deadline: float | None) -> Envelope | None:
        while (payload := self._decoder.next_frame()) is None:
            if not self._read(deadline):
                return None
        return decode_envelope(payload)

    def ask(self, params: AnyParams, result: type[R], deadline: float) -> R:
        """Send a request and return its answer, while no other request is on its way.

        Raises the ChatError that the server answers, ConnectionLost without an answer.
        """
        command = COMMAND_OF[type(params)]
        self.send(encode_request(0, command.method, params))
        answer = read_result(command, self._answer(deadline))
        assert isinstance(answer, result)
        return answer

    def is_alive(self) -> bool:
        """Tell whether the server still holds the connection, as far as is known."""
        try:
            envelope = None if self._early else self.receive(self._monotonic())
        except (ConnectionLost, ProtocolError):
            return False
        if envelope is not None:
            self._early.append(envelope)
        return True

    def close(self) -> None:
        """End the connection; a thread that reads or writes notices at once."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the peer was first
        # Only when nobody uses it: the descriptor may be another file's a moment later.
        with self._reading, self._writing:
            self._socket.close()

    def _answer(self, deadline: float) -> object:
        early: list[Envelope] = []
        while True:
            envelope = self.receive(deadline)
            if envelope is None:
                raise ConnectionLost("the server does not answer")
            if isinstance(envelope, Response):
                break
            _raise_if_over(envelope)
            early.append(envelope)
        self._early.extend(early)
        if envelope.error is not None:
            raise error_from_wire(envelope.error)
        return envelope.result

    def _read(self, deadline: float | None) -> bool:
        """Feed the decoder with what there is; False if nothing came until the deadline."""
        with self._reading:
            try:
                if not self._poll.poll(self._left_ms(deadline)):
                    return False
                data = self._socket.recv(READ_BYTES)
            except OSError as error:
                raise ConnectionLost(f"the connection broke: {_reason(error)}") from None
        if not data:
            raise ConnectionLost("the server ended the connection")
        if not self._is_ours and not self._decoder.buffered_bytes:
            _check_first(data)
        self.heard_at = self._monotonic()
        self.probed = False
        self._decoder.feed(data)
        return True

    def _left_ms(self, deadline: float | None) -> float | None:
        if deadline is None:
            return None
        return max(0.0, (deadline - self._monotonic()) * 1000)


def _check_first(data: bytes) -> None:
    """Raise ConnectionLost, which says whom we have met, unless these begin a frame."""
    if data[0] == 0:  # no frame is near 16 MiB
        return
    if data.startswith(_TLS):
        raise ConnectionLost("it accepts only encrypted connections: use `--tls`")
    known = (name for begin, name in _OTHERS.items() if data.startswith(begin))
    spoken = next(known, "something else")
    raise ConnectionLost(f"that is not a chatd server: it speaks {spoken}")


def _raise_if_over(envelope: Envelope) -> None:
    """Raise what a notification says that comes instead of an answer."""
    if not isinstance(envelope, Notification):
        raise ProtocolError("the server sent a request")
    notice = read_notification(envelope)
    if isinstance(notice, Error):
        raise error_from_wire({"code": notice.code, "message": notice.message})
    if isinstance(notice, Bye):
        raise ConnectionLost(f"the server ended the connection: {notice.reason}")


def _reason(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
