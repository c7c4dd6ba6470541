"""Servers of NATS as processes on loopback: one alone, or three as a cluster."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.waiting import DEADLINE_S, until

STREAMS = "jetstream {{ store_dir: {store}, sync_interval: always, max_file: 64MB }}"
STOPPED_S = DEADLINE_S


def program() -> str | None:
    """Return where the server of the wheel is, else any that is installed; None if none is."""
    beside = Path(sys.executable).with_name("nats-server")
    return str(beside) if beside.exists() else shutil.which("nats-server")


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on now: servers have to name each other before they run."""
    socks = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [sock.getsockname()[1] for sock in socks]
    for sock in socks:
        sock.close()
    return ports


class NatsServer:
    """One server, again and again on the same files and ports. more: lines of its configuration."""

    def __init__(self, folder: Path, name: str = "n1", more: str = "", streams: str = STREAMS):
        self.name = name
        self.port, self.monitoring_port = free_ports(2)
        self._folder = folder / name
        self._folder.mkdir()
        self._process: subprocess.Popen[bytes] | None = None
        store = self._folder / "store"
        (self._folder / "server.conf").write_text(
            f"server_name: {name}\nlisten: 127.0.0.1:{self.port}\n"
            f"http: 127.0.0.1:{self.monitoring_port}\n{streams.format(store=store)}\n{more}\n"
        )

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    @property
    def monitoring(self) -> str:
        return f"http://127.0.0.1:{self.monitoring_port}"

    def start(self) -> None:
        """Start it; return as soon as it listens."""
        self.launch()
        until(self._listens, f"{self.name} listens: {self._log()}")

    def launch(self) -> None:
        """Start it, and don't wait."""
        executable = program()
        assert executable is not None
        with open(self._folder / "log", "ab") as log:
            self._process = subprocess.Popen(
                [executable, "-c", str(self._folder / "server.conf")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ | {"GOMAXPROCS": "1"},
            )

    def wait(self) -> None:
        """Wait until it listens."""
        until(self._listens, f"{self.name} listens: {self._log()}")

    def kill(self) -> None:
        """End it as a crash does."""
        self._signal(signal.SIGKILL)
        assert self._process is not None
        self._process.wait(STOPPED_S)
        self._process = None

    def freeze(self) -> None:
        """Stop it where it is."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def close(self) -> None:
        """End it if it runs."""
        if self._process is not None:
            self.kill()

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _listens(self) -> bool:
        assert self._process is not None and self._process.poll() is None, self._log()
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def _log(self) -> str:
        path = self._folder / "log"
        return path.read_text(errors="replace")[-2000:] if path.exists() else ""


@contextmanager
def one_server(folder: Path, more: str = "", streams: str = STREAMS) -> Iterator[NatsServer]:
    """Run one server alone."""
    server = NatsServer(folder, more=more, streams=streams)
    try:
        server.start()
        yield server
    finally:
        server.close()


@contextmanager
def three_servers(folder: Path) -> Iterator[list[NatsServer]]:
    """Run three servers as a cluster, with a user and a system account."""
    routes = free_ports(3)
    others = ", ".join(f"nats://127.0.0.1:{port}" for port in routes)
    servers = [
        NatsServer(
            folder,
            f"n{number}",
            f"cluster {{ name: C, listen: 127.0.0.1:{port}, routes: [{others}] }}\n{ACCOUNTS}",
        )
        for number, port in enumerate(routes, 1)
    ]
    try:
        for server in servers:
            server.launch()
        for server in servers:
            server.wait()
        yield servers
    finally:
        for server in servers:
            server.close()


ACCOUNTS = """
accounts {
  CHAT: { jetstream: enabled, users: [{ user: chat, password: word }] }
  SYSTEM: { users: [{ user: system, password: word }] }
}
system_account: SYSTEM
"""
