"""Quotas: what a user may have of everything that is bounded, wherever the bound is."""

from chatd.config import Settings
from chatd.core.idempotency import NONCES_MAX
from chatd.core.model import User
from chatd.core.state import State
from chatd.handlers.blocking import BLOCKED_MAX
from chatd.handlers.destinations import ROOMS_OPENED_MAX
from chatd.handlers.files import UPLOADS_MAX, uploads_of
from chatd.handlers.hooks import HOOKS_MAX
from chatd.handlers.joining import ASKED_MAX, INVITED_MAX
from chatd.handlers.moderation import REPORTS_PER_DAY, reported_lately
from chatd.handlers.schedules import SCHEDULED_MAX
from chatd.wire import commands as c


def quotas_of(state: State, settings: Settings, user: User, now_ms: int) -> list[c.Quota]:
    """Return what a user has, and may have."""
    uploads = uploads_of(state, user)
    file_bytes = user.file_bytes + sum(upload.claimed_bytes for upload in uploads)
    return [
        c.Quota("file_bytes", file_bytes, settings.file_quota_bytes or None),
        c.Quota("uploads", len(uploads), UPLOADS_MAX),
        c.Quota("scheduled", len(user.scheduled), SCHEDULED_MAX),
        c.Quota("nonces", len(user.nonces or ()), NONCES_MAX),
        c.Quota("private_rooms", len(state.groups_of(user.name)), settings.groups_max),
        c.Quota("invitations", len(user.invitations), INVITED_MAX),
        c.Quota("requests_to_join", len(user.asked), ASKED_MAX),
        c.Quota("conversations_begun", user.rooms_opened, ROOMS_OPENED_MAX),
        c.Quota("blocked", len(user.blocked), BLOCKED_MAX),
        c.Quota("reports_today", len(reported_lately(user, now_ms)), REPORTS_PER_DAY),
        c.Quota("hooks", len(user.hooks), HOOKS_MAX),
        c.Quota("reactions", user.reacted.used(now_ms), settings.limit_reactions or None),
        c.Quota("devices", len(user.devices), settings.devices_max),
    ]
