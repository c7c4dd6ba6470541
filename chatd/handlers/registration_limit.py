"""Registrations: how many accounts were made from each address in the last hour.

Nobody fills this table without making accounts, and an address that made none is not in it.
"""

from chatd.config import Settings
from chatd.core.addresses import is_loopback, network_of
from chatd.handlers.refusals import bound_reached

WINDOW_MS = 3_600_000


class RegistrationLimit:
    """Counts accounts by network, in windows of an hour that begin with the first one."""

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
