"""Reactions: who has reacted to a post with which emoji, and what of that the post shows.

A room has them by post, the post shows them in the order in which they came. It names so many users
only that it fits into a page with the longest names and text.
"""

from itertools import islice

from msgspec.structs import replace

from chatd.core.copies import post_at
from chatd.core.model import Room
from chatd.wire.entries import encode_entry

EMOJI_MAX = 20
"""Different ones that one post may have."""
NAMES_SHOWN_MAX = 50
NAMES_SHOWN_IN_ALL_MAX = 200
"""Users that a post names, for each emoji and together; the others are counted."""


def react(room: Room, target: int, emoji: str, name: str, seq: int) -> int:
    """Let a user have reacted to a post, as entry `seq` says; return how many have so."""
    names = room.reactions.setdefault(target, {}).setdefault(emoji, {})
    names[name] = seq
    _show(room, target)
    return len(names)


def take_back(room: Room, target: int, emoji: str, name: str) -> int:
    """Let a user not have reacted so to a post; return how many still have."""
    reactions = room.reactions[target]
    names = reactions[emoji]
    del names[name]
    if not names:
        del reactions[emoji]
    if not reactions:
        del room.reactions[target]
    _show(room, target)
    return len(names)


def _show(room: Room, target: int) -> None:
    said = post_at(room, target)
    assert said is not None, (room.room, target)
    shown: dict[str, list[str]] = {}
    more: dict[str, int] = {}
    left = NAMES_SHOWN_IN_ALL_MAX
    for emoji, names in room.reactions.get(target, {}).items():
        shown[emoji] = list(islice(names, min(NAMES_SHOWN_MAX, left)))
        left -= len(shown[emoji])
        if len(shown[emoji]) < len(names):
            more[emoji] = len(names) - len(shown[emoji])
    room.log.replace(target, encode_entry(replace(said, reactions=shown, more_reactions=more)))
