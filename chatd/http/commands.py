"""Commands over HTTP: `POST /api/v1/<method>` calls a command of the table."""

import re
from typing import Any

from chatd.calls import Calls
from chatd.errors import AuthFailed, BadRequest, ProtocolError, UnknownMethod
from chatd.handlers.context import Session
from chatd.http.api import Branch, check_form
from chatd.http.logins import PendingLogins
from chatd.http.sessions import HttpExchange, HttpSessions
from chatd.wire import commands as c
from chatd.wire.http import openapi
from chatd.wire.http.message import JSON, HttpRequest, HttpResponse
from chatd.wire.json import as_json, read_json

KEY = re.compile(r'"([!#-~]{1,62})"|([!#-~]{1,64})')
"""An Idempotency-Key, with quotes as its draft has it, or without as most send it."""
FULL_NONCE = re.compile(r"(?:^|,)r=([^,]+)")


class Commands:
    """Calls each with a session of its own. A login takes two requests, and so keeps one."""

    def __init__(self, sessions: HttpSessions, calls: Calls) -> None:
        self._sessions = sessions
        self._calls = calls
        self._logins = PendingLogins()

    def routes(self) -> list[Branch]:
        """Return what stands at which paths."""
        return [Branch(openapi.BASE, ("POST",), self._command)]

    def _command(self, method: str, exchange: HttpExchange) -> HttpResponse:
        def call(session: Session) -> c.Result:
            check_form(exchange.request)
            command = _offered(method)
            if command.needs_login:
                self._sessions.enter(session, exchange.request)
            return self._called(command, session, exchange)

        known = method if method in c.COMMANDS else "?"  # what else is in a path may be a secret
        return HttpResponse(200, as_json(self._sessions.logged(known, exchange, call)), JSON)

    def _called(self, command: c.Command, session: Session, exchange: HttpExchange) -> c.Result:
        params = read_params(command, exchange.request)
        if command.params is c.LoginFinish:
            session = self._login_of(params, session, exchange.now_ms)
        result = self._counted(command, session, params, exchange)
        if isinstance(result, c.Challenge):
            self._remember_login(result, session, exchange.now_ms)
        return result

    def _counted(
        self, command: c.Command, session: Session, params: Any, exchange: HttpExchange
    ) -> c.Result:
        """Return the result of a call. Those who are not logged in have a handful on each line."""
        before = exchange.connection.session
        assert isinstance(before, Session)
        if session.link.address != exchange.connection.address:  # a proxy's line is everybody's
            return self._calls.call(session, command.method, params)
        session.tries = before.tries
        try:
            return self._calls.call(session, command.method, params)
        finally:
            before.tries = session.tries

    # -- logins, in two requests -------------------------------------------------------------

    def _remember_login(self, challenge: c.Challenge, session: Session, now_ms: int) -> None:
        """Keep a login that has begun, under the nonce that its last message will repeat."""
        found = FULL_NONCE.search(challenge.message)
        assert found
        self._logins.add(found[1], session, now_ms)

    def _login_of(self, params: Any, asking: Session, now_ms: int) -> Session:
        """Return the login that a client-final-message ends. Raises BadRequest, AuthFailed."""
        message = params.get("message") if isinstance(params, dict) else None
        found = FULL_NONCE.search(message) if isinstance(message, str) else None
        if found is None:
            raise BadRequest("login-finish: not a client-final-message")
        session = self._logins.take(found[1], now_ms)
        if session is None:
            raise AuthFailed("no login is in progress with this nonce; it may have expired")
        session.link = asking.link
        return session


def read_params(command: c.Command, request: HttpRequest) -> Any:
    """Return the parameters of a command. Raises BadRequest."""
    try:
        params = read_json(request.body)
    except ProtocolError as error:
        raise BadRequest(f"the body is {error.message}") from None
    if isinstance(params, dict) and command.takes_nonce:
        add_nonce(params, request)
    return params


def add_nonce(params: dict[str, Any], request: HttpRequest) -> None:
    """Take the Idempotency-Key as the nonce, if there is one. Raises BadRequest."""
    key = request.fields.get("idempotency-key")
    if key is None:
        return
    found = KEY.fullmatch(key)
    if found is None:
        raise BadRequest("the Idempotency-Key has 1 to 64 visible ASCII characters")
    nonce = found[1] or found[2]
    if params.setdefault("nonce", nonce) != nonce:
        raise BadRequest("the Idempotency-Key and the nonce differ")


def _offered(method: str) -> c.Command:
    command = c.COMMANDS.get(method)
    if command is None:
        raise UnknownMethod(f"there is no method {method[:64]!r}")
    if command.live:
        raise UnknownMethod(f"{method} needs a live connection: see /ws")
    return command
