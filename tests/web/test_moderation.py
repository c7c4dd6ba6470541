"""Reports and blocks by anyone, and what administrators do about them, in the page."""

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.client import PASSWORD as ROOT_PASSWORD
from tests.e2e.client import connect
from tests.web.conftest import Opens
from tests.web.people import PASSWORD, Person, register, sign_in

ADMIN = pytest.mark.parametrize("server", [{"ADMINS": "root"}], indirect=True)


def about(person: Person, text: str) -> Locator:
    """Open what can be done about the author of a text, and return the dialog."""
    person.row(text).hover()
    person.page.get_by_role("button", name="Report or block", exact=True).click()
    dialog = person.page.get_by_role("dialog")
    expect(dialog.locator("blockquote")).to_have_text(text)
    return dialog


def sure(dialog: Locator, name: str) -> None:
    """Press a button that wants to be pressed twice."""
    dialog.get_by_role("button", name=name, exact=True).click()
    dialog.get_by_role("button", name=f"Sure? {name}", exact=True).click()


def report(person: Person, text: str, reason: str) -> Locator:
    """Report the author of a text, and return the dialog, which says so."""
    dialog = about(person, text)
    dialog.get_by_label("What is wrong").fill(reason)
    dialog.get_by_role("button", name="Report", exact=True).click()
    return dialog


@ADMIN
def test_report_reaches_an_administrator_who_removes_bans_and_dismisses(opens: Opens) -> None:
    root = sign_in(opens, "root", ROOT_PASSWORD)
    ann = register(opens, "ann")
    ben = register(opens, "ben")
    ben.write("buy <b>cheap</b>")
    ann.expects("buy <b>cheap</b>")
    dialog = report(ann, "buy <b>cheap</b>", "he sells things")
    expect(dialog.get_by_text("Your report is with the administrators.")).to_be_visible()
    dialog.get_by_label("What is wrong").fill("again")
    dialog.get_by_role("button", name="Report", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("You have reached a limit.")

    note = root.page.locator(".note")
    expect(note).to_contain_text("he sells things")
    note.get_by_role("button", name="Reports").click()
    reports = root.page.get_by_role("dialog")
    expect(reports.locator("blockquote")).to_have_text("buy <b>cheap</b>")
    reports.get_by_role("button", name="Decide about ben").click()
    remove = reports.get_by_role("button", name="Remove this message: ben")
    expect(remove).to_be_disabled()
    reports.get_by_label("Reason", exact=True).fill("no trade here")
    sure(reports, "Remove this message: ben")
    expect(ben.log.get_by_text("Removed by an administrator: no trade here")).to_be_visible()
    sure(reports, "Ban from sending: ben")
    expect(ben.page.get_by_text("You can't send anything until")).to_be_visible()
    ben.write("but why?")
    expect(ben.pending.get_by_text("You can't send anything until")).to_be_visible()
    sure(reports, "End the ban: ben")
    expect(ben.page.get_by_text("You can send again.")).to_be_visible()
    root.page.keyboard.press("Escape")

    root.page.get_by_role("button", name="Settings", exact=True).click()
    reports.get_by_role("button", name="Reports").click()
    sure(reports, "Dismiss: ann about ben")
    expect(reports.get_by_text("There are none.")).to_be_visible()


@ADMIN
def test_report_leads_to_the_message_and_an_account_is_deleted(opens: Opens) -> None:
    root = sign_in(opens, "root", ROOT_PASSWORD)
    ann = register(opens, "ann")
    ben = register(opens, "ben")
    with connect(ann.tab.port) as client:
        client.login("ben", PASSWORD)
        client.call("display-name", display_name="The Boss")
    ben.write("spam")
    ann.expects("spam")
    expect(report(ann, "spam", "spam").get_by_role("status").last).not_to_be_empty()
    root.page.locator(".note").get_by_role("button", name="Reports").click()
    root.page.get_by_role("link", name="Show in General").click()
    expect(root.page.get_by_role("dialog")).to_have_count(0)
    expect(root.page).to_have_url(f"{root.tab.origin}/r/general/1")
    dialog = about(root, "spam")
    sure(dialog, "Take the shown name away: ben")
    note = ben.page.locator(".note").filter(has_text="root has taken your shown name away.")
    expect(note).to_be_visible()
    dialog.get_by_label("With everything they posted").check()
    sure(dialog, "Delete the account for good: ben")
    expect(ben.page.get_by_label("Password", exact=True)).to_be_visible()
    expect(ann.row("spam")).to_have_count(0)


def test_person_is_blocked_wherever_they_are_shown_and_unblocked_where_both_would_write(
    opens: Opens,
) -> None:
    ann = register(opens, "ann")
    ben = register(opens, "ben")
    with connect(ann.tab.port) as client:
        client.login("ann", PASSWORD)
        room = client.call("create", title="plans")["room"]
        client.call("invite", room=room, user="ben")
    ben.write("a word")
    ben.page.locator(".note").get_by_role("button", name="Close").click()
    ben.row("a word").hover()
    react = ben.page.get_by_role("button", name="React", exact=True)
    choice = ben.page.get_by_role("group", name="React")
    react.click()
    expect(choice).to_be_visible()
    ben.page.keyboard.press("Escape")
    expect(choice).to_be_hidden()
    expect(react).to_be_focused()
    react.click()
    choice.get_by_role("button", name="🎉").click()
    expect(choice).to_be_hidden()
    ann.page.get_by_role("button", name="🎉 1 ben").click()

    dialog = ann.page.get_by_role("dialog")
    ann.row("a word").get_by_role("button", name="ben", exact=True).click()
    expect(dialog.locator("blockquote")).to_have_text("a word")
    ann.page.keyboard.press("Escape")
    opener = ann.row("a word").get_by_role("button", name="Who has reacted")
    opener.click()
    expect(dialog.get_by_role("heading", name="🎉 2")).to_be_visible()
    assert ann.tab.violations() == []
    dialog.get_by_role("button", name="Report or block ben").click()
    expect(dialog.get_by_role("button", name="Block ben", exact=True)).to_be_visible()
    ann.page.keyboard.press("Escape")
    ann.page.locator(".rooms a", has_text="plans").click()
    ann.page.get_by_role("button", name="People").click()
    opener = ann.page.get_by_role("button", name="Report or block ben")
    opener.click()
    dialog.get_by_role("button", name="Block ben", exact=True).click()
    expect(dialog.get_by_role("button", name="Unblock ben")).to_be_visible()
    expect(dialog.get_by_text("As an administrator")).to_have_count(0)
    ann.page.keyboard.press("Escape")
    expect(opener).to_be_focused()

    ben.go("ann,ben")
    ben.write("hello?")
    expect(ben.pending.get_by_text("One of you has blocked the other.")).to_be_visible()
    ann.page.locator("aside").get_by_role("link", name="ben").click()
    expect(ann.page.locator("main")).to_contain_text("You have blocked ben")
    expect(ann.page.get_by_role("textbox")).to_have_count(0)
    ann.page.get_by_role("button", name="Unblock").click()
    expect(ann.composer).to_be_visible()
    ben.pending.get_by_role("button", name="Send", exact=True).click()
    ann.expects("hello?")


def test_who_is_no_administrator_sees_no_reports(opens: Opens) -> None:
    ann = register(opens, "ann")
    ann.page.get_by_role("button", name="Settings", exact=True).click()
    dialog = ann.page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Blocked")).to_be_visible()
    dialog.get_by_role("button", name="Limits").click()
    expect(dialog.get_by_role("table")).to_be_visible()
    expect(dialog.get_by_role("button", name="Reports")).to_have_count(0)
