"""The settings of an account: devices, tokens, hooks, password, limits, blocked people, its end."""

import json
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import Locator, expect

from tests.web.conftest import Opens
from tests.web.people import PASSWORD, Person, register, sign_in


def panel(person: Person, name: str) -> Locator:
    """Open a panel of the settings, and return their dialog."""
    dialog = person.page.get_by_role("dialog", name="Settings")
    if not dialog.is_visible():
        person.page.get_by_role("button", name="Settings", exact=True).click()
    dialog.get_by_role("button", name=name, exact=True).click()
    expect(dialog.locator(".panel h3")).to_be_visible()
    return dialog


def test_device_that_is_revoked_is_signed_out_at_once(opens: Opens) -> None:
    ann = register(opens, "ann")
    other = sign_in(opens, "ann")
    devices = panel(ann, "Devices")
    expect(devices.get_by_text("this device")).to_have_count(1)
    revoke = devices.get_by_role("button", name="Revoke: Browser page")
    expect(revoke).to_have_count(1)
    revoke.click()
    devices.get_by_role("button", name="Sure? Revoke: Browser page").click()
    expect(other.page.get_by_label("Password", exact=True)).to_be_visible()
    expect(revoke).to_have_count(0)
    expect(devices.locator(".panel")).to_be_focused()
    ann.page.keyboard.press("Escape")
    ann.write("still here")
    ann.expects("still here")


def test_token_for_a_program_is_shown_once_and_works(opens: Opens) -> None:
    ann = register(opens, "ann")
    devices = panel(ann, "Devices")
    devices.get_by_label("What for").fill("the <b>bot")
    devices.get_by_role("button", name="Create a token").click()
    token = devices.get_by_label("Token", exact=True).input_value()
    request = urllib.request.Request(
        f"{ann.tab.origin}/api/v1/send",
        json.dumps({"text": "from the bot"}).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    expect(devices.get_by_text("the <b>bot")).to_be_visible()
    panel(ann, "Account")
    expect(panel(ann, "Devices").get_by_label("Token", exact=True)).to_have_count(0)
    ann.page.keyboard.press("Escape")
    assert post(request) < 300
    ann.expects("from the bot")


def post(request: urllib.request.Request) -> int:
    """Send a request, and return the status of its answer."""
    with urllib.request.urlopen(request, timeout=10) as answer:
        return int(answer.status)


def test_hook_posts_into_its_room_until_it_is_revoked(opens: Opens) -> None:
    ann = register(opens, "ann")
    hooks = panel(ann, "Hooks")
    hooks.get_by_label("What for").fill("builds")
    hooks.get_by_role("button", name="Create a hook").click()
    address = hooks.get_by_label("Address").input_value()
    assert post(urllib.request.Request(address, b'{"text": "it is green"}')) == 200
    hooks.get_by_role("button", name="Revoke: builds").click()
    hooks.get_by_role("button", name="Sure? Revoke: builds").click()
    expect(hooks.get_by_text("You have none.")).to_be_visible()
    ann.page.keyboard.press("Escape")
    ann.expects("it is green")
    with pytest.raises(urllib.error.HTTPError):
        post(urllib.request.Request(address, b'{"text": "no more"}'))


def test_new_password_keeps_all_tabs_here_and_signs_out_elsewhere(opens: Opens) -> None:
    ann = register(opens, "ann")
    beside = Person(opens("/r/general", beside=ann.tab), "ann")
    ann.write("at first")
    beside.expects("at first")
    other = sign_in(opens, "ann")
    expect(beside.composer).to_be_visible()
    account = panel(ann, "Account")
    account.get_by_label("Current password").fill("wrong")
    account.get_by_label("New password").fill("a better one")
    account.get_by_role("button", name="Change", exact=True).click()
    expect(account.get_by_role("alert")).to_have_text("That isn't your password.")
    account.get_by_label("Current password").fill(PASSWORD)
    account.get_by_role("button", name="Change", exact=True).click()
    expect(account.get_by_text("Your password is changed.")).to_be_visible()
    expect(other.page.get_by_label("Password", exact=True)).to_be_visible()
    ann.page.keyboard.press("Escape")
    ann.write("from here")
    beside.expects("from here")
    beside.write("and from beside")
    ann.expects("and from beside")
    ann.page.reload()
    ann.expects("and from beside")
    sign_in(opens, "ann", "a better one")


def test_account_is_deleted_with_its_posts_by_who_knows_the_password(opens: Opens) -> None:
    ann = register(opens, "ann")
    ben = register(opens, "ben")
    ann.write("gone soon")
    ben.expects("gone soon")
    account = panel(ann, "Account")
    account.get_by_text("Delete the account").click()
    account.get_by_label("Delete what I posted, too").check()
    account.get_by_label("Your password").fill(PASSWORD)
    account.get_by_role("button", name="Delete my account for good").click()
    expect(ann.page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(ben.row("gone soon")).to_have_count(0)
    ann.page.get_by_label("Name").fill("ann")
    ann.page.get_by_label("Password").fill(PASSWORD)
    ann.page.keyboard.press("Enter")
    expect(ann.page.get_by_role("alert")).to_have_text("Wrong name or password.")


def test_blocked_people_are_listed_and_unblocked(opens: Opens) -> None:
    ann = register(opens, "ann")
    ben = register(opens, "ben")
    blocked = panel(ann, "Blocked")
    blocked.get_by_label("Name").fill("Ben")
    blocked.get_by_role("button", name="Block", exact=True).click()
    unblock = blocked.get_by_role("button", name="Unblock: ben")
    expect(unblock).to_be_visible()
    ben.go("ann,ben")
    ben.write("can you read this?")
    expect(ben.pending.get_by_text("One of you has blocked the other.")).to_be_visible()
    unblock.click()
    blocked.get_by_role("button", name="Sure? Unblock: ben").click()
    expect(blocked.get_by_text("You have blocked nobody.")).to_be_visible()


def test_limits_tell_what_is_left_and_why_something_was_refused(opens: Opens) -> None:
    ann = register(opens, "ann")
    blocked = panel(ann, "Blocked")
    blocked.get_by_label("Name").fill("nobody")
    blocked.get_by_role("button", name="Block", exact=True).click()
    expect(blocked.get_by_role("alert")).to_be_visible()
    limits = panel(ann, "Limits")
    row = limits.get_by_role("row").filter(has_text="Devices")
    expect(row.get_by_role("cell").first).to_have_text("1")
    expect(limits.locator(".why")).to_contain_text("block")
    expect(limits.locator(".why")).to_contain_text("There is no such user.")
