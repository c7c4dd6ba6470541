"""Private rooms in the page: how people get in, who is there, and how they go."""

from playwright.sync_api import Locator, expect

from tests.web.conftest import Opens
from tests.web.people import PASSWORD, Person, register


def owner_of_a_room(opens: Opens, **options: object) -> Person:
    """Return somebody who has made a private room and looks at who is in it."""
    ann = register(opens, "ann", "/", **options)
    ann.page.get_by_role("button", name="New private room").click()
    ann.page.get_by_label("Title").fill("ops")
    ann.page.keyboard.press("Enter")
    expect(ann.page.locator("#room-title")).to_have_text("+ops")
    look_at_members(ann)
    return ann


def look_at_members(person: Person) -> None:
    """Show who is in the room."""
    person.page.get_by_role("button", name="People").click()
    expect(members(person)).not_to_have_count(0)


def members(person: Person) -> Locator:
    """Return those who are in the room."""
    return person.page.locator("aside .people a")


def link_of(owner: Person) -> str:
    """Make a join link; return what stands behind the server's address."""
    owner.page.get_by_role("button", name="Make a link").click()
    address = owner.page.get_by_label("The new link").input_value()
    assert address.startswith(owner.tab.origin + "/join#")
    return address.removeprefix(owner.tab.origin)


def come_by(opens: Opens, name: str, path: str, **options: object) -> Person:
    """Return somebody who has followed a link and made an account for that."""
    tab = opens(path, **options)
    expect(tab.page.get_by_text("You have a link to a private room.")).to_be_visible()
    tab.page.get_by_label("Name").fill(name)
    tab.page.get_by_label("Password").fill(PASSWORD)
    tab.page.keyboard.press("Enter")
    expect(tab.page.locator("footer .me")).to_have_text(name)
    return Person(tab, name)


def invite(owner: Person, name: str) -> None:
    """Invite somebody by the whole name."""
    field = owner.page.get_by_role("combobox", name="Name of a user")
    field.fill(name)
    field.press("Enter")


def confirm(person: Person, action: str) -> None:
    """Do what a dialog asks about."""
    person.page.get_by_role("dialog").get_by_role("button", name=action, exact=True).click()
    expect(person.page.get_by_role("dialog")).to_have_count(0)


def expect_focus(person: Person) -> None:
    """Fail if the focus is nowhere."""
    assert person.page.evaluate("document.activeElement !== document.body")


def test_who_is_invited_by_a_few_letters_joins_and_both_talk(opens: Opens) -> None:
    ben = register(opens, "ben")
    ann = owner_of_a_room(opens)
    field = ann.page.get_by_role("combobox", name="Name of a user")
    field.press_sequentially("be")
    expect(ann.page.get_by_role("option", name="ben")).to_be_visible()
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value("ben")
    field.press("Enter")
    expect(ann.page.get_by_text("ben is invited.")).to_be_visible()
    expect(ann.page.get_by_role("button", name="Take back the invitation of ben")).to_be_visible()
    ben.page.get_by_role("button", name="Join", exact=True).click()
    expect(ben.page.locator("#room-title")).to_have_text("+ops")
    ben.write("here I am")
    ann.expects("here I am")
    expect(members(ann)).to_have_count(2)
    expect(ben.page.locator(".sidebar .find")).to_have_count(1)


def test_invitation_is_declined_and_another_one_taken_back(opens: Opens) -> None:
    ben = register(opens, "ben")
    eve = register(opens, "eve")
    ann = owner_of_a_room(opens)
    for name in ("ben", "eve"):
        invite(ann, name)
        expect(ann.page.get_by_text(f"{name} is invited.")).to_be_visible()
    ben.page.get_by_role("button", name="Invitations and requests").click()
    ben.page.get_by_role("button", name="Decline to join +ops").click()
    expect(ben.page.get_by_text("Nothing waits for an answer.")).to_be_visible()
    expect_focus(ben)
    ann.page.get_by_role("button", name="Take back the invitation of eve").click()
    confirm(ann, "Take back")
    expect(ann.page.get_by_role("button", name="Take back the invitation of eve")).to_have_count(0)
    expect_focus(ann)
    expect(eve.page.get_by_role("button", name="Invitations and requests")).to_have_count(0)
    eve.page.get_by_role("button", name="Join", exact=True).click()
    expect(eve.page.locator(".note .failure")).to_be_visible()


def test_link_leads_a_newcomer_through_registration_to_the_room(opens: Opens) -> None:
    ann = owner_of_a_room(opens)
    path = link_of(ann)
    zoe = come_by(opens, "zoe", path)
    zoe.page.get_by_role("button", name="Ask to join").click()
    expect(zoe.page.get_by_text("The owner of the room has your request.")).to_be_visible()
    ann.page.locator(".note").get_by_role("button", name="Show").click()
    ann.page.get_by_role("complementary").get_by_role("button", name="Let in: zoe").click()
    expect(members(ann)).to_have_count(2)
    expect_focus(ann)
    zoe.page.get_by_role("dialog").get_by_role("button", name="Open").click()
    expect(zoe.page.locator("#room-title")).to_have_text("+ops")
    zoe.write("thank you")
    ann.expects("thank you")
    zoe.page.reload()
    zoe.expects("thank you")
    expect(zoe.page.get_by_role("dialog")).to_have_count(0)


def test_who_waits_may_close_the_page_and_is_told_later(opens: Opens) -> None:
    ann = owner_of_a_room(opens)
    path = link_of(ann)
    ben = come_by(opens, "ben", path)
    ben.page.get_by_role("button", name="Ask to join").click()
    ben.page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    expect(ben.page.get_by_role("dialog")).to_have_count(0)
    assert not ben.page.url.endswith(path)
    ben.page.reload()
    ben.page.get_by_role("button", name="Invitations and requests").click()
    expect(ben.page.get_by_text("Request 1, by a link")).to_be_visible()
    ben.page.keyboard.press("Escape")
    ann.page.get_by_role("button", name="Turn down: ben").click()
    expect(ben.page.get_by_text("Your request to join was not granted.")).to_be_visible()
    expect(ben.page.get_by_role("button", name="Invitations and requests")).to_have_count(0)


def test_request_is_withdrawn_and_nobody_is_told_a_lie(opens: Opens) -> None:
    ann = owner_of_a_room(opens)
    ben = come_by(opens, "ben", link_of(ann))
    ben.page.get_by_role("button", name="Ask to join").click()
    expect(ann.page.get_by_role("button", name="Let in: ben")).to_be_visible()
    ben.page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    ben.page.get_by_role("button", name="Invitations and requests").click()
    ben.page.get_by_role("button", name="Withdraw request 1").click()
    expect(ben.page.get_by_text("Nothing waits for an answer.")).to_be_visible()
    expect(ann.page.get_by_role("button", name="Let in: ben")).to_have_count(0)
    expect(ben.page.locator(".note")).to_have_count(0)


def test_link_is_listed_without_its_secret_and_revoked(opens: Opens) -> None:
    ann = owner_of_a_room(opens)
    ann.page.locator(".make select").first.select_option("1")
    ann.page.locator(".make select").last.select_option("without end")
    path = link_of(ann)
    ann.page.reload()
    expect(ann.page.get_by_text("1 request left, without end")).to_be_visible()
    assert path.partition("#")[2] not in ann.page.content()
    ann.page.get_by_role("button", name="Revoke link 1").click()
    ann.page.keyboard.press("Escape")
    expect(ann.page.get_by_role("dialog")).to_have_count(0)
    ann.page.get_by_role("button", name="Revoke link 1").click()
    confirm(ann, "Revoke")
    expect(ann.page.get_by_role("button", name="Revoke link 1")).to_have_count(0)
    expect_focus(ann)
    ben = come_by(opens, "ben", path)
    ben.page.get_by_role("button", name="Ask to join").click()
    expect(ben.page.get_by_role("alert")).to_contain_text("This link is not valid")


def test_room_is_handed_over_and_left_and_a_member_removed(opens: Opens) -> None:
    ann = owner_of_a_room(opens)
    people = [register(opens, name) for name in ("ben", "eve")]
    for person in people:
        invite(ann, person.name)
        person.page.get_by_role("button", name="Join", exact=True).click()
        expect(person.page.locator("#room-title")).to_have_text("+ops")
        look_at_members(person)
    ben, eve = people
    expect(ann.page.get_by_text("make another member its owner")).to_be_visible()
    ann.page.get_by_role("button", name="Remove eve from the room").click()
    confirm(ann, "Remove")
    expect(members(ann)).to_have_count(2)
    expect_focus(ann)
    expect(eve.page.get_by_text("You are no longer in")).to_be_visible()
    expect(eve.page).to_have_url(f"{eve.tab.origin}/r/general")
    expect(eve.composer).to_be_focused()
    ann.page.get_by_role("button", name="Make ben the owner").click()
    confirm(ann, "Make owner")
    expect(ben.page.get_by_role("button", name="Make a link")).to_be_visible()
    expect(ann.page.get_by_role("button", name="Make a link")).to_have_count(0)
    ann.page.get_by_role("button", name="Leave the room").click()
    confirm(ann, "Leave the room")
    expect_focus(ann)
    expect(ann.page.locator(".rooms a", has_text="ops")).to_have_count(0)
    expect(members(ben)).to_have_count(1)
    ben.page.get_by_role("button", name="Leave the room").click()
    expect(ben.page.get_by_text("You are the last one")).to_be_visible()
    confirm(ben, "Leave the room")
