"""A browser at a server that has something to show, and a watch inside each of its pages."""

import re
from dataclasses import dataclass
from itertools import count

from playwright.sync_api import Browser

from tests.e2e.client import PASSWORD, connect
from tests.e2e.server import ServerProcess
from tests.web.browser import Tab

FORM, ME, ENTRY = "form input", "footer .me", "main .log article"
WATCH = """
globalThis.watch = {
  first: {}, /* when each selector had been painted for the first time, in ms of the page */
  begun: 0, /* when somebody clicked or submitted the last time */
  keys: [], /* how long each key took until the frame behind it was painted */
};
const waiting = new Set(SELECTORS);
const afterPaint = (done) => {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => done(performance.now());
  channel.port2.postMessage(0);
};
const look = () => {
  for (const selector of waiting) {
    if (document.querySelector(selector) === null) continue;
    waiting.delete(selector);
    afterPaint((now) => { watch.first[selector] = now; });
  }
  if (waiting.size > 0) requestAnimationFrame(look);
};
requestAnimationFrame(look);
const begin = (event) => { if (event.isTrusted) watch.begun = event.timeStamp; };
addEventListener("submit", begin, true);
addEventListener("click", begin, true);
addEventListener("keydown", (event) => {
  requestAnimationFrame(() => afterPaint((now) => watch.keys.push(now - event.timeStamp)));
}, true);
""".replace("SELECTORS", str([FORM, ME, ENTRY]))
LONG_ROOM_ENTRIES = 10_000
NUMBERS = count(1)


@dataclass(slots=True)
class Stage:
    """Where it is measured. is_slow: as on a phone with a poor line."""

    browser: Browser
    server: ServerProcess
    is_slow: bool = False

    def tab(self, path: str | None = "/") -> Tab:
        """Open a tab as somebody does who was never here."""
        context = self.browser.new_context(locale="en-GB")
        context.add_init_script(WATCH)
        tab = Tab(context, f"http://127.0.0.1:{self.server.port}")
        if self.is_slow:
            tab.be_slow()
        if path is not None:
            tab.open(path)
        return tab

    def newcomer(self) -> str:
        """Return a name that nobody has."""
        return f"guest{next(NUMBERS)}"

    def registered(self, path: str = "/r/general") -> tuple[Tab, str]:
        """Return a tab of somebody who has made an account, and the name."""
        tab, name = self.tab(path), self.newcomer()
        sign_up(tab, name)
        return tab, name


def fill_store(server: ServerProcess) -> None:
    """Put a long room into a store, quickly, and start the server again as it is to be measured."""
    with connect(server.port) as client:
        client.register("author")
        client.login("author")
        for number in range(LONG_ROOM_ENTRIES):
            client.call("send", text=f"entry {number}: what somebody has said, and a word more")
    server.stop()
    server.settings["FSYNC"] = "always"
    server.start()


def sign_up(tab: Tab, name: str) -> None:
    """Make an account by the form."""
    tab.page.get_by_role("button", name=re.compile("New here")).click()
    _fill(tab, name, "new-password")
    tab.page.wait_for_selector(ME)


def sign_in(tab: Tab, name: str) -> None:
    """Sign in by the form."""
    _fill(tab, name, "current-password")
    tab.page.wait_for_selector(ME)


def _fill(tab: Tab, name: str, kind: str) -> None:
    tab.page.locator("input[autocomplete=username]").fill(name)
    tab.page.locator(f"input[autocomplete={kind}]").fill(PASSWORD)
    tab.page.keyboard.press("Enter")


def since_begun(tab: Tab, selector: str) -> float:
    """Return how long after the last click or submission something was seen, in ms."""
    return since_navigation(tab, selector) - float(tab.evaluate("watch.begun"))


def since_navigation(tab: Tab, selector: str) -> float:
    """Return how long after the page was asked for something was seen, in ms."""
    tab.page.wait_for_selector(selector)
    seen = f"watch.first[{selector!r}]"
    tab.page.wait_for_function(seen)
    return float(tab.evaluate(seen))
