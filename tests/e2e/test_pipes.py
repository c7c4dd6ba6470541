"""chat between pipes, as scripts use it: real processes, a real server, statuses and streams."""

import json
import re
import signal
import stat
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from client.pipes.status import Status
from tests.e2e.chat import Chat
from tests.e2e.client import PASSWORD
from tests.e2e.server import ServerProcess
from tests.e2e.waiting import DEADLINE_S

Asking = subprocess.Popen[bytes]
Asks = Callable[..., Asking]

EVIL = "\x1b[31mred\x07 \u202egnol\x9b2J"


@pytest.fixture
def chat(server: ServerProcess, tmp_path: Path) -> Chat:
    """The command line of alice, who has an account."""
    chat = Chat(tmp_path / "home", server.port)
    chat.join("alice")
    return chat


@pytest.fixture
def bob(chat: Chat) -> Chat:
    """The command line of bob, who logs in by CHAT_TOKEN."""
    bob = Chat(Path(chat.environment["HOME"]) / "bob", chat.port)
    bob.environment["CHAT_TOKEN"] = chat.token("bob")
    return bob


def entries(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def texts(text: str) -> list[object]:
    return [entry.get("text") for entry in entries(text)]


# -- Private rooms ---------------------------------------------------------------------------


def test_private_room_is_made_joined_and_followed_by_its_title(chat: Chat, bob: Chat) -> None:
    assert "+ops is yours" in chat.run("create", "ops").stdout
    assert chat.run("invite", "+ops", "bob").returncode == Status.DONE
    assert bob.run("join", "+ops").returncode == Status.DONE
    done = chat.run("post", "+ops", "-", input="from a pipe\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "+ops#3\n", "")
    tail = bob.start("tail", "+ops", "-n", "1", "--count", "2", "--json")
    assert tail.stdout is not None
    assert json.loads(tail.stdout.readline())["text"] == "from a pipe"
    chat.run("send", "to all")
    chat.run("post", "+ops", "deployed", "again")
    assert texts(tail.communicate()[0].decode()) == ["deployed again"]
    assert texts(bob.run("history", "+ops#4", "1", "--json").stdout) == ["deployed again"]
    refused = bob.run("kick", "+ops", "alice")
    assert refused.returncode == Status.REFUSED and "only the owner" in refused.stderr


# -- Sending ---------------------------------------------------------------------------------


def test_send_from_standard_input_prints_the_place_of_the_entry(chat: Chat) -> None:
    done = chat.run("send", input="hi\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "general#1\n", "")
    assert texts(chat.run("history", "--json").stdout) == ["hi"]


def test_send_of_arguments_leaves_blanks_inside_them_alone(chat: Chat) -> None:
    chat.run("send", "deployed  twice", "-", "to prod")
    assert texts(chat.run("history", "--json").stdout) == ["deployed  twice - to prod"]


def test_send_to_one_user_from_standard_input_reaches_that_user_alone(
    chat: Chat, bob: Chat
) -> None:
    done = chat.run("send-to", "bob", "-", "--json", input="two\nlines\n")
    posted = json.loads(done.stdout)
    assert (posted["room"], posted["seq"]) == ("alice,bob", 1)
    assert texts(bob.run("history", "alice", "--json").stdout) == ["two\nlines"]


@pytest.mark.parametrize(
    ("input", "complaint"),
    [
        (b"", "no text"),
        (b" \n\t\n", "no text"),
        (b"\xff\xfe", "not UTF-8"),
        (b"x" * 8193, "8192 bytes, not 8193"),
        (b"x" * 100_000, "can't be a message"),
    ],
)
def test_send_of_what_is_no_message_is_a_wrong_use_and_posts_nothing(
    chat: Chat, input: bytes, complaint: str
) -> None:
    done = chat.run("send", input=input)
    assert (done.returncode, done.stdout) == (Status.USAGE, "")
    assert complaint in done.stderr
    assert chat.run("history", "--json").stdout == ""


def test_send_of_the_longest_text_works(chat: Chat) -> None:
    assert chat.run("send", input="x" * 8192).returncode == 0


def test_send_to_nobody_is_refused(chat: Chat) -> None:
    done = chat.run("send-to", "nobody", "hi")
    assert (done.returncode, done.stdout) == (Status.REFUSED, "")
    assert done.stderr.startswith("chat: there is no user with that name\n")


def test_send_over_the_limit_says_later_and_until_when(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, LIMIT_MESSAGES="1") as server:
        chat = Chat(tmp_path / "home", server.port)
        chat.join("alice")
        chat.run("send", "one")
        done = chat.run("send", "two")
    assert done.returncode == Status.LATER
    assert re.search(r"it works again at .*\(in \d+ min\)", done.stderr)


# -- Searching and asking why ----------------------------------------------------------------


def test_search_prints_all_that_is_found_newest_first(chat: Chat, bob: Chat) -> None:
    chat.run(input="send deploy one\nsend-to bob Deploy two\nsend something else\n")
    done = bob.run("search", "dep", "from", "alice")
    found = [line.split(" ", 2)[2] for line in done.stdout.splitlines()]
    assert found == ["alice#1 alice → bob: Deploy two", "general#1 alice: deploy one"]
    assert texts(bob.run("search", "dep", "in", "general", "--json").stdout) == ["deploy one"]
    nothing = bob.run("search", "deployment")
    assert nothing.returncode == 0
    assert nothing.stdout == "· nothing (more) was found\n"


def test_why_explains_what_was_refused_to_the_command_before(chat: Chat) -> None:
    assert chat.run("why").returncode == Status.REFUSED
    chat.run("send-to", "nobody", "hi")
    done = chat.run("why")
    assert done.stdout.startswith("  refused  send-to at ")
    assert done.stdout.endswith("\n  rule     There is no such user.\n")
    assert entries(chat.run("why", "--json").stdout)[0]["code"] == "not_found"


# -- Reading ---------------------------------------------------------------------------------


def test_plain_output_shows_control_characters_and_obeys_none(chat: Chat, bob: Chat) -> None:
    bob.run("send", EVIL + "\nforged")
    first, second = chat.run("history").stdout.splitlines()
    assert first.endswith(" general#1 bob: ^[[31mred^G <U+202E>gnol<U+009B>2J")
    assert second.startswith("   ") and second.endswith(" forged")


def test_json_output_escapes_control_characters_and_loses_none(chat: Chat, bob: Chat) -> None:
    bob.run("send", EVIL)
    (line,) = chat.run("history", "--json").stdout.splitlines()
    assert all(character.isprintable() for character in line)
    assert json.loads(line)["text"] == EVIL


def test_history_of_everything_comes_oldest_first_over_all_pages(chat: Chat) -> None:
    script = "".join(f"send {number}\n" for number in range(210))
    assert chat.run(input=script).returncode == 0
    assert texts(chat.run("history", "--all", "--json").stdout) == [str(n) for n in range(210)]


def test_history_near_an_entry_takes_the_words_of_the_console(chat: Chat) -> None:
    chat.run(input="send a\nsend b\nsend c\n")
    assert texts(chat.run("history", "general", "before", "3", "1", "--json").stdout) == ["b"]


def test_history_of_a_room_that_is_none_is_refused(chat: Chat) -> None:
    assert chat.run("history", "nobody").returncode == Status.REFUSED


def test_tail_prints_what_is_said_and_marks_nothing_as_read(chat: Chat, bob: Chat) -> None:
    bob.run("send", "one")
    tail = chat.start("tail", "--after", "general#0", "--count", "2", "--json")
    assert tail.stdout is not None
    assert json.loads(tail.stdout.readline())["text"] == "one"  # so it follows by now
    bob.run("send", "two")
    rest, complaints = tail.communicate()
    assert (texts(rest.decode()), complaints, tail.returncode) == (["two"], b"", 0)
    rooms = json.loads(chat.run("status", "--json").stdout)["rooms"]
    assert {room["room"]: room["unread"] for room in rooms}["general"] == 2


@pytest.mark.parametrize("command", [("tail",), ("wait", "--match", ".", "--room")])
def test_private_room_that_is_none_is_refused_and_not_waited_for(
    chat: Chat, command: tuple[str, ...]
) -> None:
    done = chat.run(*command, "+nosuch")
    assert done.returncode == Status.REFUSED and "no room with that name" in done.stderr


def test_tail_of_one_room_passes_over_the_others(chat: Chat, bob: Chat) -> None:
    bob.run("send-to", "alice", "first")
    tail = chat.start("tail", "bob", "-n", "1", "--count", "2", "--json")
    assert tail.stdout is not None
    tail.stdout.readline()
    bob.run("send", "to all")
    bob.run("send-to", "alice", "second")
    assert texts(tail.communicate()[0].decode()) == ["second"]


def test_tail_follows_a_server_that_was_killed_and_came_back(
    chat: Chat, server: ServerProcess, tmp_path: Path
) -> None:
    chat.run("send", "before")
    server.settings["PORT"] = str(server.port)
    tail = chat.start("tail", "-n", "1", "--count", "2", "--json")
    assert tail.stdout is not None and tail.stderr is not None
    tail.stdout.readline()
    server.kill()
    assert b"reconnecting" in tail.stderr.readline()
    server.start()
    chat.run("send", "after")
    assert texts(tail.communicate()[0].decode()) == ["after"]


def test_tail_that_nobody_reads_any_more_ends_without_a_word(chat: Chat) -> None:
    tail = chat.start("tail", "--after", "general#0")
    assert tail.stdout is not None
    chat.run("send", "one")
    tail.stdout.readline()
    tail.stdout.close()
    chat.run("send", "two")
    assert tail.stderr is not None
    assert tail.stderr.read() == b""
    assert tail.wait() == Status.BROKEN_PIPE
    tail.communicate()


def test_tail_that_is_interrupted_says_so_by_its_status(chat: Chat) -> None:
    chat.run("send", "one")
    tail = chat.start("tail", "-n", "1")
    assert tail.stdout is not None
    tail.stdout.readline()
    tail.send_signal(signal.SIGINT)
    _, complaints = tail.communicate()
    assert (tail.returncode, complaints) == (Status.INTERRUPTED, b"")


# -- Waiting ---------------------------------------------------------------------------------


def test_wait_prints_the_first_answer_behind_a_place(chat: Chat, bob: Chat) -> None:
    place = chat.run("send", "deploy, yes or no?").stdout.strip()
    bob.run("send", "let me see")
    bob.run("send", "yes")
    done = chat.run("wait", "--after", place, "--match", "^(yes|no)$", "--timeout", "1m")
    assert done.returncode == 0
    assert done.stdout.endswith(" general#3 bob: yes\n")


def test_wait_hears_what_is_said_after_it_began(chat: Chat, bob: Chat) -> None:
    wait = chat.start("wait", "--match", "go", "--unread", "--room", "bob", "--json")
    bob.run("send", "go, but not in this room")
    bob.run("send-to", "alice", "go")
    assert texts(wait.communicate()[0].decode()) == ["go"]
    assert wait.returncode == 0


def test_wait_takes_nobody_for_an_answer_but_others_or_who_is_named(chat: Chat) -> None:
    chat.run("send", "yes?")
    behind = ("wait", "--after", "general#0", "--match", "yes", "--timeout", "0.1")
    done = chat.run(*behind)
    assert (done.returncode, done.stdout) == (Status.TIMEOUT, "")
    assert "in time" in done.stderr
    assert chat.run(*behind, "--from", "Alice").returncode == 0


# -- Asking ----------------------------------------------------------------------------------


@pytest.fixture
def asks(chat: Chat, bob: Chat) -> Iterator[Asks]:
    """Asks as alice, and goes on when bob has seen the question."""
    with ExitStack() as stack:

        def ask(*arguments: str) -> Asking:
            asking = stack.enter_context(chat.start("ask", *arguments))
            stack.callback(asking.kill)
            seen = bob.run("wait", "--unread", "--from", "alice", "--match", "deploy")
            assert seen.returncode == Status.DONE
            return asking

        yield ask


def ended(asking: Asking) -> tuple[int, str, str]:
    """Return the status, the answer and the complaints of a question that was answered."""
    answer, complaints = asking.communicate(timeout=DEADLINE_S)
    return asking.returncode, answer.decode(), complaints.decode()


def test_ask_prints_the_option_that_a_user_says(bob: Chat, asks: Asks) -> None:
    asking = asks("bob", "deploy?", "--options", "yes,no", "--timeout", "5m")
    assert bob.run("history", "alice").stdout.endswith("alice → bob: deploy? (yes/no)\n")
    bob.run("send", "no")  # in another room
    bob.run("send-to", "alice", "Yes!")
    assert ended(asking) == (Status.DONE, "yes\n", "")


def test_ask_takes_a_comment_on_the_question_and_its_status_tells_the_option(
    bob: Chat, asks: Asks
) -> None:
    asking = asks("general", "deploy?", "--options", "yes,no,not now", "--json")
    bob.run("send", "no idea what that means")
    bob.run("comment", "general#2", "yes")  # on something else
    bob.run("comment", "general#1", "maybe\x1b[2J")
    bob.run("comment", "general#1", "Not now.")
    status, answer, complaints = ended(asking)
    assert status == Status.SECOND_OPTION + 1
    assert [(entry["kind"], entry["text"]) for entry in entries(answer)] == [
        ("comment", "Not now.")
    ]
    assert complaints == "chat: bob gave another answer: maybe^[[2J\n"


def test_ask_in_a_private_room_is_answered_there(chat: Chat, bob: Chat, asks: Asks) -> None:
    chat.run("create", "ops")
    chat.run("invite", "+ops", "bob")
    bob.run("join", "+ops")
    asking = asks("+ops", "deploy?", "--options", "yes,no")
    bob.run("post", "+ops", "no")
    assert ended(asking) == (Status.SECOND_OPTION, "no\n", "")


def test_ask_without_options_takes_what_the_one_user_says(bob: Chat, asks: Asks) -> None:
    asking = asks("bob", "deploy when?")
    bob.run("send-to", "alice", "at noon\x07")
    assert ended(asking) == (Status.DONE, "at noon^G\n", "")


def test_ask_without_options_takes_comments_alone_where_there_are_many(
    bob: Chat, asks: Asks
) -> None:
    asking = asks("general", "deploy when?")
    bob.run("send", "what a nice day")
    bob.run("comment", "general#1", "at noon")
    assert ended(asking) == (Status.DONE, "at noon\n", "")


def test_ask_takes_no_answer_from_the_asker_and_from_nobody_but_who_is_named(
    chat: Chat, bob: Chat, asks: Asks
) -> None:
    asking = asks("general", "deploy?", "--options", "yes,no", "--from", "Carol")
    carol = Chat(Path(chat.environment["HOME"]) / "carol", chat.port)
    carol.join("carol")
    chat.run("comment", "general#1", "yes")
    bob.run("comment", "general#1", "yes")
    carol.run("send", "no")
    assert ended(asking) == (Status.SECOND_OPTION, "no\n", "")


def test_ask_that_nobody_answers_ends_in_time(chat: Chat) -> None:
    done = chat.run("ask", "general", "-", "--options", "yes,no", "--timeout", "0.1", input="so?")
    assert (done.returncode, done.stdout) == (Status.TIMEOUT, "")
    assert done.stderr == "chat: nobody answered in time\n"
    assert texts(chat.run("history", "--json").stdout) == ["so? (yes/no)"]


def test_ask_hears_the_answer_after_the_server_was_killed(
    bob: Chat, asks: Asks, server: ServerProcess
) -> None:
    server.settings["PORT"] = str(server.port)
    asking = asks("bob", "deploy?", "--options", "yes,no", "--timeout", "5m")
    server.kill()
    server.start()
    bob.run("send-to", "alice", "yes")
    status, answer, complaints = ended(asking)
    assert (status, answer) == (Status.DONE, "yes\n")
    assert "reconnecting" in complaints


def test_ask_that_is_refused_says_so_and_waits_for_nothing(chat: Chat) -> None:
    done = chat.run("ask", "nobody", "deploy?", "--options", "yes,no")
    assert (done.returncode, done.stdout) == (Status.REFUSED, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask",),
        ("ask", "general"),
        ("ask", "general", "deploy?", "--options", "yes,"),
        ("ask", "general", "x" * 8190, "--options", "yes,no"),
        ("wait",),
        ("wait", "--match", "("),
        ("wait", "--match", "x", "--timeout", "soon"),
        ("wait", "--match", "x", "--after", "general"),
        ("tail", "--unread", "-n", "3"),
        ("tail", "-n", "1000"),
        ("history", "general", "before"),
        ("send-to",),
        ("revoke", "first"),
        ("no-such-command",),
        ("--port", "0", "status"),
    ],
)
def test_a_wrong_use_says_what_is_wrong_and_does_nothing(
    chat: Chat, arguments: tuple[str, ...]
) -> None:
    done = chat.run(*arguments)
    assert (done.returncode, done.stdout) == (Status.USAGE, "")
    assert done.stderr


# -- Getting in ------------------------------------------------------------------------------


def test_without_a_token_nothing_is_asked_and_the_status_says_so(
    server: ServerProcess, tmp_path: Path
) -> None:
    done = Chat(tmp_path, server.port).run("-u", "alice", "send", input="hi")
    assert (done.returncode, done.stdout) == (Status.LOGIN, "")
    assert "no token of alice" in done.stderr and "CHAT_TOKEN" in done.stderr


def test_a_token_in_a_file_lets_in(chat: Chat, bob: Chat, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(bob.environment["CHAT_TOKEN"] + "\n")
    done = chat.run("--token-file", str(file), "status", "--json")
    assert json.loads(done.stdout)["name"] == "bob"
    missing = chat.run("--token-file", str(tmp_path / "none"), "status")
    assert missing.returncode == Status.LOGIN


def test_a_token_of_somebody_else_than_who_was_named_does_not_speak(bob: Chat, chat: Chat) -> None:
    done = bob.run("-u", "alice", "send", "hi")
    assert done.returncode == Status.LOGIN
    assert chat.run("history", "--json").stdout == ""


def test_a_token_that_was_revoked_opens_nothing(bob: Chat) -> None:
    assert bob.run("revoke", "1").returncode == 0
    assert bob.run("status").returncode == Status.LOGIN


def test_a_password_on_standard_input_makes_a_token(chat: Chat) -> None:
    again = chat.run("-u", "alice", "login", "--label", "ci", "--print", input=PASSWORD)
    assert again.returncode == 0
    assert "ci" in chat.run("devices", CHAT_TOKEN=again.stdout.strip()).stdout


def test_a_wrong_password_makes_no_token(chat: Chat) -> None:
    done = chat.run("-u", "alice", "login", input="wrong")
    assert (done.returncode, done.stdout) == (Status.LOGIN, "")


def test_an_account_of_a_taken_name_is_refused(chat: Chat) -> None:
    done = chat.run("-u", "Alice", "login", "--register", input="another")
    assert (done.returncode, done.stdout) == (Status.REFUSED, "")


def test_an_account_is_made_and_its_token_kept_without_a_terminal(
    server: ServerProcess, tmp_path: Path
) -> None:
    chat = Chat(tmp_path, server.port)
    done = chat.run("-u", "Carol", "login", "--register", input=PASSWORD + "\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert json.loads(chat.run("-u", "CAROL", "status", "--json").stdout)["name"] == "carol"
    (kept,) = Path(chat.environment["XDG_STATE_HOME"]).glob("chat/*")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_no_server_is_told_by_the_status(chat: Chat, server: ServerProcess) -> None:
    server.kill()
    done = chat.run("send", "hi")
    assert (done.returncode, done.stdout) == (Status.CONNECTION, "")
    assert "Connection refused" in done.stderr


# -- What the console has --------------------------------------------------------------------


def test_commands_of_the_console_print_plain_lines_or_their_answer_as_json(chat: Chat) -> None:
    assert chat.run("who").stdout == "· 1 online\n  alice\n"
    assert json.loads(chat.run("who", "--json").stdout) == {
        "names": ["alice"], "next": None, "count": 1, "display_names": {},
    }  # fmt: skip


def test_comment_edit_and_file_print_their_places(chat: Chat, tmp_path: Path) -> None:
    (tmp_path / "my report.txt").write_text("all is well")
    chat.run("send", "hi")
    assert chat.run("comment", "general#1", "hello").stdout == "general#2\n"
    assert chat.run("edit", "2", "hello there").stdout == "general#3\n"
    sent = chat.run("send-file", str(tmp_path / "my report.txt"), "look")
    assert (sent.returncode, sent.stdout, sent.stderr) == (0, "general#4\n", "")
    again = chat.run("send-file", str(tmp_path / "my report.txt"), "--json")
    assert json.loads(again.stdout)["seq"] == 5


def test_token_for_a_bot_is_the_last_line_and_opens_the_door(chat: Chat, bob: Chat) -> None:
    token = chat.run("token", "create", "a bot").stdout.splitlines()[-1]
    assert chat.run("devices", CHAT_TOKEN=token).stdout.count("this one") == 1
    assert re.search(r"a bot, since .*, this one", chat.run("devices", CHAT_TOKEN=token).stdout)


def test_help_lists_every_exit_status(chat: Chat) -> None:
    text = chat.run("--help").stdout
    for status in Status:
        assert re.search(rf"^ +{status.value}  \S", text, re.MULTILINE), status
