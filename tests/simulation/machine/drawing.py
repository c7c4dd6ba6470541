"""Drawing: what a day's steps are, and how they make up their minds.

A command that is simply asked for is one row: `asks` in front of what draws who asks for it, and
with which parameters; the method of the model says what is answered. Whatever takes more than
that is a `step`.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from functools import cache
from typing import Any, NamedTuple, TypeVar, cast

from hypothesis import stateful
from hypothesis import strategies as st

from tests.simulation.peer import Lost, Map, Peer

T = TypeVar("T")
Draws = TypeVar("Draws", bound=Callable[..., tuple[Peer, Map]])
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
Asked = tuple[Peer, Map]
"""Who asks, and the parameters."""


def step(when: Condition | None = None) -> Callable[[Step], Step]:
    """A rule of hypothesis, the rest of which is not done when its connections are lost."""

    def decorate(act: Step) -> Step:
        def as_far_as_possible(self: Any, data: st.DataObject) -> None:
            if not self.is_over:
                with suppress(Lost):
                    act(self, Draw(data))

        as_far_as_possible.__name__ = act.__name__
        enter: Callable[[Step], Step] = stateful.rule(data=st.data())
        rule = enter(as_far_as_possible)
        return stateful.precondition(when)(rule) if when else rule

    return decorate


def asks(methods: Iterable[str], when: Condition | None = None) -> Callable[[Draws], Draws]:
    """Make steps that ask for commands, one for each, of what draws the parameters of them all."""

    def decorate(draws: Draws) -> Draws:
        return cast(Draws, _Rows(methods, when, draws))

    return decorate


class Row(NamedTuple):
    """Asks for one command, and when that makes sense."""

    ask: Step
    when: Condition | None


ROWS: list[Row] = []
"""All commands that are simply asked for."""


class _Rows:
    """What `asks` leaves in a class until that is there, and takes them."""

    def __init__(
        self, methods: Iterable[str], when: Condition | None, draws: Callable[..., Asked]
    ) -> None:
        self._methods = methods
        self._when = when
        self._draws = draws

    def __set_name__(self, owner: type, name: str) -> None:
        setattr(owner, name, self._draws)
        for method in self._methods:
            ask = self._asking(method)
            ROWS.append(Row(ask, self._when))
            setattr(owner, f"{name}_{method.replace('-', '_')}", step(self._when)(ask))

    def _asking(self, method: str) -> Step:
        draws = self._draws

        def ask(self: Any, draw: Draw) -> None:
            peer, params = draws(self, draw)
            self.ask_so_often(draw, peer, method, params)

        ask.__name__ = method.replace("-", "_")
        return ask
