"""The command line: `chat` alone is the console, with a command it is a tool for scripts.

Commands that are not written out here are those of the console, which run as they are.
"""

import argparse
import re
from collections.abc import Callable
from typing import TypeVar

from chatd.version import __version__
from chatd.wire.commands import COMMANDS, PAGE_ITEMS_MAX

from ..console.command_help import COMMAND_HELP
from ..hosts import host_of
from ..options import DEFAULT_HOST, DEFAULT_PORT
from .choices import choices_of
from .durations import seconds_of
from .guide import examples
from .status import MEANING

T = TypeVar("T")

PORT_MAX = 65_535

POINTLESS = frozenset({"talk", "help", "quit", "exit", "password", "delete-account"})
"""What makes sense only among other commands, or needs somebody to answer."""

DESCRIPTION = """\
Talk to a chatd server. With a command, run it and exit. Without one, start the console at a
terminal; elsewhere read commands from standard input, one per line, and print plain lines."""

ENVIRONMENT = {
    "CHAT_TOKEN": "a device token to log in with",
    "CHAT_HOST": "the server, unless --host is given",
    "CHAT_PORT": "its port, unless --port is given",
    "CHAT_TLS": "1 for --tls",
}


TRUE = frozenset({"1", "yes", "true", "on"})


def build(environment: dict[str, str]) -> argparse.ArgumentParser:
    """Return the parser. environment: where defaults come from."""
    parser = argparse.ArgumentParser(
        prog="chat",
        description=DESCRIPTION,
        epilog=_epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"chat {__version__}")
    host = environment.get("CHAT_HOST") or DEFAULT_HOST
    port = environment.get("CHAT_PORT") or str(DEFAULT_PORT)
    parser.add_argument("-u", "--user", default="", metavar="NAME", help="your user name")
    parser.add_argument("--host", type=_host, default=host, help=f"the server ({_literal(host)})")
    parser.add_argument("--port", type=_port, default=port, help=f"its port ({_literal(port)})")
    tls = environment.get("CHAT_TLS", "").lower() in TRUE
    parser.add_argument("--tls", action="store_true", default=tls, help="encrypt the connection")
    parser.add_argument("--ca-file", metavar="FILE", help="with TLS: trust this authority (PEM)")
    parser.add_argument("--token-file", metavar="FILE", help="log in with the token in this file")
    parser.add_argument(
        "--insecure", action="store_true", help="allow sending that token unencrypted"
    )
    parser.add_argument("--bell", action="store_true", help="ring when a message arrives")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name, (help, add) in _WRITTEN_OUT.items():
        add(commands.add_parser(name, help=help, description=help))
    for name in OF_THE_CONSOLE:
        entry = COMMAND_HELP[name]
        own = commands.add_parser(
            name,
            help=entry.help,
            usage=f"chat {entry.usage}",
            description=entry.help,
            epilog="\n".join(examples(name, "chat ")),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        _add_json(own)
        own.add_argument("words", nargs="*", help=argparse.SUPPRESS)
    about = commands.add_parser(
        "help", help=COMMAND_HELP["help"].help, description=COMMAND_HELP["help"].help
    )
    about.add_argument("topic", nargs="?", metavar="command")
    about.set_defaults(whole=parser, parsers=commands.choices)
    return parser


def _send(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="*", help="without one, or for `-`: standard input")
    _add_json(parser)


def _send_to(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("user_to", metavar="user")
    _send(parser)


def _post(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("room_to", metavar="room")
    _send(parser)


def _history(parser: argparse.ArgumentParser) -> None:
    parser.usage = f"chat [...] {COMMAND_HELP['history'].usage} [--all] [--json]"
    parser.add_argument("where", nargs="*", help="a room, a place in it, how many entries")
    parser.add_argument("--all", action="store_true", help="all of the room, oldest first")
    _add_json(parser)


def _tail(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("room", nargs="?", default="", help="one room or user only")
    begin = _add_begin(parser)
    begin.add_argument(
        "-n", "--last", type=_page, default=0, metavar="N", help="begin with the last N of the room"
    )
    parser.add_argument("--count", type=_count, metavar="N", help="end after N entries")
    _add_json(parser)


def _wait(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--match", required=True, metavar="REGEX", help="the pattern to match")
    parser.add_argument("--room", default="", help="in one room or by one user only")
    _add_patience(parser)
    _add_begin(parser)
    parser.set_defaults(last=0)
    _add_json(parser)


def _ask(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("to", metavar="room|user", help="where, or whom")
    parser.add_argument("text", nargs="*", help="without one, or for `-`: standard input")
    parser.add_argument(
        "--options",
        type=_choices,
        default=[],
        metavar="A,B,...",
        help="the possible answers; without this any comment, or whatever the one user says",
    )
    _add_patience(parser)
    _add_json(parser)


def _login(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--register", action="store_true", help="make the account first")
    parser.add_argument("--label", default="", help="the name of this device in `devices`")
    parser.add_argument(
        "--print", action="store_true", help="print the token instead of storing it"
    )


def _posting(method: str) -> str:
    return f"{COMMANDS[method].help}; print its place"


_WRITTEN_OUT: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "send": (_posting("send"), _send),
    "send-to": (_posting("send-to"), _send_to),
    "post": (_posting("post"), _post),
    "history": ("print the messages of a room", _history),
    "tail": ("print messages as they arrive, without marking them as read", _tail),
    "wait": ("wait for a message that matches, and print it", _wait),
    "ask": ("ask a question, wait for the first answer, and print it", _ask),
    "login": ("log in with a password from standard input, and store a token", _login),
}

OF_THE_CONSOLE = [
    name for name in COMMAND_HELP if name not in _WRITTEN_OUT and name not in POINTLESS
]  # fmt: skip


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON, one object per line")


def _add_patience(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--from", dest="by", default="", metavar="USER", help="by this user; else by anyone but you"
    )
    parser.add_argument(
        "--timeout", type=_seconds, metavar="SPAN", help="how long to wait, such as 90s, 5m, 1h30m"
    )


def _add_begin(parser: argparse.ArgumentParser) -> "argparse._MutuallyExclusiveGroup":
    begin = parser.add_mutually_exclusive_group()
    begin.add_argument("--unread", action="store_true", help="begin with what is unread")
    begin.add_argument("--after", metavar="ROOM#SEQ", help="begin after this entry")
    return begin


def _literal(text: str) -> str:
    """Return a text as argparse prints it back; a variable may hold anything."""
    return text.replace("%", "%%")


def _host(text: str) -> str:
    return _told(host_of, text)


def _port(text: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", text) or not 1 <= int(text) <= PORT_MAX:
        raise argparse.ArgumentTypeError(f"`{text}` is not a port, a number from 1 to {PORT_MAX}")
    return int(text)


def _count(text: str) -> int:
    if not re.fullmatch("[0-9]{1,9}", text) or not int(text):
        raise argparse.ArgumentTypeError(f"`{text}` is not a number of entries, 1 or more")
    return int(text)


def _page(text: str) -> int:
    if _count(text) > PAGE_ITEMS_MAX:
        raise argparse.ArgumentTypeError(f"at most {PAGE_ITEMS_MAX}")
    return int(text)


def _seconds(text: str) -> float:
    return _told(seconds_of, text)


def _choices(text: str) -> list[str]:
    return _told(choices_of, text)


def _told(read: Callable[[str], T], text: str) -> T:
    """Return what a text is read as; argparse shows the words of this kind of error only."""
    try:
        return read(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _epilog() -> str:
    statuses = "\n".join(f"  {status:>3}  {text}" for status, text in MEANING.items())
    variables = "\n".join(f"  {name:<10}  {text}" for name, text in ENVIRONMENT.items())
    return f"exit status:\n{statuses}\n\nenvironment:\n{variables}"
