"""All that the page can show, one screen after the other, in one tab of one server."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, expect

from tests.e2e.client import PASSWORD, Client, Refused, connect, send_file
from tests.e2e.server import ServerProcess
from tests.web.browser import Tab
from tests.web.files import png

WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
HOUR_MS = 3_600_000
LONG_WORD = "Donaudampfschifffahrtsgesellschaft" * 3


def furnish(server: ServerProcess) -> str:
    """Have so much on a server that no screen is empty; return a link to a private room of ann's.

    root is an administrator, owns +ops, and has somebody waiting for everything.
    """
    with connect(server.port) as ann, connect(server.port) as ben, connect(server.port) as root:
        for name in ("ann", "ben", "eve"):
            ann.register(name)
        ann.login("ann")
        ben.login("ben")
        root.login("root", PASSWORD)
        ann.call("display-name", display_name="Анна")
        talk(ann, root)
        invite_each_other(ann, ben, root)
        spam = ben.call("send", text="cheap watches")["seq"]
        ann.call("report", user="ben", reason=f"sells {LONG_WORD}", room="general", seq=spam)
        at = ann.call("send", text="the last word, @root")["ts"] + HOUR_MS
        root.call("send-at", at=at, text="later", to="general")
        root.call("token-create", label="the bot")
        root.call("hook", room="general", label=f"builds {LONG_WORD[:50]}")
        room = ann.call("create", title="secret")["room"]
        return link_to(ann, room)


def talk(ann: Client, root: Client) -> None:
    """Have the log hold an entry of each kind."""
    ann.call("send", text="**so** `it` *is*, ~~no~~\n\n> quoted\n\n```js\ncode(1)\n```\n\n- a\n- b")
    root.call("send", text="a question, @ann: https://example.com")
    ann.call("comment", room="general", seq=2, text="an answer")
    ann.call("react", room="general", seq=2, emoji="👍")
    ann.call("react", room="general", seq=1, emoji="❤️")
    root.call("react", room="general", seq=1, emoji="❤️")
    root.call("pin", room="general", seq=1)
    root.call("edit", room="general", seq=2, text="a better question, @ann: https://example.com")
    send_file(ann, "general", f"{LONG_WORD}.pdf", b"%PDF-1.7", "with a caption")
    send_file(ann, "general", "plan.png", png(300, 200))
    send_file(ann, "general", "song.ogg", b"OggS\0")
    ann.call("delete", room="general", seq=ann.call("send", text="not this")["seq"])
    ann.call("send-to", to="root", text=f"just for you {LONG_WORD}")


def invite_each_other(ann: Client, ben: Client, root: Client) -> None:
    """Have somebody ask to join root's room, somebody invited, and root invited and asking."""
    ops = root.call("create", title="ops")["room"]
    for name in ("ann", "eve"):
        root.call("invite", room=ops, user=name)
    ann.call("join", room=ops)
    root.call("post", room=ops, text="among us")
    ben.call("join", link=link_to(root, ops))
    ben.call("invite", room=ben.call("create", title="others")["room"], user="root")
    root.call("join", link=link_to(ben, ben.call("create", title="asked")["room"]))


def link_to(owner: Client, room: str) -> str:
    """Make a link to a private room."""
    return str(owner.call("link", room=room, uses=None, expires_at=None)["link"])


class Walk:
    """Shows screens in a tab whose user is an administrator, root."""

    def __init__(self, tab: Tab, server: ServerProcess, link: str) -> None:
        self.tab = tab
        self.page = tab.page
        self.server = server
        self.link = link

    def screens(self) -> Iterator[str]:
        """Yield the name of each screen while it is shown; the tab begins and ends wide."""
        yield from self.at_the_door()
        yield from self.in_the_room()
        yield from self.beside_the_room()
        yield from self.in_a_private_room()
        yield from self.in_dialogs()
        yield from self.in_the_settings()
        yield from self.without_a_line()

    def at_the_door(self) -> Iterator[str]:
        """Signing in, and registering."""
        self.page.get_by_role("button", name="New here").click()
        expect(self.page.get_by_role("heading", name="Create an account")).to_be_visible()
        yield "registration"
        self.page.get_by_role("button", name="I have an account").click()
        self.page.get_by_label("Name").fill("root")
        self.page.get_by_label("Password").fill("wrong")
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("alert")).to_be_visible()
        yield "sign-in"
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.keyboard.press("Enter")
        expect(self.page.locator("#composer")).to_be_visible()

    def in_the_room(self) -> Iterator[str]:
        """Everything that a log can have, and what one does with it."""
        expect(self.page.locator("main article")).to_have_count(9)
        for note in self.page.locator(".note").all():
            note.get_by_role("button", name="Close").click()
        row = self.page.locator("main article").last
        row.hover()
        self.page.get_by_role("button", name="React", exact=True).click()
        expect(self.page.get_by_role("group", name="React")).to_be_visible()
        yield "room"
        self.page.keyboard.press("Escape")
        self.page.locator("#composer").press_sequentially("well, @an")
        yield "composer"
        self.page.keyboard.press("Escape")
        self.page.locator("#composer").fill("")
        self.page.locator("main .image").click()
        with self.dialog("plan.png"):
            yield "viewer"

    def beside_the_room(self) -> Iterator[str]:
        """Thread, people, pins and search."""
        self.page.get_by_role("button", name="1 reply").click()
        expect(self.page.locator("aside article")).to_have_count(2)
        yield "thread"
        self.page.get_by_role("button", name="People").click()
        expect(self.page.locator(".people a")).to_have_count(4)
        yield "people"
        self.page.get_by_role("button", name="Pinned", exact=True).click()
        expect(self.page.locator(".pins a")).to_have_count(1)
        yield "pins"
        self.page.get_by_role("button", name="Search", exact=True).click()
        self.page.get_by_role("searchbox", name="Words").fill("question")
        expect(self.page.locator(".found a")).to_have_count(1)
        yield "search"
        self.page.keyboard.press("Escape")

    def in_a_private_room(self) -> Iterator[str]:
        """The administration of one's own room, and the list of rooms."""
        self.page.locator(".rooms a", has_text="ops").click()
        expect(self.page.locator("#room-title")).to_have_text("+ops")
        self.page.get_by_role("button", name="People").click()
        expect(self.page.get_by_role("button", name="Let in: ben")).to_be_visible()
        self.page.get_by_role("button", name="Make a link").click()
        expect(self.page.get_by_label("The new link")).to_be_visible()
        yield "private room"
        self.page.get_by_role("button", name="Leave the room").or_(
            self.page.get_by_role("button", name="Remove ann from the room")
        ).first.click()
        with self.dialog("Remove"):
            yield "question"
        self.page.keyboard.press("Escape")
        self.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        self.page.get_by_role("button", name="Back to the rooms").click()
        expect(self.page.locator(".rooms a")).to_have_count(3)
        yield "rooms"
        self.page.locator(".rooms a", has_text="General").click()
        expect(self.page.locator("#room-title")).to_have_text("General")
        self.page.set_viewport_size(WIDE)  # type: ignore[arg-type]

    def in_dialogs(self) -> Iterator[str]:
        """What stands over the page."""
        for name, button in (
            ("schedule", "Scheduled messages"),
            ("new room", "New private room"),
            ("joining", "Invitations and requests"),
            ("keys", "Keys"),
        ):
            self.page.get_by_role("button", name=button).click()
            with self.dialog():
                yield name
        self.page.keyboard.press("Control+k")
        self.page.keyboard.type("a")
        with self.dialog():
            expect(self.page.get_by_role("option").first).to_be_visible()
            yield "jump"
        self.page.locator("main article", has_text="cheap watches").hover()
        self.page.get_by_role("button", name="Report or block", exact=True).click()
        with self.dialog():
            expect(self.page.get_by_text("As an administrator")).to_be_visible()
            yield "person"
        with connect(self.server.port) as client:
            client.login("root", PASSWORD)
            self.refused(client)
        self.tab.open(f"/join#{self.link}")
        with self.dialog():
            yield "link"

    def in_the_settings(self) -> Iterator[str]:
        """The settings' panels."""
        self.page.get_by_role("button", name="Settings", exact=True).click()
        with self.dialog():
            buttons = self.page.get_by_role("navigation", name="Settings").get_by_role("button")
            expect(buttons).to_have_count(7)
            yield "settings"
            for button in buttons.all()[1:]:
                button.click()
                heading = self.page.locator(".panel h3")
                expect(heading).to_be_visible()
                self.fill_panel(button)
                yield f"settings: {button.inner_text()}"

    def fill_panel(self, button: Locator) -> None:
        """Open what a panel hides at first."""
        name = button.inner_text()
        if name == "Account":
            self.page.get_by_text("Delete the account").click()
        elif name == "Devices":
            self.page.get_by_label("What for").fill("the bot")
            self.page.get_by_role("button", name="Create a token").click()
            expect(self.page.locator(".secret")).to_be_visible()
        elif name == "Limits":
            expect(self.page.locator(".why")).to_be_visible()
        elif name == "Reports":
            expect(self.page.get_by_role("button", name="Decide about ben")).to_be_visible()

    def without_a_line(self) -> Iterator[str]:
        """What waits, and what the page says of that."""
        self.tab.check()
        self.server.kill()
        expect(self.page.get_by_text("No connection.")).to_be_visible()
        self.page.locator("#composer").fill("on its way")
        self.page.keyboard.press("Enter")
        expect(self.page.locator(".pending")).to_have_count(1)
        yield "offline"
        self.page.close()
        self.tab.faults.clear()  # a browser reports each connection that was refused

    @contextmanager
    def dialog(self, name: str = "") -> Iterator[None]:
        """Be in a dialog, and leave it."""
        expect(self.page.get_by_role("dialog", name=name)).to_be_visible()
        yield
        self.page.keyboard.press("Escape")
        expect(self.page.get_by_role("dialog")).to_have_count(0)

    @staticmethod
    def refused(client: Client) -> None:
        """Have something to explain."""
        try:
            client.call("block", user="nobody")
        except Refused:
            return
        raise AssertionError("nobody is there")
