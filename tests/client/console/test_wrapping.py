"""Wrapping: nothing is wider than the screen, nothing reaches its left margin, nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.console.safe_text import safe_lines
from client.console.styled import plain
from client.console.wrapping import ROWS_MAX, WIDTH_MIN, cut, hang, width_of

HEAD = [("", "12:00 a: ")]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@given(TEXTS, st.integers(1, 200))
def test_rows_fit_are_indented_and_hold_everything(text: str, width: int) -> None:
    body = safe_lines(text)
    rows = [plain(line) for line in hang(HEAD, body, width)]
    indent = min(9, (max(width, WIDTH_MIN) - 1) // 3)
    assert all(width_of(row) <= max(width, WIDTH_MIN) - 1 for row in rows)
    assert all(row.startswith(" " * indent) for row in rows[1:])
    shown = "".join([rows[0], *(row[indent:] for row in rows[1:])])
    assert shown == "12:00 a: " + "".join(plain(line) for line in body)


def test_line_breaks_at_a_blank() -> None:
    rows = [plain(line) for line in hang(HEAD, [[("", "one two three four five six")]], 24)]
    assert rows == ["12:00 a: one two three ", "       four five six"]


def test_long_word_is_broken_where_the_line_is_full() -> None:
    rows = [plain(line) for line in hang([("", "a: ")], [[("", "x" * 30)]], 21)]
    assert rows == ["a: " + "x" * 17, "   " + "x" * 13]


def test_too_many_rows_are_cut_and_that_is_said() -> None:
    lines = hang(HEAD, safe_lines("\n" * 8_000), 80)
    assert len(lines) == ROWS_MAX + 1
    assert "not shown" in plain(lines[-1])


def test_wide_characters_count_twice() -> None:
    assert width_of("界a") == 3
    assert width_of("❤\ufe0f") == 2
    rows = hang([("", "a: ")], [[("", "界" * 20)]], 20)
    assert [width_of(plain(row)) for row in rows] == [19, 19, 11]


@given(TEXTS, st.integers(1, 50))
def test_cut_text_fits(text: str, width: int) -> None:
    assert width_of(cut(text, width)) <= width
    assert cut(text, width_of(text)) == text


FAMILY = "👨\u200d👩\u200d👧\u200d👦"
ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        (FAMILY, 2),
        ("👩\u200d💻", 2),
        (ENGLAND, 2),
        ("🇩🇪", 2),
        ("❤\ufe0f", 2),
        ("1\ufe0f\u20e3", 2),
        ("👍🏽", 2),
        ("שָׁלוֹם", 4),
        ("می\u200cخواهم", 7),
        ("午後", 4),
        ("ｱ", 1),
        ("e\u0301", 1),
        ("", 0),
        ("abc", 3),
    ],
)
def test_width_is_that_of_what_is_seen_as_one_character(text: str, columns: int) -> None:
    assert width_of(text) == columns


@pytest.mark.parametrize("seen", [FAMILY, ENGLAND, "🇩🇪", "e\u0301", "❤\ufe0f"])
def test_what_is_seen_as_one_character_is_parted_neither_by_wrapping_nor_by_cutting(
    seen: str,
) -> None:
    lines = hang([("", "bob: ")], [[("", seen * 40)]], 30)
    assert len(lines) > 1
    for line in lines:
        rest = plain(line).removeprefix("bob: ").strip()
        assert rest == seen * (len(rest) // len(seen))
    for width in range(1, 12):
        kept = cut(seen * 8, width).removesuffix("…")
        assert kept == seen * (len(kept) // len(seen))
        assert width_of(cut(seen * 8, width)) <= width
