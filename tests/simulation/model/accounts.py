"""Accounts that end, what goes with them at once, and their posts a little later."""

from tests.simulation.model.files import Files
from tests.simulation.model.rooms import Map, Rules
from tests.simulation.model.schedules import Waiting

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
                self.own_group(others[0], room_id, name)
            self.leave(name, room_id)
        for room in self.rooms_of(name):
            room.leave(name, self.now_ms, self.rules)
            if not room.readers and room.name != "general":
                self.end_room(room.name)
        self.users.remove(name)
        self.over.add(name)
        self.tell_admins("deleted", name, name)
        if posts:
            self.erasing[name] = self.now_ms

    def see(self, entry: Map) -> Waiting | None:
        """The server may have deleted one of the posts."""
        if entry["kind"] != "delete":
            return super().see(entry)
        author, target = entry["author"], entry["target"]
        item = self.said_at(entry["room"], target)
        assert author in self.erasing and item and item.author == author, entry
        assert self.delete(author, entry["room"], target)["seq"] == entry["seq"], entry
        return None

    def check_nothing_is_late(self, late_ms: int) -> None:
        super().check_nothing_is_late(late_ms)
        for name, since_ms in self.erasing.items():
            if self.now_ms >= since_ms + ERASED_MS + late_ms:
                for room in self.rooms.values():
                    left = [i for i in room.items[room.gone :] if i.is_said and i.author == name]
                    assert not left, ("not erased", name, room.name)
