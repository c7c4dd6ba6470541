"""Timers for one thread and any horizon, without a clock of their own.

    wheel = TimerWheel(resolution_ms=10)
    wheel.set("idle", connection_id, now_ms + 60_000)     # arm, or move
    wheel.cancel("idle", connection_id)
    ...
    wait(wheel.next_ms())
    for timer in wheel.advance(now_ms, limit=100):
        handle(timer.kind, timer.key)

A deadline is rounded up to the resolution, and all timers that round to the same moment
share a *slot*. Slots stand in a dict, so that only occupied ones cost anything, and their
numbers in a heap, so that the next one is known without walking the empty ones. Against
the classic hierarchy of rings (Varghese and Lauck, 1987) this has no levels, hence no
horizon and no cascades: a timer is touched twice in its life, when it is armed and when
it fires. The heap is paid once for each slot instead of once for each timer.

Promises:

- A timer never fires early: only once `now_ms` has reached its rounded deadline.
- Timers fire in the order (deadline, kind, key), by the exact deadline. So do those that
  are overdue, armed in the past, or left over by the `limit` of an earlier call.
- `set` and `cancel` cost O(1), but for O(log slots) when they occupy or empty a slot.
  In a slot that `advance` has handed out in part, they cost O(log timers in the slot).
  The costs are amortised: now and then a call pays for cleaning a heap, which is linear.
- A cancelled timer is gone at once. What may linger is its number in a heap, of which
  `_prune` keeps at most as many dead as alive, plus `DEAD_MAX`.
"""

from collections.abc import Collection, Hashable
from heapq import heapify, heappop, heappush
from typing import NamedTuple, TypeVar

DEAD_MAX = 64
"""Dead entries that a heap may hold beyond as many as are alive."""


class Timer(NamedTuple):
    """One armed timer. Its field order is the order of firing."""

    deadline_ms: int
    kind: str
    key: Hashable


Timers = set[Timer]
Slot = Timer | Timers
"""The timers of one moment. Many slots hold just one, and a set would cost it 216 bytes."""

Entry = TypeVar("Entry", int, Timer)


class TimerWheel:
    """Armed timers, each known by its kind and key.

    Kinds are few. Keys of one kind are comparable with each other, as ties are broken by
    key; keys of different kinds are never compared. Times are ms since any one epoch.
    """

    def __init__(self, resolution_ms: int = 10) -> None:
        if resolution_ms < 1:
            raise ValueError(f"a resolution of {resolution_ms} ms, at least 1")
        self._resolution_ms = resolution_ms
        self._armed: dict[str, dict[Hashable, Timer]] = {}
        self._slots: dict[int, Slot] = {}
        self._occupied: list[int] = []  # heap of the slots' numbers; its first is alive
        self._orders: dict[int, list[Timer]] = {}  # a heap for each slot handed out in part

    def __len__(self) -> int:
        return sum(map(len, self._armed.values()))

    def set(self, kind: str, key: Hashable, deadline_ms: int) -> None:
        """Arm a timer, or move it if it is armed. A deadline in the past is due at once."""
        timers = self._armed.get(kind)
        if timers is None:
            timers = self._armed[kind] = {}
        armed = timers.get(key)
        if armed is not None:
            if armed.deadline_ms == deadline_ms:
                return
            self._take_out(armed)
        timers[key] = timer = Timer(deadline_ms, kind, key)
        self._put_in(timer)

    def set_sooner(self, kind: str, key: Hashable, deadline_ms: int) -> None:
        """Arm a timer, unless it is armed and due before that."""
        armed_ms = self.deadline_ms(kind, key)
        if armed_ms is None or deadline_ms < armed_ms:
            self.set(kind, key, deadline_ms)

    def cancel(self, kind: str, key: Hashable) -> bool:
        """Disarm a timer; False if it was not armed."""
        timer = self._armed.get(kind, {}).pop(key, None)
        if timer is None:
            return False
        self._take_out(timer)
        return True

    def deadline_ms(self, kind: str, key: Hashable) -> int | None:
        """Return the exact deadline of a timer, None if it is not armed."""
        timer = self._armed.get(kind, {}).get(key)
        return None if timer is None else timer.deadline_ms

    def next_ms(self) -> int | None:
        """Return when `advance` next has work (it may be past), None if nothing is armed."""
        return self._occupied[0] * self._resolution_ms if self._occupied else None

    def advance(self, now_ms: int, limit: int) -> list[Timer]:
        """Disarm and return the first due timers, at most `limit`.

        If `limit` cut them short, `next_ms` stays in the past and the next call goes on.
        A slot with more timers than fit is put in order first, once, as a whole.
        """
        last_due = now_ms // self._resolution_ms
        fired: list[Timer] = []
        while self._occupied and self._occupied[0] <= last_due and len(fired) < limit:
            fired += self._hand_out(self._occupied[0], limit - len(fired))
        for timer in fired:
            del self._armed[timer.kind][timer.key]
        return fired

    def _number(self, timer: Timer) -> int:
        return -(-timer.deadline_ms // self._resolution_ms)  # rounds up

    def _put_in(self, timer: Timer) -> None:
        number = self._number(timer)
        slot = self._slots.get(number)
        if slot is None:
            self._slots[number] = timer
            heappush(self._occupied, number)
        elif isinstance(slot, Timer):
            self._slots[number] = {slot, timer}
        else:
            slot.add(timer)
            if number in self._orders:
                heappush(self._orders[number], timer)

    def _take_out(self, timer: Timer) -> None:
        number = self._number(timer)
        slot = self._slots[number]
        if isinstance(slot, Timer) or len(slot) == 1:
            self._vacate(number)
        else:
            slot.remove(timer)
            if number in self._orders:
                _prune(self._orders[number], slot)

    def _vacate(self, number: int) -> None:
        del self._slots[number]
        self._orders.pop(number, None)
        _prune(self._occupied, self._slots)

    def _hand_out(self, number: int, count: int) -> list[Timer]:
        """Remove the first `count` timers of a slot, all if it has no more."""
        slot = self._slots[number]
        if not isinstance(slot, Timer) and len(slot) > count:
            return self._hand_out_part(number, slot, count)
        fired = [slot] if isinstance(slot, Timer) else sorted(slot)
        self._vacate(number)
        return fired

    def _hand_out_part(self, number: int, slot: Timers, count: int) -> list[Timer]:
        order = self._orders.get(number)
        if order is None:
            self._orders[number] = order = list(slot)
            heapify(order)
        fired = []
        for _ in range(count):
            fired.append(heappop(order))
            slot.remove(fired[-1])
            _prune(order, slot)
        return fired


def _prune(heap: list[Entry], alive: Collection[Entry]) -> None:
    """Drop the dead from the top of `heap`, and all of them when they are too many.

    Each entry is dropped once, hence O(log n) amortised. One that died and came back may
    stand twice; the second is dropped when the first has been used.
    """
    if len(heap) > 2 * len(alive) + DEAD_MAX:
        heap[:] = alive
        heapify(heap)
    while heap and heap[0] not in alive:
        heappop(heap)
