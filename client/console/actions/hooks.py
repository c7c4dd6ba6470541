"""Hooks."""

from chatd.wire import commands as c

from ...web import hook_address
from ..answers import hooks_lines
from ..arguments import no_arguments, number_of, room_and_label
from ..console import Console, now_ms
from ..typed import Command
from .table import action


@action("hook")
async def hook(console: Console, typed: Command) -> None:
    room, label = room_and_label(typed.rest)
    made = await console.call(c.MakeHook(room, label))
    address = hook_address(console.server.web_address, made.token)
    console.note(f"hook {made.hook} accepts what Slack's webhooks do; shown only this once:")
    console.show(console.renderer.address(address))


@action("hooks")
async def hooks(console: Console, typed: Command) -> None:
    no_arguments("hooks", typed.rest)
    answer = await console.call(c.ListHooks())
    console.directory.numbers.listed("hook", (hook.hook for hook in answer.hooks))
    console.show_paged(hooks_lines(console.renderer, answer.hooks, now_ms()))


@action("unhook")
async def unhook(console: Console, typed: Command) -> None:
    number = number_of("unhook", typed.rest, "which hook? `hooks` lists them by number")
    await console.call(c.Unhook(number))
    console.done(f"hook {number} is revoked")
