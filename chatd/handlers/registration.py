"""Registration: which names a new user may have."""

from chatd.core.confusables import skeletons
from chatd.core.state import State
from chatd.errors import Conflict
from chatd.wire.names import RESERVED, map_name, new_name


def free_name(state: State, text: str, kept: frozenset[str]) -> str:
    """Return the name that a new user can have, as mapped.

    kept: names that are kept for others, whether or not somebody has them. Raises BadRequest
    for what is no name, Conflict for one that is taken or looks like one that is.
    """
    name = map_name(text)
    if name in state.users:
        raise Conflict(f"the name {name} is taken")
    like = state.names.like(name)
    if like is not None:
        raise Conflict(f"{name} looks like {like}, and that name is taken")
    looks = skeletons(name)
    for other in sorted(RESERVED | kept):
        if other != name and looks & skeletons(other):
            raise Conflict(f"{name} looks like {other}, and that name is reserved")
    return new_name(name)
