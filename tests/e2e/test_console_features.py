"""What people do with what they say, seen in real terminals: answers, files, schedules, peace."""

from pathlib import Path

import pytest

from client.console.terminal import FOCUS_OUT
from tests.e2e.conftest import Opens
from tests.e2e.terminal import Terminal

SIZES = [(80, 24), (200, 50)]
MODERATED = {"ADMINS": "carol", "WARNINGS_LIMIT": "2"}


def row_with(terminal: Terminal, text: str) -> int:
    """Return the number of the row of the screen where a text stands."""
    return next(at for at, row in enumerate(terminal.rows) if text in row)


def completes(terminal: Terminal, typed: str, line: str) -> None:
    """Type something and Tab, and wait for the line that is to come of it."""
    terminal.keys(f"{typed}\t")
    terminal.prompts(f"general> {line}")


# -- answers ---------------------------------------------------------------------------------


def test_comment_quotes_on_one_line_and_follows_what_it_answers(opens: Opens) -> None:
    alice, bob = opens("alice"), opens("bob")
    alice.line("send shall we have lunch at the usual place, or rather somewhere that is new?")
    bob.sees("general#1 alice: shall we have lunch")
    completes(bob, "comm", "comment")
    completes(bob, "", "comment general#1")  # what can be answered
    bob.line("somewhere new")
    alice.sees("general#2 bob: > #1 alice: shall we have lunch")
    quote = row_with(alice, "general#2 bob: ")
    assert alice.rows[quote].endswith("…") and alice.rows[quote + 1].strip() == "somewhere new"
    alice.line("edit 1 lunch?")
    bob.sees("general#3 alice changes #1: lunch?")
    bob.line("thread 2")
    bob.sees("general#2 bob: > #1 alice: lunch?")
    bob.line("threads")
    bob.sees("1 comment; the last, #2")
    completes(bob, "delete ", "delete general#2")  # the only post of his own
    bob.line("")
    alice.sees("general#4 bob deletes #2")
    alice.line("history")
    alice.sees("general#2 bob: (deleted)")


def test_reaction_shows_live_and_below_the_post(opens: Opens) -> None:
    alice, bob = opens("alice"), opens("bob")
    alice.line("send lunch?")
    bob.sees("general#1 alice: lunch?")
    completes(bob, "react 1 :tad", "react 1 :tada:")
    bob.line("")
    alice.sees("general#2 bob reacts")
    alice.line("react 1 👍")
    bob.sees("general#3 alice reacts")
    bob.line("unreact 1 :tada:")
    alice.sees("back from #1")
    alice.line("history 10")
    alice.sees("👍 1")
    assert "general#1 alice: lunch?" in alice.rows[row_with(alice, "👍 1") - 1]


def test_who_writes_a_plain_line_is_named_to_the_others_and_who_types_a_command_is_not(
    opens: Opens,
) -> None:
    alice, bob = opens("alice"), opens("bob")
    alice.line("talk general")
    alice.keys("send nothing is told of that")
    alice.prompts("general> send nothing is told of that")
    alice.line("")
    bob.sees("nothing is told of that")
    assert "alice is typing" not in bob.toolbar
    alice.keys("well, ")
    bob.toolbar_shows("alice is typing…")
    alice.line("that is it")
    bob.sees("alice: well, that is it")
    bob.until(lambda: "typing" not in bob.toolbar, "a toolbar where nobody is typing")


def test_pinned_post_is_listed(opens: Opens) -> None:
    alice, bob = opens("alice"), opens("bob")
    alice.line("send-to bob lunch at one")
    bob.sees("alice#1 alice")
    bob.line("pins alice")
    bob.sees("nothing is pinned in alice")
    bob.line("pin alice#1")
    alice.sees("pins #1")
    alice.line("pins bob")
    alice.sees("pinned in bob")
    alice.sees("(pinned by bob)")
    alice.line("unpin bob#1")
    bob.sees("unpins #1")


def test_mention_stands_out_for_who_is_named_and_for_nobody_else(opens: Opens) -> None:
    alice, bob = opens("alice"), opens("bob")
    bob.keys("well" + FOCUS_OUT)
    bob.prompts("general> well")
    alice.line("send @bob, lunch?")
    for terminal, stands_out in ((alice, False), (bob, True)):
        terminal.sees("alice: @bob, lunch?")
        at = row_with(terminal, "alice: @bob, lunch?")
        assert terminal.screen.buffer[at][0].bold is stands_out
    bob.toolbar_shows("new: general 1")


# -- later -----------------------------------------------------------------------------------


def test_scheduled_text_comes_by_itself_and_one_that_was_cancelled_does_not(
    opens: Opens,
) -> None:
    alice, bob = opens("alice"), opens("bob")
    alice.line("send-at in 2h to bob too late")
    alice.sees("`cancel 1` takes it back")
    alice.line("send-at in 1s to bob tea is ready")
    bob.sees("alice#1 alice → bob: tea is ready")
    alice.line("scheduled")
    alice.sees("to bob: too late")
    alice.line("cancel 1")
    alice.sees("1, scheduled to bob, is cancelled")
    alice.sees("1 was: too late")
    alice.line("scheduled")
    alice.sees("nothing is scheduled")


# -- files -----------------------------------------------------------------------------------


def test_file_is_found_with_tab_shows_a_bar_and_is_fetched_by_its_place(
    opens: Opens, tmp_path: Path
) -> None:
    for name in ("alice", "bob"):
        (tmp_path / name).mkdir()
    (tmp_path / "alice/my photo.jpg").write_bytes(b"photo\0" * 750_000)
    (tmp_path / "bob/Pictures").mkdir()
    alice = opens("alice", HOME=str(tmp_path / "alice"))
    bob = opens("bob", HOME=str(tmp_path / "bob"))
    completes(alice, "send-file ~/my", "send-file ~/my\\ photo.jpg")
    alice.line("look at this")
    bob.sees("general#1 alice sends my photo.jpg (4.3 MiB; get-file general#1)")
    bob.sees("look at this")
    alice.sees("general#1 alice sends my photo.jpg")
    assert "↑ my photo.jpg".encode() in alice.raw, "how far it was has been on the screen"
    completes(bob, "get-file ", "get-file general#1")
    completes(bob, "~/Pi", "get-file general#1 ~/Pictures/")
    bob.line("")
    bob.sees("photo.jpg, 4.3 MiB")
    fetched = tmp_path / "bob/Pictures/my photo.jpg"
    assert fetched.read_bytes() == (tmp_path / "alice/my photo.jpg").read_bytes()
    bob.line("get-file 1 ~/Pictures")
    bob.sees("already exists; give another path")


# -- peace -----------------------------------------------------------------------------------


def test_blocked_user_is_told_and_keeps_the_text(opens: Opens) -> None:
    alice, bob = opens("alice"), opens("bob")
    bob.line("block alice")
    bob.sees("you have blocked alice")
    alice.line("send-to bob hello")
    alice.sees("bob does not accept messages or invitations from you")
    alice.prompts("general> send-to bob hello")
    bob.line("unblock alice")
    bob.sees("you have unblocked alice")
    alice.line("")
    bob.sees("alice#1 alice → bob: hello")


@pytest.mark.parametrize("server", [MODERATED], indirect=True)
def test_reported_user_is_banned_knows_until_when_and_is_let_speak_again(opens: Opens) -> None:
    alice, bob, carol = opens("alice"), opens("bob"), opens("carol")
    alice.line("send cheap watches")
    bob.sees("alice: cheap watches")
    bob.line("report alice sells watches #1")
    alice.sees("somebody reported you: warning 1 of 2")
    carol.sees("report 1: bob reports alice: sells watches")
    carol.line("report alice indeed")
    alice.sees("you are banned: you can send nothing until")
    alice.line("send so cheap")
    alice.sees("you can send again at")
    alice.prompts("general> send so cheap")
    carol.line("reports")
    carol.sees("bob on alice")
    bob.line("unban alice")
    bob.sees("`report` tells them what you saw")
    carol.line("unban alice")
    alice.sees("the ban has ended")
    alice.line("")
    bob.sees("alice: so cheap")


# -- help ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_help_fits_the_screen_and_enter_goes_on(opens: Opens, columns: int, rows: int) -> None:
    alice = opens("alice", columns=columns, rows=rows)
    alice.line("help")
    alice.sees("Enter shows what each of them does")
    assert any(row.startswith("> help") for row in alice.rows), "all of it is on the screen"
    alice.line("")
    alice.sees("send <text>")
    alice.sees("Enter shows more")
    assert any("Enter shows what" in row for row in alice.rows), "and so is the next page"
