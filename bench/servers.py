"""The servers, each started as a process of its own on a core of its own."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.dialects import Dialect
from bench.dialects.broadcast import BroadcastDialect
from bench.dialects.chatd import ChatdDialect
from bench.dialects.chatd_socket import ChatdSocketDialect
from bench.dialects.irc import IrcDialect
from bench.dialects.redis import RedisDialect
from bench.dialects.relay import RelayDialect
from bench.settings import UNLIMITED, Changes, variables
from chatd.config import VARIABLE_PREFIX

HOST = "127.0.0.1"
START_S_MAX = 30.0
STOP_S_MAX = 30.0
ALL_CORES = os.sched_getaffinity(0)
SERVER_CORE, LOAD_CORE = min(ALL_CORES), max(ALL_CORES)
ROOT = Path(__file__).parent.parent
SCRATCH = ROOT / "build"
"""Beside the project, so on a real disk; a folder for temporary files may be in memory."""

NGIRCD_CONF = """
[Global]
    Name = bench.example.net
    AdminEMail = bench@example.net
    MotdPhrase = "bench"
    Listen = {host}
    Ports = {port}
    PidFile = {folder}/ngircd.pid
[Limits]
    MaxConnections = 0
    MaxConnectionsIP = 0
    MaxJoins = 0
    MaxPenaltyTime = 0
    PingTimeout = 3600
[Options]
    DNS = no
    Ident = no
    PAM = no
    DefaultUserModes =
[Channel]
    Name = #bench
    Modes = +P-n
"""


@dataclass(frozen=True)
class Running:
    """A server that accepts connections."""

    name: str
    dialect: Dialect
    pid: int
    port: int
    store_path: Path


DIALECTS: dict[str, Dialect] = {
    "chatd": ChatdDialect(),
    "redis": RedisDialect(),
    "ngircd": IrcDialect(),
    "relay": RelayDialect(),
}
SOCKET_DIALECTS: dict[str, Dialect] = {
    "chatd": ChatdSocketDialect(),
    "broadcast": BroadcastDialect(),
}
"""Where WebSockets are compared."""
SERVERS = tuple(DIALECTS | SOCKET_DIALECTS)
PROGRAMS = {"redis": "redis-server", "ngircd": "ngircd"}


def is_installed(name: str) -> bool:
    """Whether a server can be started here."""
    return name not in PROGRAMS or _program(name) is not None


@contextmanager
def running(
    name: str,
    users: Iterable[str],
    *,
    dialects: Mapping[str, Dialect] = DIALECTS,
    messages: int = 0,
    settings: Changes = UNLIMITED,
    store: str = "bench.store",
    log: Path | None = None,
    pinned: bool = True,
) -> Iterator[Running]:
    """Start a server on a free port, and stop it at the end.

    dialects: what is spoken, by server.
    users, messages, settings: what chatd has; the others know nothing of the like.
    store: the program that makes chatd's store.
    log: the file for its standard error, which is chatd's log; None: one that is thrown away.
    pinned: whether it has to stay on the one core that is not the load's.
    """
    SCRATCH.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"bench-{name}-", dir=SCRATCH))
    port, store_path = _free_port(), folder / "chat.db"
    if name == "chatd":
        _make_store(store, store_path, users, messages)
    cores = {SERVER_CORE} if pinned else ALL_CORES
    with (log or folder / "log").open("wb") as errors:
        process = subprocess.Popen(
            _command(name, port, folder),
            cwd=ROOT,
            env=_environment(settings) | {"CHATD_DB_NAME": str(store_path)},
            stdout=subprocess.DEVNULL,
            stderr=errors,
            preexec_fn=lambda: os.sched_setaffinity(0, cores),
        )
    try:
        _wait_until_up(process, port)
        yield Running(name, dialects[name], process.pid, port, store_path)
        if process.poll() is not None:
            raise RuntimeError(f"{name} ended with status {process.returncode}")
    finally:
        _stop(process)
        shutil.rmtree(folder)


def _environment(settings: Changes) -> dict[str, str]:
    """Return our own environment with these settings of chatd's and no others."""
    ours = {k: v for k, v in os.environ.items() if not k.startswith(VARIABLE_PREFIX)}
    return ours | variables(settings)


def _command(name: str, port: int, folder: Path) -> list[str]:
    if name == "chatd":
        chatd = [sys.executable, "-m", "chatd", "-c", "conf/chat.ini"]
        return [*chatd, "--host", HOST, "--port", str(port)]
    if name in ("relay", "broadcast"):
        return [sys.executable, "-m", f"bench.{name}", str(port)]
    program = str(_program(name))
    if name == "redis":
        options = {
            "bind": HOST, "port": port, "dir": folder, "save": "", "appendonly": "no",
            "maxclients": 15_000, "tcp-backlog": 1024, "client-output-buffer-limit": "pubsub 0 0 0",
        }  # fmt: skip
        flags = [(f"--{option}", *str(value).split(" ")) for option, value in options.items()]
        return [program, *(word for words in flags for word in words)]
    conf = folder / "ngircd.conf"
    conf.write_text(NGIRCD_CONF.format(host=HOST, port=port, folder=folder))
    return [program, "--nodaemon", "--config", str(conf)]


def _make_store(program: str, path: Path, users: Iterable[str], messages: int) -> None:
    command = [sys.executable, "-m", program, str(path), str(messages)]
    subprocess.run(command, cwd=ROOT, input="\n".join(users).encode(), check=True)


def _program(name: str) -> str | None:
    # Servers are often installed where an ordinary user's shell does not look.
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    return shutil.which(PROGRAMS[name], path=path)


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind((HOST, 0))
        port: int = sock.getsockname()[1]
        return port


def _wait_until_up(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + START_S_MAX
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"{process.args!r} does not listen; status {process.poll()}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOP_S_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
