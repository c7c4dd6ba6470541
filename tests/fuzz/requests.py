"""Requests made up from the command table: mostly of the right shape, now and then of none."""

from typing import Any

import msgspec
import msgspec.inspect as mi
from hypothesis import strategies as st

from chatd.wire.commands import COMMANDS

NAMES = ["alice", "bob", "eve", "ALICE", "nobody", "general", "admin", "@alice", "@eve"]
ROOMS = ["alice,bob", "alice,eve", "eve,eve", "bob,alice"]
WORDS = [*NAMES, *ROOMS, "n,,n=eve,r=x", "text", " ", "\x00", "é" * 70, "\u202e"]
LENGTHS = [0, 1, 7, 33, 65, 257, 1_025, 8_193]
NUMBERS = [-1, 0, 1, 2, 3, 200, 201, 2**31, 2**53, 2**53 + 1, 2**63]

garbage = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from(NUMBERS)
    | st.floats()
    | st.sampled_from(WORDS)
    | st.text(max_size=5)
    | st.binary(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
"""Anything that msgpack can say."""


def _texts() -> st.SearchStrategy[str]:
    long = st.sampled_from(LENGTHS).map(lambda length: "x" * length)
    return st.sampled_from(WORDS) | st.text(max_size=12) | long


def _bytes(kind: mi.BytesType) -> st.SearchStrategy[bytes]:
    low, high = kind.min_length or 0, kind.max_length or 64
    return st.integers(low, min(high, 4_096)).map(lambda length: b"\x07" * length)


def _of(kind: mi.Type) -> st.SearchStrategy[Any]:
    """Return values of a type, bounds not always kept."""
    if isinstance(kind, mi.UnionType):
        return st.one_of([_of(one) for one in kind.types])
    if isinstance(kind, mi.StrType):
        return _texts()
    if isinstance(kind, mi.BytesType):
        return _bytes(kind)
    if isinstance(kind, mi.IntType):
        return st.sampled_from(NUMBERS) | st.integers(0, 10)
    if isinstance(kind, mi.BoolType):
        return st.booleans()
    if isinstance(kind, mi.EnumType):
        return st.sampled_from([member.value for member in kind.cls])
    if isinstance(kind, mi.DictType):
        return st.dictionaries(_of(kind.key_type), _of(kind.value_type), max_size=4)
    return garbage


def _params(params: type[msgspec.Struct]) -> st.SearchStrategy[dict[str, Any]]:
    required: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    for field in msgspec.structs.fields(params):
        values = _of(mi.type_info(field.type))
        some = values | values | values | garbage
        (required if field.required else optional)[field.encode_name] = some
    return st.fixed_dictionaries(required, optional=optional)


_by_method = {method: _params(row.params) for method, row in COMMANDS.items()}
methods = st.sampled_from(sorted(COMMANDS))
calls = methods.flatmap(lambda method: st.tuples(st.just(method), _by_method[method])) | st.tuples(
    methods | st.text(max_size=10), garbage
)
"""A method and its parameters."""
