"""To post something later."""

from chatd.wire import commands as c
from chatd.wire.rooms import title_of

from ...environment import new_nonce
from ..answers import scheduled_lines
from ..arguments import no_arguments, number_of, text_at
from ..console import Console, now_ms
from ..times import duration
from ..typed import Command
from .table import action


@action("send-at")
async def send_at(console: Console, typed: Command) -> None:
    zone = console.renderer.zone
    when, to, text = text_at(typed.rest, now_ms(), zone.tz)
    request = c.SendAt(when.at_ms, text, console.addressed(to), new_nonce())
    post = await console.call(request)
    if when.remark:
        console.note(when.remark)
    title = title_of(post.room, console.renderer.me)
    console.note(
        f"{post.id} goes to {title} on {zone.full(post.at)}, in {duration(post.at - now_ms())}; "
        f"`cancel {post.id}` takes it back"
    )


@action("scheduled")
async def scheduled(console: Console, typed: Command) -> None:
    no_arguments("scheduled", typed.rest)
    page = await console.call(c.ListScheduled())
    posts = page.posts
    while page.next is not None:
        page = await console.call(c.ListScheduled(page.next))
        posts += page.posts
    console.directory.numbers.listed("id", (post.id for post in posts))
    console.show_paged(scheduled_lines(console.renderer, posts, now_ms()))


@action("cancel")
async def cancel(console: Console, typed: Command) -> None:
    number = number_of("cancel", typed.rest, "which one? `scheduled` lists them by number")
    post = await console.call(c.CancelScheduled(number))
    title = title_of(post.room, console.renderer.me)
    console.done(f"{post.id} does not go to {title} any more")
    console.note(f"{post.id} was: {post.text}")
