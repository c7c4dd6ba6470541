"""Appearances: who is taken for whom."""

from chatd.core.appearances import Appearances, looks_of
from tests.core.test_model import user


def test_names_are_found_by_what_looks_like_them_until_they_go() -> None:
    seen = Appearances()
    for name in ("john.doe", "johndoe"):  # as names these are two
        seen.add(name)
    assert seen.named("John Doe") == "john.doe"
    assert seen.named("John Doe", but="john.doe") == "johndoe"
    seen.remove("john.doe")
    assert seen.named("John Doe") == "johndoe"
    seen.remove("johndoe")
    assert seen.named("John Doe") is None


def test_display_name_is_found_until_another_takes_its_place() -> None:
    alice = user()
    alice.display_name = "Wonderland"
    seen = Appearances([alice])
    assert seen.displayed_by("W0NDER LAND") == alice.name
    assert seen.displayed_by("wonderland", but=alice.name) is None
    seen.change(alice.name, "Wonderland", "Wonder.Land")
    assert seen.displayed_by("wonderland") == alice.name
    seen.change(alice.name, "Wonder.Land", "Else")
    assert seen.displayed_by("wonderland") is None and seen.displayed_by("ELSE") == alice.name
    seen.change(alice.name, "Else", "")
    assert seen.displayed_by("else") is None


def test_capital_i_and_small_l_look_alike() -> None:
    assert looks_of("AIice") & looks_of("alice")
    assert looks_of("Ivan") & looks_of("ivan")
    assert not looks_of("alice") & looks_of("alan")
