"""Tab: what it makes of a line."""

from collections.abc import Callable

import pytest
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.document import Document

from client.console.tab import complete


class LateNames:
    """A line whose words are completed, and what Tab has asked for."""

    def __init__(self, *words: str) -> None:
        self.words = list(words)
        self.asked: list[str] = []
        self.buffer = Buffer(completer=WordCompleter(lambda: self.words))
        self._then: list[Callable[[], object]] = []

    def tab(self, typed: str = "") -> None:
        """Type something and Tab."""
        self.buffer.insert_text(typed)
        complete(self.buffer, self._look_up)

    def answer(self, *words: str) -> None:
        """Let the oldest answer come: there are these words, too."""
        self.words = sorted([*self.words, *words])
        self._then.pop(0)()

    @property
    def menu(self) -> list[str]:
        """What is offered."""
        state = self.buffer.complete_state
        return [one.text for one in state.completions] if state else []

    def _look_up(self, text: str, then: Callable[[], object]) -> None:
        self.asked.append(text)
        self._then.append(then)


@pytest.mark.parametrize(
    ("typed", "line", "menu"),
    [
        ("e", "edit", []),
        ("s", "send", ["send", "send-to"]),
        ("send", "send", ["send", "send-to"]),
        ("send-", "send-to", []),
        ("x", "x", []),
        ("", "", ["edit", "send", "send-to"]),
    ],
)
def test_tab_completes_what_is_clear_and_opens_a_menu_for_the_rest(
    typed: str, line: str, menu: list[str]
) -> None:
    words = WordCompleter(["edit", "send", "send-to"], sentence=True)
    buffer = Buffer(completer=words, document=Document(typed))
    complete(buffer, lambda text, then: None)
    state = buffer.complete_state
    assert buffer.text == line
    assert [one.display_text for one in state.completions] == menu if state else menu == []


def test_tab_again_goes_through_the_menu() -> None:
    words = WordCompleter(["send", "send-to"], sentence=True)
    buffer = Buffer(completer=words, document=Document("s"))
    seen = []
    for _ in range(4):
        complete(buffer, lambda text, then: None)
        seen.append(buffer.text)
    assert seen == ["send", "send", "send-to", "send"]


# -- what the server was asked for -----------------------------------------------------------


def test_late_answer_completes_the_only_name() -> None:
    line = LateNames()
    line.tab("to zo")
    assert line.asked == ["to zo"] and line.buffer.text == "to zo"
    line.answer("zoe")
    assert line.buffer.text == "to zoe" and line.menu == []


def test_late_answer_opens_a_menu_of_several_names() -> None:
    line = LateNames()
    drawn: list[Buffer] = []
    line.buffer.on_completions_changed += drawn.append
    line.tab("to z")
    line.answer("zoe", "zora")
    assert line.buffer.text == "to z" and line.menu == ["zoe", "zora"] and drawn
    line.tab()
    assert line.buffer.text == "to zoe" and line.asked == ["to z"]


def test_late_answer_leaves_the_name_that_was_completed_and_offers_the_others() -> None:
    line = LateNames("bob")
    line.tab("to b")
    line.answer("bella", "bonnie")
    assert line.buffer.text == "to bob" and line.menu == ["bella", "bob", "bonnie"]
    line.tab()
    assert line.buffer.text == "to bonnie"


def test_late_answer_adds_to_an_open_menu_and_keeps_what_is_chosen() -> None:
    line = LateNames("bella", "bob")
    line.tab("to b")
    line.tab()
    line.tab()
    assert line.buffer.text == "to bob"
    line.answer("bo")
    assert line.buffer.text == "to bob" and line.menu == ["bella", "bo", "bob"]
    line.tab()
    assert line.buffer.text == "to b"
    line.tab()
    assert line.buffer.text == "to bella"


@pytest.mark.parametrize("words", [[], ["bob"], ["bella", "bob"]])
def test_late_answer_changes_nothing_once_something_else_is_typed(words: list[str]) -> None:
    line = LateNames(*words)
    line.tab("to b")
    line.buffer.insert_text(" hi")
    text = line.buffer.text
    line.answer("bo")
    assert line.buffer.text == text and line.menu == []


def test_late_answer_that_adds_nothing_opens_no_menu() -> None:
    line = LateNames("bob")
    line.tab("to b")
    line.answer()
    assert line.buffer.text == "to bob" and line.menu == []
