"""Judging: what a request may be answered, and what it does, in one method for each command.

The method `do_<command>` of the model takes who asks, and the parameters of the command. It
refuses what has to be refused, first things first; then comes its only `yield`, which says by
what the server may refuse the rest. What the server answered is sent in, if it did it: then the
model does the same, and returns what the answer had to be, unless that is empty. A command that
only shows something has no `yield`, and returns that.
"""

from collections.abc import Callable, Collection, Generator
from typing import Any, NamedTuple, TypeVar

from tests.simulation.model.rooms import DONE, Map, Span

Judged = Generator[Collection[str], Map, Map]
Done = Generator[Collection[str], Map, None]
"""Judges what is answered by nothing but that it is done."""
T = TypeVar("T")


class Expected(NamedTuple):
    """By which codes a request may be answered, and what an error says besides."""

    codes: set[str]
    fields: Map

    def allows(self, error: Map) -> bool:
        is_sure = len(self.codes) == 1
        says_all = not is_sure or error.items() >= self.fields.items()
        return error["code"] in self.codes and says_all


class Refusal(Exception):
    """The server must refuse this: by `code`, or what else is expected."""

    def __init__(self, code: str, expected: Expected) -> None:
        super().__init__(code)
        self.code = code
        self.expected = expected


def refuse(
    code: str, condition: object = True, others: Collection[str] = (), **fields: object
) -> None:
    """Raise Refusal under a condition: by the code, or one of the others if there are any."""
    if condition:
        raise Refusal(code, Expected({code, *others}, fields))


def found(thing: T | None) -> T:
    """Return something if it is there; else it is refused as not found."""
    if thing is None:
        raise Refusal("not_found", Expected({"not_found"}, {}))
    return thing


def judge(command: Callable[..., Judged | Done | Map], *args: object, **params: object) -> Judged:
    """Judge a request by a method of the model."""
    result = command(*args, **params)
    if isinstance(result, Generator):
        return (yield from result) or {}
    yield ()
    return result


def begin(judged: Judged) -> Expected:
    """Return what a request may be answered."""
    try:
        return Expected({DONE, *next(judged)}, {})
    except Refusal as refusal:
        return refusal.expected


def passes(judged: Judged) -> bool:
    """Whether a request may be done."""
    return DONE in begin(judged).codes


def finish(judged: Judged, answer: Map) -> Map:
    """Do what the server did; return what it had to answer."""
    try:
        judged.send(answer)
    except StopIteration as stop:
        expected: Map = stop.value
        return expected
    raise AssertionError("judged twice")


# -- what answers are to be --------------------------------------------------------------------


class Such:
    """Equals whatever a condition holds for."""

    def __init__(self, holds: Callable[[object], bool]) -> None:
        self._holds = holds

    def __eq__(self, other: object) -> bool:
        return self._holds(other)

    __hash__ = None  # type: ignore[assignment]


ANY = Such(lambda value: True)
"""What the model does not know."""


def between(span: Span) -> Such:
    return Such(lambda value: isinstance(value, int) and span.least <= value <= span.most)


class Has(Map):
    """Equals a map that has all this, and more maybe."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, dict) and all(
            key in other and other[key] == value for key, value in self.items()
        )

    __hash__ = None


class HasAll(list[Map]):
    """Equals a list that has all these, in any order, and more maybe."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, list) and all(one in other for one in self)

    __hash__ = None


class Among(list[Map]):
    """Equals a list of some of these, in any order."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, list) and all(any(one == mine for mine in self) for one in other)

    __hash__ = None


class AnyOrder(HasAll):
    """Equals a list of the same, in any order."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, list) and len(other) == len(self) and super().__eq__(other)

    __hash__ = None


class Shown(list[tuple[Any, bool]]):
    """Equals a list of these things in this order; one that is not sure may be missing."""

    def __eq__(self, other: object) -> bool:
        rest = list(other) if isinstance(other, list) else [None]
        for thing, is_sure in self:
            if rest and rest[0] == thing:
                rest.pop(0)
            elif is_sure:
                return False
        return not rest

    __hash__ = None


def view(thing: object, *names: str) -> Map:
    """Return what is shown of something."""
    return {name: getattr(thing, name) for name in names}
