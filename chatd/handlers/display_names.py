"""`display-name`, `clear-name`."""

from collections.abc import Callable

from chatd.config import Settings
from chatd.core import events as e
from chatd.core.appearances import looks_of
from chatd.core.model import User
from chatd.core.transaction import Transaction
from chatd.errors import Conflict, NotFound, RateLimited
from chatd.handlers.administrators import admins_of
from chatd.handlers.context import Context
from chatd.handlers.dispatch import handles
from chatd.handlers.posting import check_may_send
from chatd.wire import commands as c
from chatd.wire.display_names import map_display_name
from chatd.wire.names import RESERVED

RENAMES_MAX = 10
"""Changes of one user's display name in a day."""
RENAMES_PERIOD_MS = 86_400_000

Judge = Callable[[Context, str], tuple[User, User]]
"""Return which administrator decides, and on whom; raise ChatError."""


class DisplayNameHandlers:
    """Keeps what users are called besides their names."""

    def __init__(self, transaction: Transaction, settings: Settings, judge: Judge) -> None:
        self._transaction = transaction
        self._state = transaction.state
        self._reserved = RESERVED | admins_of(settings)
        self._judge = judge

    @handles(c.ChangeDisplayName)
    def display_name(self, context: Context, request: c.ChangeDisplayName) -> c.Nothing:
        user, now_ms = context.user, context.now_ms
        check_may_send(user, now_ms)
        text = request.display_name and map_display_name(request.display_name)
        if text != user.display_name:
            self._check_free(user, text)
            used = user.renames.used(now_ms)
            reset_at = user.renames.reset_at_ms if used else now_ms + RENAMES_PERIOD_MS
            if used >= RENAMES_MAX:
                raise RateLimited(
                    "you have changed your display name too often",
                    limit=RENAMES_MAX,
                    reset_at=reset_at,
                )
            self._transaction.commit(
                e.DisplayNameChanged(now_ms, user.name, text, user.name, reset_at)
            )
        return c.Nothing()

    @handles(c.ClearName)
    def clear_name(self, context: Context, request: c.ClearName) -> c.Nothing:
        admin, user = self._judge(context, request.user)
        if not user.display_name:
            raise NotFound(f"{user.name} has no display name")
        self._transaction.commit(e.DisplayNameChanged(context.now_ms, user.name, "", admin.name, 0))
        return c.Nothing()

    def _check_free(self, user: User, text: str) -> None:
        """Refuse what a user would be taken for somebody else by. Raises Conflict."""
        if not text:
            return
        seen, looks = self._state.appearances, looks_of(text)
        other = seen.named(text, user.name) or seen.displayed_by(text, user.name)
        if other is not None:
            raise Conflict(f"{text} looks like what {other} is called")
        if any(looks & looks_of(name) for name in self._reserved if name != user.name):
            raise Conflict(f"{text} looks like a name that is reserved")
