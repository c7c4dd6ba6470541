"""A mutant: a bug that is planted on purpose, and the tests that have to notice it."""

import ast
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]


class Drifted(Exception):
    """A mutant doesn't fit the code any more; says why."""


class Mutant(NamedTuple):
    """`old` stands exactly once in `file`, and `new` in its place breaks a promise.

    name: the bug in words. file: relative to the repository. tests: what pytest is given.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


def plant(mutant: Mutant, source: str) -> str:
    """Return the source of the mutant's file with the bug in it. Raises Drifted."""
    count = source.count(mutant.old)
    if count != 1:
        raise Drifted(f"its old text stands {count} times in {mutant.file}")
    mutated = source.replace(mutant.old, mutant.new)
    if mutated == source:
        raise Drifted("it changes nothing")
    if mutant.file.endswith(".py"):
        try:
            ast.parse(mutated)
        except SyntaxError as error:
            raise Drifted(f"{mutant.file} is no Python with it: {error}") from None
    return mutated


def drift(mutant: Mutant, root: Path = ROOT) -> list[str]:
    """Return why a mutant doesn't fit the code and the tests under `root`, if it doesn't."""
    faults = [f"there is no test {test}" for test in mutant.tests if not _is_test(root, test)]
    if not mutant.tests:
        faults.append("it names no test")
    try:
        plant(mutant, (root / mutant.file).read_text("utf-8"))
    except FileNotFoundError:
        faults.append(f"there is no {mutant.file}")
    except Drifted as error:
        faults.append(str(error))
    return faults


def _is_test(root: Path, test: str) -> bool:
    file, _, name = test.partition("::")
    path, function = root / file, name.partition("[")[0]
    return path.is_file() and f"def {function}" in path.read_text("utf-8")
