"""What people install: the source distribution, the wheel built of it, and that in a bare venv."""

import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from chatd.version import __version__
from tests.e2e.server import LISTENS, ROOT
from tests.e2e.waiting import until

BUILT_OF = (
    *("chatd", "client", "web", "pyproject.toml", "setup.py", "MANIFEST.in"),
    *("requirements.txt", "LICENSE", "README.md"),
)
NOT_COPIED = shutil.ignore_patterns("node_modules", ".node", "__pycache__")
SECONDS_MAX = 300
UNREACHABLE = ("Could not find a version that satisfies", "No matching distribution found")
"""What pip says where it gets at no package index."""
BUILD_SDIST = "import sys; from setuptools.build_meta import build_sdist; build_sdist(sys.argv[1])"
IMPORTS = """\
import importlib, pkgutil, sys, chatd_client
for module in pkgutil.walk_packages(chatd_client.__path__, "chatd_client."):
    importlib.import_module(module.name)
print(sum(name.startswith("chatd_client") for name in sys.modules))
print([name for name in sys.modules if name.partition(".")[0] in ("client", "tests", "bench")])
try:
    import client
except ModuleNotFoundError:
    print("no client")
"""
TALKS = """\
import sys
from chatd_client import Client

with Client(port=int(sys.argv[1])) as client:
    client.register("alice", "correct horse")
    print(client.log_in("alice", "correct horse", device="test").token)
"""


def run(*command: str | Path, cwd: Path, **variables: str) -> str:
    """Run a command to its end, as far from the project as can be; return its output."""
    ours = {k: v for k, v in os.environ.items() if not k.startswith(("CHAT", "PYTHON", "XDG_"))}
    done = subprocess.run(
        command, cwd=cwd, env=ours | variables, capture_output=True, text=True, timeout=SECONDS_MAX
    )
    if any(words in done.stderr for words in UNREACHABLE):
        pytest.skip("pip gets no packages here, so nothing can be installed")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """The wheel that is built of the source distribution of a copy of the project."""
    for name in BUILT_OF:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=NOT_COPIED)
        else:
            shutil.copy(ROOT / name, tmp_path / name)
    tools, dist = tmp_path / "tools", tmp_path / "dist"
    pip = (sys.executable, "-m", "pip")
    run(*pip, "install", "-q", "--target", tools, "setuptools>=77", cwd=tmp_path)
    path = {"PYTHONPATH": str(tools)}
    run(sys.executable, "-c", BUILD_SDIST, dist, cwd=tmp_path, **path)
    sdist = dist / f"chatd-{__version__}.tar.gz"
    build = ("wheel", "-q", "--no-deps", "--no-build-isolation", "-w", dist)
    run(*pip, *build, sdist, cwd=dist, **path, PATH="", PIP_NO_INDEX="1")  # and so without Node
    (wheel,) = dist.glob("*.whl")
    return wheel


@pytest.fixture
def installed(wheel: Path, tmp_path: Path) -> Path:
    """The folder of the programs of a bare environment with the wheel and what it requires."""
    venv.create(tmp_path / "venv", with_pip=True)
    programs = tmp_path / "venv/bin"
    run(programs / "python", "-m", "pip", "install", "-q", wheel, cwd=tmp_path)
    return programs


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder with nothing of the project in it."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


@contextmanager
def serving(chatd: Path, folder: Path) -> Iterator[str]:
    """Run a chatd with its store in a folder; yield its port."""
    log = folder / "server.log"
    variables = {"CHATD_PORT": "0", "CHATD_DB_NAME": str(folder / "chat.db")}
    with log.open("wb") as output:
        process = subprocess.Popen([chatd], cwd=folder, env=variables, stdout=output, stderr=output)
    try:
        until(
            lambda: LISTENS.search(log.read_text()) or process.poll() is not None,
            "a server that listens",
        )
        listens = LISTENS.search(log.read_text())
        assert listens, log.read_text()
        yield listens[1]
    finally:
        process.terminate()
        process.wait(SECONDS_MAX)


def check_page(port: str) -> None:
    """Assert that the page is what browsers get, with all that its document names."""
    with urlopen(f"http://127.0.0.1:{port}/", timeout=SECONDS_MAX) as reply:
        document = reply.read().decode()
    if not (ROOT / "chatd/web").exists():
        pytest.skip("the page could not be built here")
    named = re.findall(r'"(/assets/[^"]+)"', document)
    assert any(name.endswith(".js") for name in named)
    for path in (*named, "/sw.js", "/manifest.webmanifest", "/THIRD-PARTY.txt"):
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=SECONDS_MAX) as reply:
            assert reply.status == 200


def test_wheel_of_the_sdist_brings_both_commands_and_no_package_named_client(
    installed: Path, elsewhere: Path
) -> None:
    count, others, last = run(installed / "python", "-c", IMPORTS, cwd=elsewhere).splitlines()
    modules = [path for path in (ROOT / "client").rglob("*.py") if path.name != "__main__.py"]
    assert int(count) >= len(modules)
    assert (others, last) == ("[]", "no client")

    assert __version__ in run(installed / "chatd", "--version", cwd=elsewhere)
    with serving(installed / "chatd", elsewhere) as port:
        check_page(port)
        token = run(installed / "python", "-c", TALKS, port, cwd=elsewhere).strip()
        ours = {"CHAT_PORT": port, "CHAT_TOKEN": token, "HOME": str(elsewhere)}
        assert run(installed / "chat", "send", "hello", cwd=elsewhere, **ours) == "general#1\n"
        assert "alice: hello" in run(installed / "chat", "history", cwd=elsewhere, **ours)
