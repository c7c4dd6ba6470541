"""What the page took from somebody's hands is posted once and in order, whatever happens."""

import random
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.cable import Cable
from tests.e2e.client import connect
from tests.e2e.server import ServerProcess
from tests.web.browser import Tab
from tests.web.people import EVERYONE, PASSWORD, Person, register
from tests.web.proof import IS_LONG, SEED

ROUNDS = 100 if IS_LONG else 3
TEXTS_PER_ROUND = 20
HARM = 0.3
"""How often something happens behind a text."""


class Scene:
    """Somebody who writes, and what can happen to them, each time by chance."""

    def __init__(self, browser: Browser, server: ServerProcess, cable: Cable) -> None:
        self.chance = random.Random(SEED)
        self.harms: list[Callable[[], None]] = [self.kill, self.cut, self.reload, self.crash]
        self._server = server
        self._cable = cable
        self._context = browser.new_context(locale="en-GB")
        self._tab = self._new_tab()
        self.ann = register(lambda *_, **__: self._tab, "ann")
        self._tab.evaluate("navigator.serviceWorker.ready.then(() => 0)")

    def kill(self) -> None:
        """Kill the server and start it again."""
        self._server.kill()
        self._server.start()
        self._cable.plug(self._server.port)

    def cut(self) -> None:
        """Pull out the cable; perhaps it stays out while the next texts are written."""
        self._cable.pull()
        if self.chance.random() < 0.5:
            self.mend()

    def mend(self) -> None:
        """Let the page reach its server."""
        self._cable.plug(self._server.port)

    def reload(self) -> None:
        """Load the page again, by its shell where the cable is out."""
        self.ann.page.reload()

    def crash(self) -> None:
        """Crash the tab's process, and go on in another tab."""
        self._tab.crash()
        crashed, self._tab = self._tab, self._new_tab()
        crashed.page.close()
        self._tab.faults = crashed.faults
        self._tab.open(EVERYONE)
        self.ann = Person(self._tab, "ann")

    def check(self) -> None:
        """Fail if anything went wrong in the page but that it had no line."""
        self._tab.forget_lost_lines()
        self._tab.check()

    def posted(self) -> list[str]:
        """Return all texts to everyone, as the server has them."""
        texts: list[str] = []
        with connect(self._server.port) as client:
            client.login("ann", PASSWORD)
            before = None
            while page := client.call("history", room="general", before=before)["entries"]:
                texts[:0] = [entry["text"] for entry in page]
                before = page[0]["seq"]
        return texts

    def close(self) -> None:
        """Close the tabs."""
        self._context.close()

    def _new_tab(self) -> Tab:
        return Tab(self._context, f"http://127.0.0.1:{self._cable.port}")


@pytest.fixture
def scene(browser: Browser, server: ServerProcess, cable: Cable) -> Iterator[Scene]:
    """Somebody at the page whose tabs are closed at the end."""
    scene = Scene(browser, server, cable)
    yield scene
    scene.close()


def test_kills_crashes_reloads_and_cuts_lose_nothing_double_nothing_and_keep_the_order(
    scene: Scene,
) -> None:
    print(f"seed {SEED}")
    written: list[str] = []
    for number in range(ROUNDS):
        for one in range(TEXTS_PER_ROUND):
            written.append(f"round {number}, text {one}.")
            scene.ann.write(written[-1])
            expect(scene.ann.composer).to_have_value("")
            if scene.chance.random() < HARM:
                scene.chance.choice(scene.harms)()
        scene.mend()
        scene.ann.expects(written[-1])
        expect(scene.ann.pending).to_have_count(0)
        assert scene.posted() == written
    scene.check()
