"""People at the page: they register by the form, go to rooms, and write."""

import re

from playwright.sync_api import Locator, expect

from tests.e2e.client import connect
from tests.web.browser import Tab
from tests.web.conftest import Opens

PASSWORD = "correct horse battery"
EVERYONE = "/r/general"


class Person:
    """Somebody in a tab of their own. name: as which they have registered."""

    def __init__(self, tab: Tab, name: str) -> None:
        self.tab = tab
        self.page = tab.page
        self.name = name

    @property
    def composer(self) -> Locator:
        """Where one writes to the room."""
        return self.page.locator("#composer")

    @property
    def log(self) -> Locator:
        """The log of the room."""
        return self.page.locator("main .log")

    @property
    def pending(self) -> Locator:
        """What is on its way."""
        return self.page.locator("main .pending")

    def badge(self, title: str) -> Locator:
        """Return the count of the room with this title."""
        link = self.page.locator(".rooms a", has=self.page.get_by_text(title, exact=True))
        return link.locator(".badge")

    def write(self, text: str) -> None:
        """Write a text to the room and send it."""
        self.composer.fill(text)
        self.composer.press("Enter")

    def row(self, text: str) -> Locator:
        """Return the posted entry with this text."""
        return self.log.locator("article:not(.pending)").filter(has_text=text)

    def expects(self, text: str) -> None:
        """Wait until one entry has this text."""
        expect(self.row(text)).to_have_count(1)

    def is_in(self) -> None:
        """Wait until the page shows that they are signed in."""
        expect(self.page.locator("footer .me")).to_have_text(self.name)

    def go(self, room: str) -> None:
        """Open a room by its address, as a link does that somebody sent."""
        self.tab.open(f"/r/{room}")
        expect(self.composer).to_be_visible()


def register(opens: Opens, name: str, path: str = EVERYONE, **options: object) -> Person:
    """Return somebody at a path who has a new account and was signed in here before.

    The account comes from outside: to derive a password's keys, as the form does, takes long.
    """
    tab = opens(None, **options)
    with connect(tab.port) as client:
        client.register(name, PASSWORD)
    return return_to(tab, name, path)


def return_to(tab: Tab, name: str, path: str = EVERYONE) -> Person:
    """Return somebody at a path who was signed in here before."""
    with connect(tab.port) as client:
        token = client.login(name, PASSWORD, device="Browser page")["token"]
    tab.open_with({"user": name, f"session {name}": token}, path)
    person = Person(tab, name)
    person.is_in()
    return person


def register_by_form(opens: Opens, name: str, path: str = EVERYONE, **options: object) -> Person:
    """Return somebody who has just made an account, at a path."""
    return enter_as(opens(path, **options), name)


def enter_as(tab: Tab, name: str) -> Person:
    """Return somebody who makes an account in a tab that shows the form."""
    page = tab.page
    page.get_by_role("button", name=re.compile("New here|Впервые")).click()
    page.locator("input[autocomplete=username]").fill(name)
    page.locator("input[autocomplete=new-password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    person = Person(tab, name)
    person.is_in()
    return person


def sign_in(opens: Opens, name: str, password: str = PASSWORD, **options: object) -> Person:
    """Return somebody who has signed in by the form, on another device than before."""
    tab = opens(EVERYONE, **options)
    tab.page.get_by_label("Name").fill(name)
    tab.page.get_by_label("Password").fill(password)
    tab.page.keyboard.press("Enter")
    person = Person(tab, name)
    expect(person.composer).to_be_visible()
    return person
