"""Ann with two pages and a console, and others who talk to her: what happens is left to chance."""

import random
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser

from tests.e2e.cable import Cable
from tests.e2e.client import Client, Refused, connect
from tests.web.browser import Tab
from tests.web.people import PASSWORD, Person, return_to

OTHERS = ("ben", "cem")
LASTING = ("/r/general", "/r/ann%2Cben", "/r/ann%2Ccem")
"""What the addresses of rooms end with that nobody is removed from."""
TEXTS = ("Good.", "To @ann: look.", "A long one:\n\n" + "\n\n".join("line" for _ in range(30)))


class Company:
    """chance: decides everything. port: of the server, which the pages reach by the cable."""

    def __init__(self, browser: Browser, port: int, cable: Cable, chance: random.Random) -> None:
        self._chance = chance
        self._port = port
        self._cable = cable
        self.console = self._enter("ann")
        self._others = [self._enter(name) for name in OTHERS]
        self._group: str = self._others[0].call("create", title="plans")["room"]
        self.invite()
        self.join()
        self._posts: list[tuple[Client, str, int]] = []
        for _ in range(5):
            self.post()
        self.console.sync(start="end")
        self._contexts = [browser.new_context(locale="en-GB") for _ in range(2)]
        tabs = [Tab(context, f"http://127.0.0.1:{cable.port}") for context in self._contexts]
        self.pages = [return_to(tab, "ann") for tab in tabs]
        others = (self.post, self.post, self.comment, self.edit, self.delete, self.react)
        rare = (self.pin, self.kick, self.invite, self.join)
        anns = (self.say, self.mute, self.mark_unread, self.acknowledge, self.write)
        lines = (self.reload, self.cut, self.mend)
        self._steps: tuple[Callable[[], object], ...] = (
            *others,
            *rare,
            *anns,
            *lines,
            *(self.switch,) * 3,
        )

    def step(self) -> str:
        """Let one thing happen; return what."""
        what = self._chance.choice(self._steps)
        try:
            what()
        except Refused as refused:  # so nothing has changed
            return f"{what.__name__}: {refused}"
        return what.__name__

    def mend(self) -> None:
        """Let the pages reach the server."""
        self._cable.plug(self._port)

    def close(self) -> None:
        """Hang up and close the pages."""
        for client in (self.console, *self._others):
            client.close()
        for context in self._contexts:
            context.close()

    # -- what the others do ------------------------------------------------------------------

    def post(self) -> None:
        """Somebody posts where Ann is."""
        other = self._chance.choice(self._others)
        self._post(other, self._chance.choice(self._rooms_of(other)))

    def comment(self) -> None:
        """Somebody replies to a post."""
        _, room, seq = self._chance.choice(self._posts)
        able = [other for other in self._others if room in self._rooms_of(other)]
        other = self._chance.choice(able)
        text = self._chance.choice(TEXTS)
        posted = other.call("comment", room=room, seq=seq, text=text)
        self._posts.append((other, room, posted["seq"]))

    def edit(self) -> None:
        """Somebody edits a post, and names Ann in it or no more."""
        author, room, seq = self._chance.choice(self._posts[-20:])
        author.call("edit", room=room, seq=seq, text=self._chance.choice(TEXTS) + " Edited.")

    def delete(self) -> None:
        """Somebody deletes a post."""
        author, room, seq = self._chance.choice(self._posts[-20:])
        author.call("delete", room=room, seq=seq)

    def react(self) -> None:
        """Somebody reacts to a post."""
        author, room, seq = self._chance.choice(self._posts)
        author.call("react", room=room, seq=seq, emoji="👍", remove=self._chance.random() < 0.3)

    def pin(self) -> None:
        """Somebody pins a post."""
        author, room, seq = self._chance.choice(self._posts)
        author.call("pin", room=room, seq=seq)

    def kick(self) -> None:
        """Ben removes Ann from the private room."""
        self._others[0].call("kick", room=self._group, user="ann")

    def invite(self) -> None:
        """Ben invites Ann to the private room."""
        self._others[0].call("invite", room=self._group, user="ann")

    # -- what Ann does at the console --------------------------------------------------------

    def join(self) -> None:
        """Ann joins the private room."""
        self.console.call("join", room=self._group)

    def say(self) -> None:
        """Ann posts."""
        self._post(self.console, self._some_room())

    def mute(self) -> None:
        """Ann mutes a room, or unmutes it."""
        self.console.call("mute", room=self._some_room(), muted=self._chance.random() < 0.5)

    def mark_unread(self) -> None:
        """Ann marks a room as unread from a post on."""
        _, room, seq = self._chance.choice(self._posts)
        self.console.call("unread-from", room=room, seq=seq)

    def acknowledge(self) -> None:
        """Ann reads some of a room."""
        while self.console.notices:
            notice = self.console.notices.popleft()
            if notice.method == "entry":
                self.console.positions[notice.params["room"]] = notice.params["seq"]
        room = self._some_room()
        if last := self.console.positions.get(room):
            self.console.tell("ack", room=room, seq=self._chance.randint(1, last))

    # -- what Ann does at a page -------------------------------------------------------------

    def switch(self) -> None:
        """Ann opens a room: in one go, as she may lose it meanwhile."""
        at = self._chance.random()
        links = "[...document.querySelectorAll('.rooms a')]"
        self._some_page().tab.evaluate(
            f"(all => all[Math.floor({at} * all.length)].click())({links})"
        )

    def write(self) -> None:
        """Ann writes at a page, in a room that she can't lose meanwhile."""
        page = self._some_page()
        if page.page.url.endswith(LASTING):
            page.write("From the page.")

    def reload(self) -> None:
        """Ann loads a page again."""
        page = self._some_page()
        page.page.reload()
        page.is_in()

    def cut(self) -> None:
        """The pages lose their line."""
        self._cable.pull()

    # ----------------------------------------------------------------------------------------

    def _some_page(self) -> Person:
        return self._chance.choice(self.pages)

    def _some_room(self) -> str:
        return self._chance.choice(("general", "ann,ben", "ann,cem", self._group))

    def _rooms_of(self, other: Client) -> tuple[str, ...]:
        both = ("general", f"ann,{other.name}")
        return (*both, self._group) if other is self._others[0] else both

    def _post(self, author: Client, room: str) -> None:
        text = self._chance.choice(TEXTS)
        if "," in room:
            first, second = room.split(",")
            room = second if first == author.name else first
        posted = author.call("post", room=room, text=text)
        self._posts.append((author, posted["room"], posted["seq"]))

    def _enter(self, name: str) -> Client:
        client = connect(self._port)
        client.register(name, PASSWORD)
        client.login(name, PASSWORD)
        return client


def counted(client: Client) -> dict[str, Any]:
    """Return what badges show, as the server counts for who is logged in."""
    rooms = [one for one in client.call("rooms")["rooms"] if not one["room"].startswith("@")]
    called = (one["mentions"] if one["muted"] else one["unread"] for one in rooms)
    return {
        "title": sum(called),
        "rooms": {one["room"]: badge(one["unread"], one["mentions"]) for one in rooms},
    }


def badge(unread: int, mentions: int) -> str:
    """Return the words of a room's badge; none for none."""
    words = [f"{unread} unread"] if unread else []
    words += [f"{mentions} mention{'s' if mentions > 1 else ''}"] if mentions else []
    return ", ".join(words)
