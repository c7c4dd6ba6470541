"""The floors of the design: which module may import which, read from the source.

The first half is the check, the second shows on small made-up trees that it sees each fault,
the last test holds the project against it. An import counts wherever it stands, also one in a
function or for types only: the arrow is there all the same.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

OURS = frozenset({"chatd", "client", "tests", "bench"})
BELOW_CORE = frozenset({"chatd.wire", "chatd.errors"})
BESIDE = BELOW_CORE | {"chatd.core", "chatd.config"}
FRONT = BESIDE | {"chatd.calls", "chatd.handlers", "chatd.net", "chatd.logs"}
CLUSTER = frozenset({"chatd.cluster", "chatd.cluster.nats"})

# A floor and the floors below it that it knows. A module belongs to the longest name that
# fits; `chatd` itself holds what lies directly in the folder: the top, which knows everything.
FLOORS: Mapping[str, frozenset[str]] = {
    "chatd": frozenset({"chatd.rpc", "chatd.http", "chatd.calls"})
    | {"chatd.handlers", "chatd.net", "chatd.disk", "chatd.logs"}
    | CLUSTER
    | BESIDE
    | {"chatd.terminal", "chatd.version"},
    "chatd.cluster": BESIDE
    | {"chatd.cluster.nats", "chatd.handlers", "chatd.net", "chatd.disk", "chatd.version"},
    "chatd.cluster.nats": frozenset({"chatd.errors"}),
    "chatd.rpc": FRONT,
    "chatd.http": FRONT,
    "chatd.calls": frozenset({"chatd.handlers", "chatd.net", "chatd.logs"}) | BESIDE,
    "chatd.handlers": BESIDE,
    "chatd.net": BESIDE,
    "chatd.disk": BESIDE,
    "chatd.core": BELOW_CORE,
    "chatd.wire": frozenset({"chatd.errors"}),
    "chatd.logs": frozenset({"chatd.config", "chatd.wire"}),
    "chatd.config": frozenset(),
    "chatd.terminal": frozenset(),
    "chatd.version": frozenset(),
    "chatd.errors": frozenset(),
    "client": BELOW_CORE | {"chatd.terminal", "chatd.version"},
}

# Sockets, files, clocks and random sources come in through the context.
OUTSIDE_WORLD = frozenset(
    "os pathlib random secrets select selectors signal socket ssl subprocess tempfile time".split()
)
PURE = frozenset({"chatd.wire", "chatd.core", "chatd.handlers", "chatd.cluster.nats"})
THREADS = frozenset({"asyncio", "concurrent", "multiprocessing", "threading", "_thread"})


@dataclass(frozen=True)
class Import:
    """An arrow: `module` imports `target`, as its source says in `line`."""

    module: str
    target: str
    line: int


def source_modules(root: Path) -> dict[str, Path]:
    """Return the modules of server and client under `root` by their dotted names."""
    paths = (path for top in ("chatd", "client") for path in sorted((root / top).rglob("*.py")))
    return {module_name(path.relative_to(root)): path for path in paths}


def module_name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(root: Path) -> list[Import]:
    """Return all imports of the modules under `root`."""
    modules = source_modules(root)
    return [arrow for name, path in modules.items() for arrow in imports_of(name, path, modules)]


def imports_of(module: str, path: Path, modules: Mapping[str, Path]) -> Iterator[Import]:
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(module, alias.name, node.lineno)
        elif isinstance(node, ast.ImportFrom):
            source = absolute(node, package)
            for alias in node.names:
                whole = f"{source}.{alias.name}"
                target = whole if is_module(whole, modules) else source
                yield Import(module, target, node.lineno)


def absolute(node: ast.ImportFrom, package: str) -> str:
    """Return the dotted name of what `node` imports from, seen from `package` where relative."""
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    base = parts[: len(parts) - node.level + 1]
    return ".".join([*base, *([node.module] if node.module else [])])


def is_module(name: str, modules: Mapping[str, Path]) -> bool:
    """Tell a module or a folder of modules from a name inside a module."""
    return name in modules or any(known.startswith(name + ".") for known in modules)


def floor_of(module: str) -> str:
    """Return the longest name in FLOORS that `module` lies in, or its top folder."""
    parts = module.split(".")
    names = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((name for name in names if name in FLOORS), parts[0])


def faults(root: Path) -> list[str]:
    """Return what is wrong with the imports under `root`, a line each."""
    arrows = imports(root)
    found = [
        *unnamed_folders(root),
        *(fault for arrow in arrows for fault in faults_of(arrow)),
        *circles(arrows),
    ]
    return sorted(set(found))


def unnamed_folders(root: Path) -> Iterator[str]:
    for module in source_modules(root):
        folder = ".".join(module.split(".")[:2])
        if module.count(".") > 1 and floor_of(folder) == "chatd":
            yield f"{folder}: a folder that no floor is named for"


def faults_of(arrow: Import) -> Iterator[str]:
    where = f"{arrow.module}:{arrow.line} imports {arrow.target}"
    here, there = floor_of(arrow.module), floor_of(arrow.target)
    top = arrow.target.partition(".")[0]
    if top in OURS and there != here and there not in FLOORS[here]:
        yield f"{where}: {here} knows nothing of {there}"
    if top in OUTSIDE_WORLD and here in PURE:
        yield f"{where}: {here} touches no socket, file, clock or random source"
    if top in THREADS and arrow.module.split(".")[0] == "chatd":
        yield f"{where}: the server is one thread and one loop"


def circles(arrows: list[Import]) -> Iterator[str]:
    """Report modules that reach themselves, each by the shortest way."""
    graph: dict[str, set[str]] = {}
    for arrow in arrows:
        graph.setdefault(arrow.module, set()).add(arrow.target)
    for module in graph:
        way = shortest_way_back(module, graph)
        if way and module == min(way):
            yield f"circle: {' -> '.join(way)}"


def shortest_way_back(start: str, graph: Mapping[str, set[str]]) -> list[str]:
    """Return the modules from `start` to `start` again, or nothing if there is no such way."""
    ways = [[start]]
    seen: set[str] = set()
    for way in ways:  # grows while it is walked: breadth first
        for target in sorted(graph.get(way[-1], ())):
            if target == start:
                return [*way, start]
            if target not in seen:
                seen.add(target)
                ways.append([*way, target])
    return []


# ---- the check itself


def faults_in(root: Path, sources: Mapping[str, str]) -> list[str]:
    """Return the faults of a tree made of `sources`: module, or package.__init__, to text."""
    for name, source in sources.items():
        path = root.joinpath(*name.split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    return faults(root)


def test_a_tree_that_keeps_the_floors_has_no_fault(tmp_path: Path) -> None:
    found = faults_in(
        tmp_path,
        {
            "chatd.errors": "import enum",
            "chatd.config": "import os",
            "chatd.wire.frames": "from chatd.errors import ProtocolError",
            "chatd.core.state": "import math\nfrom chatd.wire import frames",
            "chatd.disk.journal": "import os, chatd.config\nfrom chatd.core.state import State",
            "chatd.net.loop": "import selectors\nfrom ..core import state",
            "chatd.handlers.send": "from chatd.core import state",
            "chatd.server": "from chatd import disk, handlers, net\nimport time",
            "client.link": "import threading\nfrom chatd.wire import frames",
        },
    )
    assert found == []


@pytest.mark.parametrize(
    ("module", "source", "fault"),
    [
        ("chatd.errors", "import chatd.config", "chatd.errors knows nothing of chatd.config"),
        ("chatd.config", "import chatd.errors", "chatd.config knows nothing of chatd.errors"),
        ("chatd.wire.a", "import chatd.core.b", "chatd.wire knows nothing of chatd.core"),
        ("chatd.wire.a", "import chatd.config", "chatd.wire knows nothing of chatd.config"),
        ("chatd.core.a", "import chatd.disk.b", "chatd.core knows nothing of chatd.disk"),
        ("chatd.core.a", "import chatd.config", "chatd.core knows nothing of chatd.config"),
        ("chatd.disk.a", "import chatd.net.b", "chatd.disk knows nothing of chatd.net"),
        ("chatd.disk.a", "import chatd.handlers", "chatd.disk knows nothing of chatd.handlers"),
        ("chatd.net.a", "import chatd.handlers.b", "chatd.net knows nothing of chatd.handlers"),
        ("chatd.net.a", "import chatd.disk.b", "chatd.net knows nothing of chatd.disk"),
        ("chatd.handlers.a", "import chatd.net", "chatd.handlers knows nothing of chatd.net"),
        ("chatd.handlers.a", "import chatd.disk", "chatd.handlers knows nothing of chatd.disk"),
        ("chatd.net.a", "import chatd.server", "chatd.net knows nothing of chatd"),
        ("chatd.net.a", "import client.link", "chatd.net knows nothing of client"),
        ("chatd.net.a", "import chatd.cluster.b", "chatd.net knows nothing of chatd.cluster"),
        (
            "chatd.cluster.nats.a",
            "import chatd.cluster.b",
            "chatd.cluster.nats knows nothing of chatd.cluster",
        ),
        ("chatd.server", "import tests.fakes", "chatd knows nothing of tests"),
        ("client.a", "import chatd.core.state", "client knows nothing of chatd.core"),
        ("client.a", "import chatd.config", "client knows nothing of chatd.config"),
        ("client.a", "import bench.load", "client knows nothing of bench"),
    ],
)
def test_an_arrow_that_points_up_or_aside_is_found(
    tmp_path: Path, module: str, source: str, fault: str
) -> None:
    target = source.removeprefix("import ")
    assert faults_in(tmp_path, {module: source}) == [f"{module}:1 imports {target}: {fault}"]


@pytest.mark.parametrize(
    "source",
    [
        "import chatd.net.loop",
        "import chatd.net.loop as loop",
        "import math, chatd.net.loop",
        "from chatd.net import loop",
        "from chatd.net.loop import Loop",
        "from chatd.net.loop import *",
        "from chatd import net",
        "from .. import net",
        "from ..net import loop",
        "from ..net.loop import Loop",
        "def late():\n    import chatd.net.loop",
        "if TYPE_CHECKING:\n    from chatd.net.loop import Loop",
        "try:\n    import chatd.net.loop\nexcept ImportError:\n    pass",
    ],
)
def test_an_arrow_is_found_however_it_is_written(tmp_path: Path, source: str) -> None:
    (fault,) = faults_in(tmp_path, {"chatd.net.loop": "", "chatd.core.state": source})
    assert fault.endswith("chatd.core knows nothing of chatd.net")


def test_a_relative_import_in_a_package_itself_starts_there(tmp_path: Path) -> None:
    sources = {"chatd.core.__init__": "from . import log", "chatd.core.log": "", "chatd.net.a": ""}
    assert faults_in(tmp_path, sources) == []
    assert faults_in(tmp_path, {"chatd.core.__init__": "from ..net import a"})


@pytest.mark.parametrize("floor", ["wire", "core", "handlers", "cluster.nats"])
@pytest.mark.parametrize("source", ["socket", "selectors", "time", "os", "os.path", "random"])
def test_the_outside_world_is_found_on_a_pure_floor(
    tmp_path: Path, floor: str, source: str
) -> None:
    (fault,) = faults_in(tmp_path, {f"chatd.{floor}.a": f"import {source}"})
    assert "touches no socket, file, clock or random source" in fault
    assert faults_in(tmp_path, {f"chatd.{floor}.a": f"from {source} import x"})


@pytest.mark.parametrize("source", ["asyncio", "threading", "concurrent.futures"])
def test_threads_are_found_anywhere_in_the_server(tmp_path: Path, source: str) -> None:
    text = f"import {source}"
    found = faults_in(tmp_path, {"chatd.server": text, "client.link": text})
    assert found == [f"chatd.server:1 imports {source}: the server is one thread and one loop"]


def test_a_folder_without_a_floor_is_found(tmp_path: Path) -> None:
    found = faults_in(tmp_path, {"chatd.extras.a": ""})
    assert found == ["chatd.extras: a folder that no floor is named for"]


def test_a_circle_is_found_once(tmp_path: Path) -> None:
    found = faults_in(
        tmp_path,
        {
            "chatd.core.a": "from chatd.core import b",
            "chatd.core.b": "from chatd.core.c import C",
            "chatd.core.c": "def late():\n    from . import a",
            "chatd.core.d": "from chatd.core import a",
        },
    )
    assert found == ["circle: chatd.core.a -> chatd.core.b -> chatd.core.c -> chatd.core.a"]


def test_a_circle_through_the_package_itself_is_found(tmp_path: Path) -> None:
    found = faults_in(
        tmp_path,
        {
            "chatd.wire.__init__": "from chatd.wire.frames import Frame",
            "chatd.wire.frames": "from chatd.wire import Frame",
        },
    )
    assert found == ["circle: chatd.wire -> chatd.wire.frames -> chatd.wire"]


# ---- the project


def test_the_project_keeps_its_floors() -> None:
    assert {"chatd.errors", "chatd.config"} <= source_modules(ROOT).keys()
    assert faults(ROOT) == []
