"""Fairness: whose turn it is, and how much each may ask for in a second.

A *party* is whom work is done for: a user with all connections together, or before a login all
that comes from one address. So nobody gets more of the server by opening more connections.
"""

from collections import deque
from collections.abc import Hashable, Iterator
from functools import lru_cache
from typing import Generic, TypeVar

from chatd.core.addresses import network_of

T = TypeVar("T", bound=Hashable)

ADDRESS = "@"
"""Begins the party of an address; no user's name begins with it."""
BURST_MS = 1_000
"""After a pause, one may ask for so long's worth of requests at once."""
FIRST_TURNS_MAX = 8
"""After so many first turns it is the turn of one who has had one, however many join."""
SWEEP_MS = 1_000
REMEMBERED = 4_096


@lru_cache(REMEMBERED)
def party_of(address: str) -> str:
    """Return the party of whoever is not logged in."""
    return ADDRESS + network_of(address)


class FairQueue(Generic[T]):
    """Items that wait, each once: parties have their turns in order, and so have a party's items.

    A party joins with its first item, and with `end_turn` rejoins at the end if it has more. Who
    joins has a first turn before those who have had one, and does not join anew until they all
    have had another: so who asks now and then hardly waits for those who never stop. What is taken
    out with `discard` is passed over when its place comes.
    """

    def __init__(self) -> None:
        self._joined: deque[str] = deque()
        self._served: deque[str] = deque()
        self._row: deque[str] | None = None  # the one of these whose first party has its turn
        self._first_turns = 0  # in a row
        self._items: dict[str, deque[T]] = {}
        self._waiting: set[T] = set()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, party: str, item: T) -> None:
        """Let an item wait behind those of its party; it stays in its place if it waits."""
        if item in self._waiting:
            return
        self._waiting.add(item)
        items = self._items.get(party)
        if items is None:
            self._items[party] = items = deque()
            self._joined.append(party)
        items.append(item)

    def discard(self, item: T) -> None:
        """Forget an item, if it waits."""
        self._waiting.discard(item)

    def party(self) -> str | None:
        """Return whose turn it is; None if nobody waits. The turn lasts until `end_turn`."""
        while self._row is None and (self._joined or self._served):
            row = self._next_row()
            if self._items[row[0]]:
                self._row = row
            else:
                del self._items[row.popleft()]
        return self._row[0] if self._row else None

    def _next_row(self) -> deque[str]:
        is_their_turn = self._first_turns >= FIRST_TURNS_MAX or not self._joined
        return self._served if self._served and is_their_turn else self._joined

    def take(self) -> T | None:
        """Return the next item of the party whose turn it is; None if it has no more."""
        party = self.party() if self._row is None else self._row[0]
        items = self._items[party] if party is not None else ()
        while items:
            item = items.popleft()
            if item in self._waiting:
                self._waiting.remove(item)
                return item
        return None

    @property
    def has_more(self) -> bool:
        """Whether the party whose turn it is has an item that waits."""
        return self._row is not None and bool(self._items[self._row[0]])

    def end_turn(self) -> None:
        """Let the next party have its turn; this one comes last, if it has more."""
        row, self._row = self._row, None
        if row is None:
            return
        party = row.popleft()
        self._first_turns = self._first_turns + 1 if row is self._joined else 0
        if row is self._joined or self._items[party]:
            self._served.append(party)
        else:
            del self._items[party]

    def turns(self) -> Iterator[T]:
        """Take one item in each turn, for as long as the loop over them is not left."""
        while self.party() is not None:
            item = self.take()
            self.end_turn()
            if item is not None:
                yield item


class Meter:
    """How often each has asked lately, whoever that is: a rate, and a burst after a pause.

    rate: requests a second; 0 for no limit.
    """

    def __init__(self, rate: int) -> None:
        self.configure(rate)

    def configure(self, rate: int) -> None:
        """Go on with another rate; what was asked before is forgotten."""
        self.is_on = rate > 0
        self._request_ms = 1000 / rate if rate else 0.0
        self._paid_until_ms: dict[Hashable, float] = {}
        self._sweep_ms = 0

    def charge(self, who: Hashable, now_ms: int) -> int | None:
        """Count a request; return when its time will have come (ms UTC), None if it has."""
        if not self._request_ms:
            return None
        paid_until_ms = self._paid_until_ms.get(who, 0.0)
        self._paid_until_ms[who] = max(paid_until_ms, now_ms) + self._request_ms
        until_ms = paid_until_ms + self._request_ms - BURST_MS
        return int(until_ms) + 1 if until_ms > now_ms else None

    def sweep(self, now_ms: int) -> None:
        """Forget from time to time those who have paused; nothing follows from it."""
        if now_ms >= self._sweep_ms:
            self._sweep_ms = now_ms + SWEEP_MS
            self._paid_until_ms = {
                who: until_ms for who, until_ms in self._paid_until_ms.items() if until_ms > now_ms
            }
