"""README.md is true: its commands are run as they stand, but for the tests and the consoles."""

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from client.pipes.parser import build
from tests.e2e.client import newcomer
from tests.e2e.operator import Operator
from tests.e2e.server import ROOT
from tests.e2e.shell import blocks
from tests.e2e.waiting import DEADLINE_S, until

COMMANDS = [line for _, block in blocks((ROOT / "README.md").read_text(), "sh")
            for line in block.splitlines()]  # fmt: skip


def starting_with(*beginnings: str) -> list[str]:
    """Return the commands of the README that begin so, in their order."""
    return [command for command in COMMANDS if command.startswith(beginnings)]


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    operator = Operator(tmp_path)
    (run,) = starting_with("make run")
    try:
        operator.start(run)
        operator.shell.variables |= {
            "HOME": str(tmp_path),
            "XDG_STATE_HOME": str(tmp_path),
            "CHAT_PORT": str(operator.shell.port),
        }
        yield operator
    finally:
        operator.kill()


def test_commands_for_scripts_do_what_the_readme_says(operator: Operator) -> None:
    register, send, ask, tail = starting_with("echo", "chat")
    operator.run(register)
    operator.run(send)
    (operator.folder / "deploy").write_text("#!/bin/sh\necho deployed > done\n")
    (operator.folder / "deploy").chmod(0o755)
    asked, followed = operator.folder / "asked", operator.folder / "followed"
    with newcomer(operator.shell.port, "bob") as bob, operator.shell.running(ask, asked) as asking:
        bob.sync(start="now")
        assert bob.next_entry()["text"] == "deploy? (yes/no)"
        bob.call("send-to", to="bot", text="yes")
        assert asking.wait(DEADLINE_S) == 0
        assert (operator.folder / "done").read_text() == "deployed\n"
    with operator.shell.running(tail, followed):
        until(lambda: '"the backup is done"' in followed.read_text(), "what was said last")


def test_command_over_http_does_what_the_readme_says(operator: Operator) -> None:
    operator.join()
    (send,) = starting_with("curl")
    operator.run(send)
    assert operator.texts() == ["hello"]


def test_what_make_does_is_what_the_readme_says(operator: Operator) -> None:
    (tests,) = starting_with("make test")
    assert "-m pytest" in operator.run(tests.replace("make", "make -n"))
    consoles = starting_with("make client")
    for command, name in zip(consoles, ("alice", "bob"), strict=True):
        program, *arguments = shlex.split(operator.run(command.replace("make", "make -n")))
        assert (program, arguments[:2]) == (".venv/bin/python", ["-m", "client"])
        options = build({}).parse_args(arguments[2:])
        assert (options.user, options.command) == (name, None)


def test_every_command_of_the_readme_is_run_here() -> None:
    known = starting_with("make run", "make test", "make client", "echo", "chat", "curl")
    assert known == COMMANDS
