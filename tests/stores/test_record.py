"""What a store holds is what the record of its format says: nobody changes it unawares."""

from typing import Any, get_args

import msgspec
import pytest

from chatd.core import events as e
from chatd.core.events.base import EventDecoder, encode_events
from chatd.core.state import Tables
from chatd.disk.formats import FIRST_FORMAT, FORMAT
from chatd.wire.entries import AnyEntry, decode_entry
from tests.core.test_clock_repair import structs_of
from tests.stores.golden import held_in, state_of
from tests.stores.record import Struct, lines_of, path_of, record, tag_of

WHAT_TO_DO = f"""
What stores hold, or what their events make true, is not what {path_of(FORMAT).name} says. Stores
are written in format {FORMAT}, so take the change back, or make a new format: raise FORMAT in
chatd/disk/formats.py, let chatd/core/migrations.py turn what is older into it, and write golden
stores by `python -m tests.stores.write` and its record by `python -m tests.stores.record`. As
long as a format is not released, remove these and write them again.
"""
RARE = {
    "ClockRepaired",
    "EntriesExpired",
    "ExpiryHeld",
    "LimitsReset",
    "NoncesForgotten",
    "UserExpired",
}
"""Events that come by time, or a clock that was wrong: no server was made to wait for them."""
IN_SNAPSHOTS = {"StoreCreated"}
"""Events that stand in no journal: the first tick, of which there is a snapshot."""


def test_store_holds_what_the_record_of_its_format_says() -> None:
    assert record() == path_of(FORMAT).read_text(), WHAT_TO_DO


def test_golden_stores_hold_every_kind_of_event_and_entry() -> None:
    """What has no example there may change its meaning without a test that fails."""
    name = f"{FORMAT}-killed"
    bodies = map(msgspec.msgpack.decode, held_in(name).bodies)
    events = {tag for body in bodies for tag, *_ in body}
    assert events == {str(kind.__struct_config__.tag) for kind in e.EVENTS} - RARE - IN_SNAPSHOTS
    frames = [frame for room in state_of(name).rooms.values() for frame in room.log.frames]
    assert set(map(type, map(decode_entry, frames))) == set(get_args(AnyEntry))


def test_every_format_has_its_record() -> None:
    for format in range(FIRST_FORMAT, FORMAT + 1):
        assert path_of(format).read_text().startswith(f"format {format}, ")


def test_nothing_that_a_store_holds_takes_unknown_fields() -> None:
    found: set[Struct] = set()
    for kind in (Tables, *e.EVENTS):
        structs_of(kind, found)
    for struct in found:
        assert struct.__struct_config__.forbid_unknown_fields, struct


def made(
    *fields: Any, tag: str = "Posted", array_like: bool = True, name: str = "Posted"
) -> Struct:
    """Return an event with these fields."""
    return msgspec.defstruct(
        name, fields, tag=tag, array_like=array_like, frozen=True, forbid_unknown_fields=True
    )


def described(kind: Struct) -> list[str]:
    return [tag_of(kind), *lines_of(kind)]


ROOM, SEQ, VIA = ("room", str), ("seq", int), ("via", str, "")
EVENT = made(ROOM, SEQ, VIA)
OTHERS = {
    "name": made(("place", str), SEQ, VIA),
    "type": made(ROOM, ("seq", float), VIA),
    "order": made(SEQ, ROOM, VIA),
    "default": made(ROOM, SEQ, ("via", str, "hook")),
    "no default": made(ROOM, SEQ, ("via", str)),
    "tag": made(ROOM, SEQ, VIA, tag="Said"),
    "form": made(ROOM, SEQ, VIA, array_like=False),
    "one more": made(ROOM, SEQ, VIA, ("extra", int, 0)),
    "one less": made(ROOM, SEQ),
    "within": made(("room", made(ROOM)), SEQ, VIA),
}


@pytest.mark.parametrize("change", OTHERS)
def test_change_of_anything_changes_the_record(change: str) -> None:
    assert described(OTHERS[change]) != described(EVENT)


def test_change_within_what_a_field_holds_changes_the_record() -> None:
    of: Any = dict
    one, other = (made(("rooms", of[str, made(field)])) for field in (ROOM, SEQ))
    assert described(one) != described(other)


def renamed(kind: Struct) -> Struct:
    """Return a class of the same tag and fields under another name."""
    fields = []
    for known in msgspec.structs.fields(kind):
        default: Any = msgspec.field(default=known.default)
        if known.default is msgspec.NODEFAULT:
            default = msgspec.field(default_factory=known.default_factory)
        field = known.name, known.type, default
        fields.append(field[:2] if known.required else field)
    return made(*fields, tag=str(kind.__struct_config__.tag), name="Renamed")


@pytest.mark.parametrize("kind", e.EVENTS, ids=lambda kind: kind.__name__)
def test_renamed_class_of_an_event_changes_no_record(kind: type[e.Event]) -> None:
    assert described(renamed(kind)) == described(kind)


def test_renamed_class_of_an_event_reads_what_was_written_before() -> None:
    written = encode_events([e.HookRevoked(1, "alice", 2)])
    kind: Any = renamed(e.HookRevoked)
    (read,) = EventDecoder([kind]).decode(written)
    assert type(read) is kind and encode_events([read]) == written
