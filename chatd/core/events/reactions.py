"""Reactions: users react to posts."""

from chatd.core.events.messages import Post, arm_limits, post
from chatd.core.reactions import react, take_back
from chatd.core.state import State
from chatd.core.tick import TickChanges
from chatd.wire import entries


class ReactionChanged(Post, frozen=True, tag="ReactionChanged"):
    """A user reacted to a post, or took that back.

    period_ends: when the author's period for reactions ends; 0 for what does not count in it.
    """

    target: int
    emoji: str
    removed: bool
    period_ends: int

    def apply(self, state: State, changes: TickChanges) -> None:
        room, author = state.rooms[self.room], self.author
        if self.removed:
            count = take_back(room, self.target, self.emoji, author)
        else:
            count = react(room, self.target, self.emoji, author, self.seq)
        entry = entries.Reaction(
            self.room, self.seq, self.ts, author, self.target, self.emoji, self.removed, count
        )
        post(state, changes, self, entry)
        charge_reaction(state, changes, author, self.period_ends)


def charge_reaction(state: State, changes: TickChanges, name: str, period_ends: int) -> None:
    """Count what a user did to a post in the period that ends then, if it counts."""
    user = state.users[name]
    if period_ends and user.reacted.spend(period_ends):
        arm_limits(user, changes)
