"""Drawing: what a day's steps are, and how they make up their minds.

A command that is simply asked for is one row: `asks` in front of what draws who asks for it, and
with which parameters; the method of the model says what is answered. Whatever takes more than
that is a `step`.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from functools import cache
from typing import Any, NamedTuple, TypeVar

from hypothesis import stateful
from hypothesis import strategies as st

from tests.simulation.peer import Lost, Map, Peer

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


Asked = tuple[Peer, Map]
"""Who asks, and the parameters, those that another command takes included."""
Asking = TypeVar("Asking", bound=Callable[..., Asked])


class Row(NamedTuple):
    """A command that is simply asked for, what draws who asks and for what, and when."""

    method: str
    draws: Callable[..., Asked]
    when: Condition | None

    @property
    def name(self) -> str:
        return f"{self.draws.__name__}_{self.method.replace('-', '_')}"

    def step(self) -> Step:
        """Return the step that asks for it."""

        def ask(day: Any, draw: Draw) -> None:
            day.ask_row(self, draw)

        ask.__name__ = self.name
        return step(self.when)(ask)


ROWS: list[Row] = []


def asks(*methods: str, when: Condition | None = None) -> Callable[[Asking], Asking]:
    """Make steps that ask for commands, one for each, of what draws the parameters of them all."""

    def decorate(draws: Asking) -> Asking:
        ROWS.extend(Row(method, draws, when) for method in methods)
        return draws

    return decorate
