"""What holds for every simulation."""

import pytest

from chatd.net import turns


@pytest.fixture(autouse=True)
def few_have_a_turn_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the few users of a test wait for each other as thousands do."""
    monkeypatch.setattr(turns, "TURNS_MAX", 1)
