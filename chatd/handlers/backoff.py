"""Backoff for failed logins, by address and name together.

Together, so that nobody can lock the owner out of a name, or a classroom behind one address
out of the server, by failing on purpose. Tokens are exempt: they can't be guessed.
"""

from chatd.core.addresses import network_of
from chatd.errors import RateLimited

FREE_TRIES = 3
FIRST_DELAY_MS = 1_000
DELAY_MS_MAX = 300_000
FORGOTTEN_MS = 3_600_000
PAIRS_MAX = 10_000


class LoginBackoff:
    """Counts failures by (network, name): after three, each doubles the wait, up to 5 minutes."""

    def __init__(self) -> None:
        self._failures: dict[tuple[str, str], tuple[int, int]] = {}

    def check(self, address: str, name: str, now_ms: int) -> None:
        """Raise RateLimited while a pair has to wait."""
        count, last_ms = self._failures.get((network_of(address), name), (0, 0))
        if count < FREE_TRIES or now_ms - last_ms > FORGOTTEN_MS:
            return
        until_ms = last_ms + min(DELAY_MS_MAX, FIRST_DELAY_MS << min(count - FREE_TRIES, 20))
        if now_ms < until_ms:
            raise RateLimited("too many failed logins", limit=FREE_TRIES, reset_at=until_ms)

    def failed(self, address: str, name: str, now_ms: int) -> None:
        """Count one more failure."""
        pair = (network_of(address), name)
        count, last_ms = self._failures.pop(pair, (0, 0))
        if now_ms - last_ms > FORGOTTEN_MS:
            count = 0
        while len(self._failures) >= PAIRS_MAX:  # the pair that failed longest ago goes
            del self._failures[next(iter(self._failures))]
        self._failures[pair] = (count + 1, now_ms)

    def succeeded(self, address: str, name: str) -> None:
        """Forget the failures of a pair."""
        self._failures.pop((network_of(address), name), None)
