"""Files: sent from and fetched into folders of this machine."""

import os
from pathlib import Path

from chatd.wire.sizes import size_text

from ...errors import UsageError
from ...files import fetch_file, find_file, send_file
from ..arguments import file_to_fetch, file_to_send
from ..console import Console
from ..typed import Command
from .table import action

BLANKS = "put a path with spaces in quotes, as in 'my report.pdf'; Tab completes it"


@action("send-file")
async def send(console: Console, typed: Command) -> None:
    path, to, caption = file_to_send(typed.rest)
    if caption and not to and not path.exists():  # then it is the rest of a name, more likely
        raise UsageError(f"{path}: No such file or directory\n{BLANKS}")
    room = console.addressed(to)
    with console.transfers.running("↑", path.name) as progress:
        posted = await send_file(console.server, path, room, caption, progress)
    console.posted(posted)


@action("get-file")
async def get(console: Console, typed: Command) -> None:
    room, seq, target = file_to_fetch(typed.rest, console.renderer.me, here=console.here)
    entry = await find_file(console.server, room, seq)
    downloads = Path(os.path.expanduser("~/Downloads"))
    folder = downloads if downloads.is_dir() else Path.cwd()
    with console.transfers.running("↓", entry.name) as progress:
        path = await fetch_file(console.server, entry, target or folder, progress)
    console.note(f"saved as {path}, {size_text(entry.size)}")
