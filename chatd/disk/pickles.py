"""What a pickle may be made of, verified before and after it is unpickled.

The unpickler believes what it reads: a length makes it allocate as many bytes, an index of
its memo all places up to there, and so 69 bytes can take 2 GiB. `OpcodeScanner` passes over
the opcodes without carrying them out, and lets through what our pickler writes for builtins
and nothing else. Then memory is in proportion to the pickle's length, as each byte makes one
object at most, and there is nothing that could be called.

What is shared is cheap in a pickle and in memory, and costs the more in whatever walks over
it: a list of ten references to a list of ten, nine times over, is a billion items. Our trees
share texts and bytes only, and `refuse_sharing` lets through nothing else.
"""

import re
from pickle import UnpicklingError
from typing import Any

_PROTOCOL = 0x80
_PROTOCOL_MAX = 5
_MEMOIZE = 0x94
_FRAME = 0x95
_STOP = 0x2E
_WITH_LENGTH_1 = frozenset(b"C\x8c\x8a")
"""SHORT_BINBYTES, SHORT_BINUNICODE, LONG1: a length of one byte, and as many behind it."""
_WITH_LENGTH_4 = frozenset(b"BX")
"""BINBYTES, BINUNICODE."""
_WITH_LENGTH_8 = frozenset(b"\x8e\x8d\x96")
"""BINBYTES8, BINUNICODE8, BYTEARRAY8."""
_FIXED = re.compile(
    # None, booleans, containers and what fills them; MEMOIZE, which takes the next place.
    rb"(?:[N\x88\x89)\]}\x8f(aesut\x85\x86\x87\x90\x91\x9401]"
    # BININT1, BINGET; BININT2; BININT, LONG_BINGET; BINFLOAT
    rb"|[Kh].|M..|[Jj].{4}|G.{8})*+",
    re.DOTALL,
)
"""Opcodes of a size that is known, as many as follow one another."""
_HEAD_BYTES_MAX = 10
"""A MEMOIZE, an opcode, and its argument or length."""

_CONTAINERS = frozenset({list, dict, tuple, set, frozenset})


class OpcodeScanner:
    """Takes a pickle piece by piece. `feed` and `finish` raise UnpicklingError."""

    def __init__(self, length: int) -> None:
        """length: the bytes of the whole pickle."""
        self._length = length
        self._fed = 0
        self._rest = b""
        self._skip = 0
        self._is_first = True

    def feed(self, piece: bytes) -> None:
        """Scan the next bytes, up to the last opcode that is whole with certainty."""
        self._fed += len(piece)
        if self._skip >= len(piece):
            self._skip -= len(piece)
            return
        data = self._rest + piece[self._skip :]
        if self._is_first and len(data) >= 2:
            self._is_first = False
            if data[0] != _PROTOCOL or data[1] > _PROTOCOL_MAX:
                raise UnpicklingError("its pickle protocol is unknown")
            at = self._scan(data, 2, len(data) - _HEAD_BYTES_MAX)
        else:
            at = self._scan(data, 0, len(data) - _HEAD_BYTES_MAX)
        self._rest, self._skip = data[at:], max(0, at - len(data))

    def finish(self) -> None:
        """Scan what is left: the end is where it was announced, and not before."""
        size = len(self._rest)
        padded = self._rest + bytes(_HEAD_BYTES_MAX)  # no opcode is 0
        if self._skip or self._is_first or self._scan(padded, 0, size) != size or not size:
            raise UnpicklingError("it is cut off")
        if self._rest[-1] != _STOP:
            raise UnpicklingError("it has no end")

    def _scan(self, data: bytes, at: int, end: int) -> int:
        """Go from opcode to opcode; return where the first one stands at `end` or behind it."""
        while at < end:
            opcode = data[at]
            if opcode == _MEMOIZE:  # behind nearly every text
                at += 1
                opcode = data[at]
            if opcode in _WITH_LENGTH_1:
                at += 2 + data[at + 1]
            elif opcode in _WITH_LENGTH_4:
                at += 5 + int.from_bytes(data[at + 1 : at + 5], "little")
            else:
                at = self._scan_other(data, at, opcode)
        return at

    def _scan_other(self, data: bytes, at: int, opcode: int) -> int:
        match = _FIXED.match(data, at)
        assert match is not None
        if match.end() > at:
            return match.end()
        length = int.from_bytes(data[at + 1 : at + 9], "little")
        if opcode in _WITH_LENGTH_8:
            return at + 9 + length
        if opcode == _FRAME and length <= self._length:
            return at + 9
        is_last = self._fed == self._length and at + 1 + _HEAD_BYTES_MAX == len(data)
        if opcode == _STOP and is_last:
            return at + 1
        raise UnpicklingError(f"opcode {opcode:#04x} is not allowed")


def refuse_sharing(tree: Any) -> None:
    """Raise UnpicklingError if a container stands in several places, or within itself."""
    seen = set()
    waiting = [tree] if type(tree) in _CONTAINERS else []
    while waiting:
        container = waiting.pop()
        if id(container) in seen and container:  # all empty tuples are the same
            raise UnpicklingError("a container in it is shared")
        seen.add(id(container))
        values = container.values() if type(container) is dict else container
        waiting += [value for value in values if type(value) in _CONTAINERS]
