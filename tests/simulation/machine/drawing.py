"""Drawing: what a day's steps are, and how they make up their minds."""

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from functools import cache
from typing import Any, TypeVar

from hypothesis import stateful
from hypothesis import strategies as st

from tests.simulation.peer import Lost

T = TypeVar("T")
OFTEN = 4
"""What is likely is so in three of so many cases."""


class Draw:
    """Draws from what there is right now."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data

    def number(self, most: int) -> int:
        """Return a number from 0 on."""
        return self._data.draw(_numbers(most))

    def one(self, things: Collection[T]) -> T:
        listed = things if isinstance(things, Sequence) else list(things)
        return listed[self.number(len(listed) - 1)]

    def some(self, things: Sequence[T]) -> set[T]:
        return {thing for thing in things if self.number(1)}

    def likely(self) -> bool:
        return self.number(OFTEN - 1) < OFTEN - 1

    def mostly(self, things: Collection[T], others: Collection[T]) -> T:
        """Return one of what makes sense, if there is any, or seldom one of others."""
        return self.one(things if things and self.likely() else others)


@cache
def _numbers(most: int) -> st.SearchStrategy[int]:
    return st.integers(0, most)


Step = Callable[..., None]
Condition = Callable[[Any], Any]


def step(when: Condition | None = None) -> Callable[[Step], Step]:
    """A rule of hypothesis, the rest of which is not done when its connections are lost."""

    def decorate(act: Step) -> Step:
        def as_far_as_possible(self: Any, data: st.DataObject) -> None:
            if not self.is_over:
                self.world.note(f"- {act.__name__}")
                with suppress(Lost):
                    act(self, Draw(data))

        as_far_as_possible.__name__ = act.__name__
        enter: Callable[[Step], Step] = stateful.rule(data=st.data())
        rule = enter(as_far_as_possible)
        return stateful.precondition(when)(rule) if when else rule

    return decorate
