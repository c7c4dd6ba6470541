"""What is put on posts and rooms: reactions, pins, muted rooms, marks of the unread, who writes."""

from playwright.sync_api import expect

from tests.web.conftest import Opens
from tests.web.people import register


def test_reaction_is_seen_by_all_and_taken_back_by_a_click(opens: Opens) -> None:
    ann = register(opens, "ann")
    ben = register(opens, "ben")
    ann.write("good news")
    ben.row("good news").hover()
    ben.page.get_by_role("button", name="React").click()
    ben.page.get_by_role("button", name="❤️").click()
    mine = ben.page.get_by_role("button", name="❤️ 1 ben")
    expect(mine).to_have_attribute("aria-pressed", "true")
    hers = ann.page.get_by_role("button", name="❤️ 1 ben")
    expect(hers).to_have_attribute("aria-pressed", "false")
    hers.click()
    expect(ben.page.get_by_role("button", name="❤️ 2 ben, ann")).to_be_visible()
    ben.page.locator(".reactions [aria-pressed]").click()
    expect(ann.page.get_by_role("button", name="❤️ 1 ann")).to_contain_text("1")
    ann.page.locator(".reactions [aria-pressed]").click()
    expect(ben.page.locator(".reactions")).to_have_count(0)


def test_pin_is_listed_and_leads_to_its_post(opens: Opens) -> None:
    ann = register(opens, "ann")
    register(opens, "ben")
    ann.go("ann,ben")
    ann.write("the door code")
    ann.row("the door code").hover()
    ann.page.get_by_role("button", name="Pin for all").click()
    expect(ann.row("the door code").locator(".pinned")).to_be_visible()
    ann.page.get_by_role("button", name="Pinned", exact=True).click()
    expect(ann.page.locator(".pins li")).to_contain_text("the door code")
    ann.page.locator(".pins a").click()
    expect(ann.page).to_have_url(f"{ann.tab.origin}/r/ann%2Cben/1")
    ann.row("the door code").hover()
    ann.page.get_by_role("button", name="Unpin").click()
    expect(ann.row("the door code").locator(".pinned")).to_have_count(0)


def test_pin_that_is_refused_says_why(opens: Opens) -> None:
    ann = register(opens, "ann")
    ann.write("look at me")
    ann.row("look at me").hover()
    ann.page.get_by_role("button", name="Pin for all").click()
    expect(ann.page.get_by_role("alert")).to_have_text("You may not do this.")
    opener = ann.page.get_by_role("button", name="Why?")
    opener.click()
    dialog = ann.page.get_by_role("dialog", name="Why?")
    expect(dialog.locator(".why")).to_contain_text("only administrators may pin")
    ann.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_muted_room_counts_only_mentions_in_the_title(opens: Opens) -> None:
    ann = register(opens, "ann")
    ben = register(opens, "ben")
    ann.page.get_by_role("button", name="Mute the room").click()
    expect(ann.page.get_by_role("button", name="Unmute the room")).to_be_visible()
    ann.go("ann,ben")
    ben.write("to all")
    expect(ann.badge("General")).to_contain_text("1")
    expect(ann.page).to_have_title("ben – chatd")
    ben.write("to @ann")
    expect(ann.page).to_have_title("(1) ben – chatd")


def test_mark_of_the_unread_is_counted_on_every_device(opens: Opens) -> None:
    ann = register(opens, "ann")
    ben = register(opens, "ben")
    for text in ("one", "two", "three"):
        ben.write(text)
        ann.expects(text)
    other = opens("/r/ann,ben", beside=ann.tab).page
    ann.row("two").hover()
    ann.page.get_by_role("button", name="Mark as unread from here").click()
    for page in (ann.page, other):
        expect(page.locator(".rooms .badge")).to_contain_text("2")


def test_who_writes_is_said_until_it_is_sent(opens: Opens) -> None:
    ann = register(opens, "ann")
    ben = register(opens, "ben")
    ben.composer.press_sequentially("hm")
    expect(ann.page.locator(".typing")).to_have_text("ben is writing…")
    ben.composer.press("Enter")
    ann.expects("hm")
    expect(ann.page.locator(".typing")).to_have_text("")


def test_people_are_found_who_are_not_here(opens: Opens) -> None:
    ann = register(opens, "ann")
    ben = register(opens, "ben")
    ben.page.close()
    ann.page.get_by_role("button", name="People").click()
    ann.page.get_by_label("Find people").fill("be")
    ann.page.get_by_role("link", name="ben offline").click()
    expect(ann.page.get_by_role("heading", name="ben")).to_be_visible()


def test_shown_name_is_seen_by_all_beside_the_name(opens: Opens) -> None:
    ann = register(opens, "ann")
    ben = register(opens, "ben")
    ann.write("it is me")
    ben.expects("it is me")
    ann.page.get_by_role("button", name="Settings").click()
    ann.page.get_by_label("Shown name").fill("Anna")
    ann.page.get_by_role("button", name="Save").click()
    for person in (ann, ben):
        expect(person.row("it is me").locator("header")).to_contain_text("Anna")
        expect(person.row("it is me").locator("header small")).to_have_text("ann")
