"""The error boundary: what an exception costs that nobody expected.

Everything that happens for one connection goes through it, step by step. As long as a step has
committed nothing, an exception is a bug that costs the connection and nobody else. In or behind
a commit the exception passes, and the process ends: see `Store.sealed`.
"""

import logging
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import msgspec

from chatd.core.transaction import Transaction
from chatd.errors import Internal, StoreError
from chatd.net.connection import Connection
from chatd.wire.codec import Codec

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


def internal_error() -> Internal:
    """Return what a peer is told of a bug."""
    return Internal("something went wrong in the server; its log says what")


class Checkpoint(msgspec.Struct, frozen=True, gc=False):
    """How things were before a step that serves a request: what a failed one goes back to.

    commits: the store's. queued_bytes, codec: the connection's.
    """

    commits: int
    queued_bytes: int
    codec: Codec


class ErrorBoundary:
    """Runs steps and contains their exceptions. Steps may nest: the innermost contains.

    errors: how many there were, requests answered `internal` included.
    """

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self.errors = 0

    def run(
        self, connection: Connection | None, step: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T | None:
        """Return what `step` returns; None if it failed, and then the connection is closed.

        connection: None where no open connection is concerned.
        """
        commits = self._transaction.commits
        try:
            return step(*args, **kwargs)
        except Exception as error:
            self.contain(connection, error, commits)
            return None

    def answer(self, connection: Connection, error: Exception, before: Checkpoint) -> None:
        """End the connection whose request met an exception; to be called where it is handled.

        The peer is told, in place of what the step had queued. Raises the exception again if it
        must end the process.
        """
        self._check(error, before.commits)
        self.report(f"connection {connection.number}", error)
        self._run_quietly(
            connection, connection.fail, before.queued_bytes, before.codec, internal_error()
        )

    def contain(
        self, connection: Connection | None, error: Exception, commits: int | None = None
    ) -> None:
        """Close the connection that an exception came from; to be called where it is handled.

        commits: the store's before the step, None if it can't have committed. Raises the
        exception again if it must end the process.
        """
        self._check(error, commits)
        if connection is None:
            self.report("a step of the server", error)
        else:
            self.report(f"connection {connection.number}", error)
            self._run_quietly(connection, connection.abort)

    def report(self, what: str, error: Exception) -> None:
        """Log and count an exception that goes no further."""
        self.errors += 1
        log.error("%s failed", what, exc_info=error)

    def _check(self, error: Exception, commits: int | None) -> None:
        committed = commits is not None and commits != self._transaction.commits
        if committed or self._transaction.sealed or isinstance(error, StoreError):
            raise error

    def _run_quietly(
        self, connection: Connection, step: Callable[P, None], *args: P.args, **kwargs: P.kwargs
    ) -> None:
        """End a connection, if need be without a word."""
        try:
            step(*args, **kwargs)
        except Exception as error:
            self.report(f"the end of connection {connection.number}", error)
            connection.abort()
