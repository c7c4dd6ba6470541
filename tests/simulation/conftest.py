"""What holds for every simulation."""

from typing import Any

import pytest

from chatd.core import events as e
from chatd.core.transaction import Transaction
from chatd.handlers.context import Context
from chatd.handlers.dispatch import Dispatcher
from chatd.net import broadcast_queue
from chatd.wire.commands import COMMANDS
from tests.simulation import test_path


@pytest.fixture(autouse=True)
def few_are_sent_to_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the few users of a test wait for each other as thousands do."""
    monkeypatch.setattr(broadcast_queue, "SENDS_PER_TICK", 1)


@pytest.fixture(autouse=True)
def only_what_writes_commits(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hold each command to its row: one that does not write changes nothing."""
    if request.module is test_path:  # which counts the calls
        return
    running: list[str] = []
    call, commit = Dispatcher.call, Transaction.commit

    def noted(self: Dispatcher, context: Context, method: str, params: Any) -> Any:
        running.append(method)
        try:
            return call(self, context, method, params)
        finally:
            running.pop()

    def checked(self: Transaction, *events: e.Event) -> Any:
        for method in running:
            # To read fixes from where on a newcomer sees the room, and ends a mark of unread.
            by_reading = e.FloorFixed | e.UnreadMarked
            changes = [event for event in events if not isinstance(event, by_reading)]
            assert COMMANDS[method].writes or not changes, (method, changes)
        return commit(self, *events)

    monkeypatch.setattr(Dispatcher, "call", noted)
    monkeypatch.setattr(Transaction, "commit", checked)
