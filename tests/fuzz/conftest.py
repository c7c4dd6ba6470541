"""A server under attack, for the tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.fuzz.hostile_load import HostileLoad


@pytest.fixture
def attacked() -> Iterator[HostileLoad]:
    """Alice and bob talk, eve is up to no good."""
    with HostileLoad() as attacked:
        yield attacked
