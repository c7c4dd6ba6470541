"""The table of commands that are simply asked for: what each may be about, and when it is asked.

By whom and about which of that is drawn, mostly so that the model allows it (`Asking.choose`);
parameters that are about nothing in particular are drawn from `FREE`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from tests.simulation.machine.day import MINUTE_MS, NAMES, TAILS_OFTEN
from tests.simulation.machine.drawing import Draw
from tests.simulation.model import HOUR_MS, Model
from tests.simulation.peer import Map

RECENT = 12
"""So far back go the entries that are asked about."""
NUMBERS = range(1, 15)
DISPLAY_NAMES = ("Alice", "B.O.B", "Carol Ann", "Dodo", "D0d0", "", "General")
FREE: dict[str, Callable[[Any, Draw], Any]] = {
    "text": lambda day, draw: day.text(draw.one(TAILS_OFTEN)),
    "emoji": lambda day, draw: draw.one("👍🎉"),
    "remove": lambda day, draw: not draw.likely(),
    "reason": lambda day, draw: draw.one([f"reason {day.texts}", ""]),
    "hours": lambda day, draw: draw.one([None, 1, 5]),
    "limit": lambda day, draw: draw.one([2, 5, 100]),
    "revisions": lambda day, draw: draw.one([True, False]),
    "unread": lambda day, draw: draw.one([True, False]),
    "words": lambda day, draw: draw.one(["TEX", f"text {draw.number(day.texts)}"]),
    "author": lambda day, draw: draw.one([None, None, *NAMES]),
    "offset": lambda day, draw: draw.one([0, 0, 1, 30, 101]),
    "muted": lambda day, draw: draw.one([True, False]),
    "display_name": lambda day, draw: draw.one(DISPLAY_NAMES),
    "uses": lambda day, draw: draw.one([None, 1, 1, 2]),
    "expires_at": lambda day, draw: draw.one([None, None, *_expiries(day.world.now_ms)]),
    "label": lambda day, draw: f"ci {len(day.model.hook_tokens)}",
}
"""How parameters are drawn that may be anything, by their names."""


def _expiries(now_ms: int) -> list[int]:
    return [now_ms, now_ms + 5 * MINUTE_MS, now_ms + HOUR_MS]


def places(model: Model) -> list[Map]:
    """Entries, those that are gone and that there are none of included."""
    return [
        {"room": room.name, "seq": seq}
        for room in model.rooms.values()
        for seq in {0, *range(max(0, room.last - RECENT), room.last + 2)}
    ]


def members(model: Model) -> list[Map]:
    """All in all groups, by their ids, and now and then by their titles."""
    typed = [text for room in model.groups for text in (room, room, room, model.title(room))]
    return [{"room": text, "user": user} for text in typed for user in NAMES]


def numbers(model: Model) -> list[Map]:
    """Whatever has numbers of its own."""
    return [dict.fromkeys(("request", "report", "hook", "id"), number) for number in NUMBERS]


def numbers_of_links(model: Model) -> list[Map]:
    return [{"room": room, "number": number} for room in model.groups for number in NUMBERS]


def links(model: Model) -> list[Map]:
    """Every link that there has ever been."""
    return [{"link": token} for token in model.link_tokens]


def users(model: Model) -> list[Map]:
    return [{"user": name} for name in NAMES]


def targets(model: Model) -> list[Map]:
    """Where something may be posted."""
    return [{"room": to} for to in ("general", *NAMES, *model.groups, "@" + NAMES[0])]


class Row(NamedTuple):
    """A command, what it may be about, and when that makes sense.

    subjects: the parameters, those that other commands take included.
    """

    method: str
    subjects: Callable[[Model], list[Map]]
    when: Callable[[Model], Any] = lambda model: True

    @property
    def name(self) -> str:
        return f"ask_for_{self.method.replace('-', '_')}_of_{self.subjects.__name__}"


READS = [
    *(Row(method, places) for method in "history pins search thread threads download".split()),
    *(Row(method, members, lambda m: m.groups) for method in "members links requests".split()),
    *(Row(method, users) for method in "search people status hooks scheduled".split()),
    *(Row(method, users) for method in "invitations blocked reports".split()),
]
"""What can be looked at."""
HOOK = Row("hook", targets, lambda model: len(model.hooks) < 5)
INVITE = Row("invite", members)
LINK = Row("link", members)
ROWS = [
    *(Row(method, places) for method in "comment react pin unpin edit delete remove".split()),
    *(Row(method, places) for method in ("unread-from", "mute")),
    *(Row(method, members, lambda m: m.groups) for method in "join leave kick transfer".split()),
    *(Row(method, members, lambda m: any(m.asked.values())) for method in ("approve", "deny")),
    Row("withdraw", numbers, lambda model: any(model.asked.values())),
    Row("unlink", numbers_of_links, lambda model: model.links),
    Row("join", links, lambda model: model.link_tokens),
    Row("ban", users, lambda model: len(model.bans) < 2),
    Row("unban", users, lambda model: model.bans),
    Row("dismiss", numbers, lambda model: model.reports),
    Row("block", users),
    Row("unblock", users, lambda model: any(model.blocked.values())),
    Row("clear-name", users, lambda model: any(model.display_names.values())),
    Row("display-name", users),
    Row("cancel", numbers, lambda model: model.waiting or model.failed),
    HOOK,
    Row("unhook", numbers, lambda model: model.hooks),
]
