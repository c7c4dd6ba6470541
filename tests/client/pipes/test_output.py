"""Plain lines and JSON: nothing that others wrote is obeyed, and nothing of it lost."""

import json
from datetime import UTC
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st

from chatd.wire.commands import Gap
from chatd.wire.entries import Message
from client.console.safe_text import shown
from client.pipes.output import DatedZone, Output, PlainRenderer, Printer, json_line

TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\x1b\x9b\u202e\n\r\t"))


def printed(text: str, *, as_json: bool) -> str:
    stream = StringIO(newline="\n")
    renderer = PlainRenderer("alice", DatedZone(UTC))
    printer = Printer(Output(stream), renderer, as_json)
    printer.entry(Message("general", 1, 0, "bob", text))
    return stream.getvalue()


@given(TEXTS)
def test_json_is_one_harmless_line_that_means_the_same(text: str) -> None:
    line = printed(text, as_json=True)
    assert line.endswith("\n") and all(shown(c) == c for c in line[:-1])
    assert json.loads(line)["text"] == text


@given(TEXTS)
def test_plain_lines_are_harmless_and_only_the_first_stands_at_the_margin(text: str) -> None:
    first, *rest = printed(text, as_json=False).removesuffix("\n").split("\n")
    assert first.startswith("1970-01-01 00:00 general#1 bob:")
    assert all(line.startswith(" ") or not line for line in rest)
    assert all(shown(c) == c for line in (first, *rest) for c in line)


def test_a_notice_is_told_by_its_name_in_json() -> None:
    stream = StringIO(newline="\n")
    printer = Printer(Output(stream), PlainRenderer("alice", DatedZone(UTC)), True)
    printer.notice(Gap("general", 1, 4))
    assert json.loads(stream.getvalue()) == {
        "notice": "gap", "room": "general", "from": 1, "to": 4,
    }  # fmt: skip


def test_characters_above_the_first_plane_are_escaped_as_json_has_them() -> None:
    assert json.loads(json_line("\U000e0041x")) == "\U000e0041x"
    assert json_line("\U000e0041x") == '"\\udb40\\udc41x"'
