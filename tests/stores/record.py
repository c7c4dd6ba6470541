"""The record of a format: all that a store holds, by tags, names, types, order and defaults.

    python -m tests.stores.record

writes `format-N.txt` here, once for each format: what it says holds for every store in the world.
The names of classes and modules are no part of it. What events make true is, as far as the golden
stores tell: a hash of the state that each of them leads to.
"""

import sys
import typing
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any

import msgspec
from msgspec import NODEFAULT
from msgspec.structs import FieldInfo, fields

from chatd.core import checkpoints, copies, events, group, idempotency, model, state
from chatd.core.events import EVENTS
from chatd.core.state import Tables
from chatd.disk import segment, snapshot
from chatd.disk.formats import FORMAT, OLDEST_READER
from chatd.errors import StoreError
from chatd.wire.entries import AnyEntry
from tests.stores.golden import NAMES, state_of

Struct = type[msgspec.Struct]
PLAIN = (int, str, tuple, frozenset)


def path_of(format: int) -> Path:
    """Return where the record of a format stands."""
    return Path(__file__).with_name(f"format-{format}.txt")


def record() -> str:
    """Return what this program writes, as text."""
    return "\n".join(
        [
            f"format {FORMAT}, for programs that know format {OLDEST_READER} or a newer one",
            "",
            "[files]",
            f"snapshot: {snapshot.MAGIC.decode()}, {_packed(snapshot._FIELDS.format)}",
            f"segment: {segment.MAGIC.decode()}, {_packed(segment._HEADER_FIELDS.format)}",
            f"record: {_packed(segment._RECORD_FIELDS.format)}",
            f"receipt: {_packed(idempotency._VALUE.format)}, key of {idempotency._KEY_BYTES} bytes",
            "",
            "[constants]",
            *_constants(),
            "",
            "[tables]",
            *lines_of(Tables),
            "",
            "[events]",
            *_tagged(EVENTS),
            "",
            "[entries]",
            *_tagged(typing.get_args(AnyEntry)),
            "",
            "[states]",
            *(f"{name}: {_state(name)}" for name in NAMES),
            "",
        ]
    )


def _constants() -> list[str]:
    """Return the constants that decide, beside the events, what an event makes true."""
    found: dict[str, Any] = {}
    of_events = (m for n, m in sys.modules.items() if n.startswith(f"{events.__name__}."))
    for module in (checkpoints, copies, group, idempotency, model, state, *of_events):
        named = vars(module).items()
        found |= {name: value for name, value in named if name.isupper() and type(value) in PLAIN}
    return [f"{name}: {_shown(value)}" for name, value in sorted(found.items())]


def _state(name: str) -> str:
    try:
        return state_of(name).digest()
    except StoreError as error:
        return str(error)


def _shown(constant: Any) -> str:
    return repr(sorted(constant) if isinstance(constant, frozenset) else constant)


def lines_of(kind: Struct) -> Iterator[str]:
    """Yield a struct's fields in their order, each followed by those of what it holds, indented."""
    for field in fields(kind):
        yield f"{field.encode_name}: {_type(field.type)}{_default(field)}"
        for inner in _structs_in(field.type):
            yield from (f"    {line}" for line in lines_of(inner))


def _is_map(kind: Struct) -> bool:
    return not kind.__struct_config__.array_like


def _tagged(kinds: typing.Sequence[Struct]) -> Iterator[str]:
    for kind in sorted(kinds, key=tag_of):
        yield tag_of(kind)
        yield from (f"    {line}" for line in lines_of(kind))


def tag_of(kind: Struct) -> str:
    """Return what stands in the file in the place of a class's name, and under which key."""
    config = kind.__struct_config__
    form = "array" if config.array_like else "map"
    return f"{config.tag} ({form}, {config.tag_field})"


def _type(kind: Any) -> str:
    """Return a type in words; a struct by its form, since its name is not in the file."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return "map" if _is_map(kind) else "array"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return "|".join(str(member.value) for member in kind)
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (UnionType, typing.Union):
        return " or ".join(map(_type, arguments))
    if arguments:
        return f"{origin.__name__}[{', '.join(map(_type, arguments))}]"
    return "none" if kind is NoneType else str(kind.__name__)


def _default(field: FieldInfo) -> str:
    if field.default_factory is not NODEFAULT:
        default = msgspec.to_builtins(field.default_factory(), builtin_types=(bytes, bytearray))
    elif field.default is not NODEFAULT:
        default = field.default
    else:
        return ""
    return f" = {default!r}"


def _structs_in(kind: Any) -> Iterator[Struct]:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield kind
    for argument in typing.get_args(kind):
        yield from _structs_in(argument)


def _packed(format: str) -> str:
    return f"struct {format}"


def main() -> None:
    try:
        with path_of(FORMAT).open("x") as file:
            file.write(record())
    except FileExistsError:
        raise SystemExit(
            f"{path_of(FORMAT)} is there, and holds for stores that are: a change is a new format"
        ) from None


if __name__ == "__main__":
    main()
