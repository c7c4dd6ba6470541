"""The transaction: the state, and the events of the running tick that are not on disk yet."""

from chatd.core.events import Event, encode_events
from chatd.core.state import State
from chatd.core.tick import TickChanges
from chatd.errors import StorageFull


class Transaction:
    """Takes events; the tick takes them on to the journal, and the next transaction begins.

    changes: what follows from the events of the running tick.
    writable: False while the disk has no room: then nothing is committed at all.
    sealed: True from the moment a commit begins until it has succeeded. An exception while
    it is True means that state and events may differ, and the process must end.
    """

    def __init__(self, state: State) -> None:
        self.state = state
        self.writable = True
        self.sealed = False
        self.commits = 0
        self.changes = TickChanges()
        self._pending: list[Event] = []

    def commit(self, *events: Event) -> None:
        """Make events true, all of them; they are durable when the tick ends.

        Raises StorageFull, with nothing changed, when there is no room for them.
        """
        if not self.writable:
            raise StorageFull("the server's disk is full; try again later")
        self.commits += 1
        self.sealed = True
        for event in events:
            self.state.apply(event, self.changes)
        self._pending.extend(events)
        self.sealed = False

    @property
    def is_pending(self) -> bool:
        """Whether the state has what the journal has not yet."""
        return bool(self._pending)

    def take(self) -> tuple[bytes, TickChanges] | None:
        """Return the tick's events as the body of a journal record, and what follows from them.

        None if there are none.
        """
        if not self._pending:
            return None
        body, changes = encode_events(self._pending), self.changes
        self._pending.clear()
        self.changes = TickChanges()
        return body, changes
