"""Hooks: what comes by one is posted by who made it, under all rules that hold for that user."""

from chatd.core import events as e
from chatd.core.model import Hook, User
from chatd.core.transaction import Transaction
from chatd.errors import BadRequest, ChatError, Conflict, NotFound
from chatd.handlers.context import Context
from chatd.handlers.destinations import Destinations
from chatd.handlers.dispatch import handles
from chatd.handlers.posting import Posting, check_may_send
from chatd.handlers.refusals import Refusals
from chatd.handlers.tokens import TOKEN_BYTES, token_hash
from chatd.wire import commands as c

HOOKS_MAX = 50
"""Hooks of one user: all of them fit one page."""
NO_SUCH_HOOK = "there is no such hook, or it was revoked"


class HookHandlers:
    """`hook`, `hooks`, `unhook`, and `hook-post`."""

    def __init__(
        self,
        transaction: Transaction,
        posting: Posting,
        destinations: Destinations,
        refusals: Refusals,
    ) -> None:
        self._transaction = transaction
        self._state = transaction.state
        self._posting = posting
        self._destinations = destinations
        self._refusals = refusals

    @handles(c.MakeHook)
    def hook(self, context: Context, request: c.MakeHook) -> c.NewHook:
        user = context.user
        room = self._destinations.named(user, request.room, context.now_ms).room_id
        check_may_send(user, context.now_ms)
        if request.label.isspace():
            raise BadRequest("the label is empty")
        if len(user.hooks) >= HOOKS_MAX:
            raise Conflict("you have too many hooks; revoke some", limit=HOOKS_MAX)
        token = context.random(TOKEN_BYTES).hex()
        number = user.hooks_made + 1
        made = e.HookMade(context.now_ms, user.name, number, room, request.label, token_hash(token))
        self._transaction.commit(made)
        return c.NewHook(number, room, token)

    @handles(c.ListHooks)
    def hooks(self, context: Context, request: c.ListHooks) -> c.Hooks:
        user = context.user
        return c.Hooks([self._state_of(user, hook) for hook in user.hooks.values()])

    def _state_of(self, user: User, hook: Hook) -> c.HookState:
        refused = self._refusals.last_of_hook(user.name, hook.number)
        return c.HookState(hook.number, hook.room, hook.label, hook.created_ms, *refused)

    @handles(c.Unhook)
    def unhook(self, context: Context, request: c.Unhook) -> c.Nothing:
        user = context.user
        if request.hook not in user.hooks:
            raise NotFound("you have no hook with that number")
        self._transaction.commit(e.HookRevoked(context.now_ms, user.name, request.hook))
        self._refusals.forget_hook(user.name, request.hook)
        return c.Nothing()

    @handles(c.HookPost)
    def hook_post(self, context: Context, request: c.HookPost) -> c.Posted:
        maker, hook = self._opened(request.token)
        again = self._destinations.again
        try:
            posted = self._posting.say_in_parts(
                context, maker, request, again, hook.room, hook.label
            )
        except ChatError as error:
            self._refusals.note_hook(maker.name, hook.number, context.now_ms, error)
            raise
        self._refusals.forget_hook(maker.name, hook.number)
        return posted

    def _opened(self, token: str) -> tuple[User, Hook]:
        """Return a hook and who made it. Raises NotFound."""
        owner = self._state.hook_owners.get(token_hash(token))
        if owner is None:
            raise NotFound(NO_SUCH_HOOK)
        name, number = owner
        user = self._state.users[name]
        return user, user.hooks[number]
