"""Whether an engine keeps what it acknowledges: each fault is a sentence that says what to change.

A server tells of its setup at its monitoring address (`http: …` in its configuration, path /varz),
or to the system account, which asks all servers at once. What can't be read is not assumed.
"""

import re
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec

from chatd.cluster.connection import EngineConnection, Outcome
from chatd.cluster.nats.jetstream import StreamInfo
from chatd.cluster.nats.protocol import Message
from chatd.errors import EngineError, EngineProtocolError

VERSION_MIN = (2, 12)
VARZ_BYTES_MAX = 1024 * 1024
VARZ_SUBJECT = "$SYS.REQ.SERVER.PING.VARZ"
BLOCK = "`jetstream { store_dir: …, sync_interval: always }`"


class _Config(msgspec.Struct, frozen=True):
    sync_always: bool = False


class _Meta(msgspec.Struct, frozen=True):
    cluster_size: int = 1


class _JetStream(msgspec.Struct, frozen=True):
    config: _Config | None = None
    meta: _Meta | None = None


class Varz(msgspec.Struct, frozen=True):
    """What a server tells of its setup, as far as it matters here."""

    server_id: str
    server_name: str
    version: str
    jetstream: _JetStream = _JetStream()


class _Told(msgspec.Struct, frozen=True):
    data: Varz


Form = TypeVar("Form")


def read_varz(body: bytes) -> Varz:
    """Return what /varz says. Raises EngineProtocolError."""
    return _decoded(body, Varz)


def _decoded(body: bytes, form: type[Form]) -> Form:
    try:
        return msgspec.json.decode(body, type=form)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise EngineProtocolError("it tells nothing that we understand") from None


def get_varz(address: str, timeout_s: float) -> Varz:
    """Return what a monitoring address (http://host:8222) tells. It waits: for the start only.

    Raises EngineError.
    """
    try:
        parts = urlsplit(address)
        port = parts.port or 8222
    except ValueError as error:
        raise EngineError(f"no monitoring address: {error}") from None
    if parts.scheme != "http" or not parts.hostname:
        raise EngineError("no monitoring address, such as http://host:8222")
    try:
        connection = HTTPConnection(parts.hostname, port, timeout=timeout_s)
        try:
            connection.request("GET", "/varz")
            response = connection.getresponse()
            body = response.read(VARZ_BYTES_MAX + 1)
        finally:
            connection.close()
    except (OSError, HTTPException) as error:
        raise EngineError(str(error) or type(error).__name__) from error
    if response.status != 200 or len(body) > VARZ_BYTES_MAX:
        raise EngineProtocolError(f"status {response.status}, {len(body)} bytes")
    return read_varz(body)


def ask_servers(
    connection: EngineConnection,
    servers: int,
    on_told: Callable[[dict[str, Varz | str]], None],
    timeout_ms: int,
) -> None:
    """Ask all servers, over a connection of the system account; see `faults` for what is told.

    servers: how many to wait for, and for no more than `timeout_ms` after the last one.
    Raises like `EngineConnection.request`.
    """
    told: dict[str, Varz | str] = {}

    def receive(outcome: Outcome) -> bool:
        if isinstance(outcome, Message) and not outcome.headers.status:
            try:
                varz = _decoded(outcome.payload, _Told).data
            except EngineProtocolError as error:
                told[f"answer {len(told) + 1}"] = str(error)
            else:
                told[varz.server_name] = varz
            if len(told) < servers:
                return True
        on_told(told)
        return False

    connection.request(VARZ_SUBJECT, b"", receive, timeout_ms)


def faults(told: Mapping[str, Varz | str], servers: int) -> list[str]:
    """Return what has to change, a sentence each; nothing if the engine may be used.

    told: by the address that was asked, or the server's name, what it told, or why it did not.
    servers: how many the engine has to have.
    """
    found: list[str] = []
    known: dict[str, Varz] = {}
    for where, varz in told.items():
        if isinstance(varz, str):
            found.append(f"{where} can't be read: {varz}.")
            continue
        if varz.server_id in known:
            found.append(f"{where} leads to {varz.server_name}, as another address does.")
        known[varz.server_id] = varz
    if len(known) < servers:
        found.append(
            f"{len(known)} of {servers} servers told how they are set up: name the monitoring "
            f"addresses of all, or the system account."
        )
    for varz in known.values():
        found += _faults_of(varz, servers)
    return found


def _faults_of(varz: Varz, servers: int) -> list[str]:
    name, found = varz.server_name, []
    version = re.match(r"(\d{1,6})\.(\d{1,6})\.", varz.version)
    if version is None or (int(version[1]), int(version[2])) < VERSION_MIN:
        found.append(f"{name} is NATS {varz.version}: install 2.12 or newer there.")
    jetstream = varz.jetstream
    if jetstream.config is None:
        return [*found, f"{name} has no JetStream: add {BLOCK} to its configuration."]
    if not jetstream.config.sync_always:
        found.append(
            f"{name} acknowledges what is not on its disk yet: "
            f"set `sync_interval: always` in its block `jetstream`."
        )
    size = jetstream.meta.cluster_size if jetstream.meta is not None else 1
    if size < servers:
        found.append(
            f"{name} knows of {size} servers with JetStream, not {servers}: "
            f"name the `routes` to the others in its block `cluster`."
        )
    return found


def stream_faults(info: StreamInfo, replicas: int) -> list[str]:
    """Return what has to change in a stream, a sentence each."""
    config, found = info.config, []
    if config.num_replicas < replicas:
        found.append(
            f"The stream {config.name} is kept by {config.num_replicas} servers, not {replicas}: "
            f"`nats stream edit {config.name} --replicas {replicas}`."
        )
    if config.storage != "file":
        found.append(f"The stream {config.name} is kept in memory: make it anew with files.")
    if (config.retention, config.discard) != ("limits", "new"):
        found.append(
            f"The stream {config.name} lets old messages go by itself: "
            f"set its retention to `limits` and its discard policy to `new`."
        )
    return found
