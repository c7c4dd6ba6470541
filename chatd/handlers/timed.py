"""What timers call: methods of the handlers, by kind of timer, as requests find theirs by method.

A timer is set by what applies an event (`TickChanges.timers`), and by its own action.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from chatd.handlers.context import Turn

WORK_PER_TICK = 1_000
"""How much work timers do in one tick, in units of some 10 µs; what is left is for the next.

Each timer is a unit; what takes longer adds to that, by what it counts."""

Action = Callable[[Turn, Any], int | None]
"""Called with the timer's key; returns when to be called again (ms UTC), None for never."""
F = TypeVar("F", bound=Callable[..., int | None])


def on_timer(kind: str) -> Callable[[F], F]:
    """Mark a method as what timers of a kind call."""

    def mark(function: F) -> F:
        function.timer_kind = kind  # type: ignore[attr-defined]
        return function

    return mark


def timed(*families: object) -> dict[str, Action]:
    """Return the marked methods of all families by their kind."""
    actions: dict[str, Action] = {}
    for family in families:
        for name in dir(family):
            member = getattr(family, name)
            if hasattr(member, "timer_kind"):
                assert member.timer_kind not in actions, member.timer_kind
                actions[member.timer_kind] = member
    return actions
