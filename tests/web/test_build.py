"""The build: the same bytes from the same sources, all of it small, and nobody else's address."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from chatd.http.site import KINDS
from chatd.page_files import BYTES_MAX, read_page_files
from web import toolchain

WEB = toolchain.WEB
KIB = 1024
SCRIPTS_BYTES_MAX = 150 * KIB
STYLES_BYTES_MAX = 10 * KIB
NOT_SOURCES = shutil.ignore_patterns("node_modules", ".node", "test", "__pycache__")


def gzipped(files: dict[str, bytes], suffix: str) -> int:
    """Return the bytes over the line of all files that end so."""
    return sum(len(files.get(name + ".gz", files[name])) for name in files if name.endswith(suffix))


def test_the_same_sources_make_the_same_bytes_in_another_folder(
    built: Path, node: list[str], tmp_path: Path
) -> None:
    copy = tmp_path / "somewhere" / "web"
    shutil.copytree(WEB, copy, ignore=NOT_SOURCES)
    shutil.copytree(WEB / "node_modules", copy / "node_modules", symlinks=True)
    digest = (built / "BUILD").read_text("utf-8")
    subprocess.run([*node, "build.mjs", str(tmp_path / "out"), digest], cwd=copy, check=True)
    assert read_page_files(tmp_path / "out") == read_page_files(built)


def test_page_is_built_again_when_its_sources_change_and_only_then(built: Path) -> None:
    digest = (built / "BUILD").read_text("utf-8")
    assert toolchain.is_built(digest) and not toolchain.is_built(digest + "0")
    assert toolchain.build() is False


def test_all_that_was_built_is_of_a_kind_that_the_server_knows(built: Path) -> None:
    names = {name.removesuffix(".gz") for name in read_page_files(built)} - {"BUILD"}
    assert {Path(name).suffix for name in names} <= KINDS.keys()
    assert {"index.html", "sw.js", "manifest.webmanifest", "THIRD-PARTY.txt"} <= names


def test_page_is_small(built: Path) -> None:
    files = read_page_files(built)
    assert gzipped(files, ".js") <= SCRIPTS_BYTES_MAX
    assert gzipped(files, ".css") <= STYLES_BYTES_MAX
    assert sum(map(len, files.values())) <= BYTES_MAX


def test_all_that_is_needed_from_the_start_is_one_script(built: Path) -> None:
    files = read_page_files(built)
    (script,) = re.findall(r'"/(assets/[^"]+\.js)"', files["index.html"].decode())
    statically = re.findall(rb'(?:from|import)"\./', files[script])
    assert not statically and b"import(" in files[script]


def test_folder_that_is_too_large_for_memory_is_refused(tmp_path: Path) -> None:
    assert read_page_files(tmp_path / "none") == {}
    for size in (BYTES_MAX, BYTES_MAX + 1):
        with (tmp_path / "index.html").open("wb") as file:
            file.truncate(size)
        if size > BYTES_MAX:
            with pytest.raises(OSError, match="more than 8388608 bytes of a page"):
                read_page_files(tmp_path)
        else:
            assert len(read_page_files(tmp_path)["index.html"]) == size


def test_every_package_in_the_page_has_its_licence_there(built: Path) -> None:
    text = (built / "THIRD-PARTY.txt").read_text("utf-8")
    wanted: dict[str, str] = json.loads((WEB / "package.json").read_text("utf-8"))["dependencies"]
    named = dict(re.findall(r"^(\S+) (\d\S*) \([^)]+\)$", text, re.MULTILINE))
    assert named["preact"] == wanted["preact"]
    assert all(named[name] == version for name, version in wanted.items() if name in named)
    assert text.count("Permission is hereby granted") + text.count("Apache License") >= len(named)


def test_packages_have_exact_versions_and_no_addresses() -> None:
    package = json.loads((WEB / "package.json").read_text("utf-8"))
    versions = [*package["dependencies"].values(), *package["devDependencies"].values()]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions)
    lock = (WEB / "package-lock.json").read_text("utf-8")
    packages = json.loads(lock)["packages"]
    assert '"resolved"' not in lock and "registry" not in lock
    assert all("integrity" in entry for name, entry in packages.items() if name)
