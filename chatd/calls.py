"""Calls: how a handler is called, whatever the protocol, and what becomes of its errors."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from chatd.config import Settings
from chatd.core.transaction import Transaction
from chatd.errors import ChatError, StoreError
from chatd.handlers.context import Context, Effects, Session
from chatd.handlers.families import Handlers
from chatd.handlers.refusals import Refusals
from chatd.logs import ActionLog, Source
from chatd.net.boundary import ErrorBoundary, internal_error
from chatd.wire import commands as c

NOTHING = c.Nothing()


class Calls:
    """Takes calls to the handlers, and keeps a log of them.

    effects: what the calls of this tick want done when they are durable; timers add to it, too.
    refused: how many were refused, by code. now_ms: when all calls of this tick happen.
    """

    def __init__(
        self,
        handlers: Handlers,
        transaction: Transaction,
        refusals: Refusals,
        boundary: ErrorBoundary,
        monotonic_ns: Callable[[], int],
        random: Callable[[int], bytes],
    ) -> None:
        self._handlers = handlers
        self._transaction = transaction
        self._refusals = refusals
        self._boundary = boundary
        self._monotonic_ns = monotonic_ns
        self._random = random
        self._actions = ActionLog()
        self.now_ms = 0
        self.refused: Counter[str] = Counter()
        self.effects = Effects()

    def configure(self, settings: Settings) -> None:
        """Go on with other wishes for the log."""
        self._actions.configure()

    def begin_tick(self, now_ms: int) -> None:
        """All calls until the next tick happen at this time."""
        self.now_ms = now_ms

    def take_effects(self) -> Effects:
        """Return what this tick's calls want done, and begin anew."""
        effects, self.effects = self.effects, Effects()
        return effects

    def write_log(self) -> None:
        """Write down the calls of this tick."""
        self._actions.write()

    def start(self) -> int:
        """Return when a call begins, for `log`."""
        return self._monotonic_ns()

    def log(
        self,
        source: Source,
        name: str,
        method: str,
        outcome: str,
        started_ns: int,
        result: c.Result | None = None,
    ) -> None:
        """Write down how a call of the user `name` ended."""
        if outcome != "ok":
            self.refused[outcome] += 1
        actions = self._actions
        if actions.enabled and method not in actions.quiet:
            took_ns = self._monotonic_ns() - started_ns
            place = f"{result.room}#{result.seq}" if isinstance(result, c.Posted) else ""
            address, number = source.address, source.number
            actions.add((name, address, number, method, outcome, took_ns, place))

    def call(self, session: Session, method: str, params: Any) -> c.Result:
        """Return the result, or raise ChatError, whatever happens before a commit.

        What happens in or behind a commit ends the process: nothing may leave it then.
        """
        commits = self._transaction.commits
        context = Context(self.now_ms, self.effects, session, self._random)
        try:
            return self._handlers.current.dispatcher.call(context, method, params) or NOTHING
        except Exception as error:
            # In no variable here: it would hold this frame, which held it, until a collection.
            raise self._refusal(error, session, method, commits) from None

    def _refusal(self, error: Exception, session: Session, method: str, commits: int) -> ChatError:
        """Return what a request is answered that ended in an error, or raise it again."""
        refusal = error
        if not isinstance(refusal, ChatError):
            if isinstance(error, StoreError) or self._transaction.commits != commits:
                raise error
            self._boundary.report(f"{method[:64]} of {session.name or 'nobody'}", error)
            refusal = internal_error()
        if method != "why":  # which would only explain itself
            self._refusals.note(session, method, self.now_ms, refusal)
        return refusal
