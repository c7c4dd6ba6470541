"""Servers for the tests of this folder; whatever a test does to them, they are reaped."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.client import Client, connect, newcomer
from tests.e2e.server import ServerProcess

Connects = Callable[[str], Client]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A running server without limits."""
    with ServerProcess(tmp_path) as process:
        yield process


@pytest.fixture
def users(server: ServerProcess) -> Iterator[Connects]:
    """Makes logged-in users of the server by their names; "" only greets."""
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(
            newcomer(server.port, name) if name else connect(server.port)
        )
