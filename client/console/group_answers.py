"""What the server answers about private rooms, as lines."""

from chatd.wire import commands as c
from chatd.wire.rooms import title_of

from .answers import called
from .render import Renderer
from .safe_text import safe
from .styled import Line

_ROLES = {c.Role.OWNER: "owner", c.Role.MEMBER: "member", c.Role.INVITED: "invited"}


def members_lines(renderer: Renderer, members: list[c.GroupMember]) -> list[Line]:
    """Return who is in a room, and as what."""
    return renderer.fields([(_called(member), _ROLES[member.role]) for member in members])


def _called(member: c.GroupMember) -> str:
    return called(member.name, member.display_name)


def invitations_lines(
    renderer: Renderer, invitations: list[c.Invitation], now_ms: int
) -> list[Line]:
    """Return where a user is invited."""
    rows = []
    for one in invitations:
        title, when = title_of(one.room, renderer.me), renderer.zone.moment(one.ts, now_ms)
        rows.append((safe(title), f"{one.by} invited you, {when}: `join {title}`"))
    return renderer.fields(rows) or renderer.note("you have no invitations")


def asked_lines(renderer: Renderer, asked: list[c.Asked], now_ms: int) -> list[Line]:
    """Return what a user asked by links and nobody has answered."""
    rows = []
    for one in asked:
        when = renderer.zone.moment(one.ts, now_ms)
        rows.append((f"request {one.request}", f"to join a room, {when}: it waits"))
    return renderer.fields(rows)


def requests_lines(renderer: Renderer, requests: list[c.JoinRequest], now_ms: int) -> list[Line]:
    """Return who asks to join rooms of the user."""
    rows = []
    for one in requests:
        title, when = title_of(one.room, renderer.me), renderer.zone.moment(one.ts, now_ms)
        rows.append((safe(one.name), f"asks to join {title}, {when}: `approve {title} {one.name}`"))
    return renderer.fields(rows) or renderer.note("nobody asks to join")


def links_lines(renderer: Renderer, links: list[c.LinkState], now_ms: int) -> list[Line]:
    """Return the links of a room by their numbers."""
    rows = [(str(link.number), _link(renderer, link, now_ms)) for link in links]
    return renderer.fields(rows) or renderer.note("the room has no link")


def _link(renderer: Renderer, link: c.LinkState, now_ms: int) -> str:
    made = f"made {renderer.zone.moment(link.created, now_ms)}"
    uses = "any number of uses" if link.uses_left is None else _uses(link.uses_left)
    if link.expires_at is None:
        return f"{made}, {uses}"
    return f"{made}, {uses}, until {renderer.zone.deadline(link.expires_at, now_ms)}"


def _uses(count: int) -> str:
    return f"{count} use{'s' if count != 1 else ''} left"
