"""One attack: the server, the honest, the crowd, and what became of them."""

import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.connections import network
from bench.hostile.attacks import PEERS, broken_upload
from bench.hostile.honest import USERS, Honest
from bench.process import cpu_ns, memory_bytes
from bench.servers import HOST, LOAD_CORE, ROOT, SCRATCH, Running, running
from bench.texts import VerificationError

MESSAGES = 5_000
START_S = 1.0
"""So long does the crowd take to start, and is not measured."""
AFTER_S = 2.0
INTERNAL_ERRORS = re.compile(r"^chatd_internal_errors_total (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Outcome:
    """What an attack has cost.

    pings: of the honest, answered. memory_bytes, disk_bytes: by how much the server has grown.
    sent_bytes, opened: by the crowd. internal_errors: exceptions that reached the net.
    after_ms: how long an honest ping waits at most when the crowd has gone.
    """

    name: str
    pings: int
    p99_ms: float
    longest_ms: float
    after_ms: float
    server_cpu: float
    memory_bytes: int
    disk_bytes: int
    sent_bytes: int
    opened: int
    internal_errors: int


def run_attack(name: str, attacks: Sequence[str], seconds: float) -> Outcome:
    """Start a server as it is delivered, and let the attacks come.

    Raises VerificationError, RuntimeError.
    """
    store = "bench.hostile.store"
    log = SCRATCH / f"hostile-{name}.log"
    with running("chatd", USERS, messages=MESSAGES, settings={}, store=store, log=log) as server:
        if "wrong-hash" in attacks:
            _upload(server)
        with network(server) as net:
            return _measure(server, Honest(server, net), name, attacks, seconds)


def _measure(
    server: Running, honest: Honest, name: str, attacks: Sequence[str], seconds: float
) -> Outcome:
    memory, disk = memory_bytes(server.pid), _disk_bytes(server.store_path)
    with _crowd(server, attacks, START_S + seconds) as crowd:
        honest.run(time.monotonic() + START_S * bool(attacks))
        honest.take_waits_ms()
        started_s, started_ns = time.monotonic(), cpu_ns(server.pid)
        honest.run(started_s + seconds)
        server_cpu = (cpu_ns(server.pid) - started_ns) / (time.monotonic() - started_s) / 1e9
        pings, p99_ms, longest_ms = honest.take_waits_ms()
        grown = memory_bytes(server.pid) - memory
        said, _ = crowd.communicate(timeout=60)
    if crowd.returncode:
        raise VerificationError(f"the crowd failed with status {crowd.returncode}")
    honest.run(time.monotonic() + AFTER_S)
    honest.take_waits_ms()
    honest.run(time.monotonic() + AFTER_S)
    _, _, after_ms = honest.take_waits_ms()
    sent_bytes, opened = map(int, said.split())
    return Outcome(
        name, pings, p99_ms, longest_ms, after_ms, server_cpu, grown,
        _disk_bytes(server.store_path) - disk, sent_bytes, opened, _internal_errors(server),
    )  # fmt: skip


def _crowd(server: Running, attacks: Sequence[str], seconds: float) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "bench.hostile.crowd", str(server.port), str(seconds)]
    if not attacks:
        command = [sys.executable, "-c", "print(0, 0)"]
    return subprocess.Popen(
        ["taskset", "-c", str(LOAD_CORE), *command, *attacks], cwd=ROOT, stdout=subprocess.PIPE
    )


def _upload(server: Running) -> None:
    """Have each hostile peer's broken upload there, with all its bytes."""
    with network(server) as net:
        for peer in range(PEERS):
            (line,) = net.open([server.dialect.idler(USERS[0])])
            for request in broken_upload(peer):
                line.sock.sendall(request)
                net.hear(5.0)
        net.hear_out()


def _disk_bytes(store_path: Path) -> int:
    files = [path for path in store_path.parent.rglob("*") if path.is_file()]
    return sum(path.stat().st_blocks * 512 for path in files)


def _internal_errors(server: Running) -> int:
    with urllib.request.urlopen(f"http://{HOST}:{server.port}/metrics", timeout=10) as answer:
        found = INTERNAL_ERRORS.search(answer.read().decode())
    return int(float(found[1])) if found else 0
