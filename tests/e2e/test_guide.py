"""docs/guide.md is true: its transcripts are replayed in a shell, against a real server.

A block that begins with ```console holds commands behind `$ ` (and `> ` where one goes on) and
what they print, errors among it. All of one session run in one shell, on one server, in the order
of the page; `<!-- session: NAME -->` says which one goes on from there. The first begins with
nothing, in the others people have accounts. What differs from run to run is made the same on both
sides.
"""

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from client.console.keyring import device_label
from client.pipes.status import MEANING
from tests.e2e.chat import Chat
from tests.e2e.client import connect
from tests.e2e.server import ROOT, ServerProcess
from tests.e2e.shell import SERVER, install

GUIDE = ROOT / "docs/guide.md"
DEADLINE_S = 120
MARK = "\x1e"
HERE = "/home/alice"
"""Where it says that the commands run."""
ADMIN = "carol"
SETTINGS = {"LIMIT_MESSAGES": "20", "LIMIT_PRIVATE": "600", "ADMINS": ADMIN}
FIRST = "first"
PEOPLE = ("alice", "bob", "carol", "eve")
"""Who has an account in the other sessions."""


@dataclass
class Step:
    """One command, and what the page says that it prints."""

    command: str
    output: list[str] = field(default_factory=list)


def transcripts(page: str) -> dict[str, list[Step]]:
    """Return the commands of a page in their order, by session."""
    sessions: dict[str, list[Step]] = {}
    steps = sessions.setdefault(FIRST, [])
    for session, block in re.findall(
        r"^<!-- session: (\w+) -->$|^```console\n(.*?)^```$", page, re.MULTILINE | re.DOTALL
    ):
        if session:
            steps = sessions.setdefault(session, [])
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append(Step(line[2:]))
            elif line.startswith("> "):
                steps[-1].command += "\n" + line[2:]
            else:
                steps[-1].output.append(line)
    return sessions


def alike(line: str, port: int) -> str:
    """Return a line with what is another one each time made the same."""
    line = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "YYYY-MM-DD HH:MM", line)
    line = re.sub(r"[A-Z]\w+day, \d+ [A-Z]\w+ \d{4}, \d\d:\d\d:\d\d", "DAY, HH:MM:SS", line)
    line = re.sub(r'"ts":\d{13}\b', '"ts":0', line)
    line = re.sub(r"\bin \d+ (s|min|h)\b", "in N", line)
    line = re.sub(r"\b[0-9a-f]{64}\b", "TOKEN", line)
    return line.replace(device_label(), "TOUR").replace(f"127.0.0.1:{port}", SERVER)


def replay(steps: list[Step], chat: Chat, folder: Path) -> list[list[str]]:
    """Run the commands in one shell; return what each printed. folder: where they run."""
    programs = install(folder / "bin")
    after = f"\ns=$?; printf '{MARK}'; (exit $s)\n"  # so that `echo $?` sees the command's
    script = "".join(step.command + after for step in steps)
    done = subprocess.run(
        ["bash", "-c", script.replace(SERVER, f"127.0.0.1:{chat.port}")],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=DEADLINE_S,
        env=chat.environment | {"PATH": f"{programs}:{os.environ['PATH']}", "NO_PROXY": "*"},
        cwd=folder,
    )
    printed = done.stdout.decode().replace(str(folder), HERE)
    return [part.splitlines() for part in printed.split(MARK)[:-1]]


def settle(chat: Chat, name: str) -> None:
    """Make an account that has read everything, and keep a token of it."""
    chat.join(name, is_new=name != ADMIN)
    with connect(chat.port) as client:
        client.login(name)
        client.sync(start="now")


@pytest.mark.parametrize("session", transcripts(GUIDE.read_text("utf-8")))
def test_every_transcript_of_the_guide_is_what_happens(session: str, tmp_path: Path) -> None:
    steps = transcripts(GUIDE.read_text("utf-8"))[session]
    with ServerProcess(tmp_path, **SETTINGS) as server:
        chat = Chat(tmp_path / "home", server.port)
        for name in () if session == FIRST else PEOPLE:
            settle(chat, name)
        printed = replay(steps, chat, tmp_path)
    for step, lines in zip(steps, printed, strict=True):
        assert_same(step, lines, server.port)


def assert_same(step: Step, lines: list[str], port: int) -> None:
    """Assert that a command printed what the page says, but for what differs each time."""
    seen = "\n".join(alike(line, port) for line in lines)
    said = "\n".join(alike(line, port) for line in step.output)
    assert f"$ {step.command}\n{seen}" == f"$ {step.command}\n{said}"


def test_a_page_is_read_as_its_commands_and_their_outputs() -> None:
    page = "text\n\n```console\n$ a\nx\n\n$ b \\\n> c\n```\n\n```\n$ not this\n```\n"
    assert transcripts(page) == {FIRST: [Step("a", ["x", ""]), Step("b \\\nc")]}


def test_a_session_goes_on_where_the_page_comes_back_to_it() -> None:
    page = "```console\n$ a\n```\n<!-- session: x -->\n```console\n$ b\n```\n"
    page += "<!-- session: first -->\n```console\n$ c\n```\n"
    assert transcripts(page) == {FIRST: [Step("a"), Step("c")], "x": [Step("b")]}


@pytest.mark.parametrize(("one", "other"), [("general#1 a", "general#2 a"), ("1", "2")])
def test_what_is_made_alike_does_not_hide_a_difference(one: str, other: str) -> None:
    assert alike(one, 1) != alike(other, 1)


def test_the_guide_lists_every_exit_status() -> None:
    listed = re.findall(r"^\| `(\d+)` \| (.*) \|$", GUIDE.read_text("utf-8"), re.MULTILINE)
    assert {int(status): text for status, text in listed} == MEANING
