"""Plain lines: where they go, what is asked before one does, and that no question loses one."""

from pathlib import Path

import pytest

from chatd.errors import NotFound
from chatd.wire import commands as c
from chatd.wire.commands import TEXT_BYTES_MAX
from chatd.wire.entries import Removed
from client.console.last_room import LastRoom
from tests.client.console.fakes import FakeConsole, in_loop

OPS = "+ops:k3f9a2bq"
FIRST = "? send this to general?"
DOUBT = "? did you mean the command or a message to "


def sent(fake: FakeConsole) -> list[tuple[str, str]]:
    """Return where to something was sent, and what."""
    posts: list[tuple[str, str]] = []
    for params in fake.server.asked:
        if isinstance(params, c.Send):
            posts.append(("general", params.text))
        elif isinstance(params, c.SendTo):
            posts.append((params.to, params.text))
        elif isinstance(params, c.PostTo):
            posts.append((params.room, params.text))
    return posts


# -- where they go ---------------------------------------------------------------------------


@in_loop
async def test_plain_line_goes_where_the_prompt_says() -> None:
    fake = FakeConsole()
    fake.console.directory.add_room(OPS)
    assert fake.above == ["general> "]
    await fake.types("hello", " indented", "//etc")
    assert sent(fake) == [("general", "hello"), ("general", " indented"), ("general", "/etc")]
    for typed, prompt, to in (
        ("talk Bob", "@bob> ", "bob"),
        ("/query @carol", "@carol> ", "carol"),
        ("/talk +ops", "+ops> ", OPS),
        ("talk", "general> ", "general"),
    ):
        fake.server.asked.clear()
        await fake.types(typed)
        assert fake.above[-1] == prompt
        await fake.types("one\ntwo")
        assert sent(fake) == [(to, "one\ntwo")]
    await fake.console.stop()


@in_loop
async def test_group_that_is_not_known_is_found_by_the_server_and_else_refused_at_once() -> None:
    fake = FakeConsole()
    await fake.types("talk +ops", answers=(NotFound("there is no room with that name"),))
    assert fake.above == ["general> "] and fake.shows("! there is no room with that name")
    await fake.types("talk +ops", "hi", answers=(c.Members(OPS, [], None, 1),))
    assert fake.above[-1] == "+ops> " and sent(fake) == [(OPS, "hi")]
    await fake.console.stop()


@pytest.mark.parametrize(
    ("typed", "note"),
    [
        ("talk alcie", "no alcie is online or among your rooms: the first line shows if"),
        ("talk carlo", "is one; did you mean `/talk carol`?"),
    ],
)
@in_loop
async def test_talking_to_nobody_who_is_known_is_doubted_at_once(typed: str, note: str) -> None:
    fake = FakeConsole()
    fake.screen.width = 200
    fake.console.directory.add(["carol"])
    fake.console.directory.add_rooms(["general", OPS, "alice,bob"], are_all=True)
    await fake.types(typed)
    assert fake.shows(note)
    assert fake.above == [f"@{typed.removeprefix('talk ')}> "]  # there may be one all the same


@in_loop
async def test_talking_to_whom_one_knows_or_to_anybody_in_a_long_list_is_not_doubted() -> None:
    fake = FakeConsole()
    await fake.types("talk alcie")
    fake.console.directory.add_rooms(["general", OPS, "alice,bob"], are_all=True)
    for title in ("general", "bob", "@Bob", "+ops"):
        await fake.types(f"/talk {title}")
    assert not fake.shows("the first line shows")


@in_loop
async def test_prompt_leaves_room_to_type_whatever_the_room_is_called() -> None:
    fake = FakeConsole(room="+" + "o" * 60 + ":k3f9a2bq")
    assert fake.above == ["+" + "o" * 24 + "…> "]


@in_loop
async def test_text_that_is_too_long_comes_back() -> None:
    fake = FakeConsole()
    text = "x" * (TEXT_BYTES_MAX + 1)
    await fake.types(text)
    assert fake.shows("at most 8192 go") and fake.editor.line == text
    assert sent(fake) == [] and fake.editor.failure is None


# -- the first one ---------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["hello", "y", " YES "])
@in_loop
async def test_first_plain_line_of_all_is_asked_about_once(answer: str) -> None:
    fake = FakeConsole(room="")
    await fake.types("hello")
    assert sent(fake) == [] and fake.shows(FIRST) and fake.editor.line == "hello"
    await fake.types(answer, "again")
    assert sent(fake) == [("general", "hello"), ("general", "again")]
    assert fake.memory.room == "general"
    await fake.console.stop()


@pytest.mark.parametrize("answer", ["n", "No"])
@in_loop
async def test_plain_line_that_is_not_to_be_sent_is_not_and_the_next_is_asked_about(
    answer: str,
) -> None:
    fake = FakeConsole(room="")
    await fake.types("hello", answer, "y")
    assert sent(fake) == [] and fake.editor.line == "y" and fake.memory.room == ""
    assert sum(FIRST in line for line in fake.screen.lines) == 2


@in_loop
async def test_another_line_is_no_answer() -> None:
    fake = FakeConsole(room="")
    await fake.types("hello", "status", "y")
    assert sent(fake) == [] and isinstance(fake.server.asked[0], c.Status)
    await fake.types("hello")
    fake.console.interrupt(kept=True)
    await fake.types("yes")
    assert sent(fake) == []


@in_loop
async def test_who_has_said_where_to_is_not_asked() -> None:
    fake = FakeConsole(room="")
    await fake.types("/talk bob", "hello")
    assert sent(fake) == [("bob", "hello")] and fake.memory.room == "alice,bob"


@in_loop
async def test_send_asks_nothing_and_answers_nothing() -> None:
    fake = FakeConsole(room="")
    await fake.types("send hello", "hi")
    assert sent(fake) == [("general", "hello")] and fake.shows(FIRST)


# -- a command, or a text --------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "who is there?",
        "help me out",
        "status of the build: red",
        "quit smoking",
        "exit stage left",
        "join us for lunch",
        "history is fun",
        "status\nreport",
        "comment is free",
        "talk to you later",
        "Leave it to me",
    ],
)
@in_loop
async def test_line_that_begins_like_a_command_and_is_none_is_asked_about(line: str) -> None:
    fake = FakeConsole(room=OPS)
    await fake.types(line)
    assert fake.server.asked == [] and fake.editor.result is None
    assert fake.shows(DOUBT) and fake.editor.line == line
    assert not fake.shows("`send`"), "which would tell everyone"
    await fake.types(line)
    assert sent(fake) == [(OPS, line)]
    await fake.console.stop()


@pytest.mark.parametrize(
    "line", ["/who is there?", "/quit smoking", "send", "send-to", "send-to bob"]
)
@in_loop
async def test_what_is_a_command_without_doubt_is_not_asked_about(line: str) -> None:
    fake = FakeConsole()
    await fake.types(line)
    assert fake.shows("like this: ") and not fake.shows(DOUBT) and fake.server.asked == []


@pytest.mark.parametrize(
    ("line", "params"),
    [
        ("send me the file", c.Send),
        ("send-to bob hi", c.SendTo),
        ("status", c.Status),
        ("search for the key", c.Search),
        ("block bob", c.Block),
    ],
)
@in_loop
async def test_bare_command_whose_arguments_make_sense_runs(
    line: str, params: type[c.AnyParams]
) -> None:
    fake = FakeConsole()
    await fake.types(line)
    assert [type(asked) for asked in fake.server.asked] == [params]
    await fake.console.stop()


@pytest.mark.parametrize("word", ["quit", "exit"])
@in_loop
async def test_quit_and_exit_leave_bare(word: str) -> None:
    fake = FakeConsole(room="")
    await fake.types(word)
    assert fake.editor.result == 0


@in_loop
async def test_question_that_meets_another_line_on_the_prompt_takes_y() -> None:
    fake = FakeConsole()
    fake.editor.has_draft = True
    await fake.types("who is there?")
    assert fake.shows("`y` sends it") and fake.editor.line == ""
    await fake.types("y")
    assert sent(fake) == [("general", "who is there?")]


@in_loop
async def test_command_there_is_not_comes_back_to_the_line() -> None:
    fake = FakeConsole()
    await fake.types("/etc/hosts is gone")
    assert fake.shows("! there is no command /etc/hosts") and sent(fake) == []
    assert fake.editor.line == "/etc/hosts is gone"


# -- the room of the last time ---------------------------------------------------------------


def rooms(*ids: str, next: str | None = None) -> c.RoomList:
    """Return a list of rooms."""
    return c.RoomList([c.RoomOverview(room, 0, 0, 0) for room in ids], next)


@in_loop
async def test_room_of_the_last_time_is_that_of_the_first_line() -> None:
    fake = FakeConsole(room=OPS)
    fake.console.learn_rooms(rooms("general", OPS))
    await fake.types("hello")
    assert fake.above[-1] == "+ops> " and sent(fake) == [(OPS, "hello")]
    await fake.console.stop()


@pytest.mark.parametrize("line", ["a secret", "status of a secret"])
@in_loop
async def test_enter_answers_no_question_about_a_room_that_is_gone(line: str) -> None:
    fake = FakeConsole(room=OPS)
    fake.console.destination.question = "send this to +ops?"
    await fake.types(line)
    fake.console.on_event(Removed("@alice", 1, 0, OPS, "bob"))
    await fake.types(line)
    assert sent(fake) == [] and fake.editor.line == line and fake.shows("to general?")
    await fake.console.stop()


@in_loop
async def test_line_behind_a_talk_that_is_not_answered_or_refused_goes_nowhere_unasked() -> None:
    fake = FakeConsole()
    await fake.types("talk +ops", "a secret")
    assert sent(fake) == [] and fake.editor.line == "a secret"
    await fake.types("a secret", answers=(c.Members(OPS, [], None, 1),))
    assert sent(fake) == [(OPS, "a secret")]
    await fake.types("talk +nosuch", answers=(NotFound("there is no room of that name"),))
    fake.editor.line = ""
    await fake.types("/talk general", "hello")
    assert sent(fake)[1:] == [("general", "hello")]
    await fake.types("/talk +nosuch", "a secret", answers=(NotFound("there is no such room"),))
    assert len(sent(fake)) == 2 and fake.shows("? send this to general?")
    await fake.console.stop()


@in_loop
async def test_private_room_that_is_gone_is_not_replaced_by_everyone_in_silence() -> None:
    fake = FakeConsole(room=OPS)
    fake.console.learn_rooms(rooms("general", "+ops:another1"))
    assert fake.above == ["general> "] and fake.shows("you are not in +ops any more")
    await fake.types("a secret")
    assert sent(fake) == [] and fake.shows("? you are not in +ops any more: send this to general?")
    await fake.types("n", "hello", "hello", "again")
    assert sent(fake) == [("general", "hello"), ("general", "again")]
    assert fake.memory.room == "general"
    await fake.console.stop()


@in_loop
async def test_private_room_may_stand_on_a_later_page() -> None:
    fake = FakeConsole(room=OPS)
    fake.console.learn_rooms(rooms("general", next="x"))
    assert fake.above == ["+ops> "]


@in_loop
async def test_who_is_removed_from_the_room_sends_nothing_to_everyone_by_mistake() -> None:
    fake = FakeConsole(room=OPS)
    fake.console.on_event(Removed("@alice", 1, 0, OPS, "bob"))
    await fake.types("a secret")
    assert fake.above == ["general> "] and sent(fake) == []
    await fake.types("/talk bob", "a secret")
    assert sent(fake) == [("bob", "a secret")]


def test_last_room_is_kept_by_server_and_user(tmp_path: Path) -> None:
    def last(server: str, name: str) -> LastRoom:
        return LastRoom(server, name, tmp_path / "chat")

    assert last("http://a:1", "alice").room == ""
    for room in ("general", "alice,bob"):
        last("http://a:1", "alice").keep(room)
    last("http://a:1", "bob").keep("general")
    last("http://b:1", "alice").keep(OPS)
    assert last("http://a:1", "alice").room == "alice,bob"
    assert last("http://a:1", "bob").room == "general"
    assert last("http://b:1", "alice").room == OPS
    assert (tmp_path / "chat/rooms.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"http://a:1": {"alice": 1}}', b"\xff"])
def test_file_of_last_rooms_that_is_none_is_made_anew(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "rooms.json").write_bytes(data)
    room = LastRoom("http://a:1", "alice", tmp_path)
    assert room.room == ""
    room.keep("general")
    assert LastRoom("http://a:1", "alice", tmp_path).room == "general"


def test_room_that_can_not_be_kept_is_remembered_meanwhile(tmp_path: Path) -> None:
    (tmp_path / "chat").touch()
    room = LastRoom("http://a:1", "alice", tmp_path / "chat")
    room.keep("general")
    assert room.room == "general"
