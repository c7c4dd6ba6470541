"""A page that comes back: out of a sleep or the history, to a network, or to a newer server."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from chatd.version import __version__
from tests.e2e.cable import Cable
from tests.e2e.client import connect
from tests.e2e.server import ROOT, ServerProcess
from tests.e2e.waiting import until
from tests.web.browser import Tab
from tests.web.people import Person, register

SLOW_TIMERS = """
window.slowed = [];
const { setTimeout: soon } = window;
window.setTimeout = (what, ms, ...given) => {
    const isSlow = window.isSlow && ms >= 200;
    if (isSlow) window.slowed.push(ms);
    return soon(what, isSlow ? ms * 1_000 : ms, ...given);
};
"""
"""As soon as `isSlow`, what the page puts off comes far later: it does not connect by itself."""
EVENTS = {
    "a network": "dispatchEvent(new Event('online'))",
    "the history": "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))",
    "another tab": "document.dispatchEvent(new Event('visibilitychange'))",
    "a freeze": "document.dispatchEvent(new Event('resume'))",
}
"""What browsers tell a page that comes back."""


@pytest.fixture
def ann(browser: Browser, server: ServerProcess, cable: Cable) -> Iterator[Person]:
    """Somebody whose line can be cut, at a page that stays without fault but for that."""
    context = browser.new_context(locale="en-GB")
    tab = Tab(context, f"http://127.0.0.1:{cable.port}")
    tab.page.add_init_script(SLOW_TIMERS)
    yield register(lambda *_, **__: tab, "ann")
    tab.forget_lost_lines()
    tab.check()
    context.close()


def post(server: ServerProcess, text: str) -> None:
    """Have root write to everyone."""
    with connect(server.port) as client:
        client.login("root")
        client.call("send", text=text)


def test_page_that_comes_back_connects_at_once_however_long_it_was_to_wait(
    ann: Person, server: ServerProcess, cable: Cable
) -> None:
    with connect(server.port) as client:
        client.register("root")
    for place, event in EVENTS.items():
        cable.pull()
        ann.tab.evaluate("window.slowed = []; window.isSlow = true; 0")
        until(lambda: ann.tab.evaluate("slowed.length") >= 1, "a page that waits")
        ann.write(f"written before {place}")
        post(server, f"back from {place}")
        cable.plug(server.port)
        ann.tab.evaluate(event)
        ann.expects(f"back from {place}")
        ann.expects(f"written before {place}")
        expect(ann.pending).to_have_count(0)
        ann.tab.evaluate("window.isSlow = false; 0")

    ann.tab.evaluate("const now = Date.now; Date.now = () => now() + 3_600_000; 0")
    with ann.page.expect_websocket():  # the one there was may be long dead
        ann.tab.evaluate(EVENTS["a network"])
    post(server, "after a sleep")
    ann.expects("after a sleep")


def test_frozen_page_shows_what_came_meanwhile(
    ann: Person, server: ServerProcess, cable: Cable
) -> None:
    with connect(server.port) as client:
        client.register("root")
    ann.composer.fill("half a thought")
    ann.tab.devtools.send("Page.setWebLifecycleState", {"state": "frozen"})
    post(server, "while it is frozen")
    cable.pull()
    cable.plug(server.port)
    post(server, "behind the cut")
    ann.tab.devtools.send("Page.setWebLifecycleState", {"state": "active"})
    for text in ("while it is frozen", "behind the cut"):
        ann.expects(text)
    expect(ann.composer).to_have_value("half a thought")


def test_newer_server_asks_to_reload_and_the_draft_stays(
    ann: Person, server: ServerProcess, cable: Cable, tmp_path: Path
) -> None:
    ann.composer.fill("half a thought")
    root = tmp_path / "project"
    shutil.copytree(ROOT / "chatd", root / "chatd")
    version = root / "chatd/version.py"
    version.write_text(version.read_text("utf-8").replace(__version__, "9.9.9"), "utf-8")
    server.stop()
    server.root = root
    server.start()
    cable.plug(server.port)
    ann.tab.evaluate(EVENTS["a network"])
    banner = ann.page.get_by_text("This server has a new version.")
    expect(banner).to_be_visible()
    ann.composer.press("End")
    ann.composer.press_sequentially(", and the other half")
    ann.page.get_by_role("button", name="Reload the page").click()
    expect(banner).to_have_count(0)
    expect(ann.composer).to_have_value("half a thought, and the other half")
    ann.write("at a newer server")
    ann.expects("at a newer server")
