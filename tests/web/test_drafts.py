"""Drafts outlive what happens to a browser: reloads, closed tabs, and a kill."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.e2e.server import ServerProcess
from tests.e2e.waiting import until
from tests.web import browser as browsers
from tests.web.browser import Tab
from tests.web.conftest import Opens
from tests.web.people import Person, enter_as, register

ON_DISK = """(text) => new Promise((done) => {
    const opening = indexedDB.open("chatd", 1);
    opening.onsuccess = () => {
        const request = opening.result.transaction("kept").objectStore("kept").getAll();
        request.onsuccess = () => {
            opening.result.close();
            done(request.result.some((kept) => kept?.text === text));
        };
    };
})"""


def is_on_disk(page: Page, text: str) -> bool:
    """Tell whether a text, as a draft or on its way, is where a killed browser finds it again."""
    return bool(page.evaluate(ON_DISK, text))


def test_nothing_typed_is_lost_by_a_reload_or_a_closed_tab_and_what_was_sent_never_returns(
    opens: Opens,
) -> None:
    ann = register(opens, "ann")
    for text in ("typed and reloaded", "typed once more"):
        ann.composer.fill(text)
        ann.page.reload()
        expect(ann.composer).to_have_value(text)
    beside = opens(None, beside=ann.tab)
    ann.composer.fill("typed and closed")
    ann.page.close()
    beside.open("/r/general")
    ann = Person(beside, "ann")
    expect(ann.composer).to_have_value("typed and closed")
    ann.composer.press("Enter")
    ann.page.reload()
    ann.expects("typed and closed")
    expect(ann.composer).to_have_value("")
    until(lambda: not is_on_disk(ann.page, "typed and closed"), "nothing that is kept any more")


@contextmanager
def killed_at_the_end(browser: Browser, profile: Path, origin: str) -> Iterator[Tab]:
    """A tab of a browser with a profile of its own, whose process is killed when this ends."""
    program = browsers.program()
    assert program is not None
    port = profile / "DevToolsActivePort"
    port.unlink(missing_ok=True)
    own = (f"--user-data-dir={profile}", "--remote-debugging-port=0", "about:blank")
    silent = subprocess.DEVNULL
    with subprocess.Popen(
        [program, *browsers.FLAGS, *own], stdout=silent, stderr=silent
    ) as process:
        try:
            until(lambda: port.exists() and "\n" in port.read_text(), "a browser that listens")
            number = port.read_text().splitlines()[0]
            found = browser.browser_type.connect_over_cdp(f"http://127.0.0.1:{number}")
            yield Tab(found.contexts[0], origin)
        finally:
            process.kill()


def test_killed_browser_brings_back_the_draft_and_nothing_that_was_sent(
    browser: Browser, server: ServerProcess, tmp_path: Path
) -> None:
    origin = f"http://127.0.0.1:{server.port}"
    profile = tmp_path / "profile"
    with killed_at_the_end(browser, profile, origin) as tab:
        tab.open("/r/general")
        ann = enter_as(tab, "ann")
        ann.composer.press_sequentially("half a thought")
        until(lambda: is_on_disk(tab.page, "half a thought"), "a draft on the disk")
    with killed_at_the_end(browser, profile, origin) as tab:
        tab.open("/r/general")
        ann = Person(tab, "ann")
        expect(ann.composer).to_have_value("half a thought")
        ann.composer.press("Enter")
        ann.expects("half a thought")
        until(lambda: not is_on_disk(tab.page, "half a thought"), "nothing on the disk")
    with killed_at_the_end(browser, profile, origin) as tab:
        tab.open("/r/general")
        ann = Person(tab, "ann")
        ann.expects("half a thought")
        expect(ann.composer).to_have_value("")
