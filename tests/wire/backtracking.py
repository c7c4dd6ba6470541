"""A regular expression's steps, counted: a matcher that goes back as the real one does.

It reads the same parsed pattern, and a step is a character looked at, or a place. So what takes
the square of a text's length is seen with a hundred characters, on any machine.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from re import _constants as codes
from re import _parser as parser
from typing import Any

Then = Callable[[int], bool]
CATEGORIES = {
    codes.CATEGORY_DIGIT: r"\d",
    codes.CATEGORY_NOT_DIGIT: r"\D",
    codes.CATEGORY_SPACE: r"\s",
    codes.CATEGORY_NOT_SPACE: r"\S",
    codes.CATEGORY_WORD: r"\w",
    codes.CATEGORY_NOT_WORD: r"\W",
}
CHARACTERS = "\x01 \t\r\n\"'<>|:;,=/@#?&!-+_.*~[]{}()0fgAXZ\xa0\xe9\u4e2d\u0301"
"""What patterns of ours tell apart, and no one cares for which of its kind it is."""
SINGLE = frozenset({codes.LITERAL, codes.NOT_LITERAL, codes.IN, codes.ANY})


class Steps:
    """Looks for a pattern. taken: the steps of all calls."""

    def __init__(self, pattern: re.Pattern[Any]) -> None:
        text = pattern.pattern
        self._is_bytes = isinstance(text, bytes)
        self._nodes = parser.parse(text.decode("latin-1") if self._is_bytes else text)
        self._folds = bool(pattern.flags & re.IGNORECASE)
        self._text = ""
        self.taken = 0

    def fullmatch(self, text: str) -> bool:
        """Whether the pattern is all of a text."""
        self._text = text
        return self._match(self._nodes, 0, 0, lambda end: end == len(text))

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where the pattern is found, one place behind the other, as `finditer` does."""
        self._text, found, at = text, [], 0
        while at <= len(text):
            ends: list[int] = []
            if self._match(self._nodes, 0, at, partial(_note, ends)):
                found.append((at, ends[0]))
                at = max(ends[0], at + 1)
            else:
                at += 1
        return found

    def alphabet(self) -> str:
        """Return characters of which the pattern takes each in another way."""
        leaves = list(_leaves(self._nodes))
        usable = [c for c in CHARACTERS if not self._is_bytes or ord(c) < 256]
        kinds = {tuple(self._takes(*leaf, c) for leaf in leaves): c for c in usable}
        return "".join(kinds.values())

    def _match(self, nodes: Any, index: int, at: int, then: Then) -> bool:
        if index == len(nodes):
            return then(at)
        op, argument = nodes[index]

        def rest(end: int) -> bool:
            return self._match(nodes, index + 1, end, then)

        self.taken += 1
        if op in SINGLE:
            is_there = at < len(self._text) and self._takes(op, argument, self._text[at])
            return is_there and rest(at + 1)
        if op is codes.SUBPATTERN:
            return self._match(argument[3], 0, at, rest)
        if op is codes.BRANCH:
            return any(self._match(branch, 0, at, rest) for branch in argument[1])
        if op is codes.MAX_REPEAT or op is codes.MIN_REPEAT:
            return self._repeat(argument, 0, at, rest, is_greedy=op is codes.MAX_REPEAT)
        if op is codes.POSSESSIVE_REPEAT:
            return self._keep(argument, at, rest)
        if op is codes.ASSERT or op is codes.ASSERT_NOT:
            return self._looks(argument, at) is (op is codes.ASSERT) and rest(at)
        assert op is codes.AT, op
        place = 0 if argument is codes.AT_BEGINNING else len(self._text)
        return at == place and rest(at)

    def _repeat(self, argument: Any, count: int, at: int, rest: Then, *, is_greedy: bool) -> bool:
        least, most, body = argument

        def more() -> bool:
            return count < most and self._match(
                body, 0, at,
                lambda end: (end > at or count < least)
                and self._repeat(argument, count + 1, end, rest, is_greedy=is_greedy),
            )  # fmt: skip

        def enough() -> bool:
            return count >= least and rest(at)

        return (more() or enough()) if is_greedy else (enough() or more())

    def _keep(self, argument: Any, at: int, rest: Then) -> bool:
        """Take as often as it goes, and give nothing back."""
        least, most, body = argument
        count, ends = 0, [at]
        while count < most and self._match(body, 0, ends[-1], partial(_note, ends)):
            count += 1
            if ends[-1] == ends[-2]:
                break
        return count >= least and rest(ends[-1])

    def _looks(self, argument: Any, at: int) -> bool:
        direction, body = argument
        start = at if direction > 0 else at - body.getwidth()[0]
        return start >= 0 and self._match(body, 0, start, lambda end: direction > 0 or end == at)

    def _takes(self, op: Any, argument: Any, character: str) -> bool:
        if op is codes.ANY:
            return character != "\n"
        if op is codes.IN:
            negates = argument[0][0] is codes.NEGATE
            kinds = argument[negates:]
            return any(self._is_in(kind, of, character) for kind, of in kinds) != negates
        is_same = self._is_in(codes.LITERAL, argument, character)
        return is_same is (op is codes.LITERAL)

    def _is_in(self, op: Any, argument: Any, character: str) -> bool:
        if op is codes.CATEGORY:
            return re.match(CATEGORIES[argument], character) is not None
        cases = {character.lower(), character.upper()} if self._folds else {character}
        low, high = argument if op is codes.RANGE else (argument, argument)
        return any(low <= ord(case) <= high for case in cases)


def _note(ends: list[int], end: int) -> bool:
    ends.append(end)
    return True


def hostile(pattern: re.Pattern[Any], sample: str) -> Iterator[tuple[str, str, str]]:
    """Yield (in front, again and again, behind): what may make a pattern go back and forth.

    sample: something that the pattern takes; what is repeated stands behind a beginning of it.
    """
    alphabet = Steps(pattern).alphabet()
    pumps = [*alphabet, *map("".join, product(alphabet, repeat=2))]
    fronts = {sample[:place] for place in (0, 1, len(sample) // 2, len(sample) - 1, len(sample))}
    yield from product(sorted(fronts), pumps, ("", "\x01"))


def _leaves(nodes: Any) -> Iterator[tuple[Any, Any]]:
    """Yield what a pattern compares single characters with."""
    for op, argument in nodes:
        if op in SINGLE:
            yield op, argument
        elif op is codes.BRANCH:
            for branch in argument[1]:
                yield from _leaves(branch)
        elif op is not codes.AT:
            yield from _leaves(argument[-1])
