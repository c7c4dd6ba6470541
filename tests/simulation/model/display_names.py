"""Display names: what users are called besides their names."""

from tests.simulation.model.judging import Judged, refuse
from tests.simulation.model.moderation import Moderation
from tests.simulation.model.rooms import HOUR_MS, Rules

RENAMES_MAX = 10
RESERVED = ("general", "admin")


def looks(text: str) -> str:
    """Return the letters and digits of a text, those that look alike as one."""
    letters = "".join(filter(str.isalnum, text.lower()))
    return letters.replace("0", "o").replace("i", "l")


class DisplayNames(Moderation):
    """display_names: by name. renames: how often these changed in a day, and when that ends."""

    def __init__(self, rules: Rules) -> None:
        super().__init__(rules)
        self.display_names: dict[str, str] = {}
        self.renames: dict[str, tuple[int, int]] = {}

    def do_display_name(self, name: str, display_name: str) -> Judged:
        self.check_ban(name)
        if display_name == self.display_names.get(name, ""):
            yield ()
            return {}
        names = {*self.users, *self.over} - {name}
        called = {*names, *(self.display_names.get(n, "") for n in names - self.over)}
        taken = {looks(text) for text in (*called, *RESERVED)} - {""}
        refuse("conflict", looks(display_name) in taken)
        count, until_ms = self.renames.get(name, (0, 0))
        if self.now_ms >= until_ms:
            count, until_ms = 0, self.now_ms + 24 * HOUR_MS
        refuse("rate_limited", count >= RENAMES_MAX, reset_at=until_ms)
        yield ()
        self.renames[name] = count + 1, until_ms
        self._rename(name, display_name, name)
        return {}

    def do_clear_name(self, admin: str, user: str) -> Judged:
        self.check_judge(admin, user)
        refuse("not_found", user in self.over or not self.display_names.get(user))
        yield ()
        self._rename(user, "", admin)
        return {}

    def _rename(self, name: str, display_name: str, by: str) -> None:
        self.display_names[name] = display_name
        self.tell(name, "renamed", display_name=display_name, by=by)
