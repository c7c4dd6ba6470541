"""The command line."""

import signal

if __name__ == "__main__":  # signals wait while the rest is imported, which takes half a second
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())

import argparse
import gc
import logging
import os
import selectors
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from chatd import __version__, logs, maintenance
from chatd.app import App
from chatd.config import ConfigError, Settings, load
from chatd.core.clock import NS_PER_MS
from chatd.database import Machine
from chatd.descriptors import leave_reserve, raise_limit
from chatd.disk.files import RealDisk
from chatd.disk.fork import fork_child
from chatd.errors import ChatError, StoreError
from chatd.net.listener import listen
from chatd.net.loop import Loop, SignalWatcher
from chatd.net.tls import load_tls
from chatd.page_files import read_page_files
from chatd.terminal import complain, guarded, reason
from chatd.wire.names import map_name, new_name

log = logging.getLogger("chatd")

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What a server acts on, in its own time."""
FLAGS = ("HOST", "PORT", "DB_NAME", "FSYNC", "LOG_LEVEL")
"""The settings that have a flag of their own; all have an environment variable."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status.

    0: all is well; 1: it could not be done; 2: the command line or a setting is wrong; 130:
    interrupted; 141: the output was closed by its reader.
    """
    return guarded("chatd", lambda: _main(arguments))


def _main(arguments: list[str] | None) -> int:
    options = _parser().parse_args(arguments)
    serves = options.command == "serve"
    signal.pthread_sigmask(signal.SIG_SETMASK, SIGNALS if serves else ())
    flags = {name: getattr(options, name) for name in FLAGS if getattr(options, name) is not None}

    def read_settings_again() -> Settings:
        return load(options.config, os.environ, flags, again=True)

    try:
        settings = load(options.config, os.environ, flags)
        # The server's log is the server's alone: root, who looks after it, would make it root's.
        logs.configure(settings if serves else replace(settings, log_file=None))
        if options.command == "check":
            logs.check(settings)
    except (ConfigError, OSError) as error:
        complain(f"chatd: {_words(error)}")
        return 2
    options.read_settings_again = read_settings_again
    try:
        return _COMMANDS[options.command](options, settings)
    except (ChatError, StoreError, OSError, ValueError) as error:
        complain(f"chatd: {_words(error)}")
        return 1
    except EOFError:
        complain("chatd: nothing was changed")
        return 1


def _words(error: Exception) -> str:
    return reason(error) if isinstance(error, OSError) else str(error)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="chatd", description="A chat server.")
    parser.add_argument("-c", "--config", type=Path, metavar="FILE", help="such as conf/chat.ini")
    parser.add_argument("--version", action="version", version=f"chatd {__version__}")
    parser.add_argument(
        "--check", action="store_const", dest="command", const="check",
        help="verify the settings and the store's files, without starting the server",
    )  # fmt: skip
    parser.add_argument(
        "--accept-clock", action="store_true",
        help="trust the machine's clock, however far it is from the last time stamp in the store",
    )  # fmt: skip
    for name in FLAGS:
        flag = "--" + name.lower().replace("_", "-")
        parser.add_argument(flag, dest=name, metavar="VALUE", help=f"overrides {name}")
    parser.set_defaults(command="serve")
    commands = parser.add_subparsers(metavar="COMMAND", title="commands for a stopped store")
    user = commands.add_parser("user", help="make an account, or give it a new password")
    actions = user.add_subparsers(metavar="ACTION", required=True)
    for action, text in (("add", "make an account"), ("reset", "set a new password")):
        sub = actions.add_parser(action, help=f"{text}; the password is asked for, or piped in")
        sub.add_argument("name")
        sub.set_defaults(command=f"user {action}")
    epoch = commands.add_parser(
        "new-epoch", help="after a restore: invalidate all clients' positions"
    )
    epoch.set_defaults(command="new-epoch")
    repair = commands.add_parser(
        "repair-clock", help="after the clock was ahead: move the time stamps back"
    )
    repair.set_defaults(command="repair-clock")
    return parser


def _machine(options: argparse.Namespace) -> Machine:
    return Machine(
        disk=RealDisk(),
        wall_ns=time.time_ns,
        boot_ns=lambda: time.clock_gettime_ns(_BOOT_CLOCK),
        monotonic_ns=time.monotonic_ns,
        random=os.urandom,
        spawn=fork_child,
        clock_is_right=options.accept_clock,
    )


# The clock that goes on while the machine sleeps; that of macOS does so by itself.
_BOOT_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def _serve(options: argparse.Namespace, settings: Settings) -> int:
    loop = Loop(selectors.DefaultSelector(), selectors.DefaultSelector())
    signals = SignalWatcher(loop, SIGNALS)  # first: what comes during the start, the start outlives
    try:
        return _serve_until_told(options, settings, loop, signals)
    finally:
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # the end is near; nothing hastens it
        signals.close()
        loop.close()


def _serve_until_told(
    options: argparse.Namespace, settings: Settings, loop: Loop, signals: SignalWatcher
) -> int:
    limit = raise_limit()
    settings = leave_reserve(settings, limit)

    def read_settings_again() -> Settings:
        return leave_reserve(options.read_settings_again(), limit)

    listening = listen(settings.host, settings.port)
    try:
        app = App(
            settings,
            _machine(options),
            loop,
            listening,
            signals,
            read_settings_again,
            read_page_files,
        )
        app.server.start()
        # A large store must cause no pauses: what lives long is left out of collections.
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)
        host, port = listening.getsockname()[:2]
        log.info("chatd %s listens on %s:%d", __version__, host, port)
        app.server.run()
    finally:
        listening.close()
    log.info("stopped")
    return 0


def _check(options: argparse.Namespace, settings: Settings) -> int:
    load_tls(settings)
    machine = _machine(options)
    print(maintenance.check_store(settings, machine.disk, machine.wall_ns() // NS_PER_MS))
    return 0


def _user_add(options: argparse.Namespace, settings: Settings) -> int:
    new_name(options.name)  # before a password is asked for in vain
    password = maintenance.ask_password()
    print(f"added {maintenance.add_user(settings, _machine(options), options.name, password)}")
    return 0


def _user_reset(options: argparse.Namespace, settings: Settings) -> int:
    map_name(options.name)
    password = maintenance.ask_password()
    print(f"reset {maintenance.reset_user(settings, _machine(options), options.name, password)}")
    return 0


def _new_epoch(options: argparse.Namespace, settings: Settings) -> int:
    maintenance.renew_epoch(settings, _machine(options))
    return 0


def _repair_clock(options: argparse.Namespace, settings: Settings) -> int:
    print(maintenance.repair_clock(settings, _machine(options)))
    return 0


_COMMANDS: dict[str, Callable[[argparse.Namespace, Settings], int]] = {
    "serve": _serve,
    "check": _check,
    "user add": _user_add,
    "user reset": _user_reset,
    "new-epoch": _new_epoch,
    "repair-clock": _repair_clock,
}


if __name__ == "__main__":
    sys.exit(main())
