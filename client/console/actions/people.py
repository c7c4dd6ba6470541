"""Who has an account."""

from chatd.wire import commands as c

from ..answers import people_lines
from ..arguments import prefix_of
from ..console import Console
from ..pages import show_pages
from ..typed import Command
from .table import action


@action("people")
async def people(console: Console, typed: Command) -> None:
    prefix = prefix_of("people", typed.rest)

    def show(page: c.People) -> None:
        console.directory.add(person.name for person in page.people)
        console.show(people_lines(console.renderer, page.people))

    await show_pages(console, c.ListPeople(prefix, limit=console.page_rows), show)
