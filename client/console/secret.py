"""A secret, asked for at the plain terminal and not shown.

`getpass` would do but for one thing: at its end it throws away what has been typed meanwhile. Who
is let in types on at once, and finds that line gone.
"""

import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager

_FLAGS = 3
"""Where the local flags stand in the attributes of a terminal."""


def ask_secret(question: str) -> str:
    """Put a question and return the answer. Raises EOFError if there is none."""
    with _hidden(sys.stdin.fileno()):
        print(question, end="", flush=True)
        answer = input()
    print()  # the end of the answer was not shown either
    return answer


@contextmanager
def _hidden(fd: int) -> Iterator[None]:
    """Show nothing of what is typed at a terminal."""
    shown = termios.tcgetattr(fd)
    hidden = shown.copy()
    hidden[_FLAGS] &= ~termios.ECHO
    termios.tcsetattr(fd, termios.TCSAFLUSH, hidden)  # typed before the question: no answer to it
    try:
        yield
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, shown)
