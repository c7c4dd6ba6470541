"""The console put together, from the entrance to the goodbye."""

import asyncio
import signal
import sys

from prompt_toolkit.history import History, InMemoryHistory

from chatd.errors import ChatError
from chatd.terminal import ask_secret, reason
from chatd.wire import commands as c

from ..async_client import AsyncClient
from ..credentials import Credentials, state_folder
from ..errors import ClientError, ConnectionLost, UsageError
from ..options import ConsoleOptions
from ..pipes.failures import complain
from ..pipes.login import log_in_by_token
from ..pipes.status import Status, status_of
from ..server import Server
from ..sync_client import Client
from .actions import ACTIONS
from .actions.history import show_latest
from .completion import ConsoleCompleter
from .console import Console, now_ms
from .failures import explain
from .history_file import open_history
from .keyring import Keyring
from .last_room import LastRoom
from .login_dialog import LoginDialog
from .name_lookup import NameLookup
from .prompt import Prompt
from .render import Renderer
from .screen import Screen
from .times import Zone, zone_for

GREETING = "`help` lists what there is to type; a plain line goes where the prompt says"

UNREACHABLE = "is the server running there? --host and --port name another one"

TERMINATED = 143
"""The exit status of a program that was asked to end; the terminal is given back first."""


def run(options: ConsoleOptions) -> int:
    """Run the console at this terminal; return the exit status (`client.pipes.status`)."""
    keyring = Keyring(Credentials(), options.origin)
    try:
        with Client(
            options.host,
            options.port,
            client="chat console",
            environment=options.environment,
        ) as client:
            is_new = _log_in(client, keyring, options)
            return asyncio.run(_converse(client, keyring, is_new, options))
    except (KeyboardInterrupt, EOFError):
        print(file=sys.stderr)
        return Status.INTERRUPTED
    except ConnectionLost as error:
        complain(f"{error}\n{UNREACHABLE}")
        return status_of(error)
    except (UsageError, ClientError, ChatError, OSError) as error:
        complain(explain(error, Zone(), now_ms()))
        return status_of(error)


def _log_in(client: Client, keyring: Keyring, options: ConsoleOptions) -> bool:
    """Log in; return whether the account is new."""
    if not options.token:
        return LoginDialog(client, keyring, input, ask_secret, _say).run(options.name)
    log_in_by_token(client, options)
    return False


async def _converse(client: Client, keyring: Keyring, is_new: bool, options: ConsoleOptions) -> int:
    assert client.welcome is not None
    prompt = Prompt(_history())
    renderer = Renderer(client.name, zone_for(client.welcome.time_zone))
    screen = Screen(prompt.app)
    prompt.located = screen.located
    console = Console(
        prompt,
        screen,
        renderer,
        ACTIONS,
        keyring,
        LastRoom(options.origin, client.name),
        newcomer=is_new,
        bell=options.bell,
    )
    console.server = server = AsyncClient(client, console.on_event, console.on_end)
    completer = ConsoleCompleter(console.directory, lambda: console.destination.title)
    lookup = NameLookup(console.directory, console.call, console.start)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, prompt.end, TERMINATED)
    try:
        status = await prompt.run(
            console, completer, lookup.ask, lambda: _begin(console, server, is_new)
        )
    finally:
        await console.stop()
        await server.close()
        screen.flush()
    if console.exit_error is not None:
        raise console.exit_error
    return status


def _history() -> History:
    """Return the lines typed before; a home that can't be written keeps none."""
    try:
        return open_history(state_folder())
    except OSError as error:
        _say(f"your input history can't be saved: {reason(error)}")
        return InMemoryHistory()


def _begin(console: Console, server: AsyncClient, is_new: bool) -> None:
    console.note(GREETING)
    server.start()
    console.start(_learn(console, server, is_new))


async def _learn(console: Console, server: Server, is_new: bool) -> None:
    """Learn how things are, for the toolbar and completion; say so if nothing is unread."""
    try:
        status = await server.call(c.Status())
        console.learn(status)
        mine = await server.call(c.ListRooms())
        console.learn_rooms(mine)
        if not is_new and not any(room.unread for room in status.rooms):
            await show_latest(console, status.rooms[0].last_seq)
    except (UsageError, ChatError, ClientError):
        pass  # the connection breaks just now; all of this can be asked for by hand


def _say(text: str) -> None:
    print(text, file=sys.stderr)
