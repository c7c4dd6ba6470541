"""Handlers and calls with another result than their command's row has are refused by mypy."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
BEGINNING = """\
from chatd.handlers.context import Context
from chatd.handlers.dispatch import handles
from chatd.wire import commands as c

class Handlers:
"""
METHOD = """
    @handles(c.{command})
    def method_{number}(self, context: Context, request: c.{request}) -> {result}:
        raise NotImplementedError
"""
HANDLERS = [
    # command, the parameters and the result of its handler, whether it is right
    ("Send", "Send", "c.Posted", True),
    ("Ack", "Ack", "None", True),
    ("Send", "Send", "c.Nothing", False),
    ("Send", "Send", "c.Posted | None", False),
    ("Send", "SendTo", "c.Posted", False),
    ("Ack", "Ack", "c.Nothing", False),
    ("Ping", "Ping", "None", False),
]


def test_handler_of_other_parameters_or_another_result_is_refused_by_mypy(tmp_path: Path) -> None:
    methods = [
        METHOD.format(number=number, command=command, request=request, result=result)
        for number, (command, request, result, _) in enumerate(HANDLERS)
    ]
    module = tmp_path / "handlers.py"
    module.write_text(BEGINNING + "".join(methods))
    wrong = {number for number, handler in enumerate(HANDLERS) if not handler[-1]}
    first, each = BEGINNING.count("\n") + 2, METHOD.count("\n")
    # mypy names the decorator, the second line of each method.
    assert refused_lines(module) == {first + each * number for number in wrong}


CALLS = """\
from chatd.http.api_session import ApiSession
from chatd.wire import commands as c
from client import Client

def seq_of(session: ApiSession) -> int:
    return session.call(c.UploadFinish, {"upload": 1}).seq

def posted(client: Client) -> c.Posted:
    return client.call(c.Send("hi"))

def state_of(session: ApiSession) -> c.UploadState:
    return session.call(c.UploadFinish, {"upload": 1})

def status(client: Client) -> c.StatusResult:
    return client.call(c.Send("hi"))
"""


def test_call_with_another_result_is_refused_by_mypy(tmp_path: Path) -> None:
    module = tmp_path / "calls.py"
    module.write_text(CALLS)
    last = CALLS.count("\n")
    assert refused_lines(module) == {last - 3, last}


def refused_lines(module: Path) -> set[int]:
    """Return the numbers of the lines, from 1, in which mypy finds a wrong type."""
    mypy = [sys.executable, "-m", "mypy", "--no-incremental", "--follow-imports=silent"]
    run = subprocess.run([*mypy, str(module)], cwd=ROOT, capture_output=True, text=True)
    found = re.findall(rf"{module.name}:(\d+): error: .*\[(.*)\]", run.stdout)
    assert {code for _, code in found} <= {"arg-type", "return-value"}, run.stdout + run.stderr
    return {int(line) for line, _ in found}
