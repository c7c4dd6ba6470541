"""The whole server against a plain model of its rules: users, devices, rooms, time, crashes.

Hypothesis makes up the days of three users and finds the shortest one on which server and
model disagree. `make examples` tries many more. A rule that no day gets to shows nothing, so what
was answered and what happened is counted, too: whatever the tables of commands, entries and
notices name must come up in a few days, unless it is listed here with the reason.
"""

from collections.abc import Mapping
from typing import get_args

import pytest
from hypothesis import seed, settings
from hypothesis.internal.conjecture import engine
from hypothesis.stateful import run_state_machine_as_test

from chatd import database, upkeep
from chatd.wire.commands import COMMANDS, NOTICES
from chatd.wire.entries import AnyEntry
from tests.simulation.machine import MODES, Machine
from tests.simulation.machine.outages import SYNC_MS

STEPS = 80
SHRINKING_S = 60
"""For so long a day on which they disagree is made shorter."""
TICK_BYTES_BESIDE = 24 * 1024
"""Small, so that a segment can be, too."""
FEW_DAYS, MANY_DAYS = 50, 5_000
ByOutcome = Mapping[str, str]
"""Methods, kinds or notices, by the code of an answer, or "done", "known" or "heard"."""

SELDOM: ByOutcome = {
    "auth_failed": "login-token",
    "bad_request": "download kick link report send-at transfer upload upload-finish",
    "banned": (
        "comment create display-name edit hook hook-post invite join kick link pin post react "
        "report send send-at send-to transfer unpin upload upload-finish"
    ),
    "conflict": (
        "comment create edit hook-post invite join kick leave post send send-at send-to transfer "
        "upload upload-chunk upload-finish"
    ),
    "done": (
        "approve cancel clear-name comment deny dismiss download kick link links pin remove "
        "reports requests revoke transfer unblock unhook unlink upload-cancel withdraw"
    ),
    "forbidden": (
        "clear-name comment delete dismiss edit hook hook-post invite kick leave link links pin "
        "react remove requests send-to transfer unban unlink unpin upload upload-finish"
    ),
    "heard": (
        "cancelled comment device_added device_revoked failed gap held hook_revoked join_approved "
        "join_asked join_denied join_requested muted pin post_removed read request_settled "
        "reset scheduled unblocked unwarned"
    ),
    "known": "comment delete edit hook-post post send send-at send-to upload-finish",
    "not_found": (
        "cancel clear-name deny dismiss history hook hook-post invite join kick leave link links "
        "members pin pins react remove report requests send-at threads unban unblock unhook unlink "
        "unpin upload-cancel upload-chunk upload-finish"
    ),
    "rate_limited": (
        "comment edit hook-post invite pin post react send send-to transfer unpin upload "
        "upload-finish"
    ),
    "storage_full": (
        "ban block comment delete dismiss edit hook join leave mute send send-to transfer unban "
        "unread-from upload upload-chunk"
    ),
    "too_large": "upload upload-chunk",
}
"""What needs some hundred days: it takes two users, a limit, or an earlier day to come about."""
LEFT_OUT: Mapping[str, ByOutcome] = {
    "who is writing is kept nowhere: tests of typing": {"heard": "typing"},
    "accounts come and go outside of the days: tests of logins, passwords and tokens": {
        "auth_failed": "login-finish login-start",
        "bad_request": "register",
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
            "comment create display-name edit history hook hook-post join post react search send "
            "send-to"
        ),
        "conflict": "pin react",
        "too_large": "comment edit post send send-at send-to upload-finish",
    },
    "a full disk is met by what is simply asked for: tests of a full disk": {
        "storage_full": (
            "approve cancel clear-name create delete-account delete-user deny display-name "
            "hook-post invite kick link login-finish logout password pin post react register "
            "remove report revoke send-at sync token-create unblock unhook unlink unpin "
            "upload-cancel upload-finish withdraw"
        ),
    },
    "addresses of files are for devices, and for requests over HTTP: tests of file links": {
        "done": "file-link",
        "forbidden": "file-link",
        "not_found": "file-link",
    },
    "nobody asks who is there, why, for a stranger's words, or whether the server lives": {
        "done": "ping who why",
        "heard": "bye ping",
        "not_found": "search why",
    },
    "the only administrator can't be banned, and knows who there is": {
        "banned": "ban clear-name dismiss remove unban",
        "not_found": "ban",
    },
    "rooms are told by their ids there, and links, hooks and blocks are few": {
        "conflict": "approve block delete deny hook link links members remove requests unlink",
        "rate_limited": "hook",
    },
    "it needs much to come together, which few days in thousands bring": {
        "banned": "approve delete leave",
        "done": "login-token",
        "expired": "download",
        "forbidden": "approve deny post send-at",
        "not_found": "withdraw",
        "overloaded": "upload-finish",
        "rate_limited": "delete display-name join send-at",
    },
}
"""What no day has to reach, by why."""
SEEN = {
    "found",
    "named a stranger",
    "named in a message",
    "named oneself",
    "report bans",
    "unread",
    "unread on all devices",
    "unread with mentions",
}
"""What no code of an answer shows, and few days do."""
SEEN_SELDOM = {
    "account over with posts",
    "bad disk",
    "bytes gone",
    "bytes there for another",
    "comment of a file",
    "cut off",
    "delete of a file",
    "edit of a file",
    "full disk",
    "member back",
    "named in a comment",
    "named in a file",
    "named in an edit",
    "nonce over",
    "pin of a file",
    "reaction of a file",
    "report of a file",
    "threads found",
    "upload again",
    "upload known",
    "upload over",
}
"""What no code of an answer shows, and many days do."""
OUTAGES = {"day over", "everysec lost what was told", "never lost what was told"}


def test_server_and_model_agree_on_all_days_and_days_get_everywhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(database, "TICK_BYTES_BESIDE", TICK_BYTES_BESIDE)
    monkeypatch.setattr(upkeep, "SYNC_MS", SYNC_MS)
    monkeypatch.setattr(engine, "MAX_SHRINKING_SECONDS", SHRINKING_S)
    Machine.reached.clear()
    days = settings().max_examples
    some = settings(
        max_examples=-(-days // len(MODES)), stateful_step_count=STEPS, report_multiple_bugs=False
    )
    for number, mode in enumerate(MODES):
        machine = type("Machine", (Machine,), {"mode": mode})
        if some.derandomize:  # else all modes would draw the same
            machine = seed(number)(machine)
        run_state_machine_as_test(machine, settings=some)
    reached, seldom = Machine.reached.keys(), _labels(SELDOM)
    often = _in_the_tables() - seldom - _left_out()
    expected = often | SEEN if days >= FEW_DAYS else set()
    expected |= seldom | SEEN_SELDOM if days >= MANY_DAYS else set()
    assert expected - reached == set()
    assert reached - _in_the_tables() - _shared() - SEEN - SEEN_SELDOM - OUTAGES == set()


def test_what_days_need_not_reach_stands_in_the_tables() -> None:
    assert (_labels(SELDOM) | _left_out()) - _in_the_tables() == set()
    assert _labels(SELDOM) & _left_out() == set()


def _in_the_tables() -> set[str]:
    """Return all that a command may be answered, and all that a client may hear."""
    answered = {
        f"{row.method} {outcome}"
        for row in COMMANDS.values()
        if row.result
        for outcome in ("done", *row.refuses, *["known"] * row.takes_nonce)
    }
    kinds = [kind.__struct_config__.tag for kind in get_args(AnyEntry)]
    return answered | {f"{what} heard" for what in {*kinds, *NOTICES}}


def _shared() -> set[str]:
    """Return the refusals that any row may have."""
    return {f"{method} bad_request" for method in COMMANDS}


def _left_out() -> set[str]:
    return {label for by_outcome in LEFT_OUT.values() for label in _labels(by_outcome)}


def _labels(by_outcome: ByOutcome) -> set[str]:
    return {f"{what} {outcome}" for outcome, names in by_outcome.items() for what in names.split()}
