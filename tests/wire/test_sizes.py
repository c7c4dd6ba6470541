"""Sizes as people read them."""

import pytest

from chatd.wire.sizes import size_text

KIB, MIB, GIB = 1024, 1024**2, 1024**3


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1 KiB"),
        (8 * KIB, "8 KiB"),
        (99 * KIB + 1000, "100 KiB"),
        (999 * KIB, "999 KiB"),
        (1000 * KIB, "1 MiB"),
        (1_200_000, "1.1 MiB"),
        (5 * MIB, "5 MiB"),
        (256 * MIB, "256 MiB"),
        (GIB, "1 GiB"),
        (5000 * GIB, "5000 GiB"),
    ],
)
def test_size_is_told_in_the_unit_that_fits(count: int, text: str) -> None:
    assert size_text(count) == text
