"""The shell of somebody who does what a page of the documentation says."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.e2e.server import ROOT, environment
from tests.e2e.waiting import DEADLINE_S

SERVER = "127.0.0.1:8000"
"""Where the pages say that the server is."""
_OF_MAKE = {"ARGS", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"}
"""What the `make` that runs the tests tells a `make` below it; that of the pages is below none."""
_PROGRAMS = {"chat": " -m client", "chatd": " -m chatd", "python": ""}


def blocks(page: str, language: str) -> list[tuple[str, str]]:
    """Return a page's fenced blocks of a language, each behind the heading it stands under."""
    found, heading = [], ""
    pattern = rf"^#+ ([^\n]*)$|^```{language}\n(.*?)^```$|^```.*?^```$"
    for match in re.finditer(pattern, page, re.MULTILINE | re.DOTALL):
        if match[1] is not None:
            heading = match[1]
        elif match[2] is not None:
            found.append((heading, match[2]))
    return found


def install(folder: Path) -> Path:
    """Put what an installation brings into a folder, which is made; return it."""
    folder.mkdir(parents=True)
    for name, arguments in _PROGRAMS.items():
        program = folder / name
        program.write_text(
            f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}"{arguments} "$@"\n'
        )
        program.chmod(0o755)
    return folder


def end(started: "subprocess.Popen[bytes]") -> None:
    """End what `Shell.start` has started, and all that came of it."""
    with suppress(ProcessLookupError):
        os.killpg(started.pid, signal.SIGKILL)
    started.wait()


class Shell:
    """A shell in a folder. port: where the server of the pages is; variables: its environment."""

    def __init__(self, folder: Path, port: int = 0, **variables: str) -> None:
        self.folder = folder
        self.port = port
        self.variables = variables
        self._programs = install(folder / ".venv" / "bin")

    def run(self, script: str, input: str = "") -> "subprocess.CompletedProcess[str]":
        """Run commands to their end, or to the first that fails."""
        return subprocess.run(
            ["bash", "-ec", self._adapted(script)],
            input=input,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            env=self._environment(),
            cwd=self.folder,
        )

    def start(self, script: str, log: Path) -> "subprocess.Popen[bytes]":
        """Run commands in a process group of their own, and wait for nothing.

        log: the file for what they print.
        """
        with open(log, "wb") as output:
            return subprocess.Popen(
                ["bash", "-c", self._adapted(script)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self._environment(),
                cwd=self.folder,
                start_new_session=True,
            )

    @contextmanager
    def running(self, script: str, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
        """Run commands beside what is done meanwhile, and end them behind it."""
        process = self.start(script, log)
        try:
            yield process
        finally:
            end(process)

    def _adapted(self, script: str) -> str:
        return script.replace(SERVER, f"127.0.0.1:{self.port}")

    def _environment(self) -> dict[str, str]:
        path = f"{self._programs}:{os.environ['PATH']}"
        ours = {k: v for k, v in environment({}).items() if k not in _OF_MAKE}
        return ours | {"PATH": path, "NO_PROXY": "*"} | self.variables
