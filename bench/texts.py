"""The texts that are sent: each tells its sender and its number, so that every one is checked.

A text has 100 bytes: `003 000042 xxxx…xxxx<003>`. It ends with its sender's mark, which occurs
nowhere else, so that texts can be counted in a stream of bytes without decoding it.
"""

from collections.abc import Iterable

TEXT_BYTES = 100
MARK_BYTES = 5
NUMBERS = 4096
"""Numbers begin anew after so many: the requests that carry them are made once, in advance."""


class VerificationError(Exception):
    """A server did not deliver what it should have; the figures would mean nothing."""


def mark(sender: int) -> bytes:
    """Return what a sender's texts end with."""
    return b"<%03d>" % sender


def make_text(sender: int, number: int) -> bytes:
    """Return the text with this number, which counts modulo NUMBERS."""
    head = b"%03d %06d " % (sender, number % NUMBERS)
    return head + b"x" * (TEXT_BYTES - len(head) - MARK_BYTES) + mark(sender)


class Sequence:
    """Holds that of each sender every text comes once and in order, from the first on."""

    def __init__(self) -> None:
        self.counts: dict[int, int] = {}

    def check(self, texts: Iterable[bytes]) -> list[tuple[int, int]]:
        """Return sender and number of each text, counted on over NUMBERS.

        Raises VerificationError.
        """
        return [self._next(text) for text in texts]

    def _next(self, text: bytes) -> tuple[int, int]:
        sender = int(text[:3])
        number = self.counts.get(sender, 0)
        if text != make_text(sender, number):
            raise VerificationError(f"expected text {number} of sender {sender}, got {text!r}")
        self.counts[sender] = number + 1
        return sender, number
