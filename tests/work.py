"""Work: what something costs, counted and not timed, so that it is the same on every machine.

    with counted() as work:
        alice.call("rooms")
    assert work.lines <= 2_000

A line of Python that is carried out is a step, and so is each turn of a loop; what takes one
step for each entry, user or byte is seen, whoever wrote it. What C code does within a step is not.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any


@dataclass
class Work:
    """What was done: lines of code, of the modules that are counted."""

    lines: int = 0


@contextmanager
def counted(within: str = "") -> Iterator[Work]:
    """Count what is done meanwhile. within: a part of the paths of the modules that count."""
    work = Work()

    def enter(frame: FrameType, event: str, arg: Any) -> Any:
        return step if within in frame.f_code.co_filename else None

    def step(frame: FrameType, event: str, arg: Any) -> Any:
        work.lines += event == "line"
        return step

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        yield work
    finally:
        sys.settrace(before)


def lines_of(call: Callable[[], object], within: str = "") -> int:
    """Return how many lines of code a call takes."""
    with counted(within) as work:
        call()
    return work.lines
