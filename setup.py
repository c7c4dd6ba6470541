"""Take the package's dependencies from requirements.txt, the only list of them.

That file holds the tests' needs too, which nobody who installs chatd should get, so the line
between its two parts is looked for here. Everything else stands in pyproject.toml.
"""

from pathlib import Path

from setuptools import setup

running, tests = Path("requirements.txt").read_text("utf-8").split("# Tests and checks\n")


def requirements(part: str) -> list[str]:
    """Return the requirements in `part` without its comments and empty lines."""
    lines = (line.partition("#")[0].strip() for line in part.splitlines())
    return [line for line in lines if line]


setup(
    install_requires=requirements(running),
    extras_require={"test": requirements(tests)},
)
