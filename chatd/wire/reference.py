"""The protocol reference, docs/protocol.md, made from the tables it describes.

python -m chatd.wire.reference > docs/protocol.md
"""

import re
import sys
from collections.abc import Iterable, Iterator
from enum import Enum
from itertools import chain
from typing import Any, get_args

import msgspec
from msgspec import inspect

from chatd.errors import WIRE_ERRORS, ChatError
from chatd.wire import reference_text as text
from chatd.wire.commands import COMMANDS, NOTICES, AnyParams, Command, Notice, Phase, Posted, Send
from chatd.wire.entries import METHOD, AnyEntry, Entry, Message
from chatd.wire.frames import encode_frame

Pieces = Iterator[tuple[bytes, str]]
"""Bytes, and what they mean."""

SCRAM_EXAMPLE = (
    ("login-start", "n,,n=user,r=rOprNGfwEbeRWgbNEkqO"),
    (
        "its result",
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
    ),
    (
        "login-finish",
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
    ),
    ("its result", "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="),
)
"""Source: RFC 7677, section 3."""

SAMPLE_REQUEST = (7, Send("hello"))
SAMPLE_RESPONSE = (7, Posted("general", 42, 1_760_000_000_000))
SAMPLE_ENTRY = Message("general", 42, 1_760_000_000_000, "alice", "hello")


def reference() -> str:
    """Return the whole page, as Markdown."""
    login = text.LOGIN.replace("@SCRAM@\n", "".join(_scram_lines()))
    parts = [
        text.INTRODUCTION,
        _example(),
        login,
        text.ROOMS,
        text.FOLLOWING,
        text.THREADS,
        text.REACTIONS,
        text.STANDING,
        text.SCHEDULES,
        text.FILES,
        text.COMMANDS_INTRODUCTION,
        *map(_command, COMMANDS.values()),
        text.NOTICES_INTRODUCTION,
        *(_notice(method, params, help) for method, (params, help) in NOTICES.items()),
        text.ENTRIES_INTRODUCTION,
        *map(_entry, get_args(AnyEntry)),
        text.SHAPES_INTRODUCTION,
        *map(_shape, _shapes()),
        text.ERRORS_INTRODUCTION,
        _table(("Code", "When"), map(_error, WIRE_ERRORS.values())),
    ]
    return "\n".join(parts)


# -- Sections --------------------------------------------------------------------------------


def _command(command: Command) -> str:
    parts = [f"### `{command.method}`", _sentence(command.help), _facts(command)]
    parts += _parameters(command.params)
    if command.result is None:
        parts.append("A notification: nothing is answered.")
    else:
        parts += [f"Result: {_doc(command.result)}", *_fields(command.result)]
    if command.refuses:
        rows = [(f"`{code}`", when) for code, when in command.refuses.items()]
        parts.append(_table(("Refused with", "When"), rows))
    return _section(parts)


def _facts(command: Command) -> str:
    phases = ", ".join(phase.value for phase in Phase if phase in command.phases)
    console = f" In the console: `{command.console}`." if command.console else ""
    return f"Allowed: {phases}.{console}"


def _notice(method: str, params: type[Notice], help: str) -> str:
    return _section([f"### `{method}` (notice)", _sentence(help), *_fields(params)])


def _entry(entry: type[Entry]) -> str:
    return _section([f"### `{_struct(entry).tag}`", _doc(entry), *_fields(entry)])


def _shape(shape: type[msgspec.Struct]) -> str:
    return _section([f"### {shape.__name__}", _doc(shape), *_fields(shape)])


def _error(error: type[ChatError]) -> tuple[str, str]:
    return f"`{error.code}`", _doc(error)


def _scram_lines() -> Iterator[str]:
    for method, message in SCRAM_EXAMPLE:
        yield f"       {method + ':':<14}{message}\n"


def _shapes() -> list[type[msgspec.Struct]]:
    """Return the structs inside of results and notices, by name."""
    results = [command.result for command in COMMANDS.values() if command.result]
    notices = [params for params, _ in NOTICES.values()]
    fields = chain.from_iterable(_struct(owner).fields for owner in (*results, *notices))
    found = {shape for field in fields for shape in _structs_in(field.type)}
    return sorted(found, key=lambda shape: shape.__name__)


def _structs_in(kind: inspect.Type) -> Iterator[type[msgspec.Struct]]:
    match kind:
        case inspect.StructType(cls=cls, fields=fields):
            yield cls
            for field in fields:
                yield from _structs_in(field.type)
        case inspect.ListType(item_type=item):
            yield from _structs_in(item)
        case inspect.UnionType(types=kinds):
            for each in kinds:
                yield from _structs_in(each)


# -- Fields ----------------------------------------------------------------------------------


def _parameters(params: type[AnyParams]) -> Iterator[str]:
    rows = [
        (f"`{field.encode_name}`", _type(field.type), _default(field))
        for field in _struct(params).fields
    ]
    yield _table(("Parameter", "Type", "Default"), rows) if rows else "No parameters."


def _fields(owner: type[msgspec.Struct]) -> Iterator[str]:
    info = _struct(owner)
    rows = [(f"`{info.tag_field}`", f'"{info.tag}"')] if info.tag else []
    leaves_out = owner.__struct_config__.omit_defaults
    for field in info.fields:
        missing = "" if field.required or not leaves_out else ", left out when empty"
        rows.append((f"`{field.encode_name}`", _type(field.type) + missing))
    if rows:
        yield _table(("Field", "Type"), rows)


def _struct(owner: type[msgspec.Struct]) -> inspect.StructType:
    info = inspect.type_info(owner)
    assert isinstance(info, inspect.StructType)
    return info


def _type(kind: inspect.Type) -> str:
    """Return a type and its bounds in words."""
    match kind:
        case inspect.UnionType(types=types):
            return " or ".join(map(_type, types))
        case inspect.EnumType(cls=cls):
            return " or ".join(f'"{member.value}"' for member in cls)
        case inspect.ListType(item_type=inspect.RawType()):
            return "list of [entries](#entries)"
        case inspect.ListType(item_type=item):
            return f"list of {_type(item)}"
        case inspect.DictType(key_type=key, value_type=value):
            return f"map of {_type(key)} to {_type(value)}"
        case inspect.StructType(cls=cls):
            return f"[{cls.__name__}](#{cls.__name__.lower()})"
        case inspect.IntType(ge=low, le=high):
            return "integer" + _bounds(low, high, "")
        case inspect.StrType(min_length=low, max_length=high):
            return "string" + _bounds(low, high, " characters")
        case inspect.BytesType(min_length=low, max_length=high):
            return "binary" + _bounds(low, high, " bytes")
    return {inspect.BoolType: "boolean", inspect.NoneType: "nil"}[type(kind)]


def _bounds(low: int | None, high: int | None, unit: str) -> str:
    if low is None and high is None:
        return ""
    if low == high:
        return f" ({low}{unit})"
    top = "2^53" if high == 2**53 else high
    return f" ({low or 0} to {top}{unit})"


def _default(field: inspect.Field) -> str:
    if field.required:
        return "required"
    default = field.default.value if isinstance(field.default, Enum) else field.default
    return f"`{msgspec.json.encode(default).decode()}`".replace("null", "nil")


# -- Bytes -----------------------------------------------------------------------------------


def _example() -> str:
    request_id, send = SAMPLE_REQUEST
    response_id, posted = SAMPLE_RESPONSE
    frames = (
        [0, request_id, "send", _plain(send)],
        [1, response_id, None, _plain(posted)],
        [2, METHOD, SAMPLE_ENTRY],
    )
    request, response, entry = (_byte_table(frame) for frame in frames)
    return f"{text.EXAMPLE}\n{request}{text.EXAMPLE_ANSWER}\n{response}\n{entry}"


def _plain(value: msgspec.Struct) -> dict[str, Any]:
    """Return a struct as a map; optional fields that are not given are left out."""
    fields: dict[str, Any] = msgspec.to_builtins(value)
    return {name: field for name, field in fields.items() if field is not None}


def _byte_table(payload: list[Any]) -> str:
    rows = ((f"`{data.hex(' ')}`", words) for data, words in frame(payload))
    return _table(("Bytes", "Meaning"), rows)


def frame(payload: list[Any]) -> Pieces:
    """Yield the pieces of the frame that carries `payload`."""
    pieces = list(_pieces(payload))
    data = b"".join(data for data, _ in pieces)
    yield encode_frame(data)[: -len(data)], f"the payload has {len(data)} bytes"
    yield from pieces


def _pieces(value: Any) -> Pieces:
    """Yield the pieces of a value; arrays and maps are short, so their head is one byte.

    That of an entry of a kind with many fields has three all the same.
    """
    if isinstance(value, Entry):
        fields, encoded = _plain(value), msgspec.msgpack.encode(value)
        size = encoded.index(msgspec.msgpack.encode("kind"))
        yield encoded[:size], f"map of {len(fields)}"
        yield from chain.from_iterable(map(_pieces, chain.from_iterable(fields.items())))
    elif isinstance(value, list):
        yield bytes([0x90 + len(value)]), f"array of {len(value)}"
        yield from chain.from_iterable(map(_pieces, value))
    elif isinstance(value, dict):
        yield bytes([0x80 + len(value)]), f"map of {len(value)}"
        yield from chain.from_iterable(map(_pieces, chain.from_iterable(value.items())))
    else:
        words = "nil" if value is None else msgspec.json.encode(value).decode()
        yield msgspec.msgpack.encode(value), words


# -- Words -----------------------------------------------------------------------------------


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _section(parts: Iterable[str]) -> str:
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _sentence(help: str) -> str:
    return f"{help[0].upper()}{help[1:]}."


def _doc(owner: type) -> str:
    """Return a docstring: its sentence, and what it says of single fields as a list."""
    sentence, _, fields = (owner.__doc__ or "").partition("\n\n")
    items = re.split(r"\n\s*(\w+): ", "\n" + fields)[1:]
    pairs = zip(items[::2], items[1::2], strict=True)
    lines = [f"- `{name}`: {_joined(words)}" for name, words in pairs]
    return "\n".join([_joined(sentence), "", *lines]).strip()


def _joined(lines: str) -> str:
    return " ".join(lines.split())


if __name__ == "__main__":
    sys.stdout.write(reference())
