"""A server under attack, for the tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.fuzz.siege import Siege


@pytest.fixture
def siege() -> Iterator[Siege]:
    """Alice and bob talk, eve is up to no good."""
    with Siege() as siege:
        yield siege
