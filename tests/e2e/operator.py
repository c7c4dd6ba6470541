"""Somebody who starts a new server, and does what a page of the documentation says."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

from tests.e2e.client import Client, connect
from tests.e2e.server import LISTENS, ROOT
from tests.e2e.shell import Shell, end
from tests.e2e.waiting import DEADLINE_S, until


class Operator:
    """A server in a folder of its own, and a shell beside it."""

    def __init__(self, folder: Path) -> None:
        """folder: becomes one of the project's own, with a new server's settings."""
        shutil.copytree(ROOT / "conf", folder / "conf")
        files = ("Makefile", "requirements.txt", "requirements.lock")
        for name in (*files, "chatd", "client", "tests", "web"):
            (folder / name).symlink_to(ROOT / name)
        self.folder = folder
        self.shell = Shell(folder, CHATD_PORT="0")
        for done in ("runnable", "ready"):  # `make` has installed all that is needed
            (folder / ".venv" / done).touch()
        self._server: subprocess.Popen[bytes] | None = None

    def start(self, command: str) -> None:
        """Start a server, and wait until it listens."""
        log = self.folder / "log"
        self._server = server = self.shell.start(command, log)
        until(lambda: LISTENS.search(log.read_text()) or server.poll() is not None, "a server")
        match = LISTENS.search(log.read_text())
        assert match, log.read_text()
        self.shell.port = int(match[1])

    def stop(self) -> None:
        """Stop the server, which has to end well."""
        assert self._server is not None
        os.killpg(self._server.pid, signal.SIGTERM)
        assert self._server.wait(DEADLINE_S) == 0

    def kill(self) -> None:
        """End the server if it still runs."""
        if self._server is not None:
            end(self._server)

    def run(self, commands: str, input: str = "") -> str:
        """Run commands, each of which has to succeed; return what they print."""
        done = self.shell.run(commands, input)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def join(self) -> None:
        """Make alice's account, and a token of it, `$TOKEN` from now on."""
        with connect(self.shell.port) as alice:
            alice.register("alice")
            self.shell.variables["TOKEN"] = alice.login("alice", device="a script")["token"]

    def send(self, text: str) -> None:
        """Say something as alice."""
        with connect(self.shell.port) as alice:
            alice.login("alice")
            alice.call("send", text=text)

    def texts(self) -> list[str]:
        """Return what stands in general: texts, and names of files."""
        with connect(self.shell.port) as alice:
            alice.login("alice")
            entries = alice.call("history", room="general")["entries"]
        return [entry.get("name") or entry["text"] for entry in entries]

    def epoch(self) -> str:
        """Return the store's epoch, as a client hears it."""
        with Client(self.shell.port) as client:
            return str(client.hello()["epoch"])
