"""Wrapping: nothing is wider than the screen, nothing reaches its left margin, nothing is lost."""

from hypothesis import given
from hypothesis import strategies as st

from client.console.safe_text import safe_lines
from client.console.styled import plain
from client.console.wrapping import ROWS_MAX, WIDTH_MIN, columns, cut, hang, width_of

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
    assert columns("\ufe0f") == 1
    rows = hang([("", "a: ")], [[("", "界" * 20)]], 20)
    assert [width_of(plain(row)) for row in rows] == [19, 19, 11]


@given(TEXTS, st.integers(1, 50))
def test_cut_text_fits(text: str, width: int) -> None:
    assert width_of(cut(text, width)) <= width
    assert cut(text, width_of(text)) == text
