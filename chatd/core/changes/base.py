"""What makes an event true: a function of (memory, event), one for each kind."""

from collections.abc import Callable
from typing import Any, TypeVar

from chatd.core.events import Event
from chatd.core.memory import Memory

Change = Callable[[Memory, Any], None]

CHANGES: dict[type[Event], Change] = {}

F = TypeVar("F", bound=Change)


def changes(event: type[Event]) -> Callable[[F], F]:
    """Enter the function that makes events of a kind true."""

    def enter(function: F) -> F:
        assert event not in CHANGES, event
        CHANGES[event] = function
        return function

    return enter
