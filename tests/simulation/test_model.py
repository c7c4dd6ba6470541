"""The whole server against a plain model of its rules: users, devices, rooms, time, crashes.

Hypothesis makes up the days of three users and finds the shortest one on which server and
model disagree. `make examples` tries many more. A rule that no day gets to shows nothing, so what
was answered and what happened is counted, too: of all that the tables of commands, entries and
notices name, but for what is listed here with the reason, few days reach most, and many days
nearly everything.
"""

import logging
from collections.abc import Mapping
from typing import get_args

import pytest
from hypothesis import Phase, Verbosity, seed, settings
from hypothesis.internal.conjecture import engine
from hypothesis.stateful import run_state_machine_as_test

from chatd import database, upkeep
from chatd.wire.commands import COMMANDS, NOTICES
from chatd.wire.entries import AnyEntry
from tests.simulation.machine import MODES, Machine
from tests.simulation.machine.outages import SYNC_MS
from tests.simulation.machine.table import READS, ROWS
from tests.simulation.peer import Request

STEPS = 80
SHRINKING_S = 30
"""For so long a day on which they disagree is made shorter; it is shown within a minute."""
TICK_BYTES_BESIDE = 24 * 1024
"""Small, so that a segment can be, too."""
REACHED = {50: 0.65, 5_000: 0.95}
"""Which part of everything so many days reach."""
SHOWING = {*(row.method for row in READS), "rooms", "unread"}
UNREACHED: Mapping[str, Mapping[str, str]] = {
    "who is writing is kept nowhere: tests of typing": {"heard": "typing"},
    "accounts come and go outside of the days: tests of logins, passwords and tokens": {
        "auth_failed": "login-finish login-start",
        "banned": "delete-account delete-user",
        "conflict": "login-finish sync token-create",
        "done": "delete-user devices logout password token-create",
        "forbidden": "delete-account delete-user login-start password register",
        "heard": "password_changed",
        "not_found": "delete-user revoke",
        "rate_limited": "login-finish login-start login-token register",
        "unsupported_version": "hello",
    },
    "nothing that is malformed, empty or too long is drawn: tests of the wire": {
        "bad_request": (
            "comment create display-name edit history hook hook-post join post react register "
            "search send send-to"
        ),
        "conflict": "pin react",
        "too_large": "comment edit post send send-at send-to upload-finish",
    },
    "addresses of files are for devices, and for requests over HTTP: tests of file links": {
        "done": "file-link",
        "forbidden": "file-link",
    },
    "nobody asks who is there, why, or whether the server lives": {
        "done": "ping who why",
        "heard": "bye ping",
        "not_found": "why",
    },
    "the only administrator can't be banned, and knows who there is": {
        "banned": "ban clear-name dismiss remove unban",
        "not_found": "ban",
    },
    "rooms are told by their ids there, and links, hooks and blocks are few": {
        "conflict": "approve block delete deny hook remove unlink",
        "rate_limited": "hook",
    },
    "it would need too much work, or too many in a day, at once": {
        "expired": "download",
        "overloaded": "upload-finish",
        "rate_limited": "delete send-at",
    },
}
"""What no day reaches, by why: commands, by what they are answered."""
ASKED_ON_A_FULL_DISK = {*(row.method for row in ROWS), "send", "send-to", "upload", "upload-chunk"}
SEEN = {
    *("unread on all devices", "unread with mentions"),
    *("named oneself", "named a stranger", "named in a message", "named in a comment"),
    *("named in a file", "named in an edit", "comment of a file", "delete of a file"),
    *("pin of a file", "reaction of a file", "report of a file", "bytes gone"),
    *("bytes there for another", "upload again", "upload known", "upload over", "cut off"),
    *("account over with posts", "member back", "nonce over", "report bans"),
    *("bad disk", "full disk", "day over", "everysec lost what was told"),
    "never lost what was told",
}
"""What no code of an answer shows."""


def test_server_and_model_agree_on_all_days_and_days_get_everywhere(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)  # nobody could tell of which day a line is
    monkeypatch.setattr(database, "TICK_BYTES_BESIDE", TICK_BYTES_BESIDE)
    monkeypatch.setattr(upkeep, "SYNC_MS", SYNC_MS)
    monkeypatch.setattr(engine, "MAX_SHRINKING_SECONDS", SHRINKING_S)
    Machine.reached.clear()
    days = settings().max_examples
    some = settings(
        max_examples=-(-days // len(MODES)),
        stateful_step_count=STEPS,
        report_multiple_bugs=False,
        phases=set(settings().phases) - {Phase.explain},  # which plays a day many times more
        verbosity=Verbosity.quiet,  # about what was drawn: the transcript says what came of it
    )
    for number, mode in enumerate(MODES):
        machine = type("Machine", (Machine,), {"mode": mode})
        if some.derandomize:  # else all modes would draw the same
            machine = seed(number)(machine)
        try:
            run_state_machine_as_test(machine, settings=some)
        except Exception as error:
            error.add_note(_story(Machine.latest))
            raise
    reached, expected = Machine.reached.keys(), _reachable() | SEEN
    part = max((part for count, part in REACHED.items() if count <= days), default=0.0)
    assert len(reached & expected) >= part * len(expected), sorted(expected - reached)
    assert reached - _in_the_tables() - SEEN == set()


def test_what_days_do_not_reach_stands_in_the_tables() -> None:
    assert _unreached() - _in_the_tables() == set()


def _story(transcript: list[Request | str]) -> str:
    """Return what happened on a day, step by step, but for how everybody logged in."""
    lines = [str(one) for one in transcript if isinstance(one, str) or one.name]
    told = [line if line.startswith("- ") else f"    {line}" for line in lines]
    return "\n".join(["On this day they disagree:", *told])


def _in_the_tables() -> set[str]:
    """Return all that a command may be answered, and all that a client may hear."""
    answered = {
        f"{row.method} {outcome}"
        for row in COMMANDS.values()
        if row.result
        for outcome in ("done", "bad_request", *row.refuses, *["known"] * row.takes_nonce)
    }
    answered |= {f"{method} shown" for method in SHOWING}
    kinds = [kind.__struct_config__.tag for kind in get_args(AnyEntry)]
    return answered | {f"{what} heard" for what in {*kinds, *NOTICES}}


def _reachable() -> set[str]:
    """Return what rows name themselves, on a full disk only of what is asked for there."""
    general = {
        label
        for method, row in COMMANDS.items()
        for label, is_named in (
            (f"{method} bad_request", "bad_request" in row.refuses),
            (f"{method} storage_full", method in ASKED_ON_A_FULL_DISK),
        )
        if not is_named
    }
    return _in_the_tables() - general - _unreached()


def _unreached() -> set[str]:
    return {
        f"{what} {outcome}"
        for by_outcome in UNREACHED.values()
        for outcome, names in by_outcome.items()
        for what in names.split()
    }
