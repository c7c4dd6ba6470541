"""Other people's text: control characters are shown, and nothing that steers is printed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.console.safe_text import safe, safe_lines
from client.console.styled import CONTROL, plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain äöü 界 😀", "plain äöü 界 😀"),
        ("\x1b[31mred\x1b[0m", "^[[31mred^[[0m"),
        ("bell\x07 back\x08 del\x7f", "bell^G back^H del^?"),
        ("\x9b31m", "<U+009B>31m"),
        ("\u202egnp.exe", "<U+202E>gnp.exe"),
        ("\u2066isolate\u2069", "<U+2066>isolate<U+2069>"),
        ("zero\u200bwidth\ufeff", "zero<U+200B>width<U+FEFF>"),
        ("\u2028line", "<U+2028>line"),
        ("\U000e0041tag", "<U+E0041>tag"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("a\nb\r", "a^Jb^M"),
    ],
)
def test_text_is_shown_as(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_lines_are_kept_apart_and_tabs_become_blanks() -> None:
    assert [plain(line) for line in safe_lines("a\tb\r\nc\rd\n")] == ["a    b", "c^Md", ""]


def test_what_stands_for_a_control_character_is_marked() -> None:
    assert safe_lines("a\x1bb^[") == [[("", "a"), (CONTROL, "^["), ("", "b^[")]]


@given(st.text())
def test_nothing_printed_is_a_control_character(text: str) -> None:
    printed = safe(text) + "".join(plain(line) for line in safe_lines(text))
    assert not {unicodedata.category(one) for one in printed} & {"Cc", "Cs", "Zl", "Zp"}
    assert not set(printed) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e")
