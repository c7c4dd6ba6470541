"""JetStream: what is asked of a stream's server, and what its answers mean.

A request is a message to a subject under `$JS.API`, its answer a message in JSON to where the
request says. Source: docs.nats.io, "JetStream wire API Reference", and the server's list of error
numbers.
"""

from typing import TypeVar

import msgspec

from chatd.cluster.nats.headers import Fields
from chatd.cluster.nats.protocol import Message
from chatd.errors import (
    EngineProtocolError,
    JetStreamError,
    JetStreamUnavailable,
    NoResponders,
    StreamFull,
    StreamNotFound,
    WrongLastSequence,
)

API = "$JS.API"
NS_PER_MS = 1_000_000
NO_RESPONDERS = 503
"""The status by which a server says that nobody takes a subject's messages."""
STORE_FAILED = 10077
"""What a store gives as its reason stands in the description."""

ERRORS: dict[int, type[JetStreamError]] = {
    10071: WrongLastSequence,
    10164: WrongLastSequence,  # by a server that does not say which
    10023: StreamFull,  # insufficient resources
    10028: StreamFull,  # memory of the account or the server
    10047: StreamFull,  # storage of the account or the server
    10059: StreamNotFound,
    10008: JetStreamUnavailable,  # no leader of the cluster
    10009: JetStreamUnavailable,  # not the leader
    10074: JetStreamUnavailable,  # a stream's place is being found
    10118: JetStreamUnavailable,  # the stream's servers are away
}
FULL = ("maximum bytes exceeded", "maximum messages exceeded", "no space left on device")
"""The reasons of a store that has no room."""


class StreamConfig(msgspec.Struct, frozen=True):
    """A log for one subject: nothing leaves it but by a purge, and a full one refuses.

    max_bytes: -1 for as much as the disk has. duplicate_window: how long an id is known, in ns.
    """

    name: str
    subjects: tuple[str, ...]
    num_replicas: int = 1
    max_bytes: int = -1
    max_msg_size: int = -1
    duplicate_window: int = 120_000 * NS_PER_MS
    storage: str = "file"
    retention: str = "limits"
    discard: str = "new"
    allow_direct: bool = True
    deny_delete: bool = True


class StreamState(msgspec.Struct, frozen=True):
    """What a stream holds. first_seq: last_seq + 1 if it holds nothing, 0 in a new one."""

    messages: int
    bytes: int
    first_seq: int
    last_seq: int


class Replica(msgspec.Struct, frozen=True):
    """A server with a copy of a stream. current: whether it has everything."""

    name: str
    current: bool = False
    offline: bool = False


class Replicas(msgspec.Struct, frozen=True):
    """The servers of a stream. leader: "" while there is none."""

    leader: str = ""
    replicas: tuple[Replica, ...] = ()


class StreamInfo(msgspec.Struct, frozen=True):
    """How a stream is set up, and what it holds now."""

    config: StreamConfig
    state: StreamState
    cluster: Replicas = Replicas()


class PublishAck(msgspec.Struct, frozen=True):
    """A message is in the stream, synced by a majority of its servers.

    duplicate: it was before, under the same id; seq is its place then.
    """

    stream: str
    seq: int
    duplicate: bool = False


class Purged(msgspec.Struct, frozen=True):
    """So many messages are gone."""

    purged: int


class Done(msgspec.Struct, frozen=True):
    """It was done; there is nothing more to say."""

    success: bool


class ConsumerCreated(msgspec.Struct, frozen=True):
    """A consumer is there. num_pending: how many messages it is going to send."""

    name: str
    num_pending: int = 0


Answer = TypeVar("Answer")


class _Refusal(msgspec.Struct, frozen=True):
    err_code: int = 0
    description: str = ""
    code: int = 0


class _MaybeRefused(msgspec.Struct, frozen=True):
    error: _Refusal | None = None


def read_answer(message: Message, kind: type[Answer]) -> Answer:
    """Return what an answer says. Raises EngineError: mostly JetStreamError or NoResponders."""
    if message.headers.status == NO_RESPONDERS:
        raise NoResponders(f"nobody takes {message.headers.last('Nats-Subject') or 'it'} now")
    refusal = _decode(message.payload, _MaybeRefused).error
    if refusal is not None:
        raise _error_of(refusal)
    return _decode(message.payload, kind)


def _decode(payload: bytes, kind: type[Answer]) -> Answer:
    try:
        return msgspec.json.decode(payload, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise EngineProtocolError(f"no answer that we understand: {payload[:64]!r}") from None


def _error_of(refusal: _Refusal) -> JetStreamError:
    number, description = refusal.err_code, refusal.description
    kind = ERRORS.get(number, JetStreamUnavailable if refusal.code == 503 else JetStreamError)
    if number == STORE_FAILED:
        is_full = any(reason in description for reason in FULL)
        kind = StreamFull if is_full else JetStreamUnavailable
    return kind(number, description)


# -- subjects and what is sent to them --------------------------------------------------------


def create_stream(config: StreamConfig) -> tuple[str, bytes]:
    """Ask for a new stream, or for one that has just this setup; answered by a StreamInfo."""
    return f"{API}.STREAM.CREATE.{config.name}", msgspec.json.encode(config)


def update_stream(config: StreamConfig) -> tuple[str, bytes]:
    """Ask for another setup of a stream; answered by a StreamInfo."""
    return f"{API}.STREAM.UPDATE.{config.name}", msgspec.json.encode(config)


def stream_info(stream: str) -> tuple[str, bytes]:
    """Ask for a StreamInfo."""
    return f"{API}.STREAM.INFO.{stream}", b""


def delete_stream(stream: str) -> tuple[str, bytes]:
    """Ask to delete a stream with all that it holds; answered by Done."""
    return f"{API}.STREAM.DELETE.{stream}", b""


def purge_through(stream: str, seq: int) -> tuple[str, bytes]:
    """Ask to delete the messages up to `seq`; answered by Purged."""
    return f"{API}.STREAM.PURGE.{stream}", msgspec.json.encode({"seq": seq + 1})


def create_ordered_consumer(
    stream: str, name: str, deliver_to: str, first_seq: int, heartbeat_ms: int
) -> tuple[str, bytes]:
    """Ask to have all messages from `first_seq` on sent to a subject; answered by ConsumerCreated.

    It is kept in memory at one server, and forgotten there if nobody listens for a while.
    """
    config = {
        "name": name,
        "deliver_subject": deliver_to,
        "deliver_policy": "by_start_sequence",
        "opt_start_seq": first_seq,
        "ack_policy": "none",
        "max_deliver": 1,
        "flow_control": True,
        "idle_heartbeat": heartbeat_ms * NS_PER_MS,
        "inactive_threshold": 10 * heartbeat_ms * NS_PER_MS,
        "mem_storage": True,
        "num_replicas": 1,
    }
    request = {"stream_name": stream, "action": "create", "config": config}
    return f"{API}.CONSUMER.CREATE.{stream}.{name}", msgspec.json.encode(request)


def delete_consumer(stream: str, name: str) -> tuple[str, bytes]:
    """Ask to delete a consumer; answered by Done."""
    return f"{API}.CONSUMER.DELETE.{stream}.{name}", b""


def direct_batch(stream: str, first_seq: int, batch: int, bytes_max: int) -> tuple[str, bytes]:
    """Ask for up to `batch` messages from `first_seq` on; see `chatd.cluster.nats.batch`."""
    request = {"seq": first_seq, "batch": batch, "max_bytes": bytes_max}
    return f"{API}.DIRECT.GET.{stream}", msgspec.json.encode(request)


def append_fields(stream: str, last_seq: int | None, message_id: str) -> Fields:
    """Return the fields of a message that is to be in `stream`, answered by a PublishAck.

    last_seq: where the stream has to be, else it is refused as WrongLastSequence; None for
    anywhere. message_id: of two with the same one the second is a duplicate.
    """
    fields = [("Nats-Expected-Stream", stream)]
    if last_seq is not None:
        fields.append(("Nats-Expected-Last-Sequence", str(last_seq)))
    if message_id:
        fields.append(("Nats-Msg-Id", message_id))
    return tuple(fields)
