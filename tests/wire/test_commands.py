"""The command table: every row is whole, and each bound holds at it and one over it."""

from typing import Any

import msgspec
import msgspec.inspect
import pytest

from chatd.errors import WIRE_ERRORS
from chatd.wire import commands as c
from chatd.wire.commands import table

KEYS = {"salt": bytes(16), "iterations": 4_096, "stored_key": bytes(32), "server_key": bytes(32)}
ROWS = list(c.COMMANDS.values())


def method_of(row: c.Command) -> str:
    return row.method


@pytest.mark.parametrize("row", ROWS, ids=method_of)
def test_row_has_a_help_phases_and_refusals_by_their_codes(row: c.Command) -> None:
    assert row.help and not row.help.endswith(".")
    assert row.phases
    assert set(row.refuses) <= set(WIRE_ERRORS)


@pytest.mark.parametrize("row", ROWS, ids=method_of)
def test_row_may_be_refused_for_a_full_disk_if_it_writes(row: c.Command) -> None:
    assert row.writes is ("storage_full" in row.refuses)


@pytest.mark.parametrize("row", ROWS, ids=method_of)
def test_row_that_only_reads_may_be_repeated(row: c.Command) -> None:
    assert row.repeatable or row.writes


@pytest.mark.parametrize("row", ROWS, ids=method_of)
def test_row_has_a_chapter_where_it_is_typed_in_the_console(row: c.Command) -> None:
    assert (row.console is None) is (row.chapter is None)


def test_row_has_the_result_of_its_type() -> None:
    assert c.COMMAND_OF[c.Send].result is c.Posted
    assert c.COMMAND_OF[c.Ping].result is c.Nothing
    assert c.COMMAND_OF[c.Ack].result is None


@pytest.mark.parametrize("row", ROWS, ids=method_of)
def test_unknown_parameter_is_refused(row: c.Command) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"no_such_parameter": 1}, row.params)


@pytest.mark.parametrize("row", ROWS, ids=method_of)
@pytest.mark.parametrize("params", [None, [], "text", 7], ids=repr)
def test_parameters_that_are_no_map_are_refused(row: c.Command, params: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(params, row.params)


def test_each_method_and_each_notice_is_entered_once() -> None:
    assert [row.method for row in ROWS] == list(c.COMMANDS)
    assert len({row.params for row in ROWS}) == len(ROWS)
    assert {c.METHOD_OF[kind] for kind, _ in c.NOTICES.values()} == set(c.NOTICES)
    with pytest.raises(AssertionError):
        table.command("ping", help="again")(c.Ping)


def test_notice_is_carried_by_the_notification_of_its_name() -> None:
    notification = c.as_notification(c.Gap("general", 1, 2))
    assert notification.method == "gap"
    assert msgspec.to_builtins(notification.params) == {"room": "general", "from": 1, "to": 2}


BOUNDS: list[tuple[type[c.AnyParams], dict[str, Any], str, Any, Any]] = [
    # struct, its other parameters, the parameter, at its bound, one over it
    (c.Send, {}, "text", "x" * 8_192, "x" * 8_193),
    (c.Send, {}, "text", "x", ""),
    (c.Send, {"text": "x"}, "nonce", "n" * 64, "n" * 65),
    (c.Send, {"text": "x"}, "nonce", "n", ""),
    (c.SendTo, {"text": "x"}, "to", "b" * 256, "b" * 257),
    (c.Hello, {"version": 1}, "client", "x" * 64, "x" * 65),
    (c.Register, KEYS, "name", "a" * 256, "a" * 257),
    (c.Register, {**KEYS, "name": "a"}, "salt", bytes(12), bytes(11)),
    (c.Register, {**KEYS, "name": "a"}, "salt", bytes(64), bytes(65)),
    (c.Register, {**KEYS, "name": "a"}, "iterations", 4_096, 4_095),
    (c.Register, {**KEYS, "name": "a"}, "iterations", 10_000_000, 10_000_001),
    (c.Register, {**KEYS, "name": "a"}, "stored_key", bytes(32), bytes(31)),
    (c.Register, {**KEYS, "name": "a"}, "server_key", bytes(32), bytes(33)),
    (c.LoginStart, {}, "message", "m" * 1_024, "m" * 1_025),
    (c.LoginToken, {}, "token", "t" * 128, "t" * 129),
    (c.LoginFinish, {}, "message", "m" * 1_280, "m" * 1_281),
    (c.LoginFinish, {"message": "m"}, "device", "d" * 64, "d" * 65),
    (c.Sync, {}, "positions", {"r" * 256: 2**53}, {"r" * 257: 1}),
    (c.Sync, {}, "positions", {"general": 0}, {"general": -1}),
    (c.Sync, {}, "start", "now", "later"),
    (c.Sync, {}, "epoch", "e" * 64, "e" * 65),
    (c.Ack, {"room": "general"}, "seq", 2**53, 2**53 + 1),
    (c.Ack, {"room": "general"}, "seq", 0, -1),
    (c.History, {"room": "general"}, "limit", 200, 201),
    (c.History, {"room": "general"}, "limit", 1, 0),
    (c.History, {"room": "general"}, "before", 2**53, 2**53 + 1),
    (c.Who, {}, "after", "n" * 256, "n" * 257),
    (c.ListRooms, {}, "limit", 200, 201),
    (c.Revoke, {}, "device", 0, -1),
]


@pytest.mark.parametrize(
    ("struct", "others", "name", "at", "over"),
    BOUNDS,
    ids=[f"{struct.__name__}.{name}" for struct, _, name, _, _ in BOUNDS],
)
def test_parameter_at_its_bound_is_taken_and_one_over_is_refused(
    struct: type[c.AnyParams], others: dict[str, Any], name: str, at: Any, over: Any
) -> None:
    taken = msgspec.convert({**others, name: at}, struct)
    assert msgspec.to_builtins(taken, builtin_types=(bytes,))[name] == at
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**others, name: over}, struct)


@pytest.mark.parametrize("wrong", [True, 1.0, 1.5, "1", b"1", None, [1]], ids=repr)
def test_number_is_taken_as_a_number_only(wrong: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"room": "general", "seq": wrong}, c.Ack)


@pytest.mark.parametrize("row", ROWS, ids=method_of)
def test_every_text_and_every_run_of_bytes_has_a_bound(row: c.Command) -> None:
    for field in msgspec.structs.fields(row.params):
        kind = msgspec.inspect.type_info(field.type)
        if isinstance(kind, msgspec.inspect.StrType | msgspec.inspect.BytesType):
            assert kind.max_length is not None, field.name
