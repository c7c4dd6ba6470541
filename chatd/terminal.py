"""The terminal, or what stands in its place: streams that may be closed or full, and secrets.

What a shell hands in is no fault of the program. It is told in words, where that can still be done,
and by the exit status.
"""

import io
import os
import select
import signal
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn, TextIO

INTERRUPTED = 130
BROKEN_PIPE = 141
"""As shells call it when the signal INT, or PIPE, has ended a program."""
FAILED = 1

LINE_BYTES_MAX = 64 * 1024
BOM = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_FLAGS = 3
"""Where the local flags stand in the attributes of a terminal."""


def guarded(program: str, run: Callable[[], int]) -> int:
    """Run a command line to its end; return the exit status, whatever becomes of the streams.

    program: as its complaints begin.
    """
    _open_closed()
    _take_any_character()
    try:
        status = _ended(run)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        silence(sys.stdout)
        return BROKEN_PIPE
    except KeyboardInterrupt:
        silence(sys.stdout)
        return INTERRUPTED
    except OSError as error:
        complain(f"{program}: standard output: {reason(error)}")
        silence(sys.stdout)
        return FAILED
    finally:
        complain("", end="")  # what others print there may wait to be refused, too


def _ended(run: Callable[[], int]) -> int:
    try:
        return run()
    except SystemExit as end:  # argparse, after its help or its complaint
        return end.code if isinstance(end.code, int) else FAILED


def complain(text: str, end: str = "\n") -> None:
    """Print to standard error, if anything takes it."""
    try:
        print(text, end=end, file=sys.stderr, flush=True)
    except OSError:
        silence(sys.stderr)


def silence(stream: TextIO) -> None:
    """Let a stream that takes no more bytes flush into nothing at the end, without a complaint."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)


def reason(error: OSError) -> str:
    """Return what the system says went wrong, and with which file."""
    words = error.strerror or str(error) or type(error).__name__
    return f"{os.fsdecode(error.filename)}: {words}" if error.filename else words


def _open_closed() -> None:
    """Fill the places of streams that the shell closed: no socket or file must become one.

    Each is opened for what nobody does with it, so that its use still fails.
    """
    for fd, mode in ((0, os.O_WRONLY), (1, os.O_RDONLY), (2, os.O_RDONLY)):
        try:
            os.fstat(fd)
        except OSError:
            os.open(os.devnull, mode)  # the lowest that is free, so this one
    sys.stdin = sys.stdin or open(0, closefd=False)
    sys.stdout = sys.stdout or open(1, "w", closefd=False)
    sys.stderr = sys.stderr or open(2, "w", closefd=False)


def _take_any_character() -> None:
    """Read and print UTF-8 whatever the locale says, and what is none without a complaint."""
    for stream, errors in (
        (sys.stdin, "surrogateescape"),
        (sys.stdout, "backslashreplace"),
        (sys.stderr, "backslashreplace"),
    ):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=errors)


# -- What comes in ---------------------------------------------------------------------------


def without_mark(data: bytes) -> bytes:
    """Return what some systems put a mark of UTF-8 in front of. Raises ValueError for UTF-16."""
    if data.startswith(_UTF_16):
        raise ValueError("the input is UTF-16 and not UTF-8")
    return data.removeprefix(BOM)


def read_input(size: int) -> bytes:
    """Return the next bytes of standard input, at most so many; b"" at its end. Raises OSError."""
    return read_descriptor(sys.stdin.fileno(), size)


def read_descriptor(fd: int, size: int) -> bytes:
    """Return the next bytes of what stands for standard input. Raises OSError."""
    while True:
        try:
            return os.read(fd, size)
        except BlockingIOError:  # somebody else who has it wants to wait for nothing
            select.select([fd], [], [])
        except OSError as error:
            raise OSError(error.errno, error.strerror, "standard input") from None


def first_line() -> str:
    """Return the first line of standard input, its bytes that are no UTF-8 as by `os.fsdecode`.

    Raises ValueError for UTF-16, and OSError.
    """
    data = b""
    while b"\n" not in data and len(data) < LINE_BYTES_MAX and (more := read_input(LINE_BYTES_MAX)):
        data += more
    line = without_mark(data).partition(b"\n")[0]
    return line.removesuffix(b"\r").decode("utf-8", "surrogateescape")


def ask_secret(question: str) -> str:
    """Put a question at the terminal and return the answer, which is not shown.

    `getpass` would do but for one thing: at its end it throws away what has been typed meanwhile.
    Who is let in types on at once, and finds that line gone. Raises EOFError if there is none.
    """
    # What goes to a file, such as a token, has no question in it.
    screen = sys.stdout if sys.stdout.isatty() else sys.stderr
    with _hidden(sys.stdin.fileno(), lambda: print(question, end="", flush=True, file=screen)):
        answer = input()
    print(file=screen, flush=True)  # the end of the answer was not shown either
    return answer


@contextmanager
def _hidden(fd: int, ask: Callable[[], None]) -> Iterator[None]:
    """Ask something, and show nothing of what is typed at a terminal.

    Whoever stops the program has a shell that shows it; who goes on with it is asked again.
    """
    try:
        shown = termios.tcgetattr(fd)
    except termios.error as error:  # it was hung up
        raise OSError(*error.args) from None
    hidden = shown.copy()
    hidden[_FLAGS] &= ~termios.ECHO

    def begin(*signalled: object) -> None:
        termios.tcsetattr(fd, termios.TCSAFLUSH, hidden)  # typed before: no answer to the question
        ask()

    with _handling(signal.SIGTERM, _end), _handling(signal.SIGCONT, begin):
        try:
            begin()
            yield
        finally:
            termios.tcsetattr(fd, termios.TCSADRAIN, shown)


@contextmanager
def _handling(signum: signal.Signals, handler: Callable[[int, object], None]) -> Iterator[None]:
    """Let a signal do something else for a while."""
    before = signal.signal(signum, handler)
    try:
        yield
    finally:
        signal.signal(signum, before)


def _end(signum: int, frame: object) -> NoReturn:
    """End as the signal would, but by way of what puts the terminal right."""
    sys.exit(128 + signum)
