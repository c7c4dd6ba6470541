"""Messages: what users say, to everyone or to one."""

from hashlib import blake2b

from chatd.config import Settings
from chatd.core import events as e
from chatd.core.lifetime import Lifetime
from chatd.core.model import User, Window
from chatd.core.state import NONCE_KEPT_MS
from chatd.core.store import Store
from chatd.errors import BadRequest, Conflict, RateLimited, TooLarge
from chatd.handlers.context import Context
from chatd.handlers.dispatch import handles
from chatd.handlers.visibility import Visibility
from chatd.wire import commands as c
from chatd.wire.rooms import GENERAL, direct_room

ROOMS_OPENED_MAX = 1_000
"""Direct rooms that one user may begin."""


class MessageHandlers:
    """`send` and `send-to`."""

    def __init__(
        self, store: Store, settings: Settings, lifetime: Lifetime, visibility: Visibility
    ) -> None:
        self._store = store
        self._rooms = store.state.rooms
        self._lifetime = lifetime
        self._visibility = visibility
        self._period_ms = settings.update_period_ms
        self._general_limit = settings.limit_messages
        self._private_limit = settings.limit_private

    @handles(c.Send)
    def send(self, context: Context, request: c.Send) -> c.Posted:
        author = self._visibility.user(context)
        return self._post(context, author, GENERAL, request.text, request.nonce)

    @handles(c.SendTo)
    def send_to(self, context: Context, request: c.SendTo) -> c.Posted:
        author = self._visibility.user(context)
        other = self._visibility.other_user(request.to)
        room = direct_room(author.name, other.name)
        if room in self._rooms:
            return self._post(context, author, room, request.text, request.nonce)
        if author.rooms_opened >= ROOMS_OPENED_MAX:
            raise RateLimited("you have begun too many conversations", limit=ROOMS_OPENED_MAX)
        opened = e.DirectRoomOpened(context.now_ms, room, author.name, other.name)
        return self._post(context, author, room, request.text, request.nonce, opened)

    def _post(
        self,
        context: Context,
        author: User,
        room: str,
        text: str,
        nonce: str | None,
        *before: e.Event,
    ) -> c.Posted:
        """Commit a message behind the events `before`. Seen nonces win over every refusal."""
        digest = b""
        if nonce is not None:
            digest = _digest(room, text)
            receipt = author.nonces.get(nonce)
            if receipt is not None and context.now_ms - receipt.ts < NONCE_KEPT_MS:
                if receipt.digest != digest:
                    raise Conflict("this nonce was used for something else")
                return c.Posted(receipt.room, receipt.seq, receipt.ts)
        check_text(text)
        now_ms = context.now_ms
        reset_at = self._spend(author.window_for(room), room, now_ms)
        seq = 1 if before else self._rooms[room].log.last_seq + 1
        due = self._lifetime.due_ms(now_ms)
        posted = e.MessagePosted(
            now_ms, room, seq, author.name, text, reset_at, due, nonce or "", digest
        )
        self._store.commit(*before, posted)
        self._announce(context, author.window_for(room), author.name, room)
        return c.Posted(room, seq, now_ms)

    def _announce(self, context: Context, window: Window, name: str, room: str) -> None:
        if window.count == 1:
            context.effects.periods.append((name, window.reset_at_ms))
        if room == GENERAL and self._general_limit:
            context.effects.spenders.add(name)

    def _spend(self, window: Window, room: str, now_ms: int) -> int:
        """Return when the period ends that one more entry counts in. Raises RateLimited."""
        limit = self._general_limit if room == GENERAL else self._private_limit
        if now_ms >= window.reset_at_ms:
            return now_ms + self._period_ms
        if limit and window.count >= limit:
            raise RateLimited(
                "you have sent all the messages of this period",
                limit=limit,
                reset_at=window.reset_at_ms,
            )
        return window.reset_at_ms


def check_text(text: str) -> None:
    """Refuse a text that is too long in UTF-8, or says nothing."""
    if len(text) * 4 > c.TEXT_BYTES_MAX and len(text.encode()) > c.TEXT_BYTES_MAX:
        raise TooLarge("the text is too long", limit=c.TEXT_BYTES_MAX)
    if text.isspace():
        raise BadRequest("the text is empty")


def _digest(room: str, text: str) -> bytes:
    return blake2b(f"{room}\n{text}".encode(), digest_size=8).digest()
