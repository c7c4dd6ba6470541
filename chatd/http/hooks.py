"""Hooks: what programs post to the address that a user has made.

    POST /hooks/<token>    the body is what Slack's incoming webhooks take

The address is looked at before anything of the body is: without a hook behind it nothing is kept
and nothing is read. The token is in no log, since the path is in none. Whatever refuses a post, who
made the hook finds the reason in the list of hooks: the program that posted may tell nobody.
"""

from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from chatd.calls import Calls
from chatd.core.state import State
from chatd.errors import ChatError, NotFound
from chatd.handlers.context import Session
from chatd.handlers.hooks import NO_SUCH_HOOK
from chatd.handlers.refusals import Refusals
from chatd.handlers.tokens import token_hash
from chatd.http.api import Branch, Expect, check_body
from chatd.http.commands import add_nonce
from chatd.http.sessions import HttpExchange, HttpSessions
from chatd.net.connection import Connection
from chatd.wire import commands as c
from chatd.wire.http.codec import BODY_BYTES_MAX, HOOKS, too_large
from chatd.wire.http.message import TEXT, BodyChunk, HttpResponse
from chatd.wire.http.slack import hook_text


@dataclass(frozen=True, slots=True)
class _Coming:
    """A post of which the body is coming."""

    token: str
    exchange: HttpExchange
    body: bytearray = field(default_factory=bytearray)

    def take(self, chunk: BodyChunk) -> HttpExchange | None:
        """Take the next chunk; return the request with all of its body, if that was the last."""
        self.body.extend(chunk.data)
        if len(self.body) > BODY_BYTES_MAX:
            raise too_large()
        if not chunk.is_last:
            return None
        return replace(self.exchange, request=replace(self.exchange.request, body=bytes(self.body)))


class Hooks:
    """Takes what is posted to the addresses of hooks."""

    def __init__(
        self, sessions: HttpSessions, calls: Calls, state: State, refusals: Refusals
    ) -> None:
        self._sessions = sessions
        self._calls = calls
        self._state = state
        self._refusals = refusals

    def routes(self) -> list[Branch]:
        """Return what stands at which paths."""
        return [Branch(HOOKS, ("POST",), self._begin, refused=self._note)]

    def _note(self, path: str, error: ChatError, now_ms: int) -> None:
        owner = self._state.hook_owners.get(token_hash(unquote(path)))
        if owner is not None:
            self._refusals.note_hook(*owner, now_ms, error)

    def _begin(self, path: str, exchange: HttpExchange) -> Expect:
        token = unquote(path)
        if token_hash(token) not in self._state.hook_owners:
            self._sessions.logged("hook-post", exchange, _refuse)
        if int(exchange.request.fields.get("content-length", 0)) > BODY_BYTES_MAX:
            raise too_large()
        coming = _Coming(token, exchange)

        def take(connection: Connection, chunk: BodyChunk) -> HttpResponse | None:
            whole = coming.take(chunk)
            return None if whole is None else self._post(token, whole)

        return Expect(take)

    def _post(self, token: str, exchange: HttpExchange) -> HttpResponse:
        def call(session: Session) -> c.Result:
            check_body(exchange.request)
            params = {"token": token, "text": hook_text(exchange.request)}
            add_nonce(params, exchange.request)
            return self._calls.call(session, "hook-post", params)

        self._sessions.logged("hook-post", exchange, call)
        return HttpResponse(200, b"ok", TEXT)


def _refuse(session: Session) -> c.Result:
    raise NotFound(NO_SUCH_HOOK)
