"""The console: what typed lines ask for, what answers and events show."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from chatd.errors import ChatError, Forbidden, Internal, NotFound, RateLimited
from chatd.wire import commands as c
from chatd.wire import entries as e
from client.console.actions import ACTIONS, schedules
from client.console.command_help import COMMAND_HELP, EXAMPLES, chapters
from client.console.console import PENDING_MAX, ROWS_AROUND_A_PAGE, Console, now_ms
from client.errors import ConnectionLost, LoginRequired
from client.events import Connected, Disconnected, FoundPage, HistoryPage, SeenEntry
from tests.client.console.fakes import FakeConsole, in_loop
from tests.client.network import posted, said

ALLOWED = c.Allowance(20, 20, None)
STATUS = c.StatusResult(
    now=0,
    name="alice",
    device=1,
    devices=1,
    connections=1,
    time_zone="UTC",
    general=ALLOWED,
    private=c.Allowance(600, 600, None),
    rooms=[],
    rooms_more=False,
    online=2,
    online_names=["alice", "bob"],
    online_more=False,
    invitations=0,
    requests=0,
    warnings=0,
    warnings_limit=3,
    scheduled=0,
    held=0,
    banned_until=None,
    quotas=[],
)


def test_every_command_of_the_book_does_something() -> None:
    assert set(ACTIONS) == set(COMMAND_HELP)


# -- saying something ------------------------------------------------------------------------


@in_loop
async def test_text_is_echoed_until_its_entry_is_shown() -> None:
    fake = FakeConsole()
    await fake.types("send hello")
    (asked,) = fake.server.asked
    assert isinstance(asked, c.Send) and asked.text == "hello" and asked.nonce
    assert fake.above == ["… hello", "general> "] and "1 pending" in fake.toolbar
    await fake.types(answers=(posted(2),))
    fake.console.on_event(said(1))
    assert fake.above == ["… hello", "general> "] and "pending" not in fake.toolbar
    fake.console.on_event(said(2, "hello", author="alice"))
    assert fake.above == ["general> "]


@in_loop
async def test_message_that_is_posted_and_not_shown_yet_keeps_nobody_from_leaving() -> None:
    fake = FakeConsole()
    await fake.types("send hello", answers=(posted(2),))
    fake.console.leave()
    assert fake.editor.result == 0


@in_loop
async def test_each_text_has_its_own_nonce() -> None:
    fake = FakeConsole()
    await fake.types("send hello", "send hello")
    one, other = fake.server.asked
    assert isinstance(one, c.Send) and isinstance(other, c.Send) and one.nonce != other.nonce


@in_loop
async def test_refused_text_comes_back_with_the_reason_and_when_it_works_again() -> None:
    fake = FakeConsole()
    refusal = RateLimited("20 messages are sent already", limit=20, reset_at=now_ms() + 60_000)
    await fake.types("send hello", answers=(refusal,))
    assert fake.shows("! not sent: 20 messages are sent already")
    assert fake.shows("it works again at") and fake.shows("(in 60 s)")
    assert fake.editor.line == "send hello" and fake.above == ["general> "]


@in_loop
async def test_text_waits_for_a_connection_but_only_so_many() -> None:
    fake = FakeConsole()
    fake.server.connected = False
    await fake.types(*["send hello"] * PENDING_MAX)
    assert len(fake.server.asked) == PENDING_MAX and fake.editor.line == ""
    await fake.types("send one too many")
    assert len(fake.server.asked) == PENDING_MAX
    assert fake.editor.line == "send one too many"


@in_loop
async def test_prompt_and_toolbar_say_to_whom_one_talks() -> None:
    fake = FakeConsole()
    fake.console.learn(STATUS)
    assert "20 left" in fake.toolbar and "2 online" in fake.toolbar
    await fake.types("talk bob")
    assert fake.above == ["@bob> "]
    assert "600 left" in fake.toolbar


# -- asking ----------------------------------------------------------------------------------


@in_loop
async def test_mistyped_command_says_how_it_is_typed_and_asks_nothing() -> None:
    fake = FakeConsole()
    await fake.types("/sned hello", "send", "history general x")
    assert fake.server.asked == []
    assert fake.shows("! there is no command /sned") and fake.shows("like this: send <text>")


@in_loop
async def test_question_without_a_connection_is_refused_at_once() -> None:
    fake = FakeConsole()
    fake.server.connected = False
    await fake.types("status")
    assert fake.server.asked == [] and fake.shows("! there is no connection")


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (NotFound("there is no user with that name"), "`who`, `rooms` and `history`"),
        (Internal("the server failed"), "a bug in the server"),
        (ConnectionLost("the connection broke"), "keeps trying to connect"),
    ],
)
def test_refusal_says_what_to_do_next(error: NotFound | ConnectionLost, advice: str) -> None:
    async def asks() -> None:
        fake = FakeConsole()
        await fake.types("who", answers=(error,))
        assert fake.shows(f"! {error}") and fake.shows(advice)

    asyncio.run(asks())


@in_loop
async def test_page_of_long_texts_shows_as_many_as_fit_and_enter_goes_on_there() -> None:
    fake = FakeConsole()
    entries: list[SeenEntry] = [said(number, "word " * 40) for number in range(1, 20)]
    page = HistoryPage("general", entries, None)
    await fake.types("history", answers=(page,))
    assert len(fake.screen.lines) < fake.screen.height
    assert fake.shows("general#16 ") and not fake.shows("general#15 ")
    await fake.types("")
    asked = fake.server.asked[-1]
    assert isinstance(asked, c.History) and asked.before == 16


@in_loop
async def test_page_from_a_place_on_goes_on_behind_the_last_that_fits() -> None:
    fake = FakeConsole()
    entries: list[SeenEntry] = [said(number, "word " * 40) for number in range(1, 20)]
    await fake.types("history after 0", answers=(HistoryPage("general", entries, None),))
    assert fake.shows("general#4 ") and not fake.shows("general#5 ")
    await fake.types("")
    asked = fake.server.asked[-1]
    assert isinstance(asked, c.History) and asked.after == 4


@in_loop
async def test_long_list_is_shown_in_pages_by_enter() -> None:
    fake = FakeConsole()
    latest = HistoryPage("general", [said(9), said(10)], 9)
    before = HistoryPage("general", [said(8)], None)
    await fake.types("history", "", "", answers=(latest, before))
    assert fake.server.asked == [
        c.History("general", limit=fake.console.page_rows),
        c.History("general", before=9, limit=fake.console.page_rows),
    ]
    assert fake.screen.lines.count("· Enter shows more") == 1


@in_loop
async def test_search_goes_on_over_empty_pages_and_enter_shows_more() -> None:
    fake = FakeConsole()
    pages = (FoundPage([], "1"), FoundPage([said(9)], "2"), FoundPage([said(3)], None))
    await fake.types("search hi from bob", "", "", answers=pages)
    rows = fake.console.page_rows
    assert fake.server.asked == [
        c.Search("hi", author="bob", after=after, limit=rows) for after in ("", "1", "2")
    ]
    assert fake.shows("general#9 bob: hi") and fake.shows("general#3 bob: hi")
    assert fake.screen.lines.count("· Enter shows more") == 1
    assert any(line.startswith("── found: hi ─") for line in fake.screen.lines)


@in_loop
async def test_search_that_finds_nothing_says_so() -> None:
    fake = FakeConsole()
    await fake.types("search hi", answers=(FoundPage([], "1"), FoundPage([], None)))
    assert fake.screen.lines[1:] == ["· nothing (more) was found"]


@in_loop
async def test_help_names_every_command_on_one_screen_and_enter_explains_each() -> None:
    fake = FakeConsole()
    await fake.types("help")
    assert len(fake.screen.lines) <= fake.screen.height - ROWS_AROUND_A_PAGE
    listed = re.findall(r"[a-z-]+", " ".join(fake.screen.lines))
    assert set(COMMAND_HELP) <= set(listed)
    for _ in range(10):
        before = len(fake.screen.lines)
        await fake.types("")
        assert len(fake.screen.lines) - before <= fake.screen.height
    shown = "\n".join(fake.screen.lines)
    assert all(f"\n  {entry.usage}" in shown for entry in COMMAND_HELP.values())


def test_every_command_is_in_a_chapter_of_the_help() -> None:
    assert [name for names in chapters().values() for name in names] == list(COMMAND_HELP)
    assert all(chapters().values())


@pytest.mark.parametrize("example", [line for lines in EXAMPLES.values() for line in lines])
@in_loop
async def test_example_of_the_help_is_understood(
    example: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedules, "now_ms", lambda: 0)  # no example is ever over
    fake = FakeConsole()
    await fake.types(example)
    assert not fake.shows("like this: ")


@in_loop
async def test_help_on_a_command_shows_its_usage_and_examples() -> None:
    fake = FakeConsole()
    await fake.types("help /send-at")
    assert fake.shows("send-at <time>") and fake.shows("send-at in 10m to bob tea?")


@in_loop
async def test_help_on_a_word_of_other_chats_is_about_the_command_it_stands_for() -> None:
    fake = FakeConsole()
    await fake.types("help /msg")
    assert fake.shows("post <room> <text>") and fake.shows("also")


@in_loop
async def test_mistyped_command_is_met_with_what_it_may_have_been() -> None:
    fake = FakeConsole()
    await fake.types("/stauts", "/hepl", "/help sned", "/hello there")
    for meant in ("did you mean `status`?", "did you mean `help`?", "`help send` explains send"):
        assert fake.shows(meant)
    assert sum("did you mean" in line for line in fake.screen.lines) == 2


@in_loop
async def test_text_behind_a_wrong_place_comes_back_to_the_line() -> None:
    fake = FakeConsole()
    await fake.types("comment general hello there")
    assert fake.shows("`general` is not an entry")
    assert fake.editor.line == "comment general hello there"


@in_loop
async def test_typed_command_is_shown_wrapped_and_its_controls_do_nothing() -> None:
    fake = FakeConsole()
    await fake.types("report bob " + "word " * 30 + "\x1b[2J")
    echo = [line for line in fake.screen.lines if "word" in line]
    assert len(echo) == 3 and echo[1].startswith("  word")
    assert all(len(line) < fake.screen.width for line in echo) and "^[[2J" in echo[-1]


@in_loop
async def test_list_that_is_longer_than_the_screen_comes_before_the_next_page() -> None:
    fake = FakeConsole()
    first = c.Devices([device(number) for number in range(1, 31)], 30)
    second = c.Devices([device(31)], None)
    await fake.types("devices", answers=(first,))
    assert fake.shows("  19 ") and not fake.shows("  20 ")
    await fake.types("")
    assert fake.shows("  30 ") and len(fake.server.asked) == 1
    await fake.types("", answers=(second,))
    assert fake.shows("  31 ")
    assert sum("Enter shows more" in line for line in fake.screen.lines) == 2


def device(number: int) -> c.Device:
    """Return a device of alice."""
    return c.Device(number, f"laptop {number}", 0, False)


@pytest.mark.parametrize("line", ["why", "unban bob"])
@in_loop
async def test_what_no_look_around_helps_is_only_said(line: str) -> None:
    fake = FakeConsole()
    await fake.types(line, answers=(NotFound("nothing to find"),))
    assert fake.screen.lines[-1] == "! nothing to find"


@pytest.mark.parametrize(
    ("line", "error", "advice"),
    [
        ("cancel 7", NotFound("no"), "`scheduled` lists"),
        ("dismiss 7", NotFound("no"), "`reports` lists"),
        ("kick +ops bob", Forbidden("no", owner="carol"), "`send-to carol` asks"),
        ("ban bob", Forbidden("no"), "`report` tells them"),
        ("unhook 7", NotFound("no"), "`hooks` lists"),
        ("unblock bob", NotFound("no"), "`blocked` lists"),
        ("members +ops", NotFound("no"), "`rooms`"),
    ],
)
@in_loop
async def test_what_is_refused_is_met_with_what_helps_there(
    line: str, error: ChatError, advice: str
) -> None:
    fake = FakeConsole()
    await fake.types(line, answers=(error,))
    assert fake.shows(advice)


@pytest.mark.parametrize(
    ("line", "is_meant"),
    [("post ops hello", True), ("members OPS", True), ("post opera hello", False)],
)
@in_loop
async def test_private_room_that_was_named_without_its_plus_is_pointed_out(
    line: str, is_meant: bool
) -> None:
    fake = FakeConsole()
    fake.console.directory.add_room("+ops:k3f9a2bq")
    await fake.types(line, answers=(NotFound("there is no room with that name"),))
    assert fake.shows("the name of a private room begins with +: `+ops`") is is_meant


# -- hearing ---------------------------------------------------------------------------------


@in_loop
async def test_entry_is_shown_and_rings_if_wanted() -> None:
    fake = FakeConsole(bell=True)
    fake.console.on_event(c.Live())
    fake.console.on_event(said(1))
    assert fake.shows("general#1 bob: hi") and fake.screen.rings == 1
    assert "new: " not in fake.toolbar and not fake.shows("since you last looked")


@pytest.mark.parametrize("look", [Console.key, lambda console: console.focus(True)])
@in_loop
async def test_what_came_while_nobody_looked_is_marked_and_counted_until_somebody_does(
    look: Callable[[Console], None],
) -> None:
    fake = FakeConsole()
    for event in (said(1), c.Live(), said(2)):
        fake.console.on_event(event)
    for seq in (3, 6):
        fake.console.focus(False)
        assert fake.console.unseen == 0
        for number in range(seq, seq + 3):
            fake.console.on_event(said(number))
        assert "new: general 3" in fake.toolbar and fake.console.unseen == 3
        look(fake.console)
        assert "new: " not in fake.toolbar and fake.console.unseen == 0
    marks = [at for at, line in enumerate(fake.screen.lines) if line.startswith("── since you la")]
    assert [fake.screen.lines[at + 1][-14:-8] for at in marks] == ["eral#3", "eral#6"]


@in_loop
async def test_own_entry_from_another_device_neither_counts_nor_rings() -> None:
    fake = FakeConsole(bell=True)
    fake.console.on_event(c.Live())
    fake.console.on_event(said(1, author="alice"))
    assert fake.shows("general#1 alice: hi")
    assert fake.screen.rings == 0 and "new: " not in fake.toolbar


@in_loop
async def test_muted_room_is_shown_and_calls_only_by_mentions() -> None:
    fake = FakeConsole(bell=True)
    fake.console.on_event(c.Live())
    fake.console.focus(False)
    fake.console.on_event(e.Muted("@alice", 1, 0, "general", True))
    assert fake.shows("you have muted general")
    fake.console.on_event(said(1))
    assert fake.shows("general#1 bob: hi")
    assert fake.screen.rings == 0 and "new: " not in fake.toolbar
    fake.console.on_event(replace(said(2, "hello @alice"), mentions=["alice"]))
    assert fake.screen.rings == 1 and "new: general 1" in fake.toolbar
    fake.console.on_event(e.Muted("@alice", 2, 0, "general", False))
    fake.console.on_event(said(3))
    assert fake.screen.rings == 2 and "new: general 2" in fake.toolbar


@pytest.mark.parametrize("learn", ["learn", "learn_rooms"])
@in_loop
async def test_rooms_muted_before_the_console_came_are_learnt(learn: str) -> None:
    fake = FakeConsole(bell=True)
    rooms = [c.RoomStatus("general", 0, 0, 0, muted=True)]
    status = replace(STATUS, rooms=rooms) if learn == "learn" else c.Rooms(rooms, None)
    getattr(fake.console, learn)(status)
    fake.console.on_event(c.Live())
    fake.console.on_event(said(1))
    assert fake.screen.rings == 0


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("mute general", c.Mute("general", True)),
        ("unmute bob", c.Mute("alice,bob", False)),
        ("unread-from bob#3", c.MarkUnread("alice,bob", 3)),
        ("unread-from 0", c.MarkUnread("general", 0)),
    ],
)
@in_loop
async def test_marks_are_asked_for_as_they_are_typed(line: str, asked: c.AnyParams) -> None:
    fake = FakeConsole()
    await fake.types(line)
    assert fake.server.asked == [asked]


@in_loop
async def test_mark_shows_where_it_stands_and_when_it_is_gone() -> None:
    fake = FakeConsole()
    fake.console.on_event(e.UnreadFrom("@alice", 1, 0, "alice,bob", 3))
    assert fake.shows("bob counts as unread from #3 on")
    fake.console.on_event(e.UnreadFrom("@alice", 2, 0, "alice,bob", 0))
    assert fake.shows("bob is not marked as unread any more")


@in_loop
async def test_who_writes_in_the_room_of_plain_lines_is_in_the_toolbar_until_it_is_said() -> None:
    fake = FakeConsole()
    fake.console.on_event(c.TypingNotice("general", "bob"))
    fake.console.on_event(c.TypingNotice("alice,carol", "carol"))
    assert "bob is typing…" in fake.toolbar and "carol" not in fake.toolbar
    fake.console.on_event(said(1))
    assert "typing" not in fake.toolbar


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("hello", True),
        ("what a day", True),
        ("//etc", True),
        ("who", False),
        ("sen", False),
        ("/wh", False),
        ("send-to bob hello", False),
        ("", False),
    ],
)
@in_loop
async def test_others_hear_of_a_plain_line_that_is_written_and_of_no_command(
    text: str, is_told: bool
) -> None:
    fake = FakeConsole()
    for _ in range(2):
        fake.console.edited(text)
    assert fake.server.notified == [c.Typing("general")] * is_told


@in_loop
async def test_nobody_hears_of_a_line_before_it_is_sure_where_it_goes() -> None:
    asks = FakeConsole(room="")
    asks.console.edited("hello")
    nowhere = FakeConsole(room="alice,bob")
    nowhere.console.edited("hello")  # they never talked
    old = FakeConsole()
    old.server.protocol.welcome = None
    old.console.edited("hello")
    assert asks.server.notified == nowhere.server.notified == old.server.notified == []
    nowhere.console.on_event(said(1, room="alice,bob"))
    nowhere.console.edited("hello")
    assert nowhere.server.notified == [c.Typing("alice,bob")]


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("display-name Alice  B. ", c.ChangeDisplayName("Alice  B.")),
        ("display-name", c.ChangeDisplayName("")),
        ("clear-name @eve", c.ClearName("eve")),
    ],
)
@in_loop
async def test_display_name_is_asked_for_as_it_is_typed(line: str, asked: c.AnyParams) -> None:
    fake = FakeConsole()
    await fake.types(line)
    assert fake.server.asked == [asked]


@in_loop
async def test_display_names_stand_behind_the_names() -> None:
    fake = FakeConsole()
    page = c.Names(["alice", "bob"], None, 2, {"bob": "Bob\x07 Smith"})
    await fake.types("who", answers=(page,))
    assert fake.shows("alice") and fake.shows("bob (Bob^G Smith)")
    owner = c.GroupMember("bob", c.Role.OWNER, "Bob Smith")
    await fake.types("members +ops", answers=(c.Members("+ops", [owner], None, 1),))
    assert fake.shows("bob (Bob Smith)")
    people = c.People([c.Person("carol", True, "Carol Ann")], None)
    await fake.types("people", answers=(people,))
    assert fake.shows("carol (Carol Ann)")
    await fake.types("status", answers=(replace(STATUS, display_name="Alice B."),))
    assert fake.shows("alice (Alice B.), on")


@pytest.mark.parametrize(
    ("display_name", "by", "shown"),
    [
        ("Alice B.", "alice", "you are shown as Alice B. now"),
        ("", "alice", "you have no display name any more"),
        ("", "root", "you have no display name any more: root took it away"),
    ],
)
@in_loop
async def test_another_display_name_is_announced(display_name: str, by: str, shown: str) -> None:
    fake = FakeConsole()
    fake.console.on_event(e.Renamed("@alice", 1, 0, display_name, by))
    assert fake.screen.lines[-1].endswith(shown)


@in_loop
async def test_backlog_stands_under_its_line_and_does_not_ring() -> None:
    for newcomer, line in ((False, "── unread ─"), (True, "── what was said before you came ─")):
        fake = FakeConsole(newcomer=newcomer, bell=True)
        for event in (said(1), said(2), c.Live(), said(3)):
            fake.console.on_event(event)
        assert sum(line in shown for shown in fake.screen.lines) == 1
        assert fake.screen.rings == 1


@in_loop
async def test_path_that_was_cut_at_a_blank_is_told_of_quotes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for line, is_cut in (("send-file my report.txt to bob look", True), ("send-file my", False)):
        fake = FakeConsole()
        await fake.types(line)
        assert fake.shows("! my: No such file or directory")
        assert fake.shows("put a path with spaces in quotes") is is_cut


@in_loop
async def test_loss_and_return_are_told_with_the_reason() -> None:
    fake = FakeConsole()
    fake.console.on_event(c.Bye("the server stops"))
    fake.console.on_event(Disconnected("the server ended the connection"))
    fake.console.on_event(Connected())
    assert [line for line in fake.screen.lines if line.startswith("·")] == [
        "· the server ended the connection (the server stops); reconnecting",
        "· connected again",
    ]


@in_loop
async def test_limit_that_another_device_used_up_shows_in_the_toolbar() -> None:
    fake = FakeConsole()
    fake.console.on_event(c.Limits(c.Allowance(20, 3, now_ms() + 60_000), ALLOWED))
    assert "3 left until" in fake.toolbar


@in_loop
async def test_who_speaks_can_be_completed() -> None:
    fake = FakeConsole()
    fake.console.on_event(said(1, author="carol"))
    assert fake.console.directory.people() == ["carol"]


# -- leaving ---------------------------------------------------------------------------------


@in_loop
async def test_quit_ends_with_0() -> None:
    fake = FakeConsole()
    await fake.types("quit")
    assert fake.editor.result == 0


@in_loop
async def test_quit_with_a_text_on_its_way_has_to_be_said_twice() -> None:
    fake = FakeConsole()
    await fake.types("send hello", "quit")
    assert fake.editor.result is None and fake.shows("! 1 message on the way")
    await fake.types("quit")
    assert fake.editor.result == 0
    await fake.console.stop()


@in_loop
async def test_server_that_lets_in_no_longer_ends_the_console_with_its_reason() -> None:
    fake = FakeConsole()
    fake.console.on_end(LoginRequired("the token was revoked"))
    assert fake.editor.result == 1 and isinstance(fake.console.exit_error, LoginRequired)


@in_loop
async def test_fault_of_ours_is_raised_and_not_swallowed() -> None:
    fake = FakeConsole()
    fault = ZeroDivisionError()
    fake.console.on_end(fault)
    assert fake.editor.failure is fault
