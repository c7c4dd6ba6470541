"""Wrapping: nothing reaches the left margin but the rest of a long word, and nothing is lost."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from client.console.safe_text import safe_lines
from client.console.styled import plain
from client.console.wrapping import ROWS_MAX, WIDTH_MIN, cut, hang, rows_of, width_of

HEAD = [("", "12:00 a: ")]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
ADDRESS = "https://example.com/a/long/path?with=a&query=of-its-own#and-more,(brackets)~"
SOLID = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=150)


def shown(text: str, width: int, head: list[tuple[str, str]] = HEAD) -> list[str]:
    """Return the rows of a text on a screen."""
    return [plain(line) for line in hang(head, safe_lines(text), width)]


def on_terminal(rows: list[str], width: int) -> list[str]:
    """Return what a terminal makes of them: it breaks what is longer where its line is full."""
    return [row[at : at + width] for row in rows for at in range(0, max(1, len(row)), width)]


@given(TEXTS, st.integers(1, 200))
def test_rows_fit_are_indented_and_hold_everything(text: str, width: int) -> None:
    rows = shown(text, width)
    columns = max(width, WIDTH_MIN) - 1
    indent = min(9, columns // 3)
    for row in rows:
        assert width_of(row) <= columns or has_long_word(row, columns - indent), row
    assert all(row.startswith(" " * indent) for row in rows[1:])
    held = "".join([rows[0], *(row[indent:] for row in rows[1:])])
    assert held == "12:00 a: " + "".join(plain(line) for line in safe_lines(text))


def has_long_word(row: str, columns: int) -> bool:
    """Tell whether a row ends with a word of more columns, and at most one blank."""
    word = row.removesuffix(" ").rpartition(" ")[2]
    return width_of(word) > columns


@example(["x" * 100, "y" * 100, "and"], 40)
@given(st.lists(st.one_of(SOLID, st.just("and"), st.just("界界")), max_size=8), st.integers(20, 90))
def test_no_word_is_broken_and_none_begins_at_the_margin(words: list[str], width: int) -> None:
    rows = shown(" ".join(words), width)
    text = "\n".join(rows)
    for word in words:
        assert word in text
    for row in on_terminal(rows, width)[1:]:
        assert row.startswith(" ") or " " not in row.rstrip(), row


@pytest.mark.parametrize("width", [20, 21, 40, 79, 80, 81, 200])
@pytest.mark.parametrize(
    "address",
    [
        ADDRESS,
        ADDRESS * 5,
        "/usr/share/doc/packages/" + "deep/" * 20 + "README",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "https://de.wikipedia.org/wiki/Größe_und_Maß_" + "ä" * 60,
    ],
)
def test_address_stays_whole_on_any_screen(address: str, width: int) -> None:
    rows = shown(f"look at {address} before noon", width)
    assert sum(address in row for row in rows) == 1
    assert "before noon" in rows[-1]


def test_address_stays_whole_when_it_comes_last_in_the_first_half_of_a_line() -> None:
    word = "https://example.com/" + "x" * 30
    assert shown(f"see {word}", 80)[0].endswith(word)
    rows = shown(f"well, this is a sentence: {word} and so on", 80)
    assert rows[1].startswith(" " * 9 + word)


@pytest.mark.parametrize("blank", [" ", "   ", "\u00a0", "\u3000", "\u2800", "\uffa0"])
@pytest.mark.parametrize("width", [40, 80])
def test_nothing_behind_a_long_word_looks_like_an_entry(blank: str, width: int) -> None:
    fake = blank.join(("12:00", "general#9", "alice:", "me", "too"))
    for length in range(width - 30, 2 * width):
        text = "x" * length + fake
        for row in on_terminal(shown(text, width), width)[1:]:
            assert not row.startswith("12:00") or row.strip() == "12:00", row


def test_long_word_begins_where_it_stands_and_ends_its_row_with_one_blank() -> None:
    long = "x" * 100
    assert shown(f"see {long} and {long}   so on", 40) == [
        f"12:00 a: see {long} ",
        " " * 9 + f"and {long} ",
        " " * 9 + "  so on",
    ]


def test_scripts_without_blanks_are_broken_anywhere() -> None:
    for letter in ("界", "ก", "ខ", "မ"):
        rows = shown(letter * 200, 40)
        assert len(rows) > 5 and all(width_of(row) < 40 for row in rows)


def test_rows_of_long_words_are_those_of_the_terminal() -> None:
    assert rows_of([[("", "x" * 161)], [("", "")], [("", "a")]], 80) == 5


def test_line_breaks_at_a_blank() -> None:
    rows = [plain(line) for line in hang(HEAD, [[("", "one two three four five six")]], 24)]
    assert rows == ["12:00 a: one two three ", "       four five six"]


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
    assert len(lines) > 1 or seen == "e\u0301"  # which makes a word
    for line in lines:
        rest = plain(line).removeprefix("bob: ").strip()
        assert rest == seen * (len(rest) // len(seen))
    for width in range(1, 12):
        kept = cut(seen * 8, width).removesuffix("…")
        assert kept == seen * (len(kept) // len(seen))
        assert width_of(cut(seen * 8, width)) <= width
