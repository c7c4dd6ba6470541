"""The package: the commands that an installation brings lead to functions, its needs are listed."""

import importlib
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.mark.parametrize("name", ["chatd", "chat"])
def test_installed_command_is_a_function_of_the_project(name: str) -> None:
    module, _, function = PROJECT["scripts"][name].partition(":")
    assert callable(getattr(importlib.import_module(module), function))


def test_every_requirement_has_a_lower_bound_and_a_reason() -> None:
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    needs = [line for line in lines if line and not line.startswith("#")]
    assert needs
    for line in needs:
        need, _, reason = line.partition("#")
        assert ">=" in need and reason.strip(), line
