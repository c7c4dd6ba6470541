"""Tab: what it makes of a line."""

import pytest
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.document import Document

from client.console.tab import complete


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
    complete(buffer)
    state = buffer.complete_state
    assert buffer.text == line
    assert [one.display_text for one in state.completions] == menu if state else menu == []


def test_tab_again_goes_through_the_menu() -> None:
    words = WordCompleter(["send", "send-to"], sentence=True)
    buffer = Buffer(completer=words, document=Document("s"))
    seen = []
    for _ in range(4):
        complete(buffer)
        seen.append(buffer.text)
    assert seen == ["send", "send", "send-to", "send"]
