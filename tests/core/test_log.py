"""A room's log, against a dict from number to frame."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chatd.core.log import Log


def log_of(count: int, gone: int = 0, size: int = 1) -> Log:
    """A log of `count` frames of `size` bytes, of which the first `gone` are no longer there."""
    log = Log()
    for number in range(1, count + 1):
        log.append(bytes([number]) * size)
    log.trim(gone)
    return log


def numbers(frames: list[bytes]) -> list[int]:
    return [frame[0] for frame in frames]


def test_empty_log_ends_at_0_and_begins_at_1() -> None:
    log = Log()
    assert (log.first_seq, log.last_seq, log.byte_count) == (1, 0, 0)
    assert log.after(0) == log.page_after(0, 100, 100) == []
    assert log.get(0) is None and log.get(1) is None


def test_numbers_go_on_when_everything_is_gone() -> None:
    log = log_of(3, gone=3)
    assert (log.first_seq, log.last_seq, log.byte_count) == (4, 3, 0)
    log.append(b"\x04")
    assert log.get(4) == b"\x04" and log.last_seq == 4


@pytest.mark.parametrize(("up_to", "first"), [(-5, 1), (0, 1), (2, 3), (3, 4), (99, 4)])
def test_trim_forgets_what_is_there_and_no_more(up_to: int, first: int) -> None:
    log = log_of(3)
    log.trim(up_to)
    assert (log.first_seq, log.last_seq) == (first, 3)


def test_page_has_what_fits_exactly_and_not_a_byte_more() -> None:
    log = log_of(5, size=10)
    assert numbers(log.page_after(0, 30, 99)) == [1, 2, 3]
    assert numbers(log.page_after(0, 29, 99)) == [1, 2]


def test_page_has_one_frame_at_least_however_large() -> None:
    log = log_of(5, size=10)
    assert numbers(log.page_after(0, 1, 99)) == [1]


def test_page_has_no_more_items_than_asked_for() -> None:
    log = log_of(5)
    assert numbers(log.page_after(1, 99, 2)) == [2, 3]


@given(st.integers(0, 8), st.integers(0, 9), st.integers(0, 12), st.integers(1, 9))
def test_pages_are_slices_of_what_is_there(count: int, gone: int, seq: int, items: int) -> None:
    log = log_of(count, gone)
    there = [n for n in range(1, count + 1) if n > gone]
    assert numbers(log.after(seq)) == [n for n in there if n > seq]
    assert numbers(log.page_after(seq, 99, items)) == [n for n in there if n > seq][:items]


class LogMachine(RuleBasedStateMachine):
    """Appends and trims in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.log = Log()
        self.model: dict[int, bytes] = {}
        self.count = 0

    @rule(frame=st.binary(min_size=1, max_size=20))
    def append(self, frame: bytes) -> None:
        self.count += 1
        self.log.append(frame)
        self.model[self.count] = frame

    @rule(up_to=st.integers(-2, 60))
    def trim(self, up_to: int) -> None:
        self.log.trim(up_to)
        self.model = {seq: frame for seq, frame in self.model.items() if seq > up_to}

    @invariant()
    def is_the_model(self) -> None:
        assert self.log.last_seq == self.count
        assert self.log.first_seq == min(self.model, default=self.count + 1)
        assert self.log.byte_count == sum(map(len, self.model.values()))
        for seq in range(-1, self.count + 2):
            assert self.log.get(seq) == self.model.get(seq)


TestLogMachine = LogMachine.TestCase
TestLogMachine.settings = settings(max_examples=30, stateful_step_count=30)
