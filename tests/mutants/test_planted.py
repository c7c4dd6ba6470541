"""The list of planted bugs fits the code and the tests; `make mutants` says which survive."""

from pathlib import Path

import pytest

from tests.mutants.mutant import Drifted, Mutant, drift, plant
from tests.mutants.planted import MUTANTS


def test_every_row_fits_the_code_and_names_tests_that_exist() -> None:
    assert {mutant.name: faults for mutant in MUTANTS if (faults := drift(mutant))} == {}


def test_there_are_at_least_sixty_and_no_name_or_bug_stands_twice() -> None:
    assert len(MUTANTS) >= 60
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    assert len({mutant[1:4] for mutant in MUTANTS}) == len(MUTANTS)


def test_a_bug_is_planted_in_the_one_place_that_it_names() -> None:
    assert plant(_mutant("b", "c"), "a = b + d") == "a = c + d"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("z", "c", "its old text stands 0 times in file.py"),
        ("a", "c", "its old text stands 2 times in file.py"),
        ("b", "(", "file.py is no Python with it: "),
        ("b", "b", "it changes nothing"),
    ],
)
def test_a_bug_that_fits_no_more_is_told(old: str, new: str, reason: str) -> None:
    with pytest.raises(Drifted) as drifted:
        plant(_mutant(old, new), "a = a + b")
    assert reason in str(drifted.value)


def test_a_row_is_told_whose_file_or_tests_are_gone(tmp_path: Path) -> None:
    (tmp_path / "test_x.py").write_text("def test_a(): ...")
    mutant = _mutant("b", "c")._replace(tests=("test_x.py::test_a[1]", "test_x.py::test_b", "y.py"))
    assert drift(mutant, tmp_path) == [
        "there is no test test_x.py::test_b",
        "there is no test y.py",
        "there is no file.py",
    ]
    assert drift(mutant._replace(tests=()), tmp_path)[0] == "it names no test"


def _mutant(old: str, new: str) -> Mutant:
    return Mutant("a bug", "file.py", old, new, ("test_x.py",))
