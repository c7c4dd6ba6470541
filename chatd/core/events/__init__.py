"""Events: facts in the past tense, all that ever changes the state.

An event carries everything its `apply` needs, deadlines included, so that replaying it
needs no handler, no clock and no setting. `ts` and all deadlines are ms UTC; a deadline of 0
is never. On disk the events of a tick are one msgpack array of tagged arrays. Tags and fields
belong to the store's format (`chatd.disk.formats`): any change of them is another format, and a
field that is added stands at the end, with a default for what was written before.

There is a module for each feature. `apply` stands with each event, and never refuses: what an event
says has been checked by the handler that made it, and an exception there is a bug that ends the
process before anything leaves. `apply` is called by `State.apply` only.
"""

from chatd.core.events.account_deletion import *
from chatd.core.events.accounts import *
from chatd.core.events.accounts import arm_unused
from chatd.core.events.base import *
from chatd.core.events.base import Event, EventDecoder, kinds
from chatd.core.events.blocking import *
from chatd.core.events.clock import *
from chatd.core.events.comments import *
from chatd.core.events.cursors import *
from chatd.core.events.display_names import *
from chatd.core.events.expiry import *
from chatd.core.events.files import *
from chatd.core.events.files import arm_upload
from chatd.core.events.groups import *
from chatd.core.events.hooks import *
from chatd.core.events.marks import *
from chatd.core.events.messages import *
from chatd.core.events.messages import arm_limits, arm_nonces
from chatd.core.events.moderation import *
from chatd.core.events.moderation import arm_ban
from chatd.core.events.pins import *
from chatd.core.events.reactions import *
from chatd.core.events.revisions import *
from chatd.core.events.schedules import *
from chatd.core.events.schedules import arm_post
from chatd.core.events.store import *
from chatd.core.state import State
from chatd.core.tick import TickChanges

EVENTS: tuple[type[Event], ...] = tuple(kinds(Event))
"""Every kind of event there is."""

_decoder = EventDecoder(EVENTS)


def decode_events(body: bytes) -> list[Event]:
    """Return the events of a journal record.

    Raises msgspec.DecodeError if the body, whole by its checksum, holds what is unknown here.
    """
    return _decoder.decode(body)


def arm_all(state: State, now_ms: int, changes: TickChanges) -> None:
    """Set the timers of all that the state holds, as after a start."""
    for user in state.users.values():
        arm_unused(user, changes)
        arm_limits(user, changes)
        arm_nonces(user, changes)
        if user.banned_until_ms:
            arm_ban(user, changes)
        for post in user.scheduled.values():
            arm_post(user, post, changes)
    for upload in state.uploads.values():
        arm_upload(upload, changes)
    if state.erasing:
        changes.timers["erase", ""] = now_ms
