"""Command lines run inside the test, with streams and an environment of the test's making."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Literal, TextIO
from unittest.mock import patch

Main = Callable[[list[str] | None], int]


@dataclass(frozen=True)
class Ended:
    """How a command line ended: its exit status, and what it printed."""

    status: int
    out: str
    err: str


def run(
    main: Main,
    arguments: Sequence[str | bytes],
    stdin: bytes = b"",
    environment: Mapping[str, str | bytes] | None = None,
) -> Ended:
    """Run a command line to its end. Bytes that are no UTF-8 arrive as a shell hands them in."""
    texts = [os.fsdecode(argument) for argument in arguments]
    variables = {name: os.fsdecode(value) for name, value in (environment or {}).items()}
    with tempfile.TemporaryFile() as incoming, _file() as out, _file() as err:
        incoming.write(stdin)
        incoming.seek(0)
        with patch.dict(os.environ, variables, clear=True), _streams(incoming, out, err):
            status = main(texts)
        return Ended(status, _read(out), _read(err))


@contextmanager
def _streams(stdin: IO[bytes], out: IO[bytes], err: IO[bytes]) -> Iterator[None]:
    """Put files in the place of the standard streams, as strict as in a locale of ASCII."""
    streams = [_text(stdin, "r"), _text(out, "w"), _text(err, "w")]
    before = sys.stdin, sys.stdout, sys.stderr
    sys.stdin, sys.stdout, sys.stderr = streams
    try:
        yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = before
        for stream in streams:
            stream.close()


def _text(file: IO[bytes], mode: Literal["r", "w"]) -> TextIO:
    return open(os.dup(file.fileno()), mode, encoding="ascii", errors="strict")


def _file() -> IO[bytes]:
    return tempfile.TemporaryFile()


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()
