"""Transfers: files that come and go, each a line above the prompt while it takes its time.

↑ photo.jpg  ████████░░░░░░░░  52 %  1.2 MiB/s  2 s left
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chatd.wire.sizes import size_text

from .safe_text import safe
from .styled import DIM, Line
from .times import duration
from .wrapping import cut

BAR_COLUMNS = 16
NAME_COLUMNS_MAX = 24


class Transfer:
    """How far one file has come. `progress` is called by another thread.

    arrow: ↑ or ↓. now: a clock in seconds.
    """

    def __init__(self, arrow: str, name: str, now: Callable[[], float] = time.monotonic) -> None:
        self._arrow = arrow
        self._name = name
        self._now = now
        self._started_at = now()
        self._first: int | None = None
        self._done = self._size = 0

    def progress(self, done: int, size: int) -> None:
        """Take note of the bytes that are done, and of all."""
        if self._first is None:
            self._first, self._started_at = done, self._now()
        self._done, self._size = done, size

    def line(self, width: int) -> Line:
        """Return the line that shows it, at most `width` columns."""
        name = cut(safe(self._name), NAME_COLUMNS_MAX)
        text = f"{self._arrow} {name}  {self._bar()}  {self._share():3.0%}  {self._pace()}"
        return [(DIM, cut(text.rstrip(), width - 1))]

    def _share(self) -> float:
        return self._done / self._size if self._size else 0.0

    def _bar(self) -> str:
        full = int(self._share() * BAR_COLUMNS)
        return "█" * full + "░" * (BAR_COLUMNS - full)

    def _pace(self) -> str:
        seconds = self._now() - self._started_at
        moved = self._done - (self._first or 0)
        if seconds < 0.5 or not moved:
            return ""
        speed = moved / seconds
        left_ms = round((self._size - self._done) / speed * 1000)
        return f"{size_text(round(speed))}/s  {duration(left_ms)} left"


class Transfers:
    """All that are under way. changed: called, by any thread, when there is news."""

    def __init__(self, changed: Callable[[], object]) -> None:
        self._changed = changed
        self._running: list[Transfer] = []

    def __len__(self) -> int:
        return len(self._running)

    @contextmanager
    def running(self, arrow: str, name: str) -> Iterator[Callable[[int, int], None]]:
        """Show a transfer while the block lasts; what is yielded takes its progress."""
        transfer = Transfer(arrow, name)
        self._running.append(transfer)

        def progress(done: int, size: int) -> None:
            transfer.progress(done, size)
            self._changed()

        try:
            yield progress
        finally:
            self._running.remove(transfer)
            self._changed()

    def lines(self, width: int) -> list[Line]:
        """Return a line for each."""
        return [transfer.line(width) for transfer in self._running]
