"""Hooks: what programs post to the address that a user has made.

    POST /hooks/<token>    the body is what Slack's incoming webhooks take

The address is looked at before anything of the body is: without a hook behind it nothing is kept
and nothing is read. The token is in no log, since the path is in none.
"""

from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from chatd.core.state import State
from chatd.errors import NotFound
from chatd.handlers.context import Session
from chatd.handlers.hooks import NO_SUCH_HOOK
from chatd.handlers.tokens import token_hash
from chatd.http.exchanges import Asked, Calls, Exchanges, add_nonce, check_body
from chatd.net.connection import Connection
from chatd.wire import commands as c
from chatd.wire.http.codec import BODY_BYTES_MAX, HOOKS, too_large
from chatd.wire.http.message import TEXT, Answer, Piece
from chatd.wire.http.slack import hook_text


@dataclass(frozen=True, slots=True)
class _Coming:
    """A post of which the body is coming."""

    token: str
    asked: Asked
    body: bytearray = field(default_factory=bytearray)

    def take(self, piece: Piece) -> Asked | None:
        """Take the next piece; return the request with all of its body, if that was the last."""
        self.body.extend(piece.data)
        if len(self.body) > BODY_BYTES_MAX:
            raise too_large()
        if not piece.is_last:
            return None
        return replace(self.asked, request=replace(self.asked.request, body=bytes(self.body)))


class Hooks:
    """Adds its branch to the exchanges."""

    def __init__(self, exchanges: Exchanges, calls: Calls, state: State) -> None:
        self._exchanges = exchanges
        self._calls = calls
        self._state = state
        exchanges.add_branch(HOOKS, ("POST",), self._begin)

    def _begin(self, path: str, asked: Asked) -> None:
        token = unquote(path)
        if token_hash(token) not in self._state.hook_owners:
            self._exchanges.logged("hook-post", asked, _refuse)
        coming = _Coming(token, asked)

        def take(connection: Connection, piece: Piece) -> Answer | None:
            whole = coming.take(piece)
            return None if whole is None else self._post(token, whole)

        self._exchanges.expect(asked.connection, take)

    def _post(self, token: str, asked: Asked) -> Answer:
        def call(session: Session) -> c.Result:
            check_body(asked.request)
            params = {"token": token, "text": hook_text(asked.request)}
            add_nonce(params, asked.request)
            return self._calls.call(session, "hook-post", params)

        self._exchanges.logged("hook-post", asked, call)
        return Answer(200, b"ok", TEXT)


def _refuse(session: Session) -> c.Result:
    raise NotFound(NO_SUCH_HOOK)
