"""Registration: which names a new user may have."""

from scramp import ScramException
from scramp.core import Username

from chatd.core.confusables import skeletons
from chatd.core.names import RESERVED, map_name
from chatd.core.state import State
from chatd.errors import BadRequest, ChatError, Conflict


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
    _check_login(name)
    return name


def _check_login(name: str) -> None:
    """Refuse a name under which SCRAM logs nobody in, for its own profile is an older one.

    Source: RFC 5802, section 5.1; RFC 4013.
    """
    try:
        as_claimed = map_name(str(Username(name)))
    except (ScramException, ChatError):
        as_claimed = ""
    if as_claimed != name:
        raise BadRequest("nobody could log in under this name: SASLprep (RFC 4013) forbids it")
