"""Registration: which names a new user may have, and how many accounts an address may make."""

from chatd.config import Settings
from chatd.core.addresses import is_loopback, network_of
from chatd.core.confusables import skeletons
from chatd.core.state import State
from chatd.errors import Conflict
from chatd.handlers.refusals import bound_reached
from chatd.wire.names import RESERVED, map_name, new_name

WINDOW_MS = 3_600_000


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
    displayed_by = state.appearances.displayed_by(name)
    if displayed_by is not None:
        raise Conflict(f"{name} looks like what {displayed_by} is called")
    looks = skeletons(name)
    for other in sorted(RESERVED | kept):
        if other != name and looks & skeletons(other):
            raise Conflict(f"{name} looks like {other}, and that name is reserved")
    return new_name(name)


class RegistrationLimit:
    """Counts accounts by network, in windows of an hour that begin with the first one.

    Nobody fills its table without making accounts, and an address that made none is not in it.
    """

    def __init__(self) -> None:
        self._windows: dict[str, tuple[int, int]] = {}  # count and begin; the oldest first

    def check(self, address: str, settings: Settings, now_ms: int) -> None:
        """Raise RateLimited if no more accounts may be made from an address for now."""
        limit = settings.registrations_per_hour
        count, began_ms = self._windows.get(network_of(address), (0, 0))
        ends_ms = began_ms + WINDOW_MS
        if 0 < limit <= count and now_ms < ends_ms and not is_loopback(address):
            raise bound_reached(
                "REGISTRATIONS_PER_HOUR",
                "too many accounts were made from your address",
                limit,
                ends_ms,
            )

    def count(self, address: str, now_ms: int) -> None:
        """Count an account that was made from an address."""
        for network, (_, began_ms) in list(self._windows.items()):
            if now_ms < began_ms + WINDOW_MS:
                break
            del self._windows[network]
        if not is_loopback(address):
            network = network_of(address)
            count, began_ms = self._windows.get(network, (0, now_ms))
            self._windows[network] = (count + 1, began_ms)
