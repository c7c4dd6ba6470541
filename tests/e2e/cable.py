"""A cable between a console and a server, which a test can pull out and plug in again."""

import selectors
import socket
import threading
from types import TracebackType

READ_BYTES = 1 << 16


class Cable:
    """Listens on a port of its own and carries bytes to and from a server's, in a thread.

    While it is out nobody gets through: connections end at once.
    """

    def __init__(self, server_port: int) -> None:
        self._server_port: int | None = server_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._peer: dict[socket.socket, socket.socket] = {}
        self._lock = threading.Lock()
        self._near, self._far = socket.socketpair()  # wakes the thread, and ends it
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._far, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._carry, name="cable")

    def __enter__(self) -> "Cable":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._near.close()
        self._thread.join()

    def pull(self) -> None:
        """Take it out: what is connected is cut."""
        with self._lock:
            self._server_port = None
            for sock in list(self._peer):
                self._cut(sock)

    def plug(self, server_port: int) -> None:
        """Plug it in, perhaps into another port."""
        with self._lock:
            self._server_port = server_port

    def _carry(self) -> None:
        with self._selector, self._listener, self._far:
            while self._turn():
                pass
            self.pull()

    def _turn(self) -> bool:
        """Do what is to be done; False at the end."""
        ready = [key.fileobj for key, _ in self._selector.select()]
        with self._lock:
            for sock in ready:
                if sock is self._far:
                    return False
                if sock is self._listener:
                    self._accept()
                elif isinstance(sock, socket.socket) and sock in self._peer:
                    self._move(sock)
        return True

    def _accept(self) -> None:
        near, _ = self._listener.accept()
        if self._server_port is None:
            near.close()
            return
        try:
            far = socket.create_connection(("127.0.0.1", self._server_port))
        except OSError:  # the server is not there
            near.close()
            return
        self._peer |= {near: far, far: near}
        self._selector.register(near, selectors.EVENT_READ)
        self._selector.register(far, selectors.EVENT_READ)

    def _move(self, sock: socket.socket) -> None:
        try:
            data = sock.recv(READ_BYTES)
            self._peer[sock].sendall(data)
        except OSError:
            data = b""
        if not data:
            self._cut(sock)

    def _cut(self, sock: socket.socket) -> None:
        peer = self._peer.pop(sock, None)
        if peer is None:
            return
        del self._peer[peer]
        for end in (sock, peer):
            self._selector.unregister(end)
            end.close()
