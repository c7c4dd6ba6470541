"""The arguments of commands about private rooms. Raises UsageError for what makes no sense."""

import re

from chatd.wire.commands import Join, MakeLink
from chatd.wire.rooms import GROUP_MARK

from ..web import link_in
from .arguments import arguments_error, number_of
from .directory import unquoted

LINK_CHARACTERS_MIN = 40
"""No title is this long: anything longer without a `+` is a link."""
UNIT_MS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000}


def one_word(name: str, rest: str, question: str) -> str:
    """Return the only word after a command."""
    words = rest.split()
    if len(words) != 1:
        raise arguments_error(name, f"`{words[1]}` is one argument too many" if words else question)
    return unquoted(words[0])


def room_and_user(name: str, rest: str) -> tuple[str, str]:
    """Return a room, and a user."""
    words = rest.split()
    if len(words) != 2:
        raise arguments_error(name, "a room and one user")
    return unquoted(words[0]), words[1].removeprefix("@")


def room_and_number(name: str, rest: str, which: str) -> tuple[str, int]:
    """Return a room, and the number of something in it. which: the question without it."""
    words = rest.split()
    if len(words) != 2 or not re.fullmatch("[0-9]{1,15}", words[1]):
        raise arguments_error(name, which)
    return unquoted(words[0]), int(words[1])


def what_to_join(rest: str) -> Join:
    """Return the room or the link that is to be joined; a browser's address is a link, too."""
    word = one_word("join", rest, "which room? `invitations` lists where you are invited")
    link = link_in(word)
    if not link:
        raise arguments_error("join", "the address has lost the part after its #")
    if link == word and (word.startswith(GROUP_MARK) or len(word) < LINK_CHARACTERS_MIN):
        return Join(room=word)
    return Join(link=link)


def link_to_make(rest: str, now_ms: int) -> MakeLink:
    """Return a link's room and bounds: `+ops`, `+ops uses 5`, `+ops for 2d uses 1`."""
    room, *words = rest.split() or [""]
    bounds = dict(zip(words[::2], words[1::2], strict=False))
    if not room or len(words) != 2 * len(bounds) or not bounds.keys() <= {"uses", "for"}:
        raise arguments_error("link", "a room, and optionally how many may use it and for how long")
    uses = number_of("link", bounds["uses"], "how many uses?") if "uses" in bounds else None
    expires_at = now_ms + _span_ms(bounds["for"]) if "for" in bounds else None
    return MakeLink(unquoted(room), uses, expires_at)


def _span_ms(word: str) -> int:
    found = re.fullmatch("([0-9]{1,6})([mhd])", word)
    if found is None:
        raise arguments_error("link", "for how long? as in 30m, 12h or 7d")
    return int(found[1]) * UNIT_MS[found[2]]
