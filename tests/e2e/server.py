"""A server as a process of its own, on a store of its own, on a port that was free."""

import os
import re
import resource
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from chatd.config import VARIABLE_PREFIX
from tests.e2e.client import PASSWORD
from tests.e2e.waiting import DEADLINE_S, until

ROOT = Path(__file__).parents[2]
LISTENS = re.compile(r"listens on \S+:(\d+)$", re.MULTILINE)
UNLIMITED = {
    "LIMIT_MESSAGES": "0",
    "LIMIT_PRIVATE": "0",
    "REQUESTS_PER_SECOND": "0",
    "YOUNG_ACCOUNT": "0",
}
CLOCK_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def run_chatd(
    *arguments: str, input: str = "", **settings: str
) -> "subprocess.CompletedProcess[str]":
    """Run a command of chatd to its end; `settings` are names as in chat.ini."""
    return run_chatd_of(ROOT, *arguments, input=input, settings=settings)


def run_chatd_of(
    root: Path, *arguments: str, input: str, settings: dict[str, str]
) -> "subprocess.CompletedProcess[str]":
    """Run a command of the chatd in a checkout."""
    return subprocess.run(
        [sys.executable, "-m", "chatd", *arguments],
        input=input,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        env=environment(settings),
        cwd=root,
    )


def environment(settings: dict[str, str]) -> dict[str, str]:
    """Return our own environment with these settings and no others."""
    ours = {k: v for k, v in os.environ.items() if not k.startswith(VARIABLE_PREFIX)}
    return ours | {VARIABLE_PREFIX + name: text for name, text in settings.items()}


class ServerProcess:
    """`python -m chatd`, again and again on the same store. Its log goes to a file.

    root: the checkout whose chatd it is. descriptors_max: how many it may have, half of them by
    its soft limit; None for as we may. program: what Python runs.
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        """folder: for the store and the log. No limit holds but those that are given."""
        self.db_path = folder / "chat.db"
        self.settings = UNLIMITED | {"DB_NAME": str(self.db_path), "PORT": "0"} | settings
        self.port = 0
        self.root = ROOT
        self.descriptors_max: int | None = None
        self.program = ["-m", "chatd"]
        self._log_path = folder / "server.log"
        self._log_start = 0
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "ServerProcess":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.kill()

    @property
    def admins(self) -> list[str]:
        """The administrators, whose accounts are there from the start."""
        return self.settings.get("ADMINS", "").split()

    def start(self) -> None:
        """Start it and wait until it listens; `port` says where."""
        if not self._log_path.exists():
            for name in self.admins:
                added = self.run("user", "add", name, input=f"{PASSWORD}\n")
                assert added.returncode == 0, added.stderr
        self.launch()
        self.until_it_listens()

    def launch(self, *arguments: str) -> None:
        """Start it, and wait for nothing."""
        with open(self._log_path, "ab") as log:
            self._log_start = log.tell()
            self._process = subprocess.Popen(
                [*self._limiter(), sys.executable, *self.program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment(self.settings),
                cwd=self.root,
            )

    def _limiter(self) -> list[str]:
        """Return the command that runs another with few descriptors, if there are to be few."""
        if self.descriptors_max is None:
            return []
        soft, hard = self.descriptors_max // 2, self.descriptors_max
        return ["sh", "-c", f'ulimit -Sn {soft} && ulimit -Hn {hard} && exec "$@"', "sh"]

    def until_it_listens(self) -> None:
        """Wait until it listens; `port` says where."""
        until(lambda: self._listens() or self.has_ended, "a server that listens")
        assert not self.has_ended, self.log
        match = LISTENS.search(self.log)
        assert match
        self.port = int(match[1])

    def kill(self) -> None:
        """End it with SIGKILL, as a crash would, and reap it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self, signum: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop; return its exit status."""
        self.signal(signum)
        return self.wait()

    def signal(self, signum: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, signum)

    def wait(self) -> int:
        """Wait for its end; return its exit status."""
        assert self._process is not None
        status = self._process.wait(DEADLINE_S)
        self._process = None
        return status

    def run(self, *arguments: str, input: str = "") -> "subprocess.CompletedProcess[str]":
        """Run another command on the same store."""
        return run_chatd_of(self.root, *arguments, input=input, settings=self.settings)

    @property
    def pid(self) -> int:
        """The id of its process."""
        assert self._process is not None
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """Whether the process is over, in whichever way."""
        return self._process is None or self._process.poll() is not None

    @property
    def log(self) -> str:
        """What it has written since it was started."""
        return self._log_path.read_bytes()[self._log_start :].decode()

    def limit(self, what: int, soft: int) -> None:
        """Set one of the process's resource limits (`resource.RLIMIT_…`) while it runs."""
        _, hard = resource.prlimit(self.pid, what)
        resource.prlimit(self.pid, what, (soft, hard))

    def unlimit(self, what: int) -> None:
        """Give a resource free again."""
        _, hard = resource.prlimit(self.pid, what)
        resource.prlimit(self.pid, what, (hard, hard))

    def descriptors(self) -> list[str]:
        """Return what its descriptors stand for."""
        folder = Path(f"/proc/{self.pid}/fd")
        return [_link(entry) for entry in folder.iterdir()]

    def children(self) -> list[int]:
        """Return its child processes, the ended ones that it has not reaped among them."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    def cpu_s(self) -> float:
        """Return the processor time that it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS_PER_S  # utime, stime: proc(5)

    def resident_bytes(self) -> int:
        """Return the memory that it occupies."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * resource.getpagesize()

    def _listens(self) -> bool:
        return LISTENS.search(self.log) is not None


def _link(entry: Path) -> str:
    try:
        return os.readlink(entry)
    except FileNotFoundError:  # closed since it was listed
        return ""
