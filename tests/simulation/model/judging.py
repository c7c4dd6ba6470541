"""Judging: what a request may be answered, and what it does, in one method for each command.

The method `do_<command>` of the model takes who asks, when, and the parameters of the command.
It refuses what has to be refused, first things first; then comes its only `yield`, which says
by what the server may refuse the rest. What the server answered is sent in, if it did it: then
the model does the same, and returns what the answer had to be.
"""

from collections.abc import Callable, Collection, Generator, Iterable

from tests.simulation.model.rooms import Map

Judged = Generator[Collection[str], Map, Map]


class Refusal(Exception):
    """The server must refuse this: by the first code, or one of the others if there are any.

    fields: what the error says besides.
    """

    def __init__(self, code: str, others: Collection[str], fields: Map) -> None:
        super().__init__(code)
        self.code = code
        self.codes = {code, *others}
        self.fields = fields


def refuse(
    code: str, condition: object = True, others: Collection[str] = (), **fields: object
) -> None:
    """Raise Refusal under a condition."""
    if condition:
        raise Refusal(code, others, fields)


def passes(judged: Judged) -> bool:
    """Whether a request that was judged so would be done."""
    try:
        next(judged)
    except Refusal:
        return False
    return True


class Such:
    """Equals whatever a condition holds for."""

    def __init__(self, holds: Callable[[object], bool]) -> None:
        self._holds = holds

    def __eq__(self, other: object) -> bool:
        return self._holds(other)

    __hash__ = None  # type: ignore[assignment]


ANY = Such(lambda value: True)
"""What the model does not know."""


class Has(Map):
    """Equals a map that has all this, and more maybe."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, dict) and all(
            key in other and other[key] == value for key, value in self.items()
        )

    __hash__ = None


class AnyOrder(list[Map]):
    """Equals a list of the same, in any order."""

    def __init__(self, items: Iterable[Map]) -> None:
        super().__init__(items)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, list)
            and len(other) == len(self)
            and all(any(mine == one for one in other) for mine in self)
        )

    __hash__ = None
