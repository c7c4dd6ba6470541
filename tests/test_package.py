"""The package: its needs are listed, pinned and installed."""

import ast
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from chatd.version import __version__

ROOT = Path(__file__).parent.parent
PYTHON = """\
#!/bin/sh
echo "$@" >> log
case "$*" in *" /dev/stdin") cat >> log ;; esac
"""


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def normalized(name: str) -> str:
    """Return a project's name in the one form that all its spellings have (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def needs(text: str) -> list[str]:
    """Return the names of the projects that the lines of a requirements file call for."""
    return [normalized(name) for name in re.findall(r"^([\w.-]+)[>=]=", text, re.MULTILINE)]


RUNNING, TESTS = map(needs, read("requirements.txt").split("# Tests and checks\n"))


def test_every_requirement_has_a_lower_bound_and_a_reason() -> None:
    lines = read("requirements.txt").splitlines()
    listed = [line for line in lines if line and not line.startswith("#")]
    assert len(listed) == len(RUNNING + TESTS)
    for line in listed:
        need, _, reason = line.partition("#")
        assert ">=" in need and reason.strip(), line


@pytest.mark.parametrize(
    ("folders", "allowed"),
    [(["chatd", "client"], RUNNING), (["bench", "tests"], RUNNING + TESTS)],
)
def test_all_that_is_imported_is_required(folders: list[str], allowed: list[str]) -> None:
    own = sys.stdlib_module_names | {"chatd", "client", "bench", "tests", "web"}
    homes = packages_distributions()
    for path in (path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        for name in imported(path) - own:
            assert any(normalized(home) in allowed for home in homes[name]), f"{path}: {name}"


def test_the_client_imports_itself_under_whatever_name_it_is_installed() -> None:
    for path in (ROOT / "client").rglob("*.py"):
        assert not imported(path) & {"client", "chatd_client"}, f"{path}: write relative imports"


def imported(path: Path) -> set[str]:
    """Return the top-level packages that a file of the project imports."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    names += [node.module for node in froms if node.module]
    return {name.partition(".")[0] for name in names}


def test_the_lock_has_one_version_of_all_that_is_required_for_one_python() -> None:
    lines = [line for line in read("requirements.lock").splitlines() if not line.startswith("#")]
    pin = re.compile(r'[\w.-]+==[\w.]+; python_version == "3\.\d+"')
    assert [line for line in lines if not pin.fullmatch(line)] == []
    assert len({line.partition(";")[2] for line in lines}) == 1
    locked = needs("\n".join(lines))
    assert len(set(locked)) == len(locked)
    assert set(RUNNING + TESTS) <= set(locked), "make lock"


def test_make_installs_for_running_what_that_needs_and_the_rest_for_tests(tmp_path: Path) -> None:
    for name in ("Makefile", "requirements.txt", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(PYTHON)
    browser = tmp_path / ".ci/browser"
    browser.parent.mkdir()
    browser.write_text("#!/bin/sh\necho a browser >> log\n")
    for program in (python, browser):
        program.chmod(0o755)
    page, tools = "web/toolchain.py build", "web/toolchain.py install"
    pip = "-m pip install --quiet --disable-pip-version-check --constraint requirements.lock"
    server = "-m chatd -c conf/chat.ini"

    installs, *requirements, builds, starts = made(tmp_path, "run")
    assert (installs, builds, starts) == (f"{pip} --requirement /dev/stdin", page, server)
    assert needs("\n".join(requirements)) == RUNNING
    assert made(tmp_path, "run") == [page, server]
    installs, *prepares, tests = made(tmp_path, "test")
    assert installs == f"{pip} --requirement requirements.txt"
    assert prepares == [tools, page, "a browser"]
    assert tests.startswith("-m pytest ")
    assert made(tmp_path, "test") == [*prepares, tests]
    assert made(tmp_path, "run") == [page, server]


def made(folder: Path, target: str) -> list[str]:
    """Return what `make` has the interpreter do, a command a line; and what pip would read."""
    log = folder / "log"
    log.write_text("")
    subprocess.run(["make", target], cwd=folder, env={"PATH": os.environ["PATH"]}, check=True)
    return log.read_text().splitlines()


def test_the_version_has_its_section_in_the_changelog() -> None:
    versions = re.findall(r"^## \[(\d[^]]*)\] - \d{4}-\d\d-\d\d$", read("CHANGELOG.md"), re.M)
    assert versions[0] == __version__
