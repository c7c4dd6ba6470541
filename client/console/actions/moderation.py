"""Reports by anyone, and what administrators do about them."""

from chatd.wire import commands as c

from ..answers import reports_lines
from ..arguments import (
    ban_of,
    no_arguments,
    number_of,
    posts_or_not,
    removal_of,
    report_of,
    user_of,
)
from ..console import Console, now_ms
from ..pages import show_pages
from ..typed import Command
from .table import action


@action("report")
async def report(console: Console, typed: Command) -> None:
    request = report_of(typed.rest, console.renderer.me, here=console.here)
    await console.call(request)
    console.note(f"the administrators are informed; {request.user} won't learn that it was you")


@action("reports")
async def reports(console: Console, typed: Command) -> None:
    no_arguments("reports", typed.rest)

    def show(page: c.OpenReports) -> None:
        console.directory.numbers.listed("report", (report.report for report in page.reports))
        console.show_paged(reports_lines(console.renderer, page.reports, now_ms()))

    await show_pages(console, c.ListReports(), show)


@action("ban")
async def ban(console: Console, typed: Command) -> None:
    banned = await console.call(ban_of(typed.rest))
    until = console.renderer.zone.deadline(banned.until, now_ms())
    console.done(f"{banned.user} can send nothing until {until}")


@action("unban")
async def unban(console: Console, typed: Command) -> None:
    user = user_of("unban", typed.rest)
    await console.call(c.Unban(user))
    console.done(f"{user} can send again")


@action("remove")
async def remove(console: Console, typed: Command) -> None:
    request = removal_of(typed.rest, console.renderer.me, here=console.here)
    await console.call(request)


@action("delete-user")
async def delete_user(console: Console, typed: Command) -> None:
    posts, rest = posts_or_not(typed.rest)
    user = user_of("delete-user", rest)
    await console.call(c.DeleteUser(user, posts))
    console.done(f"{user} no longer has an account{'; the posts go, too' if posts else ''}")


@action("dismiss")
async def dismiss(console: Console, typed: Command) -> None:
    number = number_of("dismiss", typed.rest, "which report? `reports` lists them by number")
    await console.call(c.Dismiss(number))
    console.done(f"report {number} is closed")
