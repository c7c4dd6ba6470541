"""Numbers by which commands name what a user has. Completion offers them.

They come from announcements and lists, and are forgotten when what they stand for has ended.
"""

from collections.abc import Iterable, Mapping

from chatd.wire import entries as e

from ..events import SeenEntry

NUMBERS_MAX = 20
"""Of each kind: the latest ones, as they stand on the screen."""

_BEGIN: Mapping[type[e.Entry], str] = {
    e.Scheduled: "id",
    e.HookMade: "hook",
    e.DeviceAdded: "device",
    e.Reported: "report",
    e.JoinAsked: "request",
}
_END: Mapping[type[e.Entry], str] = {
    e.Cancelled: "id",
    e.Failed: "id",
    e.HookRevoked: "hook",
    e.DeviceRevoked: "device",
    e.Moderated: "report",
    e.JoinApproved: "request",
    e.JoinDenied: "request",
}
"""Which announcements tell of what, in the word that usages have for it, as have their fields."""

KINDS = frozenset(_BEGIN.values())


class Numbers:
    """The latest numbers of each kind; the newest comes first. kind: the word of a usage."""

    def __init__(self) -> None:
        self._known: dict[str, list[int]] = {kind: [] for kind in KINDS}

    def add(self, entry: SeenEntry) -> None:
        """Take note of what an announcement says to have begun, or to be over."""
        if type(entry) in _BEGIN:
            kind = _BEGIN[type(entry)]
            self._know(kind, [*self._known[kind], getattr(entry, kind)])
        elif type(entry) in _END:
            kind = _END[type(entry)]
            over = getattr(entry, kind)
            self._know(kind, (number for number in self._known[kind] if number != over))

    def listed(self, kind: str, numbers: Iterable[int]) -> None:
        """A list has been shown: what is in it takes the place of what was known."""
        self._know(kind, sorted(numbers))

    def of(self, kind: str) -> list[str]:
        """Return the numbers of a kind, as they are typed."""
        return [str(number) for number in reversed(self._known[kind])]

    def _know(self, kind: str, numbers: Iterable[int]) -> None:
        self._known[kind] = list(numbers)[-NUMBERS_MAX:]
