"""Display names: which there are, and how they are written."""

import pytest

from chatd.errors import BadRequest
from chatd.wire.display_names import CHARACTERS_MAX, letters_of, map_display_name


@pytest.mark.parametrize(
    ("text", "mapped"),
    [
        ("Alice", "Alice"),
        ("  Alice \u00a0 B.  ", "Alice B."),
        ("U\u0308nal", "\u00dcnal"),
        ("\uff21lice", "Alice"),
        ("Alice 🎈", "Alice 🎈"),
        ("小明", "小明"),
        ("x" * CHARACTERS_MAX, "x" * CHARACTERS_MAX),
    ],
)
def test_display_name_keeps_its_case_and_is_composed(text: str, mapped: str) -> None:
    assert map_display_name(text) == mapped
    assert map_display_name(mapped) == mapped


@pytest.mark.parametrize(
    "text", ["", "  ", "a\nb", "a\x00", "a\u202eb", "a\u200b", "...", "x" * (CHARACTERS_MAX + 1)]
)
def test_what_shows_nothing_or_more_than_a_line_is_refused(text: str) -> None:
    with pytest.raises(BadRequest):
        map_display_name(text)


def test_letters_are_what_is_left_without_all_that_stands_between_them() -> None:
    assert letters_of("J. d'Arc-3 🎈") == "JdArc3"
