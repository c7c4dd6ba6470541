"""What holds for every simulation."""

import pytest

from chatd.net import broadcast_queue


@pytest.fixture(autouse=True)
def few_are_sent_to_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the few users of a test wait for each other as thousands do."""
    monkeypatch.setattr(broadcast_queue, "SENDS_PER_TICK", 1)
