"""Plant each bug of the list in a copy of the project, and say which of them no test notices.

    make mutants                      all of them, on all cores
    make mutants ARGS="nonce blob"    those with one of the words in their name or file

Exits with 1 if a bug survives, or a row of the list doesn't fit the code any more.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.mutant import ROOT, Mutant, drift, plant
from tests.mutants.planted import MUTANTS

LIMIT_S = 120
"""A run of one mutant's tests that takes longer hangs, which nobody would miss."""
CLEAN_LIMIT_S = 600
KILLED, SURVIVED, HUNG, UNTESTED = "killed", "SURVIVED", "hung", "UNTESTED"
LEFT_OUT = shutil.ignore_patterns(
    *(".git", ".venv", ".hypothesis", ".mypy_cache", ".pytest_cache", "__pycache__", "*.egg-info"),
    *("node_modules", ".node"),
)
PACKAGES = Path("web/node_modules")
"""What the page is built with, the same for all copies."""


class Tree:
    """A copy of the project in a folder of its own, in which one mutant after the other lives.

    output: what pytest said last.
    """

    _mtimes = count(int(time.time()))  # never twice the same, or stale bytecode would be run

    def __init__(self, folder: Path, project: Path = ROOT) -> None:
        self.output = ""
        self._root = folder / "project"
        shutil.copytree(project, self._root, ignore=LEFT_OUT)
        if (project / PACKAGES).exists():
            (self._root / PACKAGES).symlink_to((project / PACKAGES).resolve())

    def verdict(self, mutant: Mutant) -> str:
        """Return what became of a mutant."""
        path = self._root / mutant.file
        source = path.read_text("utf-8")
        self._write(path, plant(mutant, source))
        try:
            status = self.test(mutant.tests, LIMIT_S, "-x", "--tb=no")
        finally:
            self._write(path, source)
        return {None: HUNG, 0: SURVIVED, 1: KILLED}.get(status, UNTESTED)

    def test(self, tests: tuple[str, ...], limit_s: int, *options: str) -> int | None:
        """Run tests; return pytest's exit status, None if it took too long."""
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        with subprocess.Popen(
            [*command, *options, *tests],
            cwd=self._root,
            env=os.environ | {"CI": "1", "MUTANT": "1"},  # the same random examples each time
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # so that servers which it starts can be ended with it
        ) as process:
            try:
                self.output, _ = process.communicate(timeout=limit_s)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                return None
        return process.returncode

    def _write(self, path: Path, source: str) -> None:
        path.write_text(source, "utf-8")
        mtime = next(self._mtimes)
        os.utime(path, (mtime, mtime))


def chosen(words: list[str]) -> list[Mutant]:
    """Return the mutants with one of the words in their name or file; all without any."""
    return [m for m in MUTANTS if not words or any(w in f"{m.name} {m.file}" for w in words)]


def run_all(mutants: list[Mutant], trees: list[Tree]) -> Iterator[tuple[Mutant, str]]:
    """Yield what became of each mutant, in the order of the list."""
    free: SimpleQueue[Tree] = SimpleQueue()
    for tree in trees:
        free.put(tree)

    def run(mutant: Mutant) -> str:
        tree, began = free.get(), time.monotonic()
        try:
            verdict = tree.verdict(mutant)
        finally:
            free.put(tree)
        print(f"{verdict:8} {time.monotonic() - began:5.1f} s  {mutant.name}", flush=True)
        return verdict

    with ThreadPoolExecutor(len(trees)) as pool:
        yield from zip(mutants, pool.map(run, mutants), strict=True)


def main() -> int:
    """Run the mutants that the command line names; return the exit status."""
    mutants = chosen(sys.argv[1:])
    drifted = [f"{mutant.name}: {fault}" for mutant in mutants for fault in drift(mutant)]
    if drifted or not mutants:
        print("\n".join(["rows that don't fit the code:", *drifted] if drifted else ["no mutant"]))
        return 1
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
        trees = [Tree(Path(folder) / str(number)) for number in range(min(cores, len(mutants)))]
        tests = tuple(dict.fromkeys(test for mutant in mutants for test in mutant.tests))
        if trees[0].test(tests, CLEAN_LIMIT_S, "-n", str(len(trees))) != 0:
            print(f"{trees[0].output}\nthe tests have to pass without a planted bug first")
            return 1
        survivors = [(m, v) for m, v in run_all(mutants, trees) if v in (SURVIVED, UNTESTED)]
    print(f"\n{len(mutants)} planted bugs, {len(survivors)} not noticed")
    for mutant, verdict in survivors:
        print(f"  {verdict}: {mutant.name} ({mutant.file})")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
