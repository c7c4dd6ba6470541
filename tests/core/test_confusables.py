"""Skeletons: the data is whole, and what is made of it is what TR 39 says."""

import sys
import unicodedata

import homoglyph
import pytest
from homoglyph.data import load_prototypes

from chatd.core.confusables import skeletons


def test_data_is_that_of_a_recent_unicode_and_whole() -> None:
    assert tuple(map(int, homoglyph.UNICODE_VERSION.split("."))) >= (17, 0, 0)
    prototypes = load_prototypes()
    assert len(prototypes) > 6_000
    for looks in prototypes.values():
        again = "".join(prototypes.get(ord(c), c) for c in looks)
        assert unicodedata.normalize("NFD", again) == unicodedata.normalize("NFD", looks)


@pytest.mark.parametrize(
    ("character", "looks"),
    [("m", "rn"), ("1", "l"), ("0", "o"), ("а", "a"), ("ѕ", "s"), ("æ", "ae"), ("ß", "ss")],
)
def test_character_looks_like_its_prototype_without_case(character: str, looks: str) -> None:
    assert skeletons(character) == {looks}


def test_bar_outside_ascii_may_be_an_l_or_a_capital_i() -> None:
    assert skeletons("ӏ") == {"l", "i"}
    assert skeletons("l") == skeletons("1") == {"l"}
    assert skeletons("i") == {"i"}


def test_skeleton_is_like_itself_for_every_character() -> None:
    for code_point in range(sys.maxunicode + 1):
        character = chr(code_point)
        if unicodedata.category(character)[0] in "LMN":
            assert all(looks in skeletons(looks) for looks in skeletons(character)), character


def test_accents_keep_names_apart_in_either_form() -> None:
    composed = unicodedata.normalize("NFC", "josé")
    assert skeletons(composed) == skeletons(unicodedata.normalize("NFD", composed)) != {"jose"}
