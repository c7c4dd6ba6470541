"""`python -m client` as a process of its own, with a home of its own and no terminal."""

import os
import subprocess
import sys
from pathlib import Path

from client.credentials import Credentials
from tests.e2e.client import connect
from tests.e2e.server import ROOT
from tests.e2e.waiting import DEADLINE_S

Done = subprocess.CompletedProcess[str]


class Chat:
    """The command line of one person, who may have several names. port: of the server."""

    def __init__(self, home: Path, port: int) -> None:
        self.port = port
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("CHAT", "XDG_"))},
            "XDG_STATE_HOME": str(home),
            "HOME": str(home),
            "TZ": "UTC",
            "CHAT_PORT": str(port),
        }

    def run(self, *arguments: str, input: str | bytes = b"", **environment: str) -> Done:
        """Run a command to its end."""
        data = input.encode() if isinstance(input, str) else input
        done = subprocess.run(
            self._command(arguments),
            input=data,
            capture_output=True,
            timeout=DEADLINE_S,
            env=self.environment | environment,
            cwd=ROOT,
        )
        return Done(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())

    def start(self, *arguments: str, stdin: int = subprocess.PIPE) -> "subprocess.Popen[bytes]":
        """Start a command whose input and output the test holds."""
        return subprocess.Popen(
            self._command(arguments),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environment,
            cwd=ROOT,
        )

    def join(self, name: str, *, is_new: bool = True) -> None:
        """Make an account and keep its token; it becomes the name used last.

        is_new: whether nobody has made the account.
        """
        kept = Credentials(Path(self.environment["XDG_STATE_HOME"]) / "chat")
        kept.keep(f"http://127.0.0.1:{self.port}", name, self.token(name, is_new=is_new))

    def token(self, name: str, *, is_new: bool = True) -> str:
        """Make an account, with a password that is quickly proved; return a token of it."""
        with connect(self.port) as client:
            if is_new:
                client.register(name)
            return str(client.login(name, device="a test")["token"])

    @staticmethod
    def _command(arguments: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "client", *arguments]
