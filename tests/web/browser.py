"""A real Chromium, and tabs of it that notice what goes wrong in them."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    expect,
    sync_playwright,
)

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WAIT_MS_MAX = 15_000
"""What a page does not show by then, it never will."""
LOST_LINE = re.compile("WebSocket connection|Failed to load resource|ERR_")
expect.set_options(timeout=WAIT_MS_MAX)
KEEP = """(kept) => {
    const opening = indexedDB.open("chatd", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("kept");
    opening.onsuccess = () => {
        const store = opening.result.transaction("kept", "readwrite").objectStore("kept");
        for (const [key, value] of Object.entries(kept)) store.put(value, key);
        opening.result.close();
    };
}"""
"""Writes what the page keeps. Run before its scripts, it is done before they can read."""


def program() -> str | None:
    """Return where Chromium is; None if there is none."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


@contextmanager
def running(executable: str) -> Iterator[Browser]:
    """Run a browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


class Tab:
    """A page of the chat in a tab of its own. faults: what went wrong in it, a line each.

    These are errors in the console, exceptions that nobody caught, and violations of the
    Content-Security-Policy. A test that is done with a tab calls `check`.
    """

    def __init__(self, context: BrowserContext, origin: str) -> None:
        """origin: of the server, which paths are completed with."""
        self.page: Page = context.new_page()
        self.origin = origin
        self.port = int(origin.rpartition(":")[2])
        self.faults: list[str] = []
        self.requests: list[str] = []
        self.page.set_default_timeout(WAIT_MS_MAX)
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.faults.append(f"exception: {error}"))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.devtools = context.new_cdp_session(self.page)
        self.devtools.on("Audits.issueAdded", self._on_issue)
        self.devtools.send("Audits.enable")
        self.devtools.send("Page.enable")

    def open(self, path: str = "/") -> None:
        """Go to a path of the server."""
        self.page.goto(self.origin + path)

    def open_with(self, kept: dict[str, Any], path: str) -> None:
        """Go to a path of the server, where this was kept by the page when it was here before."""
        script = {"source": f"({KEEP})({json.dumps(kept)})"}
        added = self.devtools.send("Page.addScriptToEvaluateOnNewDocument", script)
        self.open(path)
        self.devtools.send("Page.removeScriptToEvaluateOnNewDocument", added)

    def check(self) -> None:
        """Fail if anything went wrong."""
        self.settle()
        assert not self.faults, "\n".join(self.faults)

    def expect_fault(self, pattern: str) -> None:
        """Fail if no fault is like this; forget those that are."""
        self.settle()
        found = [fault for fault in self.faults if re.search(pattern, fault)]
        assert found, f"no fault like {pattern!r}, but {self.faults}"
        self.faults = [fault for fault in self.faults if fault not in found]

    def forget_lost_lines(self) -> None:
        """Forget the faults that say only that the server could not be reached."""
        self.settle()
        self.faults = [fault for fault in self.faults if not LOST_LINE.search(fault)]

    def settle(self) -> None:
        """Wait until everything that the page has reported so far is here."""
        if not self.page.is_closed():
            self.evaluate("new Promise((done) => setTimeout(done, 0))")

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression, or what its promise comes to.

        By the developer tools, which no Content-Security-Policy of the page binds.
        """
        answer = self.devtools.send(
            "Runtime.evaluate",
            {"expression": expression, "awaitPromise": True, "returnByValue": True},
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def crash(self) -> None:
        """Kill the process of the page: nothing in it runs any more, no handler either."""
        with self.page.expect_event("crash"):
            try:
                self.page.goto("chrome://crash")
            except Error:
                pass  # it says that it has crashed

    def violations(self, *rules: str) -> list[str]:
        """Return what hinders people here by axe-core's rules: a line for each element.

        rules: those that are asked; by default all that axe-core asks by itself.
        """
        if not self.evaluate("'axe' in window"):
            self.evaluate(AXE.read_text("utf-8") + "\n;0")
        options = {"resultTypes": ["violations"], **({"runOnly": rules} if rules else {})}
        found = self.evaluate(f"axe.run(document, {json.dumps(options)})")
        return [
            f"{rule['id']}: {rule['help']}: {' '.join(map(str, node['target']))}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    def be_slow(self) -> None:
        """Be a phone on a poor line from now on: a quarter of the speed, 150 ms, 200 KB/s."""
        self.devtools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        self.devtools.send("Network.enable")
        self.devtools.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": 150,
                "downloadThroughput": 200_000,
                "uploadThroughput": 200_000,
            },
        )

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(f"console: {message.text}")

    def _on_issue(self, event: dict[str, Any]) -> None:
        details = event["issue"]["details"].get("contentSecurityPolicyIssueDetails")
        if details is not None:
            what = details.get("blockedURL") or details["contentSecurityPolicyViolationType"]
            self.faults.append(f"policy: {details['violatedDirective']}: {what}")
