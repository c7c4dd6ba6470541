"""PendingMessages of what is on its way."""

import pytest

from chatd.wire.commands import Gap, Posted, Reset
from chatd.wire.entries import Removed
from client.console.pending_messages import SHOWN_MAX, PendingMessages, pending_lines
from client.console.styled import plain
from client.events import SeenEntry
from tests.client.network import posted, said


def test_entry_takes_the_place_of_its_own_echo_and_of_no_later_one() -> None:
    echoes = PendingMessages()
    one, two, elsewhere = (echoes.add(text) for text in ("one", "two", "elsewhere"))
    echoes.posted(one, posted(1))
    echoes.posted(two, posted(2))
    echoes.posted(elsewhere, Posted("alice,bob", 1, 0))
    assert echoes.unanswered == 0
    echoes.take(said(1))
    assert echoes.texts == ["two", "elsewhere"]


def test_entry_that_came_before_the_answer_counts() -> None:
    echoes = PendingMessages()
    echo = echoes.add("one")
    echoes.take(said(1))
    assert echoes.texts == ["one"]
    echoes.posted(echo, posted(1))
    assert echoes.texts == []


@pytest.mark.parametrize(
    "heard", [Gap("+ops:a", 1, 2), Reset("+ops:a"), Removed("@alice", 1, 0, "+ops:a", "bob")]
)
def test_what_no_entry_will_take_the_place_of_goes(heard: SeenEntry | Gap | Reset) -> None:
    echoes = PendingMessages()
    echoes.posted(echoes.add("gone"), Posted("+ops:a", 2, 0))
    echoes.posted(echoes.add("stays"), posted(2))
    echoes.take(heard)
    assert echoes.texts == ["stays"]


def test_refused_text_is_echoed_no_more() -> None:
    echoes = PendingMessages()
    echoes.refused(echoes.add("no"))
    assert (echoes.texts, echoes.unanswered) == ([], 0)


def test_each_text_has_a_line_that_fits() -> None:
    lines = [plain(line) for line in pending_lines(["hello", "x" * 100], 20)]
    assert lines == ["… hello", "… " + "x" * 16 + "…"]


def test_many_are_told_as_a_number() -> None:
    texts = [str(number) for number in range(SHOWN_MAX + 3)]
    lines = [plain(line) for line in pending_lines(texts, 80)]
    assert lines[0] == "… and 3 before" and lines[-1] == f"… {texts[-1]}"
    assert len(lines) == SHOWN_MAX + 1


def test_line_breaks_and_escapes_are_shown() -> None:
    assert [plain(line) for line in pending_lines(["a\n\x1bb"], 80)] == ["… a^J^[b"]
