"""How to add a command: a test follows the recipe of CONTRIBUTING.md, word by word, in a copy."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.recipe.steps import ROOT, Step, steps

LEFT_OUT = shutil.ignore_patterns(
    *(".git", ".venv", ".hypothesis", ".*_cache", "__pycache__", "*.egg-info"),
    *("node_modules", ".node"),
)
GUARDS = [
    "tests/wire/test_commands.py",
    "tests/core/test_clock_repair.py",
    "tests/stores/test_record.py",
    "tests/client/console/test_console.py",
    "tests/test_floors.py",
    "tests/test_docs.py",
]
"""What says that something is missing, if it is."""
DOZEN = 12


def run(folder: Path, *command: str) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which the recipe has been followed."""
    root = tmp_path_factory.mktemp("recipe") / "project"
    shutil.copytree(ROOT, root, ignore=LEFT_OUT)
    (root / ".venv").symlink_to(sys.prefix)
    for step in steps():
        if step.path:
            step.apply(root)
        else:
            run(root, "sh", "-ec", step.text)
    return root


def test_recipe_is_all_there_is_to_do(project: Path) -> None:
    pytest_ = (sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider")
    run(project, *pytest_, "tests/recipe/checks.py", "tests/simulation/test_notes.py", *GUARDS)


def test_what_the_recipe_writes_passes_the_checks_of_code(project: Path) -> None:
    written = sorted({step.path for step in steps() if step.path})
    for check in (["flake8"], ["ruff", "check"], ["ruff", "format", "--check"], ["mypy"]):
        run(project, sys.executable, "-m", *check, *written)


def test_feature_of_the_recipe_is_one_noun_in_a_dozen_files() -> None:
    written = {step.path for step in steps() if step.path}
    new = {step.path for step in steps() if step.path and not step.line}
    assert all("notes" in Path(path).stem for path in new)
    assert len(written) <= DOZEN


def test_step_is_done_in_its_place_and_to_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("one\n    two\nthree\n")
    Step("a.py", "below", "two", "more\n").apply(tmp_path)
    Step("a.py", "instead of", "one", "1\n").apply(tmp_path)
    Step("a.py", "above", "three", "last\n").apply(tmp_path)
    assert (tmp_path / "a.py").read_text() == "1\n    two\n    more\nlast\nthree\n"
    with pytest.raises(AssertionError, match="has 0 lines"):
        Step("a.py", "below", "four", "").apply(tmp_path)
    with pytest.raises(AssertionError):
        Step("a.py", "", "", "").apply(tmp_path)
