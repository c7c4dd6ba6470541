"""Servers for the tests of this folder; whatever a test does to them, they are reaped."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from client.credentials import Credentials
from tests.e2e.cable import Cable
from tests.e2e.client import Client, connect, newcomer
from tests.e2e.server import ServerProcess
from tests.e2e.terminal import Terminal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # so it is for tests in the background,
    signal.signal(signal.SIGINT, signal.default_int_handler)  # and all their children

Connects = Callable[[str], Client]
Opens = Callable[..., Terminal]


@pytest.fixture
def server(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[ServerProcess]:
    """A running server without limits, and with the settings of an indirect parameter if any."""
    settings: dict[str, str] = getattr(request, "param", {})
    with ServerProcess(tmp_path, **settings) as process:
        yield process


@pytest.fixture
def users(server: ServerProcess) -> Iterator[Connects]:
    """Makes logged-in users of the server by their names; "" only greets."""
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(
            newcomer(server.port, name) if name else connect(server.port)
        )


@pytest.fixture
def cable(server: ServerProcess) -> Iterator[Cable]:
    """The cable to which consoles are connected."""
    with Cable(server.port) as cable:
        yield cable


@pytest.fixture
def opens(server: ServerProcess, cable: Cable, tmp_path: Path) -> Iterator[Opens]:
    """Opens a console by the user's name, on a device that the server knows from its first time."""
    with ExitStack() as stack:

        def open_console(name: str, *arguments: str, **options: Any) -> Terminal:
            home = tmp_path / f"home of {name}"
            if not home.exists():
                token = token_of(name, server)
                Credentials(home / "chat").keep(f"http://127.0.0.1:{cable.port}", name, token)
            terminal = Terminal(home, cable.port, name, *arguments, **options)
            stack.enter_context(terminal)
            terminal.toolbar_shows(" connected")
            terminal.sees("` lists")  # the greeting: from here on keys are the console's
            return terminal

        yield open_console


def token_of(name: str, server: ServerProcess) -> str:
    """Return the token of a new device of a new user."""
    with connect(server.port) as client:
        if name not in server.admins:
            client.register(name)
        token: str = client.login(name, device="laptop")["token"]
        return token
