"""The timer wheel against a heap and a hierarchical wheel: python -m bench.timers [count]

The whole life of `count` timers, due at random within an hour (or --horizon-s): all are
armed, half of them cancelled, the rest expire while the clock goes from one deadline to the
next, as in a server's loop. Beside it the cost of asking for the next deadline with all of
them armed, and the memory of one timer among 10,000 that are due within a minute. Each
design hands the timers out in the order (deadline, kind, key).
"""

import argparse
import gc
import platform
import random
import time
import tracemalloc
from collections.abc import Callable, Hashable, Iterable
from heapq import heappop, heappush
from pathlib import Path
from typing import NamedTuple, Protocol

from chatd.core.timers import Timer, TimerWheel

HOUR_S = 3_600
MINUTE_MS = 60_000
KIND = "idle"
SLICE = 1_000
QUESTIONS = 100_000


class Timers(Protocol):
    """What is measured."""

    def set(self, kind: str, key: Hashable, deadline_ms: int) -> None: ...
    def cancel(self, kind: str, key: Hashable) -> bool: ...
    def next_ms(self) -> int | None: ...
    def advance(self, now_ms: int, limit: int) -> list[Timer]: ...


class LazyHeap:
    """One heap of all timers; a cancelled one stays until it comes to the top."""

    def __init__(self) -> None:
        self._heap: list[Timer] = []
        self._armed: dict[tuple[str, Hashable], Timer] = {}

    def set(self, kind: str, key: Hashable, deadline_ms: int) -> None:
        timer = self._armed[kind, key] = Timer(deadline_ms, kind, key)
        heappush(self._heap, timer)

    def cancel(self, kind: str, key: Hashable) -> bool:
        return self._armed.pop((kind, key), None) is not None

    def next_ms(self) -> int | None:
        self._drop_dead()
        return self._heap[0].deadline_ms if self._heap else None

    def advance(self, now_ms: int, limit: int) -> list[Timer]:
        fired: list[Timer] = []
        self._drop_dead()
        while self._heap and self._heap[0].deadline_ms <= now_ms and len(fired) < limit:
            timer = heappop(self._heap)
            del self._armed[timer.kind, timer.key]
            fired.append(timer)
            self._drop_dead()
        return fired

    def _drop_dead(self) -> None:
        heap = self._heap
        while heap and self._armed.get((heap[0].kind, heap[0].key)) is not heap[0]:
            heappop(heap)


class HierarchicalWheel:
    """Rings of 256, 64, 64 and 64 slots, each ring's slot as long as the whole ring below.

    The sixth scheme of Varghese and Lauck, as in the older Linux kernels: at 10 ms it sees
    7.8 days ahead, and what lies further waits in the last slot. A bitmap for each ring
    finds the next occupied slot. Time starts at 0 and only goes forward.
    """

    SHIFTS = (0, 8, 14, 20)  # bits of the tick below each ring
    SIZES = (256, 64, 64, 64)
    TICKS_AHEAD_MAX = (1 << 26) - 1
    RING = (0,) * 9 + (1,) * 6 + (2,) * 6 + (3,) * 6  # by the bits of the ticks ahead
    UNKNOWN = -1

    def __init__(self, resolution_ms: int = 10) -> None:
        self._resolution_ms = resolution_ms
        self._tick = 0
        self._next: int | None = None
        self._rings: list[dict[int, set[Timer]]] = [{} for _ in self.SIZES]
        self._bitmaps = [0 for _ in self.SIZES]
        self._armed: dict[tuple[str, Hashable], tuple[Timer, int, int]] = {}
        self._due: list[Timer] = []  # sorted backwards

    def set(self, kind: str, key: Hashable, deadline_ms: int) -> None:
        self.cancel(kind, key)
        self._place(Timer(deadline_ms, kind, key))

    def _place(self, timer: Timer) -> None:
        ahead = -(-timer.deadline_ms // self._resolution_ms) - self._tick
        ahead = min(max(ahead, 0), self.TICKS_AHEAD_MAX)
        ring = self.RING[ahead.bit_length()]
        index = ((self._tick + ahead) >> self.SHIFTS[ring]) & (self.SIZES[ring] - 1)
        slots = self._rings[ring]
        if index in slots:
            slots[index].add(timer)
        else:
            slots[index] = {timer}
            self._bitmaps[ring] |= 1 << index
            self._next = self.UNKNOWN
        self._armed[timer.kind, timer.key] = (timer, ring, index)

    def cancel(self, kind: str, key: Hashable) -> bool:
        place = self._armed.pop((kind, key), None)
        if place is None:
            return False
        timer, ring, index = place
        slot = self._rings[ring].get(index, set())
        slot.discard(timer)  # one that is due has left its slot
        if not slot:
            self._clear(ring, index)
        return True

    def _clear(self, ring: int, index: int) -> Iterable[Timer]:
        self._bitmaps[ring] &= ~(1 << index)
        self._next = self.UNKNOWN
        return self._rings[ring].pop(index, ())

    def _find_next(self) -> int | None:
        """Return the next tick that fires a slot or, above the first ring, cascades one."""
        ticks = []
        for ring, bitmap in enumerate(self._bitmaps):
            if bitmap:
                start = (self._tick >> self.SHIFTS[ring]) + (ring > 0)
                size = self.SIZES[ring]
                turn = start & (size - 1)
                ahead = (bitmap >> turn) | (bitmap << (size - turn))
                ticks.append(start + (ahead & -ahead).bit_length() - 1 << self.SHIFTS[ring])
        return min(ticks, default=None)

    def _next_tick(self) -> int | None:
        if self._next == self.UNKNOWN:
            self._next = self._find_next()
        return self._next

    def next_ms(self) -> int | None:
        tick = self._tick if self._due else self._next_tick()
        return None if tick is None else tick * self._resolution_ms

    def advance(self, now_ms: int, limit: int) -> list[Timer]:
        fired: list[Timer] = []
        while len(fired) < limit and (self._due or self._turn(now_ms // self._resolution_ms)):
            while self._due and len(fired) < limit:
                timer = self._due.pop()
                place = self._armed.get((timer.kind, timer.key))
                if place is not None and place[0] is timer:
                    del self._armed[timer.kind, timer.key]
                    fired.append(timer)
        return fired

    def _turn(self, last_tick: int) -> bool:
        """Go to the next occupied tick up to `last_tick`; False if there is none."""
        tick = self._next_tick()
        if tick is None or tick > last_tick:
            return False
        self._tick = tick
        for ring in (3, 2, 1):
            if tick % (1 << self.SHIFTS[ring]) == 0:
                for timer in self._clear(ring, (tick >> self.SHIFTS[ring]) % self.SIZES[ring]):
                    self._place(timer)
        self._due = sorted(self._clear(0, tick % self.SIZES[0]), reverse=True)
        return True


class Figures(NamedTuple):
    """Seconds for all timers together; seconds for one question; bytes for one timer."""

    insert_s: float
    cancel_s: float
    expire_s: float
    next_s: float
    timer_bytes: float

    @property
    def life_s(self) -> float:
        return self.insert_s + self.cancel_s + self.expire_s


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", nargs="?", type=int, default=1_000_000, help="number of timers")
    parser.add_argument("--horizon-s", type=int, default=HOUR_S, help="they are due within this")
    options = parser.parse_args()
    count: int = options.count
    horizon_ms: int = options.horizon_s * 1_000
    designs: dict[str, Callable[[], Timers]] = {
        "heapq, lazy deletion": LazyHeap,
        "hierarchical 256/64": HierarchicalWheel,
        "chatd.core.timers": TimerWheel,
    }
    print(f"{count:,} timers within {options.horizon_s:,} s; {machine()}")
    rows = {name: measure(make, count, horizon_ms) for name, make in designs.items()}
    print_table(rows, count)


def machine() -> str:
    """Return the model of the processor, where the system tells it, and the Python."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{cpu_model()}, {python}"


def cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


def measure(make: Callable[[], Timers], count: int, horizon_ms: int) -> Figures:
    """Run the whole life once, with the collector off as it would blur the figures."""
    deadlines = random.Random(1).choices(range(horizon_ms), k=count)
    cancelled = random.Random(2).sample(range(count), count // 2)
    timers = make()
    gc.collect()
    gc.disable()
    insert_s = seconds(lambda: insert(timers, deadlines))
    next_s = seconds(lambda: ask(timers)) / QUESTIONS
    cancel_s = seconds(lambda: cancel(timers, cancelled))
    expire_s = seconds(lambda: expire(timers, count - len(cancelled)))
    gc.enable()
    return Figures(insert_s, cancel_s, expire_s, next_s, timer_bytes(make))


def seconds(run: Callable[[], None]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def insert(timers: Timers, deadlines: list[int]) -> None:
    for key, deadline_ms in enumerate(deadlines):
        timers.set(KIND, key, deadline_ms)


def ask(timers: Timers) -> None:
    for _ in range(QUESTIONS):
        timers.next_ms()


def cancel(timers: Timers, keys: list[int]) -> None:
    for key in keys:
        timers.cancel(KIND, key)


def expire(timers: Timers, expected: int) -> None:
    """Go from one deadline to the next; a design that loses timers must not look fast."""
    fired = 0
    while (now_ms := timers.next_ms()) is not None:
        fired += len(timers.advance(now_ms, SLICE))
    assert fired == expected, f"{fired} of {expected} timers fired"


def timer_bytes(make: Callable[[], Timers], count: int = 10_000) -> float:
    """Return what one of `count` timers takes, without its key, with its deadline."""
    spread = random.Random(3)
    keys = list(range(count))
    tracemalloc.start()
    timers = make()
    for key in keys:
        timers.set(KIND, key, 1_000_000 + spread.randrange(MINUTE_MS))
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return used / count


def print_table(rows: dict[str, Figures], count: int) -> None:
    columns = ("insert", "cancel", "expire", "life", "ratio", "next", "memory")
    print(f"{'':22}" + "".join(f"{column:>9}" for column in columns))
    baseline_s = next(iter(rows.values())).life_s
    for name, row in rows.items():
        spans_s = (row.insert_s, row.cancel_s, row.expire_s, row.life_s)
        cells = [f"{span_s / count * 1e6:.2f}" for span_s in spans_s]
        cells += [f"{row.life_s / baseline_s:.2f}", f"{row.next_s * 1e9:.0f}"]
        cells += [f"{row.timer_bytes:.0f}"]
        print(f"{name:22}" + "".join(f"{cell:>9}" for cell in cells))
    print("insert, cancel, expire, life: µs per timer of all; ratio: life, heapq is 1;")
    print("next: ns per next_ms(); memory: bytes per timer, 10,000 within a minute")


if __name__ == "__main__":
    main()
