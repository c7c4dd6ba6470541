"""Refusals: what was refused last, by connection, user and hook. In memory alone."""

from chatd.config import BY_NAME
from chatd.errors import ChatError, RateLimited
from chatd.handlers.context import Refusal, Session
from chatd.wire.commands import Phase

USERS_MAX = 10_000
"""How many users are remembered: those to whom something was refused last."""
METHOD_CHARACTERS_MAX = 64


class Refusals:
    """Remembers for `why`; on a new connection `why` answers with the one before.

    A program that posts by a hook gets the reason; the hook's owner finds it in the list of hooks.
    """

    def __init__(self) -> None:
        self._by_user: dict[str, Refusal] = {}
        self._by_hook: dict[tuple[str, int], tuple[int, str]] = {}

    def note(self, session: Session, method: str, now_ms: int, error: ChatError) -> None:
        """Remember that a request of somebody who is logged in was answered an error."""
        if session.phase is not Phase.READY:  # the name is only what somebody says
            return
        refusal = Refusal(
            method[:METHOD_CHARACTERS_MAX], now_ms, type(error), error.message, error.detail
        )
        session.refusal = refusal
        self._by_user.pop(session.name, None)
        self._by_user[session.name] = refusal
        if len(self._by_user) > USERS_MAX:
            del self._by_user[next(iter(self._by_user))]

    def last(self, session: Session) -> Refusal | None:
        """Return what was refused on this connection, or else on any other of its user."""
        return session.refusal or self._by_user.get(session.name)

    def note_hook(self, maker: str, hook: int, now_ms: int, error: ChatError) -> None:
        """Remember that the last post by a hook was refused."""
        self._by_hook[maker, hook] = (now_ms, error.message)

    def forget_hook(self, maker: str, hook: int) -> None:
        """The last post by a hook was taken, or the hook is no more."""
        self._by_hook.pop((maker, hook), None)

    def last_of_hook(self, maker: str, hook: int) -> tuple[int | None, str]:
        """Return when (ms UTC) and why the last post by a hook was refused, if it was."""
        return self._by_hook.get((maker, hook), (None, ""))


def bound_reached(setting: str, message: str, limit: int, reset_at: int) -> RateLimited:
    """Return the refusal for a user who has as much as a setting allows.

    With the rule itself, since who is not logged in has no `why`. reset_at: when it makes sense
    to try again (ms UTC).
    """
    rule = BY_NAME[setting].help
    return RateLimited(message, limit=limit, reset_at=reset_at, setting=setting, rule=rule)
