"""What becomes of a mutant is told by the tests that it names, and its file is as it was then."""

from pathlib import Path

import pytest

from tests.mutants.__main__ import KILLED, SURVIVED, UNTESTED, Tree
from tests.mutants.mutant import Mutant

CODE = "def more(a):\n    return a + 1  # at least\n"
TESTS = """
from code_under_test import more

def test_more():
    assert more(1) == 2

def test_nothing():
    pass

def test_that_hangs():
    while True:
        pass
"""


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    project = tmp_path / "small"
    project.mkdir()
    (project / "code_under_test.py").write_text(CODE)
    (project / "test_code.py").write_text(TESTS)
    return Tree(tmp_path, project)


@pytest.mark.parametrize(
    ("new", "test", "verdict"),
    [
        ("a + 2", "test_more", KILLED),
        ("a - -1", "test_more", SURVIVED),
        ("a + 2", "test_nothing", SURVIVED),
        ("a + 2", "test_that_is_gone", UNTESTED),
    ],
)
def test_a_mutant_is_killed_only_by_a_test_that_fails(
    tree: Tree, tmp_path: Path, new: str, test: str, verdict: str
) -> None:
    mutant = Mutant("a bug", "code_under_test.py", "a + 1", new, (f"test_code.py::{test}",))
    assert tree.verdict(mutant) == verdict
    assert (tmp_path / "project" / "code_under_test.py").read_text() == CODE


def test_a_run_that_takes_too_long_is_ended(tree: Tree) -> None:
    assert tree.test(("test_code.py::test_that_hangs",), 1) is None
