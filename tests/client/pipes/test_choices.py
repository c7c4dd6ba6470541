"""Options of a question, and what chooses one."""

import pytest

from client.pipes.choices import CHOICES_MAX, choices_of, chosen


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("yes,no", ["yes", "no"]),
        (" Yes , not  now ", ["Yes", "not now"]),
        ("ok", ["ok"]),
        ("1,2", ["1", "2"]),
    ],
)
def test_options_are_divided_by_commas(text: str, choices: list[str]) -> None:
    assert choices_of(text) == choices


@pytest.mark.parametrize("text", ["", ",", "yes,", "yes,YES", "yes,yes!", "!", " , "])
def test_options_that_are_empty_or_alike_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="an option twice, or one without a letter"):
        choices_of(text)


def test_options_are_bounded() -> None:
    most = ",".join(map(str, range(CHOICES_MAX)))
    assert len(choices_of(most)) == CHOICES_MAX
    with pytest.raises(ValueError, match="at most"):
        choices_of(most + ",more")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("yes", 0),
        (" YES!\n", 0),
        ('"no."', 1),
        ("Not\u00a0now", 2),
        ("cafe\u0301", 3),
        ("yes, go on", None),
        ("no idea", None),
        ("yesno", None),
        ("", None),
    ],
)
def test_option_is_chosen_alone_and_in_any_case(text: str, place: int | None) -> None:
    assert chosen(["yes", "no", "not now", "CAFÉ"], text) == place
