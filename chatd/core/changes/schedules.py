"""Schedules."""

from chatd.core import events as e
from chatd.core.changes.base import changes
from chatd.core.changes.posts import keep_receipt
from chatd.core.memory import Memory
from chatd.core.model import Scheduled
from chatd.core.receipts import Receipt
from chatd.wire import entries


@changes(e.PostScheduled)
def post_scheduled(memory: Memory, event: e.PostScheduled) -> None:
    author = memory.users[event.name]
    author.schedules_made = event.number
    author.scheduled[event.number] = Scheduled(
        event.number, event.at, event.room, event.text, mentions=event.mentions
    )
    if event.nonce:
        receipt = Receipt(event.digest, event.room, event.number, event.ts)
        keep_receipt(author, event.nonce, receipt)
    memory.tell(
        event.name, entries.Scheduled, event.ts, id=event.number, at=event.at, to=event.room
    )


@changes(e.ScheduleCancelled)
def schedule_cancelled(memory: Memory, event: e.ScheduleCancelled) -> None:
    post = memory.users[event.name].scheduled.pop(event.number)
    memory.tell(event.name, entries.Cancelled, event.ts, id=post.number, to=post.room)


@changes(e.ScheduleSent)
def schedule_sent(memory: Memory, event: e.ScheduleSent) -> None:
    author = memory.users[event.name]
    post = author.scheduled.pop(event.number)
    if event.held:
        author.window_for(post.room).spend_held(event.reset_at)


@changes(e.SchedulesHeld)
def schedules_held(memory: Memory, event: e.SchedulesHeld) -> None:
    scheduled = memory.users[event.name].scheduled
    for number in event.numbers:
        scheduled[number].held_until_ms = event.until
        scheduled[number].held_by = event.by
    memory.tell(
        event.name, entries.Held, event.ts, ids=event.numbers, until=event.until, by=event.by
    )


@changes(e.ScheduleFailed)
def schedule_failed(memory: Memory, event: e.ScheduleFailed) -> None:
    scheduled = memory.users[event.name].scheduled
    post = scheduled[event.number]
    if event.kept:
        post.held_until_ms, post.held_by = 0, ""
        post.failed_by, post.reason, post.failed_ms = event.code, event.reason, event.ts
    else:
        del scheduled[event.number]
    memory.tell(
        event.name,
        entries.Failed,
        event.ts,
        id=post.number,
        to=post.room,
        code=event.code,
        reason=event.reason,
        text=post.text,
    )
