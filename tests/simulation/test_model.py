"""The whole server against a plain model of its rules: users, devices, rooms, time, crashes.

Hypothesis makes up the days of three users and finds the shortest one on which server and
model disagree. `make examples` tries many more. A rule that no day gets to shows nothing, so what
was answered and what happened is counted, too.
"""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from chatd import database, upkeep
from tests.simulation.machine import Machine
from tests.simulation.machine.outages import SYNC_MS

STEPS = 80
TICK_BYTES_BESIDE = 24 * 1024
"""Small, so that a segment can be, too."""
FEW_DAYS, MANY_DAYS = 50, 5_000
OFTEN = """
    ban done
    ban forbidden
    block bad_request
    block done
    create done
    delete done
    delete not_found
    edit done
    found
    hook done
    invite done
    join done
    leave done
    member in
    member out
    named a stranger
    named in a message
    named oneself
    report done
    report rate_limited
    reports forbidden
    say to a group done
    say to a user done
    say to everyone done
    send-at bad_request
    send-at done
    thread done
    unread
    unread on all devices
    unread with mentions
    upload done
    upload-chunk done
    upload-finish done
"""
"""What happens on every fourth day at least: a command and how it was answered, or an event."""
SELDOM = """
    unban done
    report bans
    hook-post done
    leave not_found
    approve done
    approve not_found
    asked
    asked again
    account over with posts
    account over without posts
    ban over
    bytes gone
    bytes there for another
    cancel done
    cancel not_found
    comment banned
    comment conflict
    comment done
    comment known
    comment not_found
    comment of a file
    comment rate_limited
    create banned
    create conflict
    cut off
    delete forbidden
    delete known
    delete of a file
    deny done
    deny not_found
    dismiss done
    dismiss forbidden
    dismiss not_found
    download bad_request
    download done
    download not_found
    edit banned
    edit conflict
    edit forbidden
    edit known
    edit not_found
    edit rate_limited
    erased
    failed forbidden
    failed not_found
    found nothing
    held by banned
    held by rate_limited
    hook banned
    hook forbidden
    hook not_found
    hook-post banned
    hook-post conflict
    hook-post forbidden
    hook-post known
    hook-post not_found
    hook-post rate_limited
    invitation out
    invite banned
    invite conflict
    invite forbidden
    invite not_found
    join banned
    join conflict
    join not_found
    kick bad_request
    kick done
    kick forbidden
    kick not_found
    leave forbidden
    link bad_request
    link banned
    link done
    link forbidden
    link not_found
    links done
    links forbidden
    links not_found
    member back
    named in a comment
    named in a file
    named in an edit
    nonce over
    nonce was for something else
    nothing unread
    post conflict
    post known
    released
    remove done
    remove forbidden
    remove not_found
    report bad_request
    report banned
    report of a file
    reports done
    requests done
    requests forbidden
    requests not_found
    say to a group banned
    say to a group not_found
    say to a user banned
    say to a user forbidden
    say to a user rate_limited
    say to everyone banned
    say to everyone rate_limited
    send conflict
    send known
    send-at banned
    send-at conflict
    send-at known
    send-at not_found
    send-to conflict
    send-to known
    sent
    stranger
    thread not_found
    transfer bad_request
    transfer done
    transfer forbidden
    transfer not_found
    transfer rate_limited
    unban forbidden
    unban not_found
    unblock done
    unblock not_found
    unhook done
    unhook not_found
    unlink done
    unlink forbidden
    unlink not_found
    upload again
    upload bad_request
    upload banned
    upload conflict
    upload forbidden
    upload known
    upload not_found
    upload over
    upload rate_limited
    upload storage_full
    upload too_large
    upload-cancel done
    upload-cancel not_found
    upload-chunk conflict
    upload-chunk not_found
    upload-chunk storage_full
    upload-chunk too_large
    upload-finish bad_request
    upload-finish banned
    upload-finish conflict
    upload-finish forbidden
    upload-finish known
    upload-finish not_found
    upload-finish rate_limited
    withdraw done
"""
"""What happens at least once in some hundred days."""


def test_server_and_model_agree_on_all_days_and_days_get_everywhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(database, "TICK_BYTES_BESIDE", TICK_BYTES_BESIDE)
    monkeypatch.setattr(upkeep, "SYNC_MS", SYNC_MS)
    Machine.reached.clear()
    day = settings(settings.default, stateful_step_count=STEPS)
    run_state_machine_as_test(Machine, settings=day)
    expected = _lines(OFTEN) if day.max_examples >= FEW_DAYS else set()
    expected |= _lines(SELDOM) if day.max_examples >= MANY_DAYS else set()
    assert expected - Machine.reached.keys() == set()


def _lines(text: str) -> set[str]:
    return {line.strip() for line in text.strip().splitlines()}
