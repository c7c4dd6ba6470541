"""Accounts that end, what goes with them at once, and their posts a little later."""

from collections.abc import Sequence

from tests.simulation.model.files import Files
from tests.simulation.model.rooms import Map, Rules

ERASED_MS = 1_000
"""So long after its end all posts of an account are deleted that are to go: there are few."""


class Accounts(Files):
    """erasing: since when, of those whose posts are to be deleted."""

    def __init__(self, rules: Rules) -> None:
        super().__init__(rules)
        self.erasing: dict[str, int] = {}

    def end_account(self, name: str, posts: bool) -> None:
        """A user is gone. Rooms of the user pass to their longest members."""
        for room_id in self.groups_of(name):
            others = [reader for reader in self.rooms[room_id].readers if reader != name]
            if self.groups[room_id].owner == name and others:
                self.groups[room_id].owner = others[0]
                self._member(room_id, others[0], name, "owner")
            self.leave(name, room_id)
        for room in self.rooms_of(name):
            room.leave(name, self.now_ms, self.rules)
            if not room.readers and room.name != "general":
                for item in room.items:
                    self.withdraw(item)
                self.ended[room.name] = self.rooms.pop(room.name)
        self.users.remove(name)
        self.over.add(name)
        self.tell_admins("deleted", name, name)
        if posts:
            self.erasing[name] = self.now_ms

    def watch(self, entries: Sequence[Map]) -> None:
        deletes = [e for e in entries if e["kind"] == "delete" and e["author"] in self.erasing]
        others = [entry for entry in entries if entry not in deletes]
        first = {entry["room"]: entry["seq"] for entry in reversed(others)}
        for entry in deletes:
            if entry["seq"] < first.get(entry["room"], entry["seq"] + 1):
                self._erased(entry)
        super().watch(others)
        for entry in deletes:
            if entry["seq"] > first.get(entry["room"], entry["seq"]):
                self._erased(entry)

    def _erased(self, entry: Map) -> None:
        """The server deleted one of the posts."""
        room, target = self.rooms[entry["room"]], int(entry["target"])
        assert room.is_said(target) and room.item(target).author == entry["author"], entry
        seq = self.delete(entry["author"], entry["room"], target)
        assert seq == entry["seq"], entry

    def check_nothing_is_late(self, late_ms: int) -> None:
        super().check_nothing_is_late(late_ms)
        for name, since_ms in self.erasing.items():
            if self.now_ms >= since_ms + ERASED_MS + late_ms:
                for room in self.rooms.values():
                    left = [i for i in room.items[room.gone :] if i.is_said and i.author == name]
                    assert not left, ("not erased", name, room.name)
