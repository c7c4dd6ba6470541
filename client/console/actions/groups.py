"""Private rooms."""

from chatd.wire import commands as c
from chatd.wire.rooms import GENERAL, title_of

from ...web import join_address
from ..arguments import no_arguments, number_of
from ..console import Console, now_ms
from ..directory import mapped
from ..group_answers import (
    asked_lines,
    invitations_lines,
    links_lines,
    members_lines,
    requests_lines,
)
from ..group_arguments import (
    link_to_make,
    one_word,
    room_and_number,
    room_and_user,
    what_to_join,
)
from ..pages import show_pages
from ..typed import Command
from .table import action


@action("create")
async def create(console: Console, typed: Command) -> None:
    title = one_word("create", typed.rest, "what should it be called? one word")
    group = await console.call(c.Create(title))
    title = title_of(group.room, console.renderer.me)
    console.note(
        f"{title} is yours: `invite {title} NAME` lets somebody in, `link {title}` lets others "
        f"ask, `talk {title}` sends plain lines there"
    )


@action("invite")
async def invite(console: Console, typed: Command) -> None:
    room, user = room_and_user("invite", typed.rest)
    await console.call(c.Invite(room, user))
    console.note(f"{user} is invited")


@action("join")
async def join(console: Console, typed: Command) -> None:
    wanted = what_to_join(typed.rest)
    if wanted.room is not None and mapped(wanted.room) == GENERAL:
        console.note("you are in general, as everybody is: `talk general` sends plain lines there")
        return
    joined = await console.call(wanted)
    if joined.room is None:
        console.note(f"request {joined.request} waits for the room's owner")
        return
    console.directory.add_room(joined.room)
    title = title_of(joined.room, console.renderer.me)
    console.note(f"you are in {title}: `talk {title}` sends plain lines there")


@action("withdraw")
async def withdraw(console: Console, typed: Command) -> None:
    request = number_of("withdraw", typed.rest, "which request? `invitations` lists them by number")
    await console.call(c.Withdraw(request))
    console.note(f"request {request} is withdrawn")


@action("invitations")
async def invitations(console: Console, typed: Command) -> None:
    no_arguments("invitations", typed.rest)

    def show(page: c.Invitations) -> None:
        for invitation in page.invitations:
            console.directory.add_room(invitation.room)
        console.show(invitations_lines(console.renderer, page.invitations, now_ms()))
        if page.next is None:
            console.directory.numbers.listed("request", (asked.request for asked in page.asked))
            console.show_paged(asked_lines(console.renderer, page.asked, now_ms()))

    request = c.ListInvitations(limit=console.page_rows)
    await show_pages(console, request, show)


@action("members")
async def members(console: Console, typed: Command) -> None:
    room = one_word("members", typed.rest, "of which room?")

    def above(page: c.Members) -> None:
        console.note(f"{page.count} in {title_of(page.room, console.renderer.me)}")

    def show(page: c.Members) -> None:
        console.directory.add(member.name for member in page.members)
        console.show(members_lines(console.renderer, page.members))

    request = c.ListMembers(room, limit=console.page_rows)
    await show_pages(console, request, show, above)


@action("leave")
async def leave(console: Console, typed: Command) -> None:
    room = one_word("leave", typed.rest, "which room?")
    await console.call(c.Leave(room))


@action("link")
async def link(console: Console, typed: Command) -> None:
    made = await console.call(link_to_make(typed.rest, now_ms()))
    title = title_of(made.room, console.renderer.me)
    console.note(f"link {made.number} to {title}, shown only this once; type this to ask to join:")
    console.show(console.renderer.text(f"join {made.link}"))
    console.note("or open this in a browser, which says how:")
    console.show(console.renderer.address(join_address(console.server.web_address, made.link)))


@action("links")
async def links(console: Console, typed: Command) -> None:
    room = one_word("links", typed.rest, "of which room?")
    answer = await console.call(c.ListLinks(room))
    console.show_paged(links_lines(console.renderer, answer.links, now_ms()))


@action("unlink")
async def unlink(console: Console, typed: Command) -> None:
    room, link = room_and_number(
        "unlink", typed.rest, "which link of which room? `links` lists them by number"
    )
    await console.call(c.Unlink(room, link))
    console.note(f"link {link} is revoked")


@action("requests")
async def requests(console: Console, typed: Command) -> None:
    room = one_word("requests", typed.rest, "") if typed.rest.strip() else None

    def show(page: c.Requests) -> None:
        console.directory.add(request.name for request in page.requests)
        console.show(requests_lines(console.renderer, page.requests, now_ms()))

    request = c.ListRequests(room, limit=console.page_rows)
    await show_pages(console, request, show)


@action("approve")
async def approve(console: Console, typed: Command) -> None:
    room, user = room_and_user("approve", typed.rest)
    await console.call(c.Approve(room, user))


@action("deny")
async def deny(console: Console, typed: Command) -> None:
    room, user = room_and_user("deny", typed.rest)
    await console.call(c.Deny(room, user))


@action("kick")
async def kick(console: Console, typed: Command) -> None:
    room, user = room_and_user("kick", typed.rest)
    await console.call(c.Kick(room, user))
    console.note(f"{user} was removed")


@action("transfer")
async def transfer(console: Console, typed: Command) -> None:
    room, user = room_and_user("transfer", typed.rest)
    await console.call(c.Transfer(room, user))
