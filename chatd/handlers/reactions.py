"""Reactions: users react to what they see, and take that back."""

from operator import attrgetter

from msgspec.structs import replace

from chatd.config import Settings
from chatd.core import events as e
from chatd.core.model import Room, User
from chatd.core.reactions import EMOJI_MAX
from chatd.errors import BadRequest, Conflict
from chatd.handlers.context import Context
from chatd.handlers.destinations import Destinations
from chatd.handlers.dispatch import handles
from chatd.handlers.posting import NO_KEY, PostHeader, Posting, fields_of
from chatd.handlers.rate_limit import RateLimit
from chatd.handlers.visibility import Visibility
from chatd.wire import commands as c
from chatd.wire.emoji import emoji_in


class Reacting:
    """What holds for all that users do to a post, of anybody, that counts in a limit of its own."""

    def __init__(self, settings: Settings, posting: Posting, destinations: Destinations) -> None:
        self._posting = posting
        self._destinations = destinations
        self._limit = RateLimit(
            settings.limit_reactions,
            settings.update_period_ms,
            "LIMIT_REACTIONS",
            attrgetter("reacted"),
            "reactions",
        )

    def header(self, author: User, room: Room, now_ms: int) -> tuple[PostHeader, int]:
        """Return what an entry begins with that may be made now, and when its period ends.

        Raises like `Posting.header`, and NotFound where nobody else is in the room.
        """
        to = self._destinations.inside(author, room)
        header = self._posting.header(author, to, NO_KEY, now_ms, limit=self._limit)
        return replace(header, reset_at=0), header.reset_at


class ReactionHandlers:
    """`react`."""

    def __init__(self, posting: Posting, reacting: Reacting, visibility: Visibility) -> None:
        self._posting = posting
        self._reacting = reacting
        self._visibility = visibility

    @handles(c.React)
    def react(self, context: Context, request: c.React) -> c.EntryMade:
        """What is so already stays so, whatever else could refuse it."""
        user, now_ms = context.user, context.now_ms
        emoji = emoji_in(request.emoji)
        if emoji is None:
            raise BadRequest("a reaction is one emoji")
        room, said = self._visibility.post(user, request.room, request.seq, now_ms)
        reactions = room.reactions.get(said.seq, {})
        before = reactions.get(emoji, {}).get(user.name)
        if (before is None) is request.remove:
            return c.EntryMade(room.room, before)
        if request.remove:
            header = self._posting.uncounted_header(user, room, NO_KEY, now_ms)
            ends_ms = 0
        else:
            header, ends_ms = self._reacting.header(user, room, now_ms)
            if len(reactions) >= EMOJI_MAX and emoji not in reactions:
                raise Conflict("there are too many different reactions to it", limit=EMOJI_MAX)
        changed = e.ReactionChanged(*fields_of(header), said.seq, emoji, request.remove, ends_ms)
        posted = self._posting.commit(context, changed)
        return c.EntryMade(posted.room, posted.seq)
