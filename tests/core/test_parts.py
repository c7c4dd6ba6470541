"""Long texts as several parts."""

import pytest
import wcwidth
from hypothesis import given
from hypothesis import strategies as st

from chatd.core.parts import MARK_BYTES_MAX, PARTS_MAX, parts_of

MAX = 200
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
ACCENTED = "e\u0301"
GERMANY = "\U0001f1e9\U0001f1ea"
THAI = "\u0e01\u0e47"


def test_text_that_fits_is_one_part_as_it_is() -> None:
    assert parts_of("  a\n b  ", MAX, PARTS_MAX) == ["  a\n b  "]
    assert parts_of("x" * MAX, MAX, PARTS_MAX) == ["x" * MAX]


def test_text_of_blanks_has_no_parts() -> None:
    assert parts_of(" \n " * 1_000, MAX, PARTS_MAX) == []


def test_long_text_is_parted_at_lines() -> None:
    lines = [f"  line {n} " + "x" * 60 for n in range(9)]
    parts = parts_of("\n".join(lines), MAX, PARTS_MAX)
    assert "\n".join(parts).split("\n") == lines


def test_long_line_is_parted_at_words() -> None:
    words = [f"word{n}" for n in range(100)]
    assert " ".join(parts_of(" ".join(words), MAX, PARTS_MAX)).split() == words


@pytest.mark.parametrize("character", ["x", "\xe9", "会", "🎉", FAMILY, ACCENTED, GERMANY, THAI])
def test_long_word_is_parted_between_what_is_seen_as_characters(character: str) -> None:
    count = 4 * MAX // len(character.encode())
    parts = parts_of(character * count, MAX, PARTS_MAX)
    assert "".join(parts) == character * count
    assert all(set(wcwidth.iter_graphemes(part)) == {character} for part in parts)


def test_one_character_without_end_is_parted_all_the_same() -> None:
    text = "e" + "\u0301" * 300
    assert "".join(parts_of(text, MAX, PARTS_MAX)) == text


def test_more_than_fits_is_cut_off_with_a_mark() -> None:
    text = "x" * (MAX * PARTS_MAX + 1)
    parts = parts_of(text, MAX, PARTS_MAX)
    kept, mark = sum(part.count("x") for part in parts), "characters are missing"
    assert len(parts) == PARTS_MAX
    assert parts[-1].endswith(f"\n… cut off, {len(text) - kept} {mark}")
    assert MAX - MARK_BYTES_MAX < len(parts[-1].encode()) <= MAX


def test_text_that_just_fits_is_not_cut_off() -> None:
    assert parts_of("x" * MAX * PARTS_MAX, MAX, PARTS_MAX) == ["x" * MAX] * PARTS_MAX


def test_blanks_between_parts_make_no_part() -> None:
    assert parts_of("a" + " " * 1_000 + "b", MAX, PARTS_MAX) == ["a", "b"]


@given(st.text(max_size=400), st.integers(1, 3))
def test_parts_keep_to_their_bounds_and_lose_nothing_but_blanks(text: str, count: int) -> None:
    parts = parts_of(text, 100, count)
    assert len(parts) <= count
    assert all(part.strip() and len(part.encode()) <= 100 for part in parts)
    if parts and "… cut off" not in parts[-1]:
        assert "".join("".join(parts).split()) == "".join(text.split())
