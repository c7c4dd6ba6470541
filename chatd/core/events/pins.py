"""Pins: users pin posts for all in a room."""

from msgspec.structs import replace

from chatd.core.copies import post_at
from chatd.core.events.messages import Post, post
from chatd.core.events.reactions import charge_reaction
from chatd.core.state import State
from chatd.core.tick import TickChanges
from chatd.wire import entries


class PinChanged(Post, frozen=True, tag="PinChanged"):
    """A user pinned a post, or unpinned one. period_ends: as in `ReactionChanged`."""

    target: int
    removed: bool
    period_ends: int

    def apply(self, state: State, changes: TickChanges) -> None:
        room, target = state.rooms[self.room], self.target
        said = post_at(room, target)
        assert said is not None, (self.room, target)
        if self.removed:
            del room.pins[target]
        else:
            room.pins[target] = self.seq
        pinned = replace(said, pinned_by="" if self.removed else self.author)
        room.log.replace(target, entries.encode_entry(pinned))
        entry = entries.Pin(self.room, self.seq, self.ts, self.author, target, self.removed)
        post(state, changes, self, entry)
        charge_reaction(state, changes, self.author, self.period_ends)
