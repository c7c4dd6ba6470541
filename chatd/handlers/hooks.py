"""Hooks: what comes by one is posted by who made it, under all rules that hold for that user."""

from chatd.core import events as e
from chatd.core.model import Hook, User
from chatd.core.store import Store
from chatd.errors import BadRequest, Conflict, NotFound
from chatd.handlers.context import Context
from chatd.handlers.destinations import Destinations
from chatd.handlers.dispatch import handles
from chatd.handlers.posting import Posting
from chatd.handlers.tokens import TOKEN_BYTES, token_hash
from chatd.handlers.visibility import Visibility
from chatd.wire import commands as c

HOOKS_MAX = 50
"""Hooks of one user: all of them fit one page."""


class HookHandlers:
    """`hook`, `hooks`, `unhook`, and `hook-post`."""

    def __init__(
        self,
        store: Store,
        posting: Posting,
        destinations: Destinations,
        visibility: Visibility,
    ) -> None:
        self._store = store
        self._state = store.state
        self._posting = posting
        self._destinations = destinations
        self._visibility = visibility

    @handles(c.MakeHook)
    def hook(self, context: Context, request: c.MakeHook) -> c.NewHook:
        user = self._visibility.user(context)
        room = self._destinations.named(user, request.room, context.now_ms).room
        if request.label.isspace():
            raise BadRequest("the label is empty")
        if len(user.hooks) >= HOOKS_MAX:
            raise Conflict("you have too many hooks; revoke some", limit=HOOKS_MAX)
        token = context.random(TOKEN_BYTES).hex()
        number = user.hooks_made + 1
        made = e.HookMade(
            context.now_ms, user.name, number, room, request.label, token_hash(token)
        )
        self._store.commit(made)
        return c.NewHook(number, room, token)

    @handles(c.ListHooks)
    def hooks(self, context: Context, request: c.ListHooks) -> c.Hooks:
        hooks = self._visibility.user(context).hooks.values()
        return c.Hooks([c.HookState(h.number, h.room, h.label, h.created_ms) for h in hooks])

    @handles(c.Unhook)
    def unhook(self, context: Context, request: c.Unhook) -> c.Nothing:
        user = self._visibility.user(context)
        if request.hook not in user.hooks:
            raise NotFound("you have no hook of that number")
        self._store.commit(e.HookRevoked(context.now_ms, user.name, request.hook))
        return c.Nothing()

    @handles(c.HookPost)
    def hook_post(self, context: Context, request: c.HookPost) -> c.Posted:
        maker, hook = self._opened(request.token)
        again, now_ms = self._destinations.again, context.now_ms
        return self._posting.say(
            context, maker, request, lambda maker: again(maker, hook.room, now_ms), hook.label
        )

    def _opened(self, token: str) -> tuple[User, Hook]:
        """Return a hook and who made it. Raises NotFound."""
        owner = self._state.hook_owners.get(token_hash(token))
        if owner is None:
            raise NotFound("there is no such hook, or it was revoked")
        name, number = owner
        user = self._state.users[name]
        return user, user.hooks[number]
