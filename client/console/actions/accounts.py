"""Devices and the password."""

from chatd.errors import AuthFailed
from chatd.wire import commands as c

from ... import account
from ...errors import UsageError
from ..answers import devices_lines
from ..arguments import no_arguments, number_of, posts_or_not, token_label
from ..console import Console, now_ms
from ..pages import show_pages
from ..typed import Command
from .table import action


@action("devices")
async def devices(console: Console, typed: Command) -> None:
    no_arguments("devices", typed.rest)

    def show(page: c.Devices) -> None:
        console.directory.numbers.listed("device", (device.device for device in page.devices))
        console.show_paged(devices_lines(console.renderer, page.devices, now_ms()))

    await show_pages(console, c.ListDevices(), show)


@action("token")
async def token(console: Console, typed: Command) -> None:
    made = await console.call(c.TokenCreate(token_label(typed.rest)))
    console.note(f"device {made.device}; its token, shown only this once:")
    console.show(console.renderer.text(made.token))


@action("revoke")
async def revoke(console: Console, typed: Command) -> None:
    number = number_of("revoke", typed.rest, "which device? `devices` lists them by number")
    await console.call(c.Revoke(number))
    console.done(f"device {number} is logged out")


@action("password")
async def password(console: Console, typed: Command) -> None:
    no_arguments("password", typed.rest)
    old = await _secret(console, "Current password: ")
    new = await _secret(console, "New password: ")
    if await _secret(console, "Repeat it: ") != new:
        raise UsageError(
            "the two new passwords differ\nnothing was changed; `password` starts again"
        )
    keyring = console.keyring
    try:
        changed = await account.change_password(console.server, old, new, keyring.label)
    except AuthFailed:
        raise UsageError("that is not your current password\nnothing was changed") from None
    keyring.keep(changed.name, changed.token)
    console.note("the password is changed; every other device has to log in again")


@action("delete-account")
async def delete_account(console: Console, typed: Command) -> None:
    posts, rest = posts_or_not(typed.rest)
    no_arguments("delete-account", rest)
    what = "your account and all that you posted" if posts else "your account"
    password = await _secret(console, f"Password, to delete {what} for good: ")
    try:
        await account.delete_account(console.server, password, posts)
    except AuthFailed:
        raise UsageError("that is not your password\nnothing was changed") from None
    console.keyring.forget(console.renderer.me)
    console.editor.end(0)


async def _secret(console: Console, question: str) -> str:
    answer = await console.editor.ask(question)
    if not answer:
        raise UsageError("nothing was changed")
    return answer


@action("logout")
async def logout(console: Console, typed: Command) -> None:
    no_arguments("logout", typed.rest)
    await account.log_out(console.server)
    console.keyring.forget(console.renderer.me)
    console.editor.end(0)
