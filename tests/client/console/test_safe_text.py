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
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",) * 2,
        ("1\ufe0f\u20e3 🇩🇪 ❤\ufe0f",) * 2,
        ("می\u200cخواهم",) * 2,
        ("שלום \u200f(5)\u200e",) * 2,
        ("\u061cنص",) * 2,
        ("שָׁלוֹם",) * 2,
        ("ការ\u200bប្រជុំ",) * 2,
        ("ថ្ងៃ\u17b4",) * 2,
        ("สวัสดี\u200bครับ",) * 2,
        ("ᠭᠠ\u180eᠠ",) * 2,
        ("क\u094d\u200dष",) * 2,
        ("no\u200fwhere", "no<U+200F>where"),
        ("🏴\U000e0067hidden", "🏴<U+E0067>hidden"),
        ("a\u180eb", "a<U+180E>b"),
        ("נ\u202eabc\u2067", "נ<U+202E>abc<U+2067>"),
        ("soft\u00adhyphen", "soft<U+00AD>hyphen"),
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
    assert not set(printed) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
