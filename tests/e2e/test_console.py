"""The console as people use it: real processes, a real terminal, two people in one room."""

import re
import stat
from pathlib import Path
from urllib.request import urlopen

import pytest

from client.console.login_dialog import QUESTION
from client.pipes.status import Status
from tests.e2e.cable import Cable
from tests.e2e.client import PASSWORD
from tests.e2e.conftest import Connects, Opens
from tests.e2e.server import ServerProcess
from tests.e2e.terminal import Terminal
from tests.e2e.waiting import DEADLINE_S

SIZES = [(80, 24), (200, 50)]


def register(terminal: Terminal, name: str) -> None:
    """Answer what a new name is asked at the door."""
    terminal.sees(QUESTION.strip())
    terminal.line("c")
    for question in (f"A password for {name}:", "Repeat it:"):
        terminal.prompts(question)
        terminal.line(PASSWORD)


def log_in(terminal: Terminal, name: str) -> None:
    """Answer what somebody is asked on a new device."""
    terminal.sees(QUESTION.strip())
    terminal.line("l")
    terminal.sees(f"Password of {name}:")
    terminal.line(PASSWORD)


def answers(terminal: Terminal, new_password: str) -> None:
    """Answer what `password` asks."""
    for question, answer in (
        ("Current password:", PASSWORD),
        ("New password:", new_password),
        ("Repeat it:", new_password),
    ):
        terminal.prompts(question)
        terminal.line(answer)


def texts_in(terminal: Terminal, pattern: str = r"(text \d+)$") -> list[str]:
    """Return what entries say, in the order of the screen, those scrolled away first."""
    found = (re.search(r"#\d+ .*: " + pattern, row) for row in terminal.everything)
    return [match[1] for match in found if match]


# -- coming in -------------------------------------------------------------------------------


def test_new_name_gives_its_password_twice_and_the_token_is_for_the_owner_alone(
    cable: Cable, tmp_path: Path
) -> None:
    with Terminal(tmp_path / "home", cable.port, "alice") as alice:
        register(alice, "alice")
        alice.sees("new device 1")
        assert PASSWORD.encode() not in alice.raw
        alice.line("quit")
        assert alice.ends() == 0
    kept = tmp_path / "home" / "chat"
    files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in kept.iterdir()}
    assert files == {"tokens.json": 0o600, "history": 0o600}
    assert PASSWORD not in (kept / "history").read_text() + (kept / "tokens.json").read_text()
    with Terminal(tmp_path / "home", cable.port, "alice") as again:
        again.toolbar_shows(" connected")
        assert not any("Password" in row for row in again.everything)


def test_what_is_typed_right_behind_the_password_is_not_lost(
    cable: Cable, tmp_path: Path, users: Connects
) -> None:
    users("alice")
    with Terminal(tmp_path / "home", cable.port, "alice") as alice:
        alice.sees(QUESTION.strip())
        alice.line("l")
        alice.sees("Password of alice:")
        alice.keys(f"{PASSWORD}\rsend typed at once\rsend half a th")
        alice.sees("general#1 alice: typed at once")
        alice.prompts("general> send half a th")
        assert PASSWORD.encode() not in alice.raw


def test_console_without_a_server_says_so_and_ends_as_documented(tmp_path: Path) -> None:
    with Cable(0) as dead:
        port = dead.port
    with Terminal(tmp_path, port, "alice") as alice:
        alice.sees(f"no connection to 127.0.0.1:{port}: Connection refused")
        alice.sees("--host and --port name another one")
        assert alice.ends() == Status.CONNECTION


def test_console_whose_device_is_revoked_says_so_and_ends_instead_of_connecting_again(
    opens: Opens, cable: Cable, tmp_path: Path
) -> None:
    alice = opens("alice")
    alice.line("revoke 1")
    alice.sees("chat: the server no longer accepts our login: this device was revoked")
    assert alice.ends() == Status.LOGIN
    assert not any("connecting again" in row for row in alice.everything)
    with Terminal(tmp_path / "home of alice", cable.port, "alice") as again:
        again.sees("this device was logged out; the password is needed again")


# -- talking ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_two_people_talk(opens: Opens, columns: int, rows: int) -> None:
    alice = opens("alice", columns=columns, rows=rows)
    bob = opens("bob", columns=columns, rows=rows)
    alice.line("send hello")
    bob.sees("general#1 alice: hello")
    bob.line("send-to alice hi there")
    alice.sees("bob#1 bob → alice: hi there")
    bob.sees("alice#1 bob → alice: hi there")
    bob.line("/status")
    bob.sees("you       bob, on device 1; 1 device, 1 connection in all")
    alice.line("talk bob")
    alice.sees("plain lines go to @bob now")
    alice.prompts("@bob>")
    alice.line("//etc/hosts")
    bob.sees("alice#2 alice → bob: /etc/hosts")
    alice.line("/exit")
    assert alice.ends() == 0


def test_lines_that_arrive_at_once_take_effect_one_after_the_other(opens: Opens) -> None:
    alice = opens("alice")
    alice.keys("talk general\rfirst\rsecond\r/talk\rsend third\r")
    alice.sees("general#3 alice: third")
    assert texts_in(alice, "(first|second|third)") == ["first", "second", "third"]


def test_echo_is_replaced_by_the_entry(opens: Opens) -> None:
    alice = opens("alice")
    alice.line("send hello")
    alice.sees("general#1 alice: hello")
    alice.prompts("general>")
    assert sum("hello" in row for row in alice.everything if "lists" not in row) == 1


# -- losing and coming back ------------------------------------------------------------------


def test_lost_connection_comes_back_and_nothing_is_missed_or_doubled(
    opens: Opens, cable: Cable, server: ServerProcess, users: Connects
) -> None:
    alice, bot = opens("alice"), users("bot")
    bot.call("send", text="text 1")
    alice.sees("text 1")
    cable.pull()
    alice.toolbar_shows("connecting again")
    for number in range(2, 61):
        bot.call("send", text=f"text {number}")
    alice.keys("send typed meanwhile")
    alice.prompts("general> send typed meanwhile")
    alice.line("")
    alice.sees("… typed meanwhile")
    cable.plug(server.port)
    alice.sees("general#61 alice: typed meanwhile")
    assert texts_in(alice) == [f"text {number}" for number in range(1, 61)]
    assert sum("alice: typed meanwhile" in row for row in alice.everything) == 1


def test_console_that_was_away_sees_what_is_unread_under_its_line(
    opens: Opens, users: Connects
) -> None:
    alice, bot = opens("alice"), users("bot")
    bot.call("send", text="text 1")
    alice.sees("text 1")
    alice.line("quit")
    assert alice.ends() == 0
    for number in range(2, 41):
        bot.call("send", text=f"text {number}")
    again = opens("alice")
    again.sees("text 40")
    assert texts_in(again) == [f"text {number}" for number in range(2, 41)]
    rows = again.everything
    line = next(at for at, row in enumerate(rows) if row.startswith("── unread ─"))
    assert rows[line + 1].endswith("text 2")
    assert sum("── unread" in row for row in rows) == 1


def test_console_that_missed_nothing_shows_what_was_said_last(
    opens: Opens, users: Connects
) -> None:
    alice, bot = opens("alice"), users("bot")
    for number in range(1, 10):
        bot.call("send", text=f"text {number}")
    alice.sees("text 9")
    alice.line("quit")
    assert alice.ends() == 0
    again = opens("alice")
    again.sees("── now ─")
    rows = again.everything
    first = next(at for at, row in enumerate(rows) if row.startswith("── general, as it was ─"))
    assert [row[-6:] for row in rows[first + 1 : first + 6]] == [f"text {n}" for n in range(5, 10)]
    assert rows[first + 6].startswith("── now ─") and "unread" not in again.toolbar
    again.keys("comment 9\t")
    again.prompts("general> comment 9")


def test_killed_server_comes_back_and_both_consoles_go_on(
    opens: Opens, cable: Cable, server: ServerProcess
) -> None:
    alice, bob = opens("alice"), opens("bob")
    alice.line("send text 1")
    bob.sees("general#1 alice: text 1")
    server.kill()
    for console in (alice, bob):
        console.toolbar_shows("connecting again")
    alice.line("send text 2")
    bob.line("send-to alice text 3")
    alice.sees("… text 2")
    bob.sees("… text 3")
    alice.keys("half a line")
    server.start()
    cable.plug(server.port)
    bob.sees("alice: text 2")
    alice.sees("bob → alice: text 3")
    alice.sees("alice: text 2")
    bob.sees("bob → alice: text 3")
    for console in (alice, bob):
        assert sorted(texts_in(console)) == ["text 1", "text 2", "text 3"]
    alice.prompts("general> half a line")


# -- the line that is typed ------------------------------------------------------------------


def test_ctrl_c_clears_the_line_and_keeps_it(opens: Opens) -> None:
    alice = opens("alice")
    alice.keys("send half a thou")
    alice.prompts("general> send half a thou")
    alice.keys("\x03")
    alice.sees("kept: Up brings it back")
    alice.prompts("general>")
    alice.keys("\x1b[A")
    alice.prompts("general> send half a thou")
    alice.keys("ght\r")
    alice.sees("general#1 alice: half a thought")


def test_ctrl_d_leaves_only_on_an_empty_line(opens: Opens) -> None:
    alice = opens("alice")
    alice.keys("ab\x01\x04")  # to its start, and there delete
    alice.prompts("general> b")
    alice.keys("\x04\x04")
    assert alice.ends() == 0


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_incoming_lines_do_not_tear_the_prompt(
    opens: Opens, users: Connects, columns: int, rows: int
) -> None:
    alice, bot = opens("alice", columns=columns, rows=rows), users("bot")
    typed = "send a line that is typed letter by letter while others talk a lot"
    for number, letter in enumerate(typed):
        bot.request("send", text=f"text {number}")
        alice.keys(letter)
        alice.look()
    alice.sees(f"text {len(typed) - 1}")
    alice.prompts(f"general> {typed}")
    assert texts_in(alice) == [f"text {number}" for number in range(len(typed))]
    assert [row for row in alice.everything if row.startswith("general>")] == [f"general> {typed}"]
    alice.toolbar_shows(" connected")
    assert sum(" connected" in row for row in alice.everything) == 1


def test_line_that_is_typed_survives_a_change_of_the_window(opens: Opens, users: Connects) -> None:
    alice, bot = opens("alice"), users("bot")
    alice.keys("send something")
    alice.prompts("general> send something")
    alice.resize(200, 50)
    bot.call("send", text="wide " * 30)
    alice.until(lambda: any(len(row) > 100 for row in alice.rows), "a line as wide as that")
    alice.line("")
    alice.sees("alice: something")


def test_late_answer_of_the_terminal_pushes_nothing_out_of_the_screen(
    opens: Opens, users: Connects
) -> None:
    alice, bot = opens("alice"), users("bot")
    alice.holds_answers = True
    alice.resize(100, 24)
    alice.until(lambda: alice.held, "a question where the prompt stands")
    for number in range(6):
        bot.call("send", text=f"text {number}")
    alice.sees("text 5")
    alice.answer()
    alice.toolbar_shows(" connected")
    assert alice.rows[0].startswith("· `help`") and not alice.screen.history.top


def test_password_typed_at_a_question_is_hidden_and_not_kept(opens: Opens, tmp_path: Path) -> None:
    alice = opens("alice")
    alice.line("password")
    answers(alice, "a new secret")
    alice.sees("the password is changed")
    assert b"a new secret" not in alice.raw
    assert "a new secret" not in (tmp_path / "home of alice/chat/history").read_text()
    alice.line("quit")
    assert alice.ends() == 0
    opens("alice").sees("` lists")


def test_question_leaves_what_was_being_typed(opens: Opens) -> None:
    alice = opens("alice")
    alice.keys("password\rhalf a line")
    alice.prompts("Current password:")
    alice.keys("\x03")
    alice.sees("nothing was changed")
    alice.prompts("general> half a line")


def test_changed_password_ends_the_other_console_and_says_why(
    opens: Opens, cable: Cable, tmp_path: Path
) -> None:
    here = opens("alice")
    with Terminal(tmp_path / "elsewhere", cable.port, "alice") as there:
        log_in(there, "alice")
        there.toolbar_shows(" connected")
        here.line("password")
        answers(here, "a new secret")
        here.sees("the password is changed")
        there.sees("the server no longer accepts our login: the password was changed")
        assert there.ends() == Status.LOGIN


def test_account_is_deleted_by_its_password_only_and_every_console_of_it_ends(
    opens: Opens, cable: Cable, tmp_path: Path
) -> None:
    here, bob = opens("alice"), opens("bob")
    here.line("send goodbye")
    bob.sees("alice: goodbye")
    with Terminal(tmp_path / "elsewhere", cable.port, "alice") as there:
        log_in(there, "alice")
        there.toolbar_shows(" connected")
        question = "Password, to delete your account and all that you posted for good:"
        here.line("delete-account --posts")
        here.prompts(question)
        here.line("wrong password")
        here.sees("that is not your password")
        here.prompts("general>")
        here.line("delete-account --posts")
        here.prompts(question)
        here.line(PASSWORD)
        assert here.ends() == 0
        there.sees("the server no longer accepts our login: this account was deleted")
        assert there.ends() == Status.LOGIN
    bob.sees("alice deletes #1")
    bob.line("send-to alice hello")
    bob.sees("alice no longer has an account")


def test_what_is_typed_right_behind_tab_meets_what_it_has_completed(opens: Opens) -> None:
    alice, bob = opens("alice"), opens("bob")
    alice.toolbar_shows("2 online")
    alice.keys("send-t\tb\tgood morning\r")
    bob.sees("alice#1 alice → bob: good morning")


def test_tab_completes_commands_and_names(opens: Opens) -> None:
    alice = opens("alice")
    opens("bob")
    alice.toolbar_shows("2 online")
    alice.keys("send-t\t")
    alice.prompts("general> send-to")
    alice.keys("b\t")
    alice.prompts("general> send-to bob")
    alice.keys("hi\r")
    alice.sees("bob#1 alice → bob: hi")


def test_tab_completes_who_is_absent_and_was_never_met_and_is_silent_while_cut_off(
    opens: Opens, users: Connects, cable: Cable, server: ServerProcess
) -> None:
    for name in ("zoe", "yara", "yves"):
        users("").register(name)  # and has never come
    alice = opens("alice")
    alice.keys("send-to zo\t")
    alice.prompts("general> send-to zoe")
    alice.line("hi")
    alice.sees("zoe#1 alice → zoe: hi")
    cable.pull()
    alice.toolbar_shows("connecting again")
    alice.keys("talk y\t")
    alice.prompts("general> talk y")
    cable.plug(server.port)
    alice.sees("connected again")
    alice.keys("\t")
    alice.until(lambda: {"yara", "yves"} <= {row.strip() for row in alice.rows}, "a menu")
    alice.keys("v\t")
    alice.prompts("general> talk yves")


def test_first_plain_line_is_asked_about_once_and_its_room_is_remembered(opens: Opens) -> None:
    alice, bob = opens("alice"), opens("bob")
    alice.line("hi everybody")
    alice.sees("? send this to general?")
    alice.prompts("general> hi everybody")
    alice.line("")
    bob.sees("general#1 alice: hi everybody")
    alice.line("how are you?")
    bob.sees("general#2 alice: how are you?")
    alice.line("/query bob")
    alice.prompts("@bob>")
    alice.line("who is asking?")
    alice.sees("? did you mean the command or a message to @bob?")
    alice.line("y")
    bob.sees("alice#1 alice → bob: who is asking?")
    alice.line("quit")
    assert alice.ends() == 0
    again = opens("alice")
    again.prompts("@bob>")
    again.line("still there?")
    bob.sees("alice#2 alice → bob: still there?")


# -- other people's text ---------------------------------------------------------------------

HOSTILE = (
    "\x1b[2J\x1b[1;1Hgone \x1b]0;owned\x07 \x9b31m \x07\x07 \r overwritten \x08\x08\x08 "
    "\u202egnp.exe \x1b[6n \x0e \x1bP$q\x1b\\"
)


def test_control_characters_of_others_are_shown_and_never_obeyed(
    opens: Opens, users: Connects
) -> None:
    alice, bot = opens("alice", "--bell"), users("bot")
    alice.line("send before")
    alice.sees("general#1 alice: before")
    at = len(alice.raw)
    bot.call("send", text=HOSTILE)
    bot.call("send", text="after")
    alice.sees("general#3 bot: after")
    assert any("^[[2J^[[1;1Hgone ^[]0;owned^G <U+009B>31m" in row for row in alice.rows)
    assert any("alice: before" in row for row in alice.rows)
    assert alice.screen.title == ""
    for sequence in (b"\x1b[2J", b"\x1b]0;", b"\x07\x07", b"\x0e", "\u202e".encode(), b"\x1bP"):
        assert sequence not in alice.raw[at:], sequence
    alice.until(lambda: alice.screen.rings, "the bell")
    assert alice.screen.rings in (1, 2)  # our own, for news


def test_text_of_many_lines_can_not_pretend_to_be_an_entry(opens: Opens, users: Connects) -> None:
    alice, bot = opens("alice"), users("bot")
    bot.call("send", text="x\n12:00 general#2 alice: I quit")
    bot.call("send", text="y" + " " * 200 + "12:00 general#9 alice: me too")
    for length in range(50, 80):
        bot.call("send", text="x" * length + "12:00 general#9 alice: me three")
    bot.call("send", text="end")
    alice.sees("bot: end")
    for row in alice.everything:
        assert not re.match(r"\d\d:\d\d general#\d alice", row), row


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_long_address_is_printed_as_one_word_that_the_terminal_breaks(
    opens: Opens, users: Connects, columns: int, rows: int
) -> None:
    alice, bot = opens("alice", columns=columns, rows=rows), users("bot")
    address = "https://example.com/" + "and/so/on/" * 30 + "end?a=1&b=2#c"
    bot.call("send", text=f"look at {address} before noon")
    bot.call("send", text="after")
    alice.sees("bot: after")
    assert address.encode() in alice.raw
    shown = [row.ljust(columns) for row in alice.rows]
    assert address in "".join(shown), "nothing stands between its parts on the screen"
    assert any(row.strip() == "before noon" for row in shown)
    alice.prompts("general>")
    assert alice.toolbar.startswith(" alice · connected")


# -- limits, colours -------------------------------------------------------------------------


def test_refused_message_says_when_it_works_again_and_the_line_comes_back(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, LIMIT_MESSAGES="1") as server:
        with Terminal(tmp_path / "home", server.port, "alice") as alice:
            register(alice, "alice")
            alice.sees("1 left")
            alice.line("send one")
            alice.sees("alice: one")
            alice.line("send two")
            alice.sees("not sent: ")
            alice.sees("it works again at ")
            alice.prompts("general> send two")
            alice.toolbar_shows("0 left until")


@pytest.mark.parametrize(
    ("keys", "left"),
    [
        ("who", "general> who"),
        ("\x1b[200~send three\x1b[201~", "general> send three"),
        ("\x1b[D!", "general> send tw!o"),
        ("\x1b[F!", "general> send two!"),
        ("\x7f", "general>"),
        ("x\x15\x1b[A", "general> send two"),
    ],
    ids=["typing", "pasting", "moving", "end", "backspace", "up"],
)
def test_line_that_came_back_is_replaced_by_typing_and_edited_after_a_move(
    tmp_path: Path, keys: str, left: str
) -> None:
    with ServerProcess(tmp_path, LIMIT_MESSAGES="1") as server:
        with Terminal(tmp_path / "home", server.port, "alice") as alice:
            register(alice, "alice")
            alice.sees("1 left")
            alice.line("send one")
            alice.sees("alice: one")
            alice.line("send two")
            alice.prompts("general> send two")
            alice.keys(keys)
            alice.prompts(left)


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_why_tells_the_rule_its_setting_and_when_it_ends(
    tmp_path: Path, columns: int, rows: int
) -> None:
    with ServerProcess(tmp_path, LIMIT_MESSAGES="1", WARNINGS_LIMIT="2") as server:
        home = tmp_path / "home"
        with Terminal(home, server.port, "alice", columns=columns, rows=rows) as alice:
            register(alice, "alice")
            alice.sees("1 left")
            alice.line("why")
            alice.sees("nothing was refused to you")
            alice.line("send one")
            alice.sees("alice: one")
            alice.line("send two")
            alice.sees("not sent: ")
            alice.prompts("general> send two")
            alice.line("why")  # in place of the line that came back
            alice.sees("refused  send at ")
            alice.sees("setting  LIMIT_MESSAGES = 1")
            alice.sees("until    ")
            alice.line("status")
            alice.sees("warnings  0 of 2")
            alice.sees("devices 1 of 32")


def test_no_color_means_no_colours(opens: Opens, users: Connects) -> None:
    colours = re.compile(rb"\x1b\[[0-9;]*[34][0-8][;m]")
    alice, carol = opens("alice", NO_COLOR="1"), opens("carol")
    users("bot").call("send", text="hello")
    for console in (alice, carol):
        console.sees("bot: hello")
    assert not colours.search(alice.raw)
    assert colours.search(carol.raw)


def test_unread_ring_the_bell_only_if_wanted(opens: Opens, users: Connects) -> None:
    alice, carol, bot = opens("alice", "--bell"), opens("carol"), users("bot")
    bot.call("send", text="hello")
    for console in (alice, carol):
        console.sees("bot: hello")
    alice.until(lambda: alice.screen.rings, "the bell")
    assert carol.screen.rings == 0


def test_newcomer_is_shown_what_was_said_before(
    cable: Cable, users: Connects, tmp_path: Path
) -> None:
    bot = users("bot")
    for number in range(30):
        bot.call("send", text=f"text {number}")
    with Terminal(tmp_path / "home", cable.port, "alice") as alice:
        register(alice, "alice")
        alice.sees("text 29")
        assert texts_in(alice) == [f"text {number}" for number in range(10, 30)]
        alice.sees("── what was said before you came ─")


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_search_shows_what_was_found_in_pages(
    opens: Opens, users: Connects, columns: int, rows: int
) -> None:
    bot = users("bot")
    alice = opens("alice", columns=columns, rows=rows)
    for number in range(rows):
        bot.call("send-to", to="alice", text=f"deploy {number}")
    bot.call("send", text="nothing of that kind")
    alice.sees("nothing of that kind")
    alice.line("search DEP in bot from bot")
    alice.sees("── found: DEP ─")
    alice.sees("Enter shows more")
    assert not any(row.endswith("bot → alice: deploy 0") for row in found_rows(alice))
    alice.line("")
    alice.until(lambda: found_rows(alice)[-1].endswith("deploy 0"), "the last page")
    texts = [row.rsplit(" ", 1)[1] for row in found_rows(alice)]
    assert texts == [str(number) for number in reversed(range(rows))]
    alice.line("search nobody")
    alice.sees("nothing (more) was found")


def found_rows(terminal: Terminal) -> list[str]:
    """Return the entries that stand behind the first heading of what was found."""
    rows = terminal.everything
    at = next(i for i, row in enumerate(rows) if row.startswith("── found"))
    return [row for row in rows[at:] if "bot → alice: deploy " in row]


# -- private rooms ---------------------------------------------------------------------------


def links_on(terminal: Terminal) -> list[str]:
    """Return the commands on the screen by which others can ask to join."""
    return [row for row in terminal.everything if re.fullmatch("join [0-9a-f]{64}", row)]


def address_of(command: str, terminal: Terminal) -> str:
    """Return what a link is in a browser, after looking what that shows."""
    terminal.sees("or open this in a browser")
    link = command.removeprefix("join ")
    shown = "".join(row.ljust(terminal.screen.columns) for row in terminal.everything)
    found = re.search(rf"http://127\.0\.0\.1:\d+/join#{link}", shown)  # over two rows, it may be
    assert found
    with urlopen(found[0], timeout=DEADLINE_S) as answer:
        page = answer.read()
    assert b'id="app"' in page or b"paste the whole address" in page  # as it was built or not
    return found[0]


def test_private_room_from_its_making_to_its_end(opens: Opens) -> None:
    alice, bob, carol = opens("alice"), opens("bob"), opens("carol")
    alice.line("create ops")
    alice.sees("+ops is yours")
    alice.line("invite +ops bob")
    bob.sees("alice invites you to +ops: `join +ops`")
    bob.line("join +ops")
    alice.sees("bob joined")
    bob.line("talk +ops")
    bob.line("hello in here")
    alice.sees("bob: hello in here")
    alice.line("link +ops uses 1 for 2h")
    alice.until(lambda: links_on(alice), "a link")
    carol.line(f"join {address_of(links_on(alice)[0], alice)}")
    carol.sees("request 1 waits for the room's owner")
    alice.sees("carol asks to join +ops: `approve +ops carol`")
    assert not any("+ops" in row for row in carol.everything)
    alice.line("approve +ops carol")
    carol.sees("request 1: you are in +ops now")
    carol.sees("bob: hello in here")
    alice.line("kick +ops carol")
    carol.sees("alice removed you from +ops")
    bob.line("now without her")
    alice.sees("bob: now without her")
    assert not any("without her" in row for row in carol.everything)
    alice.line("leave +ops")
    alice.sees("`transfer` it first")
    alice.line("transfer +ops bob")
    bob.sees("alice made bob the owner")
    alice.line("talk +ops")
    alice.line("/leave +ops")
    alice.sees("you are out of +ops")
    alice.sees("you are not in +ops any more: plain lines go to general now")
    bob.line("/members +ops")
    bob.sees("bob  owner")
