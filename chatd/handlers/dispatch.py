"""The dispatcher: from a method's name and a map to the one handler for it.

What the table in `chatd.wire.commands` says is checked here, before any handler runs: the
method exists, the connection has come far enough, its login still holds, the parameters have
their shape.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

import msgspec

from chatd.core.state import State
from chatd.errors import BadRequest, ChatError, Malformed, Unauthenticated, UnknownMethod
from chatd.handlers.context import Context
from chatd.wire.commands import COMMANDS, AnyParams, Command, Params, Phase, Result

Handler = Callable[[Context, Any], Result | None]
REASON_CHARACTERS_MAX = 200
"""A reason may quote what was sent, which can be as large as a frame."""
_READY = Phase.READY  # Python 3.11 takes 0.3 µs to find a member in its class
NAMES_MAX = 5
NAME_CHARACTERS_MAX = 64
"""The most unknown parameters that an error names, and the most of each name."""
_OUT_OF_BOUNDS = re.compile(
    r"Expected `(int|str|bytes)`(?: of length)? ([<>])= (\d+) - at `\$\.(.+)`"
)
_UNITS = {"str": "characters", "bytes": "bytes"}
S = TypeVar("S")
P = TypeVar("P", bound=AnyParams, covariant=True)
R = TypeVar("R", bound=Result | None)


class handles(Generic[P]):
    """Mark a method as the handler of the command with these parameters, which returns its result.

    A class, so that the types of parameters and result are found one after the other.
    """

    def __init__(self, params: type[P]) -> None:
        self._params = params

    def __call__(
        self: "handles[Params[R]]", method: Callable[[S, Context, P], R]
    ) -> Callable[[S, Context, P], R]:
        method.handled_params = self._params  # type: ignore[attr-defined]
        return method


class Dispatcher:
    """Every command of the table bound to its handler.

    state: by which a login is checked again at each request.
    families: objects whose marked methods are the handlers; together they must handle each
    command exactly once.
    """

    def __init__(self, state: State, *families: object) -> None:
        self._state = state
        by_params: dict[type[AnyParams], Handler] = {}
        for params, handler in _handlers_of(families):
            assert params not in by_params, f"{params} is handled twice"
            by_params[params] = handler
        # Phases in a tuple: to look for one in a set calls its hash, which is Python code.
        self._rows = {
            method: (command, tuple(command.phases), by_params.pop(command.params))
            for method, command in COMMANDS.items()
        }
        assert not by_params, f"not in the command table: {list(by_params)}"

    def call(self, context: Context, method: str, params: Any) -> Result | None:
        """Return the result of a request; None for what is a notification.

        Raises ChatError when it is refused; then nothing has changed.
        """
        row = self._rows.get(method)
        if row is None:
            raise UnknownMethod(f"there is no method {method[:64]!r}")
        command, phases, handler = row
        session = context.session
        if session.phase not in phases:
            raise _out_of_turn(command, session.phase)
        if session.phase is _READY:
            user = self._state.users.get(session.name)
            # The session ends with the tick; until then it may do nothing more.
            if user is None or (
                session.credentials is not None
                and (
                    user.credentials is not session.credentials
                    or (session.device and session.device not in user.devices)
                )
            ):
                raise Unauthenticated("this login has ended; log in again")
            context.user = user
        try:
            request = msgspec.convert(params, command.params)
        except msgspec.ValidationError as error:
            reason = _unknown(command, params) or _shortened(_in_words(str(error)))
            raise Malformed(f"{method}: {reason}") from None
        except RecursionError:
            raise Malformed(f"{method}: nested too deeply") from None
        return handler(context, request)


def _handlers_of(families: tuple[object, ...]) -> Iterator[tuple[type[AnyParams], Handler]]:
    for family in families:
        for name in dir(family):
            member = getattr(family, name)
            if hasattr(member, "handled_params"):
                yield member.handled_params, member


def _unknown(command: Command, params: Any) -> str:
    """Return which parameters a command does not have, and which it has; "" if it has all."""
    known = command.params.__struct_fields__
    if not isinstance(params, dict) or not (names := [n for n in params if n not in known]):
        return ""
    named = ", ".join(repr(name[:NAME_CHARACTERS_MAX]) for name in names[:NAMES_MAX])
    more = ", …" if len(names) > NAMES_MAX else ""
    return f"no parameter is called {named}{more}; there is {', '.join(known) or 'none'}"


def _in_words(reason: str) -> str:
    """Return what msgspec says of a value out of bounds as people would; else what it says."""
    if (found := _OUT_OF_BOUNDS.fullmatch(reason)) is None:
        return reason
    kind, sign, bound, name = found.groups()
    if kind == "int":
        return f"{name} is {'above' if sign == '<' else 'below'} {bound}"
    if (sign, bound) == (">", "1"):
        return f"{name} is empty"
    return f"{name} has {'more' if sign == '<' else 'fewer'} than {bound} {_UNITS[kind]}"


def _shortened(reason: str) -> str:
    return reason if len(reason) <= REASON_CHARACTERS_MAX else reason[:REASON_CHARACTERS_MAX] + "…"


def _out_of_turn(command: Command, phase: Phase) -> ChatError:
    if phase is Phase.NEW:
        return BadRequest("the first request must be hello")
    if Phase.READY in command.phases and phase is not Phase.READY:
        return Unauthenticated(f"{command.method} needs a login first")
    return BadRequest(f"{command.method} can't be called {phase.value}")
