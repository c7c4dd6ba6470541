"""One's own status and rooms, and who is online."""

from chatd.wire import commands as c

from ..answers import names_lines, rooms_lines, status_lines, why_lines
from ..arguments import no_arguments
from ..console import Console, now_ms
from ..pages import show_pages
from ..typed import Command
from .table import action


@action("status")
async def status(console: Console, typed: Command) -> None:
    no_arguments("status", typed.rest)
    answer = await console.call(c.Status())
    console.learn(answer)
    console.show(status_lines(console.renderer, answer))


@action("why")
async def why(console: Console, typed: Command) -> None:
    no_arguments("why", typed.rest)
    answer = await console.call(c.Why())
    console.show(why_lines(console.renderer, answer, now_ms()))


@action("rooms")
async def rooms(console: Console, typed: Command) -> None:
    no_arguments("rooms", typed.rest)

    def show(page: c.RoomList) -> None:
        for room in page.rooms:
            console.directory.add_room(room.room)
        console.show(rooms_lines(console.renderer, page.rooms))

    await show_pages(console, c.ListRooms(limit=console.page_rows), show)


@action("unread")
async def unread(console: Console, typed: Command) -> None:
    no_arguments("unread", typed.rest)

    def above(page: c.Rooms) -> None:
        if not page.rooms and page.next is None:
            console.note("everything is read")

    def show(page: c.Rooms) -> None:
        console.show(rooms_lines(console.renderer, page.rooms))

    await show_pages(console, c.ListUnread(limit=console.page_rows), show, above)


@action("who")
async def who(console: Console, typed: Command) -> None:
    no_arguments("who", typed.rest)

    def above(page: c.Names) -> None:
        console.note(f"{page.count} online")

    def show(page: c.Names) -> None:
        console.directory.add(page.names)
        console.show(names_lines(console.renderer, page.names, page.display_names))

    await show_pages(console, c.Who(), show, above)
