"""What the server answers to a question, as lines."""

from collections import Counter
from collections.abc import Mapping, Sequence

from chatd.wire import commands as c
from chatd.wire.rooms import title_of
from chatd.wire.sizes import size_text

from .announcements import warnings_text
from .render import Renderer
from .safe_text import safe
from .schedule_words import held_text
from .styled import Line
from .wrapping import cut, width_of

COLUMN_GAP = 2
NAMES_IN_STATUS = 20
LAST_COLUMNS_MAX = 40
"""So much of what was said last in a room stands in the list of rooms."""
SCHEDULED_COLUMNS_MAX = 200
"""So much of a scheduled text stands in the list of them."""


def status_lines(renderer: Renderer, status: c.StatusResult) -> list[Line]:
    """Return the user's own state."""
    device = f"device {status.device}" if status.device else "a device without a token"
    role = ", administrator" if status.administrator else ""
    in_all = f"{_count(status.devices, 'device')}, {_count(status.connections, 'connection')}"
    rows = [
        ("you", f"{called(status.name, status.display_name)}{role}, on {device}; {in_all} in all"),
        ("general", _left(renderer, status.general, status.now)),
        ("private", _left(renderer, status.private, status.now)),
        *_standing(renderer, status),
        *_waiting(status),
        ("unread", _unread(renderer, status)),
        ("online", _online(status)),
        ("quotas", _quotas(status.quotas)),
        ("time", f"{renderer.zone.clock(status.now)} here; the server is in {status.time_zone}"),
    ]
    return renderer.fields(rows)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number != 1 else ''}"


def _left(renderer: Renderer, allowance: c.Allowance, now_ms: int) -> str:
    if not allowance.limit:
        return "as many messages as you like"
    left = f"{allowance.left} of {allowance.limit} messages left"
    if allowance.reset_at is None:
        return left
    return f"{left} until {renderer.zone.deadline(allowance.reset_at, now_ms)}"


def _standing(renderer: Renderer, status: c.StatusResult) -> list[tuple[str, str]]:
    """Return the rows about warnings, and a ban and scheduled texts, where there are any."""
    rows = []
    if status.warnings or status.warnings_limit:
        rows.append(("warnings", warnings_text(status.warnings, status.warnings_limit)))
    if status.banned_until is not None:
        until = renderer.zone.deadline(status.banned_until, status.now)
        rows.append(("banned", f"you can send nothing until {until}{_ban_rule(status)}"))
    if status.failed:
        rows.append(("not posted", f"{status.failed} scheduled texts failed: `scheduled`"))
    if status.scheduled:
        held = f", of which {status.held} held" if status.held else ""
        rows.append(("scheduled", f"{status.scheduled}{held}"))
    return rows


def _ban_rule(status: c.StatusResult) -> str:
    """Return why the user is banned; "" where the server is too old to tell."""
    if status.banned_by == "administrator":
        said = f": {status.ban_reason}" if status.ban_reason else ""
        return f"; an administrator says so{said}"
    return "; other users have warned you" if status.banned_by else ""


def scheduled_lines(renderer: Renderer, posts: list[c.ScheduledPost], now_ms: int) -> list[Line]:
    """Return what waits to be posted, the next one first."""
    rows = []
    for post in sorted(posts, key=lambda post: (post.at, post.id)):
        title = title_of(post.room, renderer.me)
        text = cut(safe(post.text), SCHEDULED_COLUMNS_MAX)
        rows.append((str(post.id), f"{renderer.zone.full(post.at)}, to {title}: {text}"))
        if post.held_until is not None:
            until = renderer.zone.deadline(post.held_until, now_ms)
            rows.append(("", f"held: {held_text(post.held_by, until)}"))
        if post.failed:
            rows.append(("", f"not posted: {safe(post.reason)}; `cancel {post.id}` removes it"))
    return renderer.fields(rows) or renderer.note("nothing is scheduled")


def _waiting(status: c.StatusResult) -> list[tuple[str, str]]:
    """Return the rows about private rooms where somebody waits."""
    rows = []
    if status.invitations:
        rows.append(("invited", f"to {status.invitations} private rooms: `invitations`"))
    if status.requests:
        rows.append(("asked", f"by {status.requests} who want to join your rooms: `requests`"))
    return rows


def _quotas(quotas: list[c.Quota]) -> str:
    """Return what the user has some of, or may have none of; of the rest there is enough."""
    shown = [_quota(quota) for quota in quotas if quota.used or quota.limit == 0]
    return ", ".join(shown) or "nothing used"


def _quota(quota: c.Quota) -> str:
    is_size = quota.what == "file_bytes"
    what = "files" if is_size else quota.what.replace("_", " ")
    used, *limit = (size_text(n) if is_size else str(n) for n in _counts(quota))
    return " of ".join([f"{what} {used}", *limit])


def _counts(quota: c.Quota) -> list[int]:
    return [quota.used] if quota.limit is None else [quota.used, quota.limit]


def why_lines(renderer: Renderer, why: c.Explanation, now_ms: int) -> list[Line]:
    """Return why something was refused."""
    since = renderer.zone.moment(why.ts, now_ms)
    rows = [("refused", f"{why.method} at {since}: {why.message}"), ("rule", why.rule)]
    if why.setting is not None:
        rows.append(("setting", f"{why.setting} = {why.value}"))
    elif why.value is not None:
        rows.append(("limit", f"{why.value}, which is not a setting"))
    if why.until is not None:
        over = "it is over" if why.until <= now_ms else renderer.zone.deadline(why.until, now_ms)
        rows.append(("until", over))
    return renderer.fields(rows)


def _unread(renderer: Renderer, status: c.StatusResult) -> str:
    rooms = [(title_of(r.room, renderer.me), r.unread) for r in status.rooms if r.unread]
    shown = ", ".join(f"{title} {count}" for title, count in rooms)
    return f"{shown}{' and more' if status.rooms_more else ''}" or "nothing"


def _online(status: c.StatusResult) -> str:
    names = status.online_names[:NAMES_IN_STATUS]
    more = status.online - len(names)
    listed = ", ".join(names) + (f" and {more} more" if more > 0 else "")
    return f"{status.online}: {listed}"


def names_lines(
    renderer: Renderer, names: list[str], display_names: Mapping[str, str] | None = None
) -> list[Line]:
    """Return names in as many columns as the screen has room for, read downwards."""
    called_by = display_names or {}
    if not names:
        return renderer.note("nobody")
    cells = [(name, called(name, called_by.get(name, ""))) for name in names]
    width = max(width_of(label) for _, label in cells) + COLUMN_GAP
    count = max(1, (renderer.width - 3) // width)
    rows = -(-len(names) // count)
    return [_row(renderer, cells[at::rows], width) for at in range(rows)]


def called(name: str, display_name: str) -> str:
    """Return a user's name, with the display name behind it if there is one."""
    return f"{safe(name)} ({safe(display_name)})" if display_name else safe(name)


def people_lines(renderer: Renderer, people: list[c.Person]) -> list[Line]:
    """Return names, each with whether its user is online."""
    rows = [
        (called(person.name, person.display_name), "online" if person.online else "")
        for person in people
    ]
    return renderer.fields(rows) or renderer.note("nobody")


def _row(renderer: Renderer, cells: list[tuple[str, str]], width: int) -> Line:
    line: Line = [("", "  ")]
    for name, label in cells:
        line += renderer.name(name)
        line.append(("", label.removeprefix(safe(name)) + " " * (width - width_of(label))))
    return line


def rooms_lines(renderer: Renderer, rooms: Sequence[c.RoomStatus]) -> list[Line]:
    """Return rooms with how much is in them, and what was said last where that is known."""
    titles = Counter(title_of(room.room, renderer.me) for room in rooms)
    rows = []
    for room in rooms:
        title = title_of(room.room, renderer.me)
        rows.append((safe(title if titles[title] == 1 else room.room), _room(room)))
    return renderer.fields(rows)


def _room(room: c.RoomStatus) -> str:
    if not room.last_seq:
        return "empty"
    unread = f"{room.unread} unread" if room.unread else "all read"
    mentions = f", {room.mentions} mentioning you" if room.mentions else ""
    marked = f", marked from #{room.unread_from}" if room.unread_from else ""
    muted = ", muted" if room.muted else ""
    return f"up to #{room.last_seq}, {unread}{mentions}{marked}{muted}{_last(room)}"


def _last(room: c.RoomStatus) -> str:
    last = room.last if isinstance(room, c.RoomOverview) else None
    return "" if last is None else f"; {last.author}: {cut(safe(last.text), LAST_COLUMNS_MAX)}"


def threads_lines(renderer: Renderer, threads: list[c.ThreadStatus], now_ms: int) -> list[Line]:
    """Return threads by the numbers of the entries that they began with."""
    rows = []
    for thread in threads:
        begin = f"{thread.author}: {thread.text}" if thread.text else "(gone)"
        unread = f", {thread.unread} unread" if thread.unread else ""
        last = renderer.zone.moment(thread.last_at, now_ms)
        comments = _count(thread.comments, "comment")
        rows.append((f"#{thread.root}", begin))
        rows.append(("", f"{comments}{unread}; the last, #{thread.last_comment}, {last}"))
    return renderer.fields(rows)


def reports_lines(renderer: Renderer, reports: list[c.OpenReport], now_ms: int) -> list[Line]:
    """Return reports by their numbers, each with the entry that it is about."""
    rows = []
    for report in reports:
        since = renderer.zone.moment(report.ts, now_ms)
        text = f"{report.reporter} on {report.user}, {since}: {report.reason}"
        rows.append((str(report.report), text))
        if report.in_room:
            quote = report.quote or "(gone)"
            rows.append(("", f"{report.in_room}#{report.in_seq} {report.user}: {quote}"))
    return renderer.fields(rows) or renderer.note("there are no open reports")


def hooks_lines(renderer: Renderer, hooks: list[c.HookState], now_ms: int) -> list[Line]:
    """Return hooks by their numbers."""
    rows = []
    for hook in hooks:
        since = renderer.zone.moment(hook.created, now_ms)
        room = title_of(hook.room, renderer.me)
        rows.append((str(hook.hook), f"{hook.label}, into {room}, since {since}"))
        if hook.refused_at is not None:
            when = renderer.zone.moment(hook.refused_at, now_ms)
            rows.append(("", f"its last post was refused, {when}: {hook.refused}"))
    return renderer.fields(rows) or renderer.note("you have no hooks; `hook` makes one")


def devices_lines(renderer: Renderer, devices: list[c.Device], now_ms: int) -> list[Line]:
    """Return devices by their numbers."""
    rows = []
    for device in devices:
        since = renderer.zone.moment(device.created, now_ms)
        this = ", this one" if device.current else ""
        rows.append((str(device.device), f"{device.label}, since {since}{this}"))
    return renderer.fields(rows) or renderer.note("no devices are logged in")
