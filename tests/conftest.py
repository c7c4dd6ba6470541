"""What holds for every test: it leaves nothing behind, and how many examples it tries."""

import logging
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import Phase, settings

from tests import leaks

# Tests start servers and consoles by the hundred. Each would compile the whole program again
# where the shell asks for no bytecode beside the sources, so it goes to a place of its own.
if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
    sys.pycache_prefix = str(Path(__file__).parents[1] / ".pytest_cache" / "bytecode")
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
    sys.dont_write_bytecode = False

# In CI the same examples each time: a change is not refused for what another one broke.
# What a planted bug breaks is of no interest, so that is not made smaller.
PHASES = (Phase.explicit, Phase.generate) if os.environ.get("MUTANT") else tuple(Phase)
settings.register_profile(
    "quick",
    max_examples=50,
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    phases=PHASES,
)
settings.register_profile("long", max_examples=5_000, deadline=None)
settings.load_profile("quick")  # make examples takes the other one, by --hypothesis-profile


@pytest.fixture(autouse=True)
def leaves_nothing_behind() -> Iterator[None]:
    """Fail a test that leaves something open, running or set: tests pass in any order.

    What the next one would meet: descriptors, child processes, threads, signals, a timer;
    and the environment, the log, limits and whatever else is one for the whole process.
    """
    held, settings = leaks.held(), leaks.settings()
    yield
    left = sorted(leaks.held() - held)
    now = leaks.settings()
    left += [
        f"{name} ({settings.get(name)} -> {now.get(name)})"
        for name in sorted(settings.keys() | now.keys())
        if settings.get(name) != now.get(name)
    ]
    if left:
        pytest.fail(f"left behind: {', '.join(left)}", pytrace=False)


@pytest.fixture(autouse=True)
def logs_where_it_logged(leaves_nothing_behind: None) -> Iterator[None]:
    """Undo what a server in a test did to the log: the next test may look at its own lines."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in the last lines what was not tested, and why."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in skipped)
    if reasons:
        terminalreporter.section("not tested")
    for reason, count in reasons.most_common():
        terminalreporter.line(f"{count} tests: {reason}")
