"""Scheduled messages in the page: sent when their time comes, or taken back, and never lost."""

import time

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.client import Client, connect
from tests.e2e.server import ServerProcess
from tests.web.conftest import Opens
from tests.web.people import PASSWORD, Person, register

SOON_MS = 1_500


def scheduled(person: Person) -> Locator:
    """What the dialog lists."""
    return person.page.locator(".scheduled li")


def open_dialog(person: Person) -> None:
    """Ask for what is scheduled."""
    person.page.get_by_role("button", name="Scheduled messages").click()
    expect(person.page.get_by_role("dialog", name="Scheduled messages")).to_be_visible()


def schedule_soon(client: Client, text: str, to: str = "general") -> None:
    """Schedule a text to go out in a moment."""
    at = int(time.time() * 1000) + SOON_MS
    client.call("send-at", at=at, text=text, to=to)


def test_text_is_scheduled_listed_and_taken_back_behind_what_was_written(
    opens: Opens, server: ServerProcess
) -> None:
    ann = register(opens, "ann", timezone_id="Asia/Kathmandu")
    ann.composer.fill("good *morning*")
    open_dialog(ann)
    ann.page.get_by_role("button", name="Tomorrow, 09:00").click()
    ann.page.get_by_role("button", name="Schedule", exact=True).click()
    expect(ann.page.get_by_text("It will be sent: Tomorrow, 09:00")).to_be_focused()
    expect(scheduled(ann)).to_contain_text("good *morning*")
    with connect(server.port) as client:
        client.login("ann", PASSWORD)
        (post,) = client.call("scheduled")["posts"]
    assert post["at"] % 3_600_000 == 15 * 60_000, "9:00 is 3:15 UTC there"
    ann.page.keyboard.press("Escape")
    expect(ann.composer).to_have_value("")
    ann.composer.fill("a draft")
    open_dialog(ann)
    ann.page.get_by_role("button", name="Take back").click()
    expect(ann.composer).to_have_value("a draft\ngood *morning*")
    expect(ann.composer).to_be_focused()
    open_dialog(ann)
    expect(ann.page.get_by_text("Nothing is scheduled.")).to_be_visible()


def test_what_is_posted_or_fails_shows_at_once_and_says_why(
    opens: Opens, server: ServerProcess
) -> None:
    ann = register(opens, "ann")
    ben = register(opens, "ben")
    open_dialog(ann)
    with connect(server.port) as client, connect(server.port) as other:
        client.login("ann", PASSWORD)
        other.login("ben", PASSWORD)
        schedule_soon(client, "to all")
        schedule_soon(client, "to ben only", to="ben")
        expect(scheduled(ann)).to_have_count(2)
        other.call("block", user="ann")
    ben.expects("to all")
    expect(scheduled(ann)).to_have_count(1)
    expect(scheduled(ann).locator(".failure")).to_contain_text("accepts nothing from you")
    ann.page.get_by_role("button", name="Take back").click()
    expect(ann.composer).to_have_value("to ben only")


@pytest.mark.parametrize("server", [{"ADMINS": "root", "LIMIT_MESSAGES": "1"}], indirect=True)
def test_what_may_not_be_posted_yet_is_held_and_says_until_when(
    opens: Opens, server: ServerProcess
) -> None:
    ann = register(opens, "ann")
    with connect(server.port) as client, connect(server.port) as root:
        client.login("ann", PASSWORD)
        root.login("root")
        schedule_soon(client, "at last")
        root.call("ban", user="ann", hours=1, reason="too loud")
        note = ann.page.locator(".note").filter(has_text="Scheduled messages are held back until")
        expect(note).to_be_visible()
        open_dialog(ann)
        expect(scheduled(ann).locator(".failure")).to_contain_text("You are banned; it is tried")
        root.call("unban", user="ann")
        ann.expects("at last")
        expect(scheduled(ann)).to_have_count(0)
    ann.page.keyboard.press("Escape")
    ann.write("one more")
    expect(ann.pending).to_contain_text("Your messages are used up; this goes out at")


def test_time_that_is_past_is_refused_and_the_text_stays(opens: Opens) -> None:
    ann = register(opens, "ann")
    ann.composer.fill("too late")
    open_dialog(ann)
    ann.page.get_by_label("Send it at").fill("2020-01-01T09:00")
    ann.page.get_by_role("button", name="Schedule", exact=True).click()
    expect(scheduled(ann)).to_have_count(0)
    ann.page.keyboard.press("Escape")
    expect(ann.composer).to_have_value("too late")
