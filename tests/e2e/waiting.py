"""Waiting for something that another process does, and never for a time."""

import time
from collections.abc import Callable
from threading import Event

DEADLINE_S = 20.0
"""What takes longer than this has failed; nothing here takes a tenth of it."""
LOOK_S = 0.002


def until(condition: Callable[[], object], what: str) -> None:
    """Return as soon as `condition()` is true; fail the test, saying `what`, if it never is."""
    deadline = time.monotonic() + DEADLINE_S
    pause = Event()
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {DEADLINE_S:.0f} s in vain: {what}")
        pause.wait(LOOK_S)
