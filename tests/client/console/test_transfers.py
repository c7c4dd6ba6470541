"""Transfers: what the line of a file shows, and that it goes with the file."""

import pytest

from client.console.styled import plain
from client.console.transfers import Transfer, Transfers
from client.console.wrapping import width_of


class Clock:
    """Seconds that go by when they are told to."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_line_shows_share_speed_and_time_left() -> None:
    clock = Clock()
    transfer = Transfer("↑", "photo.jpg", clock)
    transfer.progress(0, 5_000_000)
    clock.seconds += 2
    transfer.progress(2_500_000, 5_000_000)
    assert plain(transfer.line(80)) == "↑ photo.jpg  ████████░░░░░░░░  50%  1.2 MiB/s  2 s left"


def test_speed_counts_from_where_a_resumed_transfer_began() -> None:
    clock = Clock()
    transfer = Transfer("↓", "a", clock)
    transfer.progress(4_000_000, 5_000_000)
    clock.seconds += 1
    transfer.progress(4_500_000, 5_000_000)
    assert "488 KiB/s  1 s left" in plain(transfer.line(80))


def test_line_without_anything_moved_tells_no_speed() -> None:
    transfer = Transfer("↑", "a", Clock())
    assert plain(transfer.line(80)) == "↑ a  ░░░░░░░░░░░░░░░░   0%"


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_line_fits_the_screen_and_obeys_no_control_character(width: int) -> None:
    transfer = Transfer("↓", "\x1b[2J" + "界" * 40, Clock())
    transfer.progress(1, 3)
    line = plain(transfer.line(width))
    assert width_of(line) < width and "\x1b" not in line


def test_transfer_is_shown_while_it_runs_and_also_goes_when_it_fails() -> None:
    changes: list[None] = []
    transfers = Transfers(lambda: changes.append(None))
    with pytest.raises(ZeroDivisionError), transfers.running("↑", "a") as progress:
        progress(1, 2)
        assert len(transfers) == 1 and "50%" in plain(transfers.lines(80)[0])
        raise ZeroDivisionError
    assert len(transfers) == 0 and len(changes) == 2
