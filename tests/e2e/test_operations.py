"""docs/operations.md is true: its commands are run as they stand, on a server of their own.

The folder is a new one, the settings are those delivered; only the port is another. A block of
shell commands is taken by the heading it stands under, and none is left out.
"""

import shlex
import shutil
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

import pytest

from chatd import __main__, config
from tests.e2e.client import PASSWORD, connect
from tests.e2e.operator import Operator
from tests.e2e.server import ROOT
from tests.e2e.shell import blocks
from tests.e2e.waiting import until
from tests.stores.golden import STORES

PAGE = (ROOT / "docs/operations.md").read_text("utf-8")
START = "Starting and stopping"
STOPPED = ("Accounts", "What happens when …", "Checking")
"""Under these headings work is done on a stopped server."""
RUNNING = ("HTTP", "Hooks", "Files")
NEWER = "A newer chatd"
FOREIGN = 'certbot renew --deploy-hook "systemctl reload chatd"'
"""What needs a program that is none of ours."""
PHOTO = bytes(range(256)) * 400


def shell_of(heading: str) -> list[str]:
    """Return the blocks of shell commands under a heading."""
    return [text for where, text in blocks(PAGE, "sh") if where == heading]


def commands_of(heading: str) -> list[str]:
    """Return the commands under a heading, one by one."""
    return "".join(shell_of(heading)).replace("\\\n", " ").splitlines()


(SERVE,) = commands_of(START)


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    operator = Operator(tmp_path)
    try:
        operator.start(SERVE)
        yield operator
    finally:
        operator.kill()


def test_every_shell_command_of_the_page_is_run_here() -> None:
    found = {heading for heading, text in blocks(PAGE, "sh") if text.strip() != FOREIGN}
    assert found == {START, *STOPPED, NEWER, "Backup", "Restore", *RUNNING}
    assert "\n\n    " not in "".join(PAGE.split("```")[::2]), "commands stand in fences"


def test_work_on_a_stopped_server_is_done(operator: Operator) -> None:
    operator.stop()
    for command in (command for heading in STOPPED for command in commands_of(heading)):
        if "--accept-clock" in command:
            operator.start(command)
            operator.stop()
        else:
            operator.run(command, input=f"{PASSWORD}\n")
    operator.start(SERVE)
    assert operator.texts() == [], "alice, who was made there, logs in"


@pytest.mark.parametrize("is_new", [True, False])
def test_backup_of_a_running_server_is_good_and_is_restored(
    is_new: bool, operator: Operator
) -> None:
    _, backup = shell_of("Backup")
    operator.join()
    said = []
    if not is_new:
        operator.send("kept")
        (operator.folder / "photo.jpg").write_bytes(PHOTO)
        operator.run(commands_of("Files")[0])
        said = ["kept", "photo.jpg"]
    assert "backup/chat.db: snapshot of tick " in operator.run(backup)
    operator.send("after the backup")
    epoch = operator.epoch()
    restore(operator)
    assert operator.texts() == said and operator.epoch() != epoch
    if not is_new:
        operator.run(commands_of("Files")[2].replace("/7/", "/2/").replace("-OC", "-o again -C"))
        assert (operator.folder / "again").read_bytes() == PHOTO


def test_copy_of_a_stopped_servers_folder_is_restored(operator: Operator) -> None:
    stopped, _ = shell_of("Backup")
    operator.join()
    operator.send("kept")
    operator.stop()
    operator.run(stopped)
    operator.start(SERVE)
    operator.send("after the backup")
    restore(operator)
    assert operator.texts() == ["kept"]


def test_one_goes_back_from_a_newer_chatd(operator: Operator) -> None:
    operator.stop()
    old = STORES / "2-killed"
    shutil.rmtree(operator.folder / "data")
    shutil.copytree(old, operator.folder / "data", copy_function=copy_for_its_owner)
    (operator.folder / "data").chmod(0o700)
    before, after = shell_of(NEWER)
    operator.start(f"{SERVE} --accept-clock")
    operator.send("said since")
    operator.run(before)
    operator.stop()
    operator.run(after)
    for file in old.rglob("*"):
        if file.is_file():
            back = operator.folder / "data" / file.relative_to(old)
            assert back.read_bytes() == file.read_bytes()
    assert "a start will migrate it from format 2" in operator.run(commands_of("Checking")[0])


def copy_for_its_owner(source: str, target: str) -> None:
    Path(shutil.copyfile(source, target)).chmod(0o600)


def restore(operator: Operator) -> None:
    """Put the backup in the place of the store as the page says, and start the server."""
    operator.stop()
    operator.run("".join(shell_of("Restore")))
    operator.start(SERVE)


def test_commands_over_http_do_what_the_page_says(operator: Operator) -> None:
    operator.join()
    send, follow = commands_of("HTTP")
    operator.run(send)
    events = operator.folder / "events"
    with operator.shell.running(follow, events):
        until(lambda: '"hello"' in events.read_text(), "the entry")
    for number in range(2, 7):
        operator.send(str(number))
    (operator.folder / "photo.jpg").write_bytes(PHOTO)
    form, body, download = commands_of("Files")
    operator.run(form)  # general#7
    operator.run(body)
    (operator.folder / "photo.jpg").write_bytes(PHOTO[:1000])  # as if it had been broken off
    operator.run(download)
    assert (operator.folder / "photo.jpg").read_bytes() == PHOTO
    assert operator.texts() == ["hello", *"23456", "photo.jpg", "photo.jpg"]


def test_a_program_posts_by_a_hook_as_the_page_says(operator: Operator) -> None:
    operator.join()
    with connect(operator.shell.port) as alice:
        alice.login("alice")
        hook = alice.call("hook", room="general", label="deployments")
    operator.shell.variables["TOKEN"] = hook["token"]
    for command in commands_of("Hooks"):
        operator.run(command)
    assert operator.texts() == ["deployed"]


def test_settings_of_the_page_are_settings_of_ours() -> None:
    for heading, text in blocks(PAGE, "ini"):
        if heading != "Under systemd":
            names = {line.partition(" = ")[0] for line in text.splitlines()}
            assert names and names <= config.BY_NAME.keys()


def test_systemd_starts_what_the_command_line_takes_and_keeps_what_it_refuses() -> None:
    (unit,) = (text for heading, text in blocks(PAGE, "ini") if heading == "Under systemd")
    parser = ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(unit)
    service = parser["Service"]
    program, *arguments = shlex.split(service["ExecStart"])
    assert program.endswith("/python") and arguments[:2] == ["-m", "chatd"]
    options = __main__._parser().parse_args(arguments[2:])
    assert (options.command, str(options.config)) == ("serve", "/etc/chatd/chat.ini")
    assert service["ExecReload"] == "/bin/kill -HUP $MAINPID"
    assert service["RestartPreventExitStatus"] == "2"
