"""What pyproject.toml can't say: where dependencies and packages come from.

requirements.txt is the only list of dependencies. It holds the tests' needs too, which nobody who
installs chatd should get, so the line between its two parts is looked for here.

The folder `client` is installed as `chatd_client`: in everybody's site-packages, a package named
`client` would be anybody's.
"""

from pathlib import Path

from setuptools import find_packages, setup

running, tests = Path("requirements.txt").read_text("utf-8").split("# Tests and checks\n")


def requirements(part: str) -> list[str]:
    """Return the requirements in `part` without its comments and empty lines."""
    lines = (line.partition("#")[0].strip() for line in part.splitlines())
    return [line for line in lines if line]


def installed(folder: str) -> str:
    """Return the name that a package is installed under."""
    return folder.replace("client", "chatd_client", 1) if folder.startswith("client") else folder


packages = find_packages(include=["chatd", "chatd.*", "client", "client.*"])
setup(
    packages=[installed(package) for package in packages],
    package_dir={"chatd_client": "client"},
    install_requires=requirements(running),
    extras_require={"test": requirements(tests)},
)
