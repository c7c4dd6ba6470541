"""Backoff for failed logins, by address and name together.

Together, so that nobody can lock the owner out of a name, or a classroom behind one address
out of the server, by failing on purpose. Tokens are exempt: they can't be guessed.

A client that fails under invented names must not make the server forget the failures under a real
one, and must not learn from what it forgets which is which. So real names are kept exactly, each
network's by themselves, and of invented ones only counters in a table of fixed size, which forgets
nothing before its time and sometimes takes one invented name for another.
"""

from array import array
from hashlib import blake2b
from typing import NamedTuple

from chatd.core.addresses import network_of
from chatd.core.state import State
from chatd.errors import RateLimited

FREE_TRIES = 3
FIRST_DELAY_MS = 1_000
DELAY_MS_MAX = 300_000
FORGOTTEN_MS = 3_600_000
NAMES_PER_NETWORK = 1_000
"""Real names with failures from one network; that network's next one drops its oldest."""
PAIRS_MAX = 50_000
"""... and from all networks. Beyond, the network goes that failed longest ago."""
ROWS = 4
ROW_BITS = 16
"""Counters of invented names: ROWS times two to this, 8 bytes each, 2 MiB in all."""
COUNT_MAX = 255


class Failures(NamedTuple):
    """How often a login has failed, and when last (ms UTC)."""

    times: int
    last_ms: int

    def as_of(self, now_ms: int) -> "Failures":
        """Return what counts now: after an hour without another one, nothing."""
        return NONE if now_ms - self.last_ms > FORGOTTEN_MS else self


NONE = Failures(0, 0)


class LoginBackoff:
    """Counts failures by (network, name): after three, each doubles the wait, up to 5 minutes."""

    def __init__(self, state: State) -> None:
        self._users = state.users
        self._real: dict[str, dict[str, Failures]] = {}
        self._pairs = 0
        self._invented = Sketch(state.secret)

    def check(self, address: str, name: str, now_ms: int) -> None:
        """Raise RateLimited while a pair has to wait."""
        count, last_ms = self.failures(address, name, now_ms)
        if count < FREE_TRIES:
            return
        until_ms = last_ms + min(DELAY_MS_MAX, FIRST_DELAY_MS << min(count - FREE_TRIES, 20))
        if now_ms < until_ms:
            raise RateLimited("too many failed logins", limit=FREE_TRIES, reset_at=until_ms)

    def failures(self, address: str, name: str, now_ms: int) -> Failures:
        """Return the failures of a pair. Both kinds of names are looked up as long."""
        network = network_of(address)
        real = self._real.get(network, {}).get(name, NONE).as_of(now_ms)
        invented = self._invented.get(network, name, now_ms)
        return real if name in self._users else invented

    def failed(self, address: str, name: str, now_ms: int) -> None:
        """Count one more failure. The longer part of it is done for both kinds of names."""
        network = network_of(address)
        self._invented.add(network, name, now_ms)
        if name in self._users:
            self._note_real(network, name, now_ms)

    def succeeded(self, address: str, name: str) -> None:
        """Forget the failures of a pair."""
        if self._real.get(network_of(address), {}).pop(name, None):
            self._pairs -= 1

    def _note_real(self, network: str, name: str, now_ms: int) -> None:
        names = self._real.pop(network, {})
        count, _ = names.get(name, NONE).as_of(now_ms)
        self._pairs -= len(names)
        names.pop(name, None)
        while len(names) >= NAMES_PER_NETWORK:
            del names[next(iter(names))]
        names[name] = Failures(count + 1, now_ms)
        self._real[network] = names
        self._pairs += len(names)
        while self._pairs > PAIRS_MAX:
            self._pairs -= len(self._real.pop(next(iter(self._real))))


class Sketch:
    """Failures of any number of pairs in a fixed number of counters (a count-min sketch).

    A pair has a counter in each row and counts as its smallest says, never less than it should.
    secret: nobody without it can tell which pairs share counters.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._counters = array("Q", bytes(8 * (ROWS << ROW_BITS)))  # ms, and the count below

    def get(self, network: str, name: str, now_ms: int) -> Failures:
        """Return the failures of a pair."""
        return min(self._read(place, now_ms) for place in self._places(network, name))

    def add(self, network: str, name: str, now_ms: int) -> None:
        """Count one more."""
        places = self._places(network, name)
        count = min(self._read(place, now_ms) for place in places).times + 1
        for place in places:
            most = min(COUNT_MAX, max(count, self._read(place, now_ms).times))
            self._counters[place] = now_ms << 8 | most

    def _places(self, network: str, name: str) -> list[int]:
        pair = f"{network} {name}".encode()
        digest = blake2b(pair, digest_size=2 * ROWS, key=self._secret).digest()
        columns = memoryview(digest).cast("H")
        return [row << ROW_BITS | column for row, column in enumerate(columns)]

    def _read(self, place: int, now_ms: int) -> Failures:
        counter = self._counters[place]
        return Failures(counter & COUNT_MAX, counter >> 8).as_of(now_ms)
