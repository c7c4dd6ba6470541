"""Every exception that crosses a module's border, and its word on the wire.

Exception
├── ChatError                 refuses one request; the connection lives
│   ├── BadRequest            bad_request
│   ├── UnknownMethod         unknown_method
│   ├── Unauthenticated       unauthenticated
│   ├── AuthFailed            auth_failed
│   ├── Forbidden             forbidden
│   ├── NotFound              not_found
│   ├── Conflict              conflict
│   ├── RateLimited           rate_limited
│   ├── Banned                banned
│   ├── TooLarge              too_large
│   ├── Expired               expired
│   ├── StorageFull           storage_full
│   ├── Overloaded            overloaded
│   ├── UnsupportedVersion    unsupported_version
│   ├── Internal              internal
│   └── ProtocolError         bad_frame: one notification, then the connection is closed
│       └── HttpError         an HTTP request that is refused before it is a command
├── StoreError                the files on disk; stops the start or ends the process
│   ├── StoreMissing
│   ├── StoreLocked
│   ├── StoreUnsafe
│   ├── StoreCorrupt
│   ├── StoreTooNew
│   └── StoreFull
└── EngineError               the replicated log of a cluster did not do what it was asked for
    ├── EngineProtocolError   what a server sent is not its protocol; the connection is closed
    ├── EngineLost            whether it was done is unknown: the connection broke
    ├── EngineTimeout         whether it was done is unknown: no answer came in time
    ├── EngineBusy            it was not sent: too much waits already
    ├── EngineRefused         the server does not let us
    ├── NoResponders          nobody takes messages of this subject now
    ├── MessagesMissing       the log does not hold what it should
    ├── LogBroken             the log holds what its leader can't have written behind the rest
    └── JetStreamError        an answer that says what is wrong, with its number
        ├── WrongLastSequence
        ├── StreamFull
        ├── StreamNotFound
        └── JetStreamUnavailable
"""


class ChatError(Exception):
    """Refuses a request. `code` is the wire name, `detail` goes beside it on the wire.

    `detail` holds builtins only (numbers and strings that a client acts on: `reset_at`,
    `limit`, …, and `setting`, the name of one that is the reason); the message is for people
    and carries no text of another exception.
    """

    code = "internal"

    def __init__(self, message: str, **detail: int | str) -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail

    def to_wire(self) -> dict[str, int | str]:
        """Return the error map: `code`, `message` and the detail."""
        return {"code": self.code, "message": self.message, **self.detail}


class BadRequest(ChatError):
    """The parameters have the wrong shape, range or meaning."""

    code = "bad_request"


class Malformed(BadRequest):
    """The parameters don't have the form that the protocol gives them."""


class UnknownMethod(ChatError):
    """No command has this name."""

    code = "unknown_method"


class Unauthenticated(ChatError):
    """The command needs a login first."""

    code = "unauthenticated"


class AuthFailed(ChatError):
    """Wrong name, proof or token; which one is not revealed."""

    code = "auth_failed"


class Forbidden(ChatError):
    """The user sees the thing but may not do this to it."""

    code = "forbidden"


class NotFound(ChatError):
    """It does not exist, or the user may not see it."""

    code = "not_found"


class Conflict(ChatError):
    """It already exists, or the nonce was used for something else."""

    code = "conflict"


class RateLimited(ChatError):
    """Too much in this period; detail: `limit` (a count) and `reset_at` (ms UTC)."""

    code = "rate_limited"


class Banned(ChatError):
    """The user may not send; detail: `until` (ms UTC)."""

    code = "banned"


class TooLarge(ChatError):
    """More bytes than allowed; detail: `limit` (bytes)."""

    code = "too_large"


class Expired(ChatError):
    """It has been deleted or has expired."""

    code = "expired"


class StorageFull(ChatError):
    """The disk is full: refusing writes until there is room."""

    code = "storage_full"


class Overloaded(ChatError):
    """The server has no room for this now; try again later."""

    code = "overloaded"


class UnsupportedVersion(ChatError):
    """The client's protocol version is not spoken here; detail: `version` (ours)."""

    code = "unsupported_version"


class Internal(ChatError):
    """A bug on our side; the log has the traceback."""

    code = "internal"


class ProtocolError(ChatError):
    """The byte stream can't be trusted any more: reply, then close."""

    code = "bad_frame"


class HttpError(ProtocolError):
    """An HTTP request that is refused for its form; no command was asked for.

    status: of the response. fields: header fields that belong to the status.
    """

    code = "bad_request"

    def __init__(self, status: int, message: str, **fields: str) -> None:
        super().__init__(message)
        self.status = status
        self.fields = {name.replace("_", "-"): value for name, value in fields.items()}


WIRE_ERRORS: dict[str, type[ChatError]] = {
    error.code: error for error in [*ChatError.__subclasses__()]
}
"""From wire code to exception, for clients."""


class StoreError(Exception):
    """The store's files can't be used."""


class StoreMissing(StoreError):
    """There is no store, where there should be one or what is left of one stands."""

    def __init__(self, path: str, reason: str = "") -> None:
        super().__init__(f"there is no store at {path}" + (f": {reason}" if reason else ""))


class StoreLocked(StoreError):
    """Another server holds the store."""


class StoreUnsafe(StoreError):
    """Somebody else could have written a file of the store; the message says what to do."""


class StoreCorrupt(StoreError):
    """A store file is not what was written: which one, where (bytes), and why."""

    def __init__(self, path: str, offset: int, reason: str) -> None:
        super().__init__(f"{path}, at byte {offset}: {reason}")
        self.path = path
        self.offset = offset
        self.reason = reason


class StoreTooNew(StoreError):
    """A newer program wrote a store file, in a format that this one must not read."""

    def __init__(self, path: str, format: int, oldest: int, readable: str) -> None:
        """format: of the file; oldest: of the programs that may read it; readable: ours."""
        super().__init__(
            f"{path} has format {format}, for programs that know format {oldest} or a newer one; "
            f"this program knows {readable}, and has changed nothing: start the chatd that was "
            f"used last, or a newer one, or restore an older copy of the store"
        )


class StoreFull(StoreError):
    """The disk gives no more room."""


class EngineError(Exception):
    """The engine of a cluster's replicated log did not do what it was asked for."""


class EngineProtocolError(EngineError):
    """What a server sent is not its protocol."""


class EngineLost(EngineError):
    """There is no connection to a server, or it broke first: what was sent may have been done."""


class EngineTimeout(EngineError):
    """No answer came in time: what was sent may have been done, or may be done later."""


class EngineBusy(EngineError):
    """Too much waits to be sent or answered already; this was not sent."""


class EngineRefused(EngineError):
    """The server does not let us: a wrong login, or a subject that the account may not use."""


class NoResponders(EngineError):
    """Nobody takes messages of this subject now: no stream, or one without a leader."""


class MessagesMissing(EngineError):
    """The log does not hold messages that it should: `first` to `last`, by their sequence."""

    def __init__(self, first: int, last: int) -> None:
        super().__init__(f"the log has no messages {first} to {last}")
        self.first = first
        self.last = last


class LogBroken(EngineError):
    """What the current leader wrote does not follow from what this node has read: seq is where.

    One of the two was changed or lost on the way, so this node must not go on.
    """

    def __init__(self, seq: int, reason: str) -> None:
        super().__init__(f"record {seq} of the log: {reason}")
        self.seq = seq
        self.reason = reason


class JetStreamError(EngineError):
    """JetStream answers that it did not do it. number: of the reason, in NATS' own list."""

    def __init__(self, number: int, description: str) -> None:
        super().__init__(f"{description} ({number})")
        self.number = number
        self.description = description


class WrongLastSequence(JetStreamError):
    """The stream is elsewhere than was expected. last: where, 0 if the answer doesn't tell."""

    def __init__(self, number: int, description: str) -> None:
        super().__init__(number, description)
        tail = description.rpartition(" ")[2]
        self.last = int(tail) if tail.isdecimal() and len(tail) < 20 else 0


class StreamFull(JetStreamError):
    """The stream, its account or the disk has no room."""


class StreamNotFound(JetStreamError):
    """There is no stream of this name."""


class JetStreamUnavailable(JetStreamError):
    """Not now: no leader, no majority, or it is only starting."""


def drop_tracebacks(error: BaseException | None) -> None:
    """Free the frames that an error holds, and those that it came from, where a library keeps it.

    Else they hold, with all that every caller had in hand, what holds the error; and such rings
    wait for a collection, which stops everybody.
    """
    while error is not None:
        error.__traceback__ = None
        error = error.__cause__ or error.__context__
