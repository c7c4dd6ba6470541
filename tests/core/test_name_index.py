"""The index of names."""

import pytest

from chatd.core.name_index import NameIndex

SECRET = b"s" * 32
NAMES = [f"user{number}" for number in range(200)]


def test_index_of_names_added_one_by_one_is_that_of_all_at_once() -> None:
    at_once, one_by_one = NameIndex(SECRET, NAMES), NameIndex(SECRET)
    for name in NAMES:
        one_by_one.add(name)
    strangers = [f"stranger{number}" for number in range(200)]
    assert [at_once.next_to(s) for s in strangers] == [one_by_one.next_to(s) for s in strangers]
    assert at_once.next_to("user7") == "user7"


def test_place_of_a_name_is_another_one_with_another_secret() -> None:
    one, other = NameIndex(SECRET, NAMES), NameIndex(b"t" * 32, NAMES)
    strangers = [f"stranger{number}" for number in range(50)]
    assert [one.next_to(s) for s in strangers] != [other.next_to(s) for s in strangers]


def test_removed_name_is_like_nothing_and_next_to_nobody() -> None:
    index = NameIndex(SECRET, ["bob", "carol"])
    index.remove("bob")
    assert index.like("b0b") is None
    assert {index.next_to(name) for name in NAMES} == {"carol"}
    index.remove("carol")
    assert index.next_to("bob") is None


@pytest.mark.parametrize("removed", ["oscar", "оѕсаг"])
def test_of_two_names_that_are_alike_one_is_left(removed: str) -> None:
    index = NameIndex(SECRET, ["oscar", "оѕсаг"])
    (left,) = {"oscar", "оѕсаг"} - {removed}
    index.remove(removed)
    assert index.like("0scar") == left
    assert index.next_to("x") == left
