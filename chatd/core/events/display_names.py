"""Display names: what users are called besides their names."""

from chatd.core.events.base import Event
from chatd.core.state import State
from chatd.core.tick import TickChanges
from chatd.wire import entries


class DisplayNameChanged(Event, frozen=True, tag="DisplayNameChanged"):
    """A user has another display name, "" for none.

    by: the user, or the administrator who took it away. reset_at: when the period ends in which
    the change counts; 0: it does not.
    """

    name: str
    display_name: str
    by: str
    reset_at: int

    def apply(self, state: State, changes: TickChanges) -> None:
        user = state.users[self.name]
        state.appearances.change(self.name, user.display_name, self.display_name)
        user.display_name = self.display_name
        if self.reset_at:
            user.renames.spend(self.reset_at)
        changes.renamed.add(self.name)
        state.append_to_self(
            changes,
            self.name,
            entries.Renamed,
            self.ts,
            display_name=self.display_name,
            by=self.by,
        )
