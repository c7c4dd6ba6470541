"""The command line `chat`."""

import argparse
import sys

from client.console.app import run
from client.options import DEFAULT_HOST, DEFAULT_PORT, ConsoleOptions


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    options = _parser().parse_args(arguments)
    return run(ConsoleOptions(options.host, options.port, options.user, options.bell))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="chat", description="Talk to a chatd server.")
    parser.add_argument("-u", "--user", default="", metavar="NAME", help="who you are")
    parser.add_argument("--host", default=DEFAULT_HOST)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument("--bell", action="store_true", help="ring for what others say")
    return parser


if __name__ == "__main__":
    sys.exit(main())
