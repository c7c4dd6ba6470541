"""User names: the mapped form is the identity, whatever somebody typed."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chatd.errors import BadRequest
from chatd.wire.commands import NAME_BYTES_MAX
from chatd.wire.names import CHARACTERS_MAX, looked_up, map_name
from chatd.wire.rooms import RoomKind, direct_room, kind_of

LATIN_Y_IN_CYRILLIC = "раypal"
"""The first two letters are Cyrillic."""


@pytest.mark.parametrize(
    ("typed", "mapped"),
    [
        ("alice", "alice"),
        ("ALICE", "alice"),
        ("Ａｌｉｃｅ", "alice"),  # full width
        ("Jose\u0301", "jos\u00e9"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("Straße", "straße"),
        ("7of9", "7of9"),
        ("a.b_c-d", "a.b_c-d"),
        ("東京タワーの人", "東京タワーの人"),
        ("홍길동李", "홍길동李"),
    ],
)
def test_name_is_mapped_to_its_identity(typed: str, mapped: str) -> None:
    assert map_name(typed) == looked_up(typed) == mapped


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "a b",
        "a\x00b",
        "a\u200bb",
        "a\u202eb",
        "\u0301a",
        "@alice",
        "alice,bob",
        "+ops",
        "a#1",
        "a/b",
        "/a",
        "a@b",
        ".a",
        "-a",
        "_a",
        "general",
        "GENERAL",
        "Admin",
        "ａｄｍｉｎ",
        LATIN_Y_IN_CYRILLIC,
        "αlice",
        "😀",
        "ﬁ",  # a ligature
        "\ud800",
    ],
    ids=ascii,
)
def test_name_that_none_can_have_is_refused(name: str) -> None:
    with pytest.raises(BadRequest):
        map_name(name)


def test_name_of_32_characters_is_taken_and_one_more_is_refused() -> None:
    assert map_name("ä" * CHARACTERS_MAX) == "ä" * CHARACTERS_MAX
    with pytest.raises(BadRequest, match="at most 32 characters"):
        map_name("ä" * (CHARACTERS_MAX + 1))


def test_name_is_cut_off_by_its_bytes_before_any_unicode_work() -> None:
    with pytest.raises(BadRequest, match="at most 32 characters"):
        map_name("x" * NAME_BYTES_MAX)
    with pytest.raises(BadRequest, match="at most 256 bytes"):
        map_name("x" * (NAME_BYTES_MAX + 1))
    with pytest.raises(BadRequest, match="at most 256 bytes"):
        map_name("é" * 128 + "x")


letters = st.characters(categories=["L", "M", "N"]) | st.sampled_from("._-@,#+ \u200d")


@given(st.text(max_size=70) | st.text(letters, min_size=1, max_size=8))
@example("İ")
@example("ς")
@example("ǅ")
@example("ᾳ")
def test_any_text_is_mapped_once_and_for_all_or_refused(typed: str) -> None:
    try:
        mapped = map_name(typed)
    except BadRequest:
        return
    assert map_name(mapped) == looked_up(typed) == mapped
    assert mapped == unicodedata.normalize("NFC", mapped)
    assert 1 <= len(mapped) <= CHARACTERS_MAX
    assert kind_of(direct_room(mapped, "bob")) is RoomKind.DIRECT
    assert not set(mapped) & set(" ,@#+/")


@given(st.text(letters, min_size=1, max_size=8))
def test_case_makes_no_other_user(typed: str) -> None:
    try:
        mapped = map_name(typed)
    except BadRequest:
        return
    if typed.upper().lower() == typed.lower() == typed:  # a script whose case goes there and back
        assert map_name(typed.upper()) == mapped
