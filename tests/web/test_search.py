"""Searching in the page: what was said is found, and the way there leads back."""

from playwright.sync_api import Locator, expect

from tests.e2e.client import connect
from tests.e2e.server import ServerProcess
from tests.web.conftest import Opens
from tests.web.people import Person, register

FILLING = 150
"""Enough between a message and the end of its room that one is far from the other."""


def talk(server: ServerProcess) -> None:
    """Have something said in general that is far up soon, and something in private."""
    with connect(server.port) as client:
        client.register("zoe")
        client.login("zoe")
        client.call("send", text="The *Harbour* office opens at nine, in the old customs house.")
        for number in range(FILLING):
            client.call("send", text=f"filling {number}")
        client.call("send-to", to="ann", text="harbourside at noon?")


def results(person: Person) -> Locator:
    """What was found."""
    return person.page.locator(".found a")


def search(person: Person, words: str) -> None:
    """Search by the keys."""
    person.page.keyboard.press("Control+Shift+F")
    field = person.page.get_by_role("searchbox", name="Words")
    expect(field).to_be_focused()
    field.fill(words)


def test_search_leads_to_a_message_far_up_and_back_leads_to_where_one_was(
    opens: Opens, server: ServerProcess
) -> None:
    ann = register(opens, "ann")
    talk(server)
    ann.expects(f"filling {FILLING - 1}")
    search(ann, "HARB")
    expect(results(ann)).to_have_count(2)
    expect(results(ann).first).to_contain_text("harbourside at noon?")
    expect(results(ann).locator("mark")).to_have_text(["harb", "Harb"])
    ann.page.get_by_role("combobox", name="Where").select_option("general")
    expect(results(ann)).to_have_count(1)
    ann.page.keyboard.press("Control+Shift+F")
    ann.page.keyboard.press("Enter")
    expect(results(ann)).to_be_focused()
    ann.page.keyboard.press("Enter")
    row = ann.row("Harbour office")
    expect(row).to_be_in_viewport()
    assert ann.page.url.endswith("/r/general/1")
    expect(results(ann)).to_have_count(1)
    ann.page.go_back()
    expect(ann.row(f"filling {FILLING - 1}")).to_be_in_viewport()


def test_search_finds_by_author_says_when_there_is_nothing_and_gives_more_when_asked(
    opens: Opens, server: ServerProcess
) -> None:
    ann = register(opens, "ann")
    talk(server)
    search(ann, "filling")
    expect(results(ann)).to_have_count(30)
    ann.page.get_by_role("button", name="Show more").click()
    expect(results(ann)).to_have_count(60)
    author = ann.page.get_by_role("combobox", name="From")
    author.fill("Ann")
    expect(ann.page.locator(".search [role=status]")).to_have_text("Nothing found")
    author.fill("nobody-at-all")
    expect(ann.page.locator(".search [role=alert]")).to_contain_text("There is nobody")
    author.fill("zoe")
    expect(results(ann)).to_have_count(30)
    ann.page.keyboard.press("Escape")
    expect(ann.composer).to_be_focused()


def test_words_typed_to_jump_are_searched_for(opens: Opens, server: ServerProcess) -> None:
    ann = register(opens, "ann")
    talk(server)
    ann.page.keyboard.press("Control+k")
    field = ann.page.get_by_role("combobox", name="Jump to a room or a person")
    expect(field).to_be_focused()
    field.fill("customs")
    option = ann.page.get_by_role("option", name="Search the messages: customs")
    expect(option).to_have_attribute("aria-selected", "true")
    ann.page.keyboard.press("Enter")
    expect(results(ann)).to_have_count(1)
    expect(ann.page.get_by_role("searchbox", name="Words")).to_have_value("customs")


def test_on_a_phone_the_search_steps_aside_and_is_there_again_by_back(
    opens: Opens, server: ServerProcess
) -> None:
    ann = register(opens, "ann", width=360, height=740)
    talk(server)
    ann.page.get_by_role("button", name="Search", exact=True).click()
    ann.page.get_by_role("searchbox", name="Words").fill("customs")
    results(ann).click()
    expect(ann.row("customs house")).to_be_in_viewport()
    expect(results(ann)).to_have_count(0)
    assert ann.tab.evaluate("document.activeElement !== document.body")
    ann.page.go_back()
    expect(results(ann)).to_be_focused()
