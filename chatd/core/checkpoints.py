"""Checkpoints: when what somebody has read is gone for that reader.

A checkpoint knows when its entries were read, so that another LIFETIME_MESSAGES can be counted
from there, and when they are gone by the present one, so that looking needs no settings.
"""

import msgspec

CHECKPOINTS_PER_LIFETIME = 12
"""They are so far apart that a member needs a dozen or so, whatever the traffic."""
CHECKPOINTS_MAX = 32
"""More come only of a lifetime that changed, or that never ends: then the older are thinned out."""
NEVER_MS = 10_000 * 366 * 86_400_000
"""A lifetime without end, as a number."""
NEVER_STEP_MS = 60_000


class Checkpoint(
    msgspec.Struct,
    frozen=True,
    array_like=True,
    order=True,
    gc=False,
    forbid_unknown_fields=True,
):
    """From `due_ms` on what was read up to `seq`, the last of it at `read_ms`, is gone.

    read_ms: 0 where an older version did not note it.
    """

    due_ms: int
    seq: int
    read_ms: int = 0


def due_ms(read_ms: int, lifetime_ms: int) -> int:
    """Return when an entry that was read at `read_ms` is gone for its reader.

    It is rounded up, so that many readers are done at the same times. lifetime_ms 0 is never.
    """
    span_ms, step_ms = NEVER_MS, NEVER_STEP_MS
    if lifetime_ms:
        span_ms, step_ms = lifetime_ms, max(1, lifetime_ms // CHECKPOINTS_PER_LIFETIME)
    return -(-(read_ms + span_ms) // step_ms) * step_ms


def append(checkpoints: list[Checkpoint], due: int, seq: int, read_ms: int) -> None:
    """Take what was read last, which is gone later than all that was read before."""
    checkpoints.append(Checkpoint(due, seq, read_ms))
    if len(checkpoints) > CHECKPOINTS_MAX:
        _thin_out(checkpoints)


def _thin_out(checkpoints: list[Checkpoint]) -> None:
    """Drop one of them: what it stood for goes with the next, late by a small part of its age."""
    newest_ms = checkpoints[-1].due_ms
    late = [
        (after.due_ms - before.due_ms) / (newest_ms - before.due_ms)
        for before, after in zip(checkpoints, checkpoints[2:], strict=False)
    ]
    del checkpoints[late.index(min(late)) + 1]


def dated_anew(
    checkpoints: list[Checkpoint], before_ms: int | None, lifetime_ms: int, now_ms: int
) -> list[Checkpoint]:
    """Return checkpoints for another lifetime. before_ms: the one up to now, None if unknown."""
    dated: list[Checkpoint] = []
    next_ms = latest_ms = due_ms(now_ms, lifetime_ms)
    for old in reversed(checkpoints):
        if old.read_ms:
            due = due_ms(old.read_ms, lifetime_ms)
        elif before_ms:  # rounded up when it was read, so a little late
            due = due_ms(old.due_ms - before_ms, lifetime_ms)
        else:
            due = old.due_ms if lifetime_ms else latest_ms
        if not dated or due < next_ms:
            next_ms = min(due, latest_ms)
            dated.append(Checkpoint(next_ms, old.seq, old.read_ms))
    dated.reverse()
    return dated
