"""A hook from its making to its end: console, a program, and who reads along."""

import re
import subprocess
from pathlib import Path

from tests.e2e.chat import Chat
from tests.e2e.server import ServerProcess
from tests.e2e.waiting import DEADLINE_S


def curl(*arguments: str) -> str:
    """Return what curl prints, and the status behind it."""
    limit = str(int(DEADLINE_S))
    command = ["curl", "--silent", "--max-time", limit, "--write-out", " %{http_code}"]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=True)
    return done.stdout


def test_a_program_posts_by_a_hook_until_it_is_revoked(
    server: ServerProcess, tmp_path: Path
) -> None:
    chat = Chat(tmp_path / "home", server.port)
    chat.join("alice")
    made = chat.run("hook", "general", "builds")
    (address,) = re.findall(r"^http://.*$", made.stdout, re.MULTILINE)
    assert curl("--json", '{"text": "as JSON"}', address) == "ok 200"
    assert curl("--data-urlencode", 'payload={"text": "as a form"}', address) == "ok 200"
    server.kill()
    server.settings["PORT"] = str(server.port)
    server.start()
    assert curl("-d", '{"text": "as curl sends it"}', address) == "ok 200"
    assert chat.run("hooks").stdout.startswith("  1  builds, into general, since ")
    said = [line.partition(" general#")[2] for line in chat.run("history").stdout.splitlines()]
    assert said == [
        "1 alice via builds: as JSON",
        "2 alice via builds: as a form",
        "3 alice via builds: as curl sends it",
    ]
    assert chat.run("unhook", "1").returncode == 0
    assert curl("--json", '{"text": "late"}', address).endswith(" 404")
    assert address.rpartition("/")[2] not in server.log
