"""What pyproject.toml can't say: where dependencies and packages come from.

requirements.txt is the only list of dependencies. It holds the tests' needs too, which nobody who
installs chatd should get, so the line between its two parts is looked for here.

The folder `client` is installed as `chatd_client`: in everybody's site-packages, a package named
`client` would be anybody's.

The page that browsers get is built before anything is packed, so that who installs needs no Node.
"""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

TOOLCHAIN = Path("web/toolchain.py")

running, tests = Path("requirements.txt").read_text("utf-8").split("# Tests and checks\n")


def requirements(part: str) -> list[str]:
    """Return the requirements in `part` without its comments and empty lines."""
    lines = (line.partition("#")[0].strip() for line in part.splitlines())
    return [line for line in lines if line]


def installed(folder: str) -> str:
    """Return the name that a package is installed under."""
    return folder.replace("client", "chatd_client", 1) if folder.startswith("client") else folder


def build_page() -> None:
    """Build the page, unless that was done or its sources are not here."""
    if not TOOLCHAIN.exists():
        return
    spec = spec_from_file_location("toolchain", TOOLCHAIN)
    assert spec and spec.loader
    toolchain = module_from_spec(spec)
    spec.loader.exec_module(toolchain)
    try:
        toolchain.build()
    except toolchain.ToolError as error:
        print(f"{error}\nwarning: what is packed has no page for browsers", file=sys.stderr)


class Packs(build_py):
    """Packs a wheel."""

    def finalize_options(self) -> None:
        build_page()  # here, as the files to pack are looked for next
        super().finalize_options()


class PacksSources(sdist):
    """Packs the sources, and what was built of them."""

    def run(self) -> None:
        build_page()
        super().run()


commands: dict[str, Any] = {"build_py": Packs, "sdist": PacksSources}
packages = find_packages(include=["chatd", "chatd.*", "client", "client.*"])
setup(
    cmdclass=commands,
    packages=[installed(package) for package in packages],
    package_dir={"chatd_client": "client"},
    install_requires=requirements(running),
    extras_require={"test": requirements(tests)},
)
